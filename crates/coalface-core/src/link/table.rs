//! A sharded hash table from salted 64-bit keys to 32-bit ids, eight bytes a slot.
//!
//! A slot keeps 32 bits of the key, so a match is only a candidate: the caller compares the real thing. Shards let
//! threads insert side by side without locks. Load stays below 3/4, so probing always meets an empty slot.

use crate::prefetch::prefetch;

const SHARD_BITS: u32 = 5;
/// Number of shards.
pub const SHARDS: usize = 1 << SHARD_BITS;
const EMPTY: u64 = u64::MAX;

/// One shard; see the module.
#[derive(Debug, Clone, Default)]
pub struct Shard {
    slots: Vec<u64>,
    len: usize,
}

/// Which shard a key belongs to.
#[must_use]
pub fn shard_of(key: u64) -> usize {
    (key >> (64 - SHARD_BITS)) as usize
}

/// Positions of `keys` grouped by shard (in order within one), and where each shard's group starts.
#[must_use]
pub fn by_shard(keys: &[u64]) -> (Vec<u32>, Vec<usize>) {
    let mut starts = vec![0usize; SHARDS + 1];
    for key in keys {
        starts[shard_of(*key) + 1] += 1;
    }
    for shard in 0..SHARDS {
        starts[shard + 1] += starts[shard];
    }
    let mut next = starts.clone();
    let mut order = vec![0u32; keys.len()];
    for (n, key) in keys.iter().enumerate() {
        let at = &mut next[shard_of(*key)];
        order[*at] = n as u32;
        *at += 1;
    }
    (order, starts)
}

fn tag_of(key: u64) -> u32 {
    (key << SHARD_BITS >> 32) as u32
}

fn value_of(slot: u64) -> u32 {
    slot as u32
}

impl Shard {
    /// Values whose key may equal `key`, in order of insertion.
    pub fn candidates(&self, key: u64) -> impl Iterator<Item = u32> + '_ {
        let tag = u64::from(tag_of(key));
        let mut at = self.home(tag as u32);
        std::iter::from_fn(move || loop {
            let slot = *self.slots.get(at)?;
            if slot == EMPTY {
                return None;
            }
            at = if at + 1 == self.slots.len() { 0 } else { at + 1 };
            if slot >> 32 == tag {
                return Some(value_of(slot));
            }
        })
    }

    /// Adds an entry (equal keys may occur). `value` is not `u32::MAX`.
    pub fn insert(&mut self, key: u64, value: u32) {
        if (self.len + 1) * 4 > self.slots.len() * 3 {
            self.grow();
        }
        self.place(u64::from(tag_of(key)) << 32 | u64::from(value));
        self.len += 1;
    }

    /// Changes the value of the entry of `key` that has the value `from`.
    pub fn change(&mut self, key: u64, from: u32, to: u32) {
        let tag = tag_of(key);
        let from = u64::from(tag) << 32 | u64::from(from);
        let mut at = self.home(tag);
        while self.slots[at] != from {
            assert_ne!(self.slots[at], EMPTY, "the entry was inserted before");
            at = if at + 1 == self.slots.len() { 0 } else { at + 1 };
        }
        self.slots[at] = u64::from(tag) << 32 | u64::from(to);
    }

    /// Asks the processor to fetch the slot where probing for `key` starts.
    #[inline]
    pub fn prefetch(&self, key: u64) {
        prefetch(&self.slots, self.home(tag_of(key)));
    }

    /// Where probing starts: rises with the tag, so that growing is one sweep.
    fn home(&self, tag: u32) -> usize {
        ((u64::from(tag) * self.slots.len() as u64) >> 32) as usize
    }

    fn place(&mut self, slot: u64) {
        let mut at = self.home((slot >> 32) as u32);
        while self.slots[at] != EMPTY {
            at = if at + 1 == self.slots.len() { 0 } else { at + 1 };
        }
        self.slots[at] = slot;
    }

    fn grow(&mut self) {
        let capacity = (self.slots.len() * 2).max(64);
        let old = std::mem::replace(&mut self.slots, vec![EMPTY; capacity]);
        // Entries that wrapped around stand at the front; taking the others first keeps equal keys in their order.
        let wrapped = old.iter().position(|slot| *slot == EMPTY).unwrap_or(0);
        for slot in old[wrapped..].iter().chain(&old[..wrapped]) {
            if *slot != EMPTY {
                self.place(*slot);
            }
        }
    }
}

/// All shards of one table.
#[derive(Debug, Clone)]
pub struct Table {
    /// The shards, by [`shard_of`].
    pub shards: Vec<Shard>,
}

impl Default for Table {
    fn default() -> Self {
        Table { shards: vec![Shard::default(); SHARDS] }
    }
}

impl Table {
    /// The shard of `key`.
    #[must_use]
    pub fn shard(&self, key: u64) -> &Shard {
        &self.shards[shard_of(key)]
    }

    /// Bytes in use.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.shards.iter().map(|shard| shard.slots.len() * 8).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn equals_a_map_of_lists() {
        let mut table = Table::default();
        let mut map: HashMap<u64, Vec<u32>> = HashMap::new();
        let mut state = 9u64;
        for n in 0..200_000u32 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let mut key = state ^ state >> 29;
            if n % 7 == 0 {
                key = u64::from(n % 900).wrapping_mul(0x9e37_79b9_7f4a_7c15); // repeated keys
            }
            table.shards[shard_of(key)].insert(key, n);
            map.entry(key).or_default().push(n);
        }
        for (key, values) in &map {
            let found: Vec<u32> = table.shard(*key).candidates(*key).filter(|v| values.contains(v)).collect();
            assert_eq!(&found, values);
        }
        assert!(table.bytes() >= 200_000 * 8);
        table.shards[shard_of(1)].insert(1, 77);
        table.shards[shard_of(1)].change(1, 77, 78);
        assert!(table.shard(1).candidates(1).any(|v| v == 78));
    }
}
