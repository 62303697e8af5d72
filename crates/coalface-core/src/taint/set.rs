//! Sets of ids that are asked for every output of a trace: mostly in vain, so a small filter answers first.

/// Ids with a mark each.
#[derive(Debug, Clone, Default)]
pub struct IdSet {
    ids: Vec<u64>,
    marks: Vec<u8>,
    /// Bits of hashed ids; a power of two many.
    filter: Vec<u64>,
    shift: u32,
}

/// 2^64 divided by the golden ratio (Knuth, "Sorting and Searching", 6.4).
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;
/// Bits of the filter an id: one look in sixteen that should fail goes on to the search.
const BITS_AN_ID: usize = 16;

impl IdSet {
    /// Of (id, mark); where an id comes twice, the smallest mark counts.
    #[must_use]
    pub fn new(mut pairs: Vec<(u64, u8)>) -> IdSet {
        pairs.sort_unstable();
        pairs.dedup_by_key(|pair| pair.0);
        if pairs.is_empty() {
            return IdSet::default();
        }
        let n_bits = (pairs.len().saturating_mul(BITS_AN_ID)).next_power_of_two().max(64);
        let shift = 64 - n_bits.trailing_zeros();
        let mut filter = vec![0u64; n_bits / 64];
        for (id, _) in &pairs {
            let bit = id.wrapping_mul(SPREAD) >> shift;
            filter[(bit / 64) as usize] |= 1 << (bit % 64);
        }
        let (ids, marks) = pairs.into_iter().unzip();
        IdSet { ids, marks, filter, shift }
    }

    /// The mark of an id, if it is one of them.
    #[must_use]
    pub fn mark(&self, id: u64) -> Option<u8> {
        if self.ids.is_empty() {
            return None;
        }
        let bit = id.wrapping_mul(SPREAD) >> self.shift;
        if self.filter[(bit / 64) as usize] & 1 << (bit % 64) == 0 {
            return None;
        }
        self.ids.binary_search(&id).ok().map(|n| self.marks[n])
    }

    /// Whether an id is one of them.
    #[must_use]
    pub fn has(&self, id: u64) -> bool {
        self.mark(id).is_some()
    }

    /// Number of ids.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_all_and_no_others() {
        for n in [0u64, 1, 2, 63, 64, 65, 5000] {
            let set = IdSet::new((0..n).map(|k| (k * 7, (k % 5) as u8)).collect());
            for id in 0..n * 7 + 20 {
                let wanted = (id % 7 == 0 && id / 7 < n).then_some((id / 7 % 5) as u8);
                assert_eq!(set.mark(id), wanted);
            }
            assert_eq!(set.len() as u64, n);
        }
    }
}
