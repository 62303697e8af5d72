//! The unspent outputs that later transactions may spend, by age and by owner.

use super::owners::{Owners, NONE};
use super::rng::Rng;

/// An output that can be spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unspent {
    pub(super) txid: [u8; 32],
    pub(super) value_sat: u64,
    /// Packed, see `Address`.
    pub(super) address: u64,
    pub(super) vout: u32,
    /// Place of its owner.
    pub(super) owner: u32,
    /// The owner's next older coin.
    older: u32,
}

impl Unspent {
    /// An output whose txid is not known yet.
    pub(super) fn new(vout: u32, value_sat: u64, address: u64, owner: u32) -> Unspent {
        Unspent { txid: [0; 32], value_sat, address, vout, owner, older: NONE }
    }
}

/// Ages at which an output is picked, in blocks: within each span about log-uniform. With what is spent along with it,
/// about 80 % of all outputs that are spent are younger than a day, and 15 % younger than a month (source: `era::tables`).
const DAY_BLOCKS: u64 = 144;
const MONTH_BLOCKS: u64 = 30 * DAY_BLOCKS;
const WITHIN_A_DAY: u64 = 7_500;
const WITHIN_A_MONTH: u64 = 9_400;

/// Unspent outputs in order of age. Spent ones leave a hole until there are more holes than outputs.
#[derive(Debug, Default)]
pub(super) struct Pool {
    slots: Vec<Unspent>,
    /// One bit a slot: set while it is unspent.
    marks: Vec<u64>,
    /// Height and first slot of each block that has slots, in order.
    starts: Vec<(u32, usize)>,
    n_settled: usize,
    fresh: Vec<Unspent>,
}

impl Pool {
    /// Number of outputs in it.
    pub(super) fn len(&self) -> usize {
        self.n_settled + self.fresh.len()
    }

    /// Number of outputs from before the present block.
    pub(super) fn n_settled(&self) -> usize {
        self.n_settled
    }

    /// Adds an output of the present block.
    pub(super) fn add(&mut self, unspent: Unspent, owners: &mut Owners) {
        owners.get_mut(unspent.owner).n_waiting += 1;
        self.fresh.push(unspent);
    }

    /// Ends the block at `height`: its outputs become the youngest of the others. Beyond `most` outputs the oldest are
    /// forgotten, those of little value first: they stay unspent for good.
    pub(super) fn settle(&mut self, height: u32, most: usize, owners: &mut Owners) {
        if self.slots.len() > 2 * self.n_settled + 4_096 {
            self.compact(owners);
        }
        if self.n_settled > most {
            self.forget(self.n_settled - most / 8 * 7, owners);
            self.compact(owners);
        }
        let start = self.slots.len();
        if !self.fresh.is_empty() && self.starts.last().is_none_or(|last| last.0 < height) {
            self.starts.push((height, start));
        }
        self.n_settled += self.fresh.len();
        self.slots.append(&mut self.fresh);
        self.marks.resize(self.slots.len().div_ceil(64), 0);
        for at in start..self.slots.len() {
            self.marks[at / 64] |= 1 << (at % 64);
            let owner = self.slots[at].owner;
            self.slots[at].older = std::mem::replace(&mut owners.get_mut(owner).newest, at as u32);
            owners.get_mut(owner).n_waiting -= 1;
            owners.count_in(owner);
        }
    }

    fn is_unspent(&self, at: usize) -> bool {
        self.marks[at / 64] >> (at % 64) & 1 == 1
    }

