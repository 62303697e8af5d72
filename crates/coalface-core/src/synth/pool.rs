//! The unspent outputs that later transactions may spend.

use super::rng::Rng;

/// An output that can be spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unspent {
    pub(super) txid: [u8; 32],
    pub(super) vout: u32,
    pub(super) value_sat: u64,
    pub(super) address_no: u64,
}

/// The nearest span of ages is this part of the pool; each further one is twice as wide and as likely.
const NEAREST_PART: usize = 128;
const SPANS: u64 = 8;

/// Of 10,000 inputs, how many spend an output of their own block.
const SAME_BLOCK: u64 = 800;

/// Unspent outputs in order of age. Spent ones leave a hole until there are more holes than outputs.
#[derive(Debug, Default)]
pub(super) struct Pool {
    slots: Vec<Unspent>,
    /// One bit a slot: set while it is unspent.
    marks: Vec<u64>,
    n_settled: usize,
    fresh: Vec<Unspent>,
}

impl Pool {
    /// Number of outputs in it.
    pub(super) fn len(&self) -> usize {
        self.n_settled + self.fresh.len()
    }

    /// Adds an output of the present block.
    pub(super) fn add(&mut self, unspent: Unspent) {
        self.fresh.push(unspent);
    }

    /// Ends the present block: its outputs become the youngest of the others.
    pub(super) fn settle(&mut self) {
        if self.slots.len() > 2 * self.n_settled + 4_096 {
            self.compact();
        }
        let start = self.slots.len();
        self.n_settled += self.fresh.len();
        self.slots.append(&mut self.fresh);
        self.marks.resize(self.slots.len().div_ceil(64), 0);
        for at in start..self.slots.len() {
            self.marks[at / 64] |= 1 << (at % 64);
        }
    }

    fn compact(&mut self) {
        let (marks, mut at) = (&self.marks, 0);
        self.slots.retain(|_| {
            let unspent = marks[at / 64] >> (at % 64) & 1 == 1;
            at += 1;
            unspent
        });
        let n = self.slots.len();
        self.marks.clear();
        self.marks.resize(n.div_ceil(64), u64::MAX);
        if let (Some(last), 1..) = (self.marks.last_mut(), n % 64) {
            *last = (1 << (n % 64)) - 1;
        }
    }

    /// Takes one out: young ones are likelier, with a long tail (about log-uniform in age). `None` once none is left
    /// from before the present block: a block does not live off itself.
    pub(super) fn take(&mut self, rng: &mut Rng) -> Option<Unspent> {
        if self.n_settled == 0 {
            return None;
        }
        if !self.fresh.is_empty() && rng.chance(SAME_BLOCK) {
            let at = rng.index(self.fresh.len());
            return Some(self.fresh.swap_remove(at));
        }
        let n = self.slots.len();
        let span = (n / NEAREST_PART).max(1) << rng.below(SPANS);
        let at = self.unspent_up_to(n - 1 - rng.index(span.min(n)));
        self.marks[at / 64] &= !(1 << (at % 64));
        self.n_settled -= 1;
        Some(self.slots[at])
    }

    /// The youngest unspent slot that is no younger than `at`, or the youngest of all if there is none such. At least
    /// one slot must be unspent.
    fn unspent_up_to(&self, at: usize) -> usize {
        let mut word_at = at / 64;
        let mut word = self.marks[word_at] & (u64::MAX >> (63 - at % 64));
        while word == 0 {
            word_at = word_at.checked_sub(1).unwrap_or(self.marks.len() - 1);
            word = self.marks[word_at];
        }
        64 * word_at + word.ilog2() as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn gives_each_output_once_and_the_young_more_often() {
        let mut rng = Rng::new(1, 1);
        let mut pool = Pool::default();
        let mut taken = HashSet::new();
        let mut ages = Vec::new();
        for n in 0..50_000u64 {
            pool.add(Unspent { txid: [0; 32], vout: 0, value_sat: 1, address_no: n });
            if n % 20 == 19 {
                pool.settle();
            }
            let unspent = if n % 10 == 0 { None } else { pool.take(&mut rng) };
            if let Some(unspent) = unspent {
                ages.push(n - unspent.address_no);
                assert!(taken.insert(unspent.address_no));
            }
        }
        assert!(pool.len() == 50_000 - taken.len() && taken.len() > 44_000);
        assert!(pool.slots.len() <= 2 * pool.len() + 4_200);
        ages.sort_unstable();
        assert!(ages[ages.len() / 2] < 1_000 && ages[ages.len() - 1] > 5_000);
        pool.settle();
        while let Some(unspent) = pool.take(&mut rng) {
            assert!(taken.insert(unspent.address_no));
        }
        assert_eq!(taken.len(), 50_000);
    }
}
