//! Giving every address its id, in the order of first appearance, shard by shard in parallel.
//!
//! Within a shard the items of a batch are taken in chain order. An unknown one is entered with a provisional value
//! (`first new id + its position`); afterwards the new positions of all shards, sorted, get the ids in turn. So ids do
//! not depend on the number of threads, and every match is compared byte by byte.

use rayon::prelude::*;

use super::batch::{Linked, Linker};
use super::load::Loaded;
use super::table::{by_shard, Shard, Table};
use crate::ids::{MAX_ADDRESS, NONE_U32, NONE_U64};
use crate::script::{AddressKey, KeyLink, Kind, Revealed as RevealedAddress};
use crate::stages::Stage;
use crate::store::error::StoreError;
use crate::store::key::Salt;
use crate::store::layout::ADDRESS_RANK_ROWS;
use crate::store::run::RunKind;
use crate::store::Counts;

/// The address of an external output, as its spend proves it or undo data hold it.
#[derive(Debug, Clone, Copy)]
pub struct Revealed<'a> {
    /// Input of its block.
    pub input: u32,
    /// The address.
    pub address: KnownBy<'a>,
}

/// Who tells the address of an external output.
#[derive(Debug, Clone, Copy)]
pub enum KnownBy<'a> {
    /// The spend.
    Spend(RevealedAddress),
    /// Undo data: kind and payload.
    Undo(Kind, &'a [u8]),
}

impl KnownBy<'_> {
    fn kind(&self) -> Kind {
        match self {
            KnownBy::Spend(revealed) => revealed.kind,
            KnownBy::Undo(kind, _) => *kind,
        }
    }

    fn payload(&self) -> &[u8] {
        match self {
            KnownBy::Spend(revealed) => revealed.payload(),
            KnownBy::Undo(_, payload) => payload,
        }
    }
}

/// Occurrences of addresses in a batch, in chain order: a transaction's revealed ones before its outputs.
#[derive(Debug, Default)]
pub struct Occurrences {
    /// Salted key of the address.
    keys: Vec<u64>,
    /// Block of the batch.
    block: Vec<u32>,
    /// Output of that block; with the high bit set, a revealed address of that block.
    row: Vec<u32>,
    /// Id of the address, or the first new id plus the position of its first occurrence.
    ids: Vec<u32>,
}

const REVEALED: u32 = 1 << 31;

/// What the occurrences stand in.
#[derive(Clone, Copy)]
struct Batch<'a> {
    blocks: &'a [Loaded],
    revealed: &'a [Vec<Option<Revealed<'a>>>],
}

impl<'a> Batch<'a> {
    fn address(&self, occurrences: &Occurrences, n: usize) -> (Kind, &'a [u8]) {
        let (block, row) = (occurrences.block[n] as usize, occurrences.row[n]);
        if row & REVEALED == 0 {
            let loaded = &self.blocks[block];
            let identity = &loaded.identity[row as usize];
            if identity.is_payload() {
                return (identity.kind(), identity.as_bytes());
            }
            return (loaded.kind[row as usize], loaded.payload[row as usize].of(&loaded.raw));
        }
        let revealed = self.revealed[block][(row & !REVEALED) as usize].as_ref().expect("only known ones occur");
        (revealed.address.kind(), revealed.address.payload())
    }
}