    /// Closes the holes and strings the lists of all owners anew.
    fn compact(&mut self, owners: &mut Owners) {
        let (mut n, mut block) = (0, 0);
        owners.clear_lists();
        for at in 0..self.slots.len() {
            while block < self.starts.len() && self.starts[block].1 == at {
                self.starts[block].1 = n;
                block += 1;
            }
            if self.is_unspent(at) {
                let mut coin = self.slots[at];
                coin.older = std::mem::replace(&mut owners.get_mut(coin.owner).newest, n as u32);
                self.slots[n] = coin;
                n += 1;
            }
        }
        self.slots.truncate(n);
        // Of several blocks that begin at one slot all but the last have none left.
        let starts = &self.starts;
        let is_empty = |i: usize| starts.get(i + 1).map_or(n, |next| next.1) == starts[i].1;
        self.starts = (0..starts.len()).filter(|i| !is_empty(*i)).map(|i| starts[i]).collect();
        self.marks.clear();
        self.marks.resize(n.div_ceil(64), u64::MAX);
        if let (Some(last), 1..) = (self.marks.last_mut(), n % 64) {
            *last = (1 << (n % 64)) - 1;
        }
    }

    /// Forgets `n` old outputs: those of less than half of the mean value first.
    fn forget(&mut self, mut n: usize, owners: &mut Owners) {
        let values = self.slots.iter().map(|coin| u128::from(coin.value_sat));
        let mean = values.sum::<u128>() / self.slots.len().max(1) as u128;
        for most_sat in [mean / 2, u128::MAX] {
            for at in 0..self.slots.len() {
                if n == 0 {
                    return;
                }
                if self.is_unspent(at) && u128::from(self.slots[at].value_sat) <= most_sat {
                    self.remove(at, owners);
                    n -= 1;
                }
            }
        }
    }

    /// Takes out an output of the present block, if there is one.
    pub(super) fn take_fresh(&mut self, owners: &mut Owners, rng: &mut Rng) -> Option<Unspent> {
        if self.fresh.is_empty() {
            return None;
        }
        let at = rng.index(self.fresh.len());
        let coin = self.fresh.swap_remove(at);
        owners.get_mut(coin.owner).n_waiting -= 1;
        owners.note_idle(coin.owner);
        Some(coin)
    }

    /// Chooses an output of an earlier block by age; the present block is at `height`. `None` if there is none.
    pub(super) fn pick(&self, height: u32, rng: &mut Rng) -> Option<usize> {
        if self.n_settled == 0 {
            return None;
        }
        let pick = rng.below(10_000);
        let (least, most) = match pick {
            0..WITHIN_A_DAY => (1, DAY_BLOCKS),
            WITHIN_A_DAY..WITHIN_A_MONTH => (DAY_BLOCKS, MONTH_BLOCKS),
            _ => (MONTH_BLOCKS, u64::from(height)),
        };
        if least >= u64::from(height) {
            return Some(self.unspent_up_to(rng.index(self.slots.len())));
        }
        let spans = 1 + (most / least).max(1).ilog2();
        let span = least << rng.below(u64::from(spans));
        let age = (least + rng.below(span)).min(most);
        let youngest = height.saturating_sub(u32::try_from(age).unwrap_or(u32::MAX));
        // The block of that height, or the next older one that has slots; the oldest of all where age is beyond it.
        let block = self.starts.partition_point(|(at, _)| *at <= youngest).saturating_sub(1);
        let start = self.starts.get(block).map_or(0, |(_, slot)| *slot);
        let end = self.starts.get(block + 1).map_or(self.slots.len(), |(_, slot)| *slot);
        let at = start + rng.index(end.saturating_sub(start).max(1));
        Some(self.unspent_up_to(at.min(self.slots.len() - 1)))
    }

    /// What stands in a slot that `pick` chose.
    pub(super) fn at(&self, at: usize) -> &Unspent {
        &self.slots[at]
    }

    /// Takes out the output in a slot that `pick` chose.
    pub(super) fn remove(&mut self, at: usize, owners: &mut Owners) -> Unspent {
        self.marks[at / 64] &= !(1 << (at % 64));
        self.n_settled -= 1;
        owners.count_out(self.slots[at].owner);
        self.slots[at]
    }

