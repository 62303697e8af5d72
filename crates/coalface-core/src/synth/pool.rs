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

/// Slots of spent outputs hold this instead of an address number.
const SPENT: u64 = u64::MAX;
/// The nearest span of ages is this part of the pool; each further one is twice as wide and as likely.
const NEAREST_PART: usize = 128;
const SPANS: u64 = 8;

/// Of 10,000 inputs, how many spend an output of their own block.
const SAME_BLOCK: u64 = 800;

/// Unspent outputs in order of age. Spent ones leave a hole until there are more holes than outputs.
#[derive(Debug, Default)]
pub(super) struct Pool {
    slots: Vec<Unspent>,
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
            self.slots.retain(|slot| slot.address_no != SPENT);
        }
        self.n_settled += self.fresh.len();
        self.slots.append(&mut self.fresh);
    }

    /// Takes one out: young ones are likelier, with a long tail (about log-uniform in age).
    pub(super) fn take(&mut self, rng: &mut Rng) -> Option<Unspent> {
        if !self.fresh.is_empty() && (self.n_settled == 0 || rng.chance(SAME_BLOCK)) {
            let at = rng.index(self.fresh.len());
            return Some(self.fresh.swap_remove(at));
        }
        if self.n_settled == 0 {
            return None;
        }
        let n = self.slots.len();
        let span = (n / NEAREST_PART).max(1) << rng.below(SPANS);
        let mut at = n - 1 - rng.index(span.min(n));
        while self.slots[at].address_no == SPENT {
            at = at.checked_sub(1).unwrap_or(n - 1);
        }
        let unspent = self.slots[at];
        self.slots[at].address_no = SPENT;
        self.n_settled -= 1;
        Some(unspent)
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
            if n % 10 != 0 {
                let unspent = pool.take(&mut rng).expect("more added than taken");
                ages.push(n - unspent.address_no);
                assert!(taken.insert(unspent.address_no));
            }
        }
        assert_eq!(pool.len(), 5_000);
        assert!(pool.slots.len() <= 2 * pool.len() + 4_200);
        ages.sort_unstable();
        assert!(ages[ages.len() / 2] < 1_000 && ages[ages.len() - 1] > 5_000);
        while let Some(unspent) = pool.take(&mut rng) {
            assert!(taken.insert(unspent.address_no));
        }
        assert_eq!(taken.len(), 50_000);
    }
}