/// Assigns ids to all addresses of the batch: fills `output_address` and `revealed_address`, and appends the rows of
/// new addresses.
///
/// # Errors
/// [`StoreError::Full`].
pub fn intern(
    linker: &mut Linker,
    blocks: &[Loaded],
    linked: &mut [Linked],
    revealed: &[Vec<Option<Revealed<'_>>>],
) -> Result<(), StoreError> {
    let batch = Batch { blocks, revealed };
    let mut occurrences = std::mem::take(&mut linker.occurrences);
    let block_ends = occurrences.collect(batch, linker.base.salt());
    let first_new = linker.counts.addresses;
    let wanted = first_new + occurrences.keys.len() as u64;
    if wanted > MAX_ADDRESS {
        return Err(StoreError::Full { what: "addresses", wanted, limit: MAX_ADDRESS });
    }
    let mut table = std::mem::take(&mut linker.address_table);
    let new = occurrences.look_up(linker, &mut table, batch, first_new as u32);
    linker.address_table = table;
    hand_out(&occurrences, &block_ends, linked, batch, &new, first_new);
    reserve_rows(linker, new.len());
    for position in &new {
        let n = *position as usize;
        let (kind, payload) = batch.address(&occurrences, n);
        let row = occurrences.row[n];
        let output = match row & REVEALED {
            0 => linked[occurrences.block[n] as usize].before.outputs + u64::from(row),
            _ => NONE_U64,
        };
        append_row(linker, occurrences.keys[n], kind, payload, output);
    }
    linker.occurrences = occurrences;
    Ok(())
}

impl Occurrences {
    /// Fills in the occurrences of the batch; returns where those of each block end.
    fn collect(&mut self, batch: Batch<'_>, salt: Salt) -> Vec<usize> {
        self.keys.clear();
        self.block.clear();
        self.row.clear();
        let mut block_ends = Vec::with_capacity(batch.blocks.len());
        for (block_no, (loaded, revealed)) in batch.blocks.iter().zip(batch.revealed).enumerate() {
            let mut known = revealed.iter().enumerate().filter_map(|(n, r)| r.as_ref().map(|r| (n, r))).peekable();
            for n_tx in 0..loaded.block.txid.len() {
                let inputs_end = loaded.inputs(n_tx).end as u32;
                while let Some((n, revealed)) = known.next_if(|(_, revealed)| revealed.input < inputs_end) {
                    let key = AddressKey::of(revealed.address.kind(), revealed.address.payload());
                    self.push(salt.address(&key), block_no, REVEALED | n as u32);
                }
                for n in loaded.outputs(n_tx) {
                    if loaded.kind[n].has_address() {
                        self.push(loaded.address_key[n], block_no, n as u32);
                    }
                }
            }
            block_ends.push(self.keys.len());
        }
        block_ends
    }

    fn push(&mut self, key: u64, block: usize, row: u32) {
        self.keys.push(key);
        self.block.push(block as u32);
        self.row.push(row);
    }

    /// Fills in the ids; returns the positions of first occurrences of new addresses, ascending.
    fn look_up(&mut self, linker: &Linker, table: &mut Table, batch: Batch<'_>, first_new: u32) -> Vec<u32> {
        const AHEAD: usize = 8;
        let (order, starts) = by_shard(&self.keys);
        let this = &*self;
        let per_shard: Vec<(Vec<u32>, Vec<u32>)> = table
            .shards
            .par_iter_mut()
            .enumerate()
            .map(|(shard_no, shard)| {
                linker.clock.time(Stage::Addresses, || {
                    let mine = &order[starts[shard_no]..starts[shard_no + 1]];
                    let mut found = Vec::with_capacity(mine.len());
                    let mut new = Vec::new();
                    for (at, position) in mine.iter().enumerate() {
                        if let Some(ahead) = mine.get(at + AHEAD) {
                            shard.prefetch(this.keys[*ahead as usize]);
                        }
                        let known = this.find(linker, shard, batch, first_new, *position);
                        found.push(known.unwrap_or_else(|| {
                            new.push(*position);
                            shard.insert(this.keys[*position as usize], first_new + position);
                            first_new + position
                        }));
                    }
                    (found, new)
                })
            })
            .collect();
        self.ids.clear();
        self.ids.resize(self.keys.len(), 0);
        let mut new = Vec::new();
        for (shard_no, (found, new_here)) in per_shard.iter().enumerate() {
            for (position, value) in order[starts[shard_no]..starts[shard_no + 1]].iter().zip(found) {
                self.ids[*position as usize] = *value;
            }
            new.extend_from_slice(new_here);
        }
        new.par_sort_unstable();
        // The n-th new position is the n-th new id: first occurrences get theirs, then the table and the others.
        for (rank, position) in new.iter().enumerate() {
            self.ids[*position as usize] = first_new + rank as u32;
        }
        let this = &*self;
        table.shards.par_iter_mut().zip(&per_shard).for_each(|(shard, (_, new_here))| {
            // Ascending, so that no provisional value can be mistaken for an id handed out before it.
            for position in new_here {
                let n = *position as usize;
                shard.change(this.keys[n], first_new + position, this.ids[n]);
            }
        });
        let mut rank = 0;
        for n in 0..self.ids.len() {
            if new.get(rank).is_some_and(|position| *position as usize == n) {
                rank += 1;
            } else if self.ids[n] >= first_new {
                // The first occurrence lies before this one and has its final id.
                self.ids[n] = self.ids[(self.ids[n] - first_new) as usize];
            }
        }
        new
    }

    /// Id or provisional value of an address that is known.
    fn find(&self, linker: &Linker, shard: &Shard, batch: Batch<'_>, first_new: u32, position: u32) -> Option<u32> {
        let key = self.keys[position as usize];
        let address = batch.address(self, position as usize);
        let same = |value: &u32| match value.checked_sub(first_new) {
            Some(other) => batch.address(self, other as usize) == address,
            None => linker.address_payload(*value) == Some(address),
        };
        let recent = shard.candidates(key).find(same);
        let bound = linker.table_base.1;
        if recent.is_some() || bound == 0 {
            return recent;
        }
        let entries = linker.base.entries(RunKind::Address, key);
        entries.map(|entry| entry.value).filter(|id| *id < bound).map(|id| id as u32).find(same)
    }
}

/// Writes the ids into the blocks they belong to.
fn hand_out(
    occurrences: &Occurrences,
    block_ends: &[usize],
    linked: &mut [Linked],
    batch: Batch<'_>,
    new: &[u32],
    first_new: u64,
) {
    linked.par_iter_mut().enumerate().for_each(|(block_no, linked)| {
        let start = block_no.checked_sub(1).map_or(0, |before| block_ends[before]);
        linked.first_address = first_new + new.partition_point(|position| (*position as usize) < start) as u64;
        linked.output_address.resize(batch.blocks[block_no].kind.len(), NONE_U32);
        linked.revealed_address.resize(batch.revealed[block_no].len(), NONE_U32);
        for n in start..block_ends[block_no] {
            let row = occurrences.row[n];
            let cell = match row & REVEALED {
                0 => &mut linked.output_address[row as usize],
                _ => &mut linked.revealed_address[(row & !REVEALED) as usize],
            };
            *cell = occurrences.ids[n];
        }
    });
}

/// Makes room for `n` rows of addresses at once.
fn reserve_rows(linker: &mut Linker, n: usize) {
    linker.address_slots.reserve(n);
    linker.address_keys.reserve(n);
    let delta = &mut linker.delta;
    delta.address_kind.reserve(n);
    delta.strict_parent.reserve(n);
    delta.strict_link_tx.reserve(n);
}

/// Appends the row of a new address, which first appeared with `output`.
pub(crate) fn append_row(linker: &mut Linker, key: u64, kind: Kind, payload: &[u8], output: u64) {
    let (delta, counts) = (&mut linker.delta, &mut linker.counts);
    let id = counts.addresses as u32;
    if counts.addresses.is_multiple_of(ADDRESS_RANK_ROWS) {
        let arrays = [counts.p2pkh, counts.p2sh, counts.p2wpkh, counts.p2wsh, counts.p2tr, counts.scripts];
        delta.rank_address.push(arrays.map(|rows| rows as u32));
    }
    let slot = append_payload(delta, counts, kind, payload);
    delta.address_kind.push(kind as u8);
    linker.address_slots.push(slot);
    delta.address_first_output.push(output);
    delta.strict_parent.push(NONE_U32);
    delta.strict_link_tx.push(NONE_U32);
    linker.address_keys.push(key);
    counts.addresses += 1;
    if linker.keys_seen.len() * 64 < counts.addresses as usize {
        linker.keys_seen.push(0);
    }
    if matches!(kind, Kind::P2pk | Kind::Multisig) && output != NONE_U64 {
        let mut links: Vec<KeyLink> = Vec::new();
        crate::script::output_keys(kind, payload, &mut links);
        linker.new_output_keys.push_back((id, output, links));
    }
}

fn append_payload(delta: &mut crate::store::Delta, counts: &mut Counts, kind: Kind, payload: &[u8]) -> u32 {
    let (rows, row) = match kind {
        Kind::P2pkh => (&mut delta.payload_p2pkh, &mut counts.p2pkh),
        Kind::P2sh => (&mut delta.payload_p2sh, &mut counts.p2sh),
        Kind::P2wpkh => (&mut delta.payload_p2wpkh, &mut counts.p2wpkh),
        Kind::P2wsh | Kind::P2tr => {
            let (rows, row) = if kind == Kind::P2wsh {
                (&mut delta.payload_p2wsh, &mut counts.p2wsh)
            } else {
                (&mut delta.payload_p2tr, &mut counts.p2tr)
            };
            rows.push(crate::hash::Hash32(payload.try_into().expect("the kind has 32 bytes")));
            *row += 1;
            return (*row - 1) as u32;
        }
        Kind::Anchor | Kind::Empty | Kind::OpReturn => return 0,
        Kind::P2pk | Kind::Multisig | Kind::WitnessUnknown | Kind::Nonstandard => {
            delta.heap_script.extend_from_slice(payload);
            counts.script_bytes += payload.len() as u64;
            delta.payload_script_end.push(counts.script_bytes);
            counts.scripts += 1;
            return (counts.scripts - 1) as u32;
        }
    };
    rows.push(payload.try_into().expect("the kind has 20 bytes"));
    *row += 1;
    (*row - 1) as u32
}

impl Linker {
    /// Kind and payload of an address that is committed or linked.
    #[must_use]
    pub fn address_payload(&self, id: u32) -> Option<(Kind, &[u8])> {
        let base = self.base.counts();
        if u64::from(id) < base.addresses {
            return self.base.address_payload(id);
        }
        let row = (u64::from(id) - base.addresses) as usize;
        let delta = &self.delta;
        let kind = Kind::from_u8(*delta.address_kind.get(row)?)?;
        let slot = u64::from(*self.address_slots.get(row)?);
        let payload: &[u8] = match kind {
            Kind::P2pkh => &delta.payload_p2pkh[(slot - base.p2pkh) as usize],
            Kind::P2sh => &delta.payload_p2sh[(slot - base.p2sh) as usize],
            Kind::P2wpkh => &delta.payload_p2wpkh[(slot - base.p2wpkh) as usize],
            Kind::P2wsh => &delta.payload_p2wsh[(slot - base.p2wsh) as usize].0,
            Kind::P2tr => &delta.payload_p2tr[(slot - base.p2tr) as usize].0,
            Kind::Anchor | Kind::Empty => &[],
            Kind::OpReturn => return None,
            Kind::P2pk | Kind::Multisig | Kind::WitnessUnknown | Kind::Nonstandard => {
                let row = (slot - base.scripts) as usize;
                let ends = &delta.payload_script_end;
                let start = row.checked_sub(1).map_or(base.script_bytes, |before| ends[before]);
                &delta.heap_script[(start - base.script_bytes) as usize..(ends[row] - base.script_bytes) as usize]
            }
        };
        Some((kind, payload))
    }
}