    /// Takes out up to `n` outputs of an owner, the newest first.
    pub(super) fn take_newest(&mut self, owner: u32, n: usize, owners: &mut Owners, out: &mut Vec<Unspent>) {
        let mut at = owners.get(owner).newest;
        let enough = out.len() + n;
        while at != NONE && out.len() < enough {
            let coin = self.slots[at as usize];
            if self.is_unspent(at as usize) {
                out.push(self.remove(at as usize, owners));
            }
            at = coin.older;
        }
        owners.get_mut(owner).newest = at;
    }

    /// Takes out up to `n` outputs of the owner of the output that was taken from slot `at`: those next older than it.
    pub(super) fn take_older(&mut self, at: usize, n: usize, owners: &mut Owners, out: &mut Vec<Unspent>) {
        let enough = out.len() + n;
        let mut next = self.slots[at].older;
        for _ in 0..4 * n + 16 {
            if next == NONE || out.len() == enough {
                break;
            }
            if self.is_unspent(next as usize) {
                out.push(self.remove(next as usize, owners));
            }
            next = self.slots[next as usize].older;
        }
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
    use super::super::owners::OwnerClass;
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn gives_each_output_once_and_the_young_more_often() {
        let mut rng = Rng::new(1, 1);
        let mut owners = Owners::new(&mut rng);
        let mut pool = Pool::default();
        let places: Vec<u32> = (0..50).map(|_| owners.add(OwnerClass::Person, &mut rng)).collect();
        let (mut taken, mut ages, mut out) = (HashSet::new(), Vec::new(), Vec::new());
        let mut height = 0;
        for n in 0..50_000u64 {
            pool.add(Unspent::new(0, 1, n, places[rng.index(50)]), &mut owners);
            if n % 20 == 19 {
                pool.settle(height, 1_000_000, &mut owners);
                height += 1;
            }
            out.clear();
            if n % 30 == 0 {
                pool.take_newest(places[rng.index(50)], 2, &mut owners, &mut out);
            } else if n % 10 != 0 {
                if let Some(at) = pool.pick(height, &mut rng) {
                    let coin = pool.remove(at, &mut owners);
                    ages.push(n - coin.address);
                    out.push(coin);
                }
            }
            assert!(out.iter().all(|coin| taken.insert(coin.address)));
        }
        assert_eq!(pool.len(), 50_000 - taken.len());
        let held: u32 = places.iter().map(|at| owners.get(*at).n_coins + owners.get(*at).n_waiting).sum();
        assert_eq!(held as usize, pool.len());
        assert!(pool.slots.len() <= 2 * pool.len() + 4_200);
        ages.sort_unstable();
        assert!(ages[ages.len() / 2] < 1_000 && ages[ages.len() - 1] > 5_000);
        pool.settle(height, 1_000_000, &mut owners);
        out.clear();
        for place in places {
            pool.take_newest(place, usize::MAX >> 1, &mut owners, &mut out);
        }
        assert!(out.iter().all(|coin| taken.insert(coin.address)));
        assert_eq!((taken.len(), pool.len()), (50_000, 0));
        assert!(pool.pick(height, &mut rng).is_none());
    }

    #[test]
    fn beyond_the_limit_the_oldest_are_forgotten() {
        let mut rng = Rng::new(1, 1);
        let mut owners = Owners::new(&mut rng);
        let mut pool = Pool::default();
        let place = owners.add(OwnerClass::Person, &mut rng);
        for n in 0..5_000u64 {
            pool.add(Unspent::new(0, 1 + n % 2 * 100, n, place), &mut owners);
            if n % 100 == 99 {
                pool.settle((n / 100) as u32, 1_000, &mut owners);
            }
        }
        assert!(pool.len() <= 1_100 && owners.get(place).n_coins as usize == pool.len());
        let mut left = Vec::new();
        pool.take_newest(place, 5_000, &mut owners, &mut left);
        let cheap = left.iter().filter(|coin| coin.value_sat == 1).count();
        assert!(3 * cheap < left.len(), "{cheap} of {}", left.len());
        assert_eq!(left[0].address, 4_999);
    }
}
