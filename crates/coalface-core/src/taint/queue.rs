//! Coins that wait for the transaction that spends them, taken out in ascending order of their keys.
//!
//! Keys never go back: what is put in lies above what was taken out. So they are kept by windows of 16,384. The current
//! window is a dense array with a bitmap; later ones are lists that grow at their end, and wait on disk if memory is short.
//! Putting in and taking out touch no more than a place or two of memory each, however many entries wait. An entry takes
//! 16 bytes and the heap of its coin; the current window 0.13 MB.

use super::coin::Coin;
use super::error::TraceError;
use super::spill::{Chunk, SpillFile};

const WINDOW_BITS: u32 = 14;
const WINDOW: usize = 1 << WINDOW_BITS;
const WORDS: usize = WINDOW / 64;
/// Windows of one group: a group's list of windows is made when one of them is needed.
const GROUP: usize = 32;
/// Key of an entry that is mixed.
const MIXED: u64 = 1 << 63;
/// Memory without which no trace begins: the current window, and what comes in between two looks at the memory.
pub const LEAST_BYTES: u64 = 2 << 20;

/// Tainted value on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<C> {
    /// Its place in the order.
    pub key: u64,
    /// What arrives.
    pub coin: C,
    /// Whether it went through a transaction that may be a CoinJoin.
    pub is_mixed: bool,
}

/// Both entries of one key as one.
pub type Merge<'a, C> = &'a mut dyn FnMut(u64, C, C) -> C;

#[derive(Debug)]
struct Later<C> {
    entries: Vec<(u64, C)>,
    spilled: Vec<Chunk>,
}

impl<C> Default for Later<C> {
    fn default() -> Self {
        Later { entries: Vec::new(), spilled: Vec::new() }
    }
}

/// The queue.
#[derive(Debug)]
pub struct Queue<C> {
    coins: Vec<C>,
    is_there: Vec<u64>,
    is_mixed: Vec<u64>,
    /// Words of `is_there` that are not 0, a bit each.
    words: [u64; WORDS / 64],
    /// Number of the current window.
    window: u64,
    groups: Vec<Option<Box<[Later<C>]>>>,
    /// Entries in later windows, in memory.
    n_later: u64,
    spill: SpillFile,
}

impl<C: Coin> Queue<C> {
    /// A queue for keys below `end`, that spills into `spill`.
    #[must_use]
    pub fn new(end: u64, spill: SpillFile) -> Queue<C> {
        let n_groups = (end >> WINDOW_BITS) as usize / GROUP + 1;
        Queue {
            coins: vec![C::default(); WINDOW],
            is_there: vec![0; WORDS],
            is_mixed: vec![0; WORDS],
            words: [0; WORDS / 64],
            window: 0,
            groups: std::iter::repeat_with(|| None).take(n_groups).collect(),
            n_later: 0,
            spill,
        }
    }

    /// Puts one in.
    ///
    /// # Panics
    /// If the key is not below the end. Keys below the current window are the caller's mistake too.
    pub fn push(&mut self, entry: Entry<C>, merge: Merge<'_, C>) {
        let window = entry.key >> WINDOW_BITS;
        if window == self.window {
            self.put(entry, merge);
            return;
        }
        debug_assert!(window > self.window);
        let place = window as usize;
        let group = self.groups[place / GROUP]
            .get_or_insert_with(|| std::iter::repeat_with(Later::default).take(GROUP).collect());
        let key = entry.key | if entry.is_mixed { MIXED } else { 0 };
        group[place % GROUP].entries.push((key, entry.coin));
        self.n_later += 1;
    }

    fn put(&mut self, entry: Entry<C>, merge: Merge<'_, C>) {
        let slot = entry.key as usize % WINDOW;
        let (word, bit) = (slot / 64, 1u64 << (slot % 64));
        if self.is_there[word] & bit == 0 {
            self.is_there[word] |= bit;
            self.words[word / 64] |= 1 << (word % 64);
            self.coins[slot] = entry.coin;
        } else {
            let before = std::mem::take(&mut self.coins[slot]);
            self.coins[slot] = merge(entry.key, before, entry.coin);
        }
        if entry.is_mixed {
            self.is_mixed[word] |= bit;
        }
    }

    fn first_slot(&self) -> Option<usize> {
        let at = self.words.iter().position(|word| *word != 0)?;
        let word = at * 64 + self.words[at].trailing_zeros() as usize;
        Some(word * 64 + self.is_there[word].trailing_zeros() as usize)
    }

    /// The smallest key, if that is below `end`. If not, all keys that are put in from now on are to be `end` or above.
    ///
    /// # Errors
    /// If what was spilled cannot be read back.
    pub fn peek_below(&mut self, end: u64, merge: Merge<'_, C>) -> Result<Option<u64>, TraceError> {
        loop {
            if let Some(slot) = self.first_slot() {
                return Ok(Some(self.window << WINDOW_BITS | slot as u64).filter(|key| *key < end));
            }
            if !self.advance(end, merge)? {
                return Ok(None);
            }
        }
    }

    /// Takes out the entry with the smallest key, if that is below `end`; else as `peek_below`.
    ///
    /// # Errors
    /// If what was spilled cannot be read back.
    pub fn pop_below(&mut self, end: u64, merge: Merge<'_, C>) -> Result<Option<Entry<C>>, TraceError> {
        let Some(key) = self.peek_below(end, merge)? else { return Ok(None) };
        let slot = key as usize % WINDOW;
        let (word, bit) = (slot / 64, 1u64 << (slot % 64));
        let is_mixed = self.is_mixed[word] & bit != 0;
        self.is_there[word] &= !bit;
        self.is_mixed[word] &= !bit;
        if self.is_there[word] == 0 {
            self.words[word / 64] &= !(1 << (word % 64));
        }
        Ok(Some(Entry { key, coin: std::mem::take(&mut self.coins[slot]), is_mixed }))
    }

