//! Large arrays that begin as zeros, on huge pages where the system has them: clustering looks into them at random, and
//! spends much of its time on small pages' faults and look-ups.

use std::ops::{Deref, DerefMut};

use bytemuck::Pod;
use memmap2::MmapMut;

/// Smaller arrays are nothing to map.
const LEAST_BYTES: usize = 4 << 20;

/// An array of fixed length.
#[derive(Debug)]
pub struct Zeroed<T> {
    map: Option<(MmapMut, usize)>,
    rows: Vec<T>,
}

impl<T: Pod> Zeroed<T> {
    /// `rows` rows of zeros. Memory is taken when it is first written.
    #[must_use]
    pub fn new(rows: usize) -> Zeroed<T> {
        let bytes = rows.saturating_mul(size_of::<T>());
        if bytes >= LEAST_BYTES {
            if let Ok(map) = MmapMut::map_anon(bytes) {
                // Only advice: without huge pages it is slower and nothing else.
                #[cfg(target_os = "linux")]
                let _ = map.advise(memmap2::Advice::HugePage);
                return Zeroed { map: Some((map, rows)), rows: Vec::new() };
            }
        }
        Zeroed { map: None, rows: vec![T::zeroed(); rows] }
    }
}

impl<T: Pod> Default for Zeroed<T> {
    fn default() -> Self {
        Zeroed::new(0)
    }
}

impl<T: Pod> Deref for Zeroed<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        match &self.map {
            // A map starts at a page: aligned for every row type.
            Some((map, rows)) => bytemuck::cast_slice(&map[..rows * size_of::<T>()]),
            None => &self.rows,
        }
    }
}

impl<T: Pod> DerefMut for Zeroed<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        match &mut self.map {
            Some((map, rows)) => bytemuck::cast_slice_mut(&mut map[..*rows * size_of::<T>()]),
            None => &mut self.rows,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_and_small_ones_hold_what_is_written() {
        for rows in [0, 1, 1000, 3 << 20] {
            let mut array = Zeroed::<[u32; 3]>::new(rows);
            assert_eq!(array.len(), rows);
            assert!(array.iter().all(|row| *row == [0; 3]));
            if let Some(last) = array.last_mut() {
                *last = [1, 2, 3];
                assert_eq!(array[rows - 1], [1, 2, 3]);
            }
        }
    }
}
