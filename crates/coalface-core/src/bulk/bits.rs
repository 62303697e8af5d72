//! One bit an output, and how many are set before any of them.

use std::sync::atomic::{AtomicU64, Ordering};

const WORDS: usize = 8;

/// Bits that several threads set.
pub(super) struct Bits(Vec<AtomicU64>);

impl Bits {
    pub(super) fn new(len: u64) -> Bits {
        Bits((0..len.div_ceil(64)).map(|_| AtomicU64::new(0)).collect())
    }

    pub(super) fn set(&self, at: u64) {
        self.0[(at / 64) as usize].fetch_or(1 << (at % 64), Ordering::Relaxed);
    }

    pub(super) fn into_words(self) -> Vec<u64> {
        self.0.into_iter().map(AtomicU64::into_inner).collect()
    }
}

/// Bits with a directory of ranks.
pub(super) struct Ranks {
    words: Vec<u64>,
    /// Bits set before every eighth word.
    before: Vec<u32>,
}

impl Ranks {
    pub(super) fn new(words: Vec<u64>) -> Ranks {
        let mut total = 0u32;
        let before = words
            .chunks(WORDS)
            .map(|chunk| {
                let start = total;
                total = total.wrapping_add(chunk.iter().map(|word| word.count_ones()).sum());
                start
            })
            .collect();
        Ranks { words, before }
    }

    pub(super) fn words(&self) -> &[u64] {
        &self.words
    }

    /// Whether the bit is set; not past the end.
    pub(super) fn get(&self, at: u64) -> bool {
        self.words.get((at / 64) as usize).is_some_and(|word| word >> (at % 64) & 1 == 1)
    }

    /// Bits set before `at`.
    pub(super) fn rank(&self, at: u64) -> u32 {
        let word = ((at / 64) as usize).min(self.words.len());
        let start = word / WORDS * WORDS;
        let Some(before) = self.before.get(start / WORDS) else { return self.count() };
        let whole: u32 = self.words[start..word].iter().map(|word| word.count_ones()).sum();
        let part = self.words.get(word).map_or(0, |word| (word & ((1 << (at % 64)) - 1)).count_ones());
        before.wrapping_add(whole).wrapping_add(part)
    }

    /// Bits set in all.
    pub(super) fn count(&self) -> u32 {
        let Some(before) = self.before.last() else { return 0 };
        let start = (self.before.len() - 1) * WORDS;
        before.wrapping_add(self.words[start..].iter().map(|word| word.count_ones()).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_equal_counting() {
        for len in [0u64, 1, 63, 64, 65, 511, 512, 513, 3000] {
            let bits = Bits::new(len);
            let is_set = |n: u64| n % 3 == 1 || n % 64 == 63;
            (0..len).filter(|n| is_set(*n)).for_each(|n| bits.set(n));
            let ranks = Ranks::new(bits.into_words());
            for at in 0..=len {
                assert_eq!(u64::from(ranks.rank(at)), (0..at).filter(|n| is_set(*n)).count() as u64, "{at} of {len}");
            }
            assert!((0..len).all(|n| ranks.get(n) == is_set(n)));
            assert_eq!(ranks.count(), ranks.rank(len));
            assert!(!ranks.get(len + 64));
        }
    }
}