    /// Makes the next window with entries the current one; false if there is none that begins below `end`.
    fn advance(&mut self, end: u64, merge: Merge<'_, C>) -> Result<bool, TraceError> {
        let mut place = self.window as usize + 1;
        while place / GROUP < self.groups.len() && (place as u64) << WINDOW_BITS < end {
            let Some(group) = &mut self.groups[place / GROUP] else {
                place = (place / GROUP + 1) * GROUP;
                continue;
            };
            let later = &mut group[place % GROUP];
            if later.entries.is_empty() && later.spilled.is_empty() {
                place += 1;
                if place.is_multiple_of(GROUP) {
                    self.groups[place / GROUP - 1] = None;
                }
                continue;
            }
            let later = std::mem::take(later);
            self.window = place as u64;
            self.n_later -= later.entries.len() as u64;
            for chunk in later.spilled {
                let bytes = self.spill.read(chunk)?;
                let mut rest = &bytes[..];
                while !rest.is_empty() {
                    let entry = decode(&mut rest).ok_or_else(|| self.spill.damaged(chunk))?;
                    self.put_later(entry, merge);
                }
            }
            for entry in later.entries {
                self.put_later(entry, merge);
            }
            return Ok(true);
        }
        Ok(false)
    }

    fn put_later(&mut self, (key, coin): (u64, C), merge: Merge<'_, C>) {
        self.put(Entry { key: key & !MIXED, coin, is_mixed: key & MIXED != 0 }, merge);
    }

    /// Bytes that it takes, its coins included.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let entry = size_of::<(u64, C)>() as u64;
        // Lists grow by doubling: half of what they have may be free.
        let groups = self.groups.iter().flatten().count() * GROUP * size_of::<Later<C>>();
        self.n_later * entry * 2 + (groups + WINDOW * size_of::<C>()) as u64 + C::heap_bytes()
    }

    /// Bytes on disk.
    #[must_use]
    pub fn spilled_bytes(&self) -> u64 {
        self.spill.len()
    }

    /// Writes the fullest later windows to disk, until half of the entries are there.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn spill(&mut self) -> Result<(), TraceError> {
        let mut sizes = Vec::new();
        for (n, group) in self.groups.iter().enumerate() {
            let windows = group.iter().flat_map(|group| group.iter()).enumerate();
            sizes.extend(
                windows.filter_map(|(k, later)| {
                    (!later.entries.is_empty()).then_some((later.entries.len(), n * GROUP + k))
                }),
            );
        }
        sizes.sort_unstable_by(|a, b| b.cmp(a));
        let goal = self.n_later / 2;
        let mut bytes = Vec::new();
        for (_, place) in sizes {
            if self.n_later <= goal {
                break;
            }
            let Some(group) = &mut self.groups[place / GROUP] else { continue };
            let later = &mut group[place % GROUP];
            let entries = std::mem::take(&mut later.entries);
            self.n_later -= entries.len() as u64;
            bytes.clear();
            for (key, coin) in &entries {
                bytes.extend_from_slice(&key.to_le_bytes());
                coin.encode(&mut bytes);
            }
            later.spilled.push(self.spill.write(&bytes)?);
        }
        Ok(())
    }
}

fn decode<C: Coin>(bytes: &mut &[u8]) -> Option<(u64, C)> {
    let (key, rest) = bytes.split_first_chunk::<8>()?;
    *bytes = rest;
    Some((u64::from_le_bytes(*key), C::decode(bytes)?))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn run(seed: u64, end: u64, spills: bool) {
        let folder = tempfile::tempdir().unwrap();
        let mut state = seed;
        let mut next = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let mut queue: Queue<i64> = Queue::new(end, SpillFile::new(folder.path()));
        let mut plain: BTreeMap<u64, (i64, bool)> = BTreeMap::new();
        let mut sum = |_: u64, a: i64, b: i64| a + b;
        let mut at = 0;
        for _ in 0..20_000 {
            if next(3) > 0 {
                let reach = [5, 100_000, end][next(3) as usize];
                let key = at + 1 + next(reach);
                if key < end {
                    let (coin, is_mixed) = (1 + next(50) as i64, next(2) == 0);
                    let cell = plain.entry(key).or_default();
                    *cell = (cell.0 + coin, cell.1 | is_mixed);
                    queue.push(Entry { key, coin, is_mixed }, &mut sum);
                }
            } else {
                let limit = at + 1 + next(end);
                let wanted = plain.first_key_value().filter(|(key, _)| **key < limit).map(|(key, cell)| (*key, *cell));
                let found = queue.pop_below(limit, &mut sum).unwrap();
                assert_eq!(found.map(|entry| (entry.key, (entry.coin, entry.is_mixed))), wanted);
                if let Some((key, _)) = wanted {
                    plain.pop_first();
                    at = key;
                } else {
                    at = limit - 1;
                }
            }
            if spills && next(100) == 0 {
                queue.spill().unwrap();
            }
        }
        while let Some((key, cell)) = plain.pop_first() {
            let found = queue.pop_below(u64::MAX, &mut sum).unwrap().unwrap();
            assert_eq!((found.key, (found.coin, found.is_mixed)), (key, cell));
        }
        assert_eq!(queue.peek_below(u64::MAX, &mut sum).unwrap(), None);
        assert_eq!(queue.spilled_bytes() > 0, spills);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), usize::from(spills));
        drop(queue);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn equals_a_sorted_map() {
        run(1, 70_000, false);
        run(2, 1 << 26, false);
        run(3, 1 << 20, true);
        run(4, 1 << 26, true);
    }
}
