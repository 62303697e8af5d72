//! Giving every address its id, in the order of first appearance, shard by shard in parallel.
//!
//! Within a shard the items of a batch are taken in chain order. An unknown one is entered with a provisional value
//! (`first new id + its position`); afterwards the new positions of all shards, sorted, get the ids in turn. So ids do
//! not depend on the number of threads, and every match is compared byte by byte.

use rayon::prelude::*;

use super::batch::{Linked, Linker};
use super::load::Loaded;
use super::table::{shard_of, Shard, Table};
use crate::ids::{MAX_ADDRESS, NONE_U32, NONE_U64};
use crate::script::{AddressKey, KeyLink, Kind, Revealed as RevealedAddress};
use crate::store::error::StoreError;
use crate::store::Counts;

/// An address that the spend of an external output proves.
#[derive(Debug, Clone, Copy)]
pub struct Revealed {
    /// Input of its block.
    pub input: u32,
    /// The address.
    pub address: RevealedAddress,
}

impl Revealed {
    /// The address that input `input` of its block proves.
    #[must_use]
    pub fn of(input: u32, address: RevealedAddress) -> Revealed {
        Revealed { input, address }
    }
}

/// One occurrence of an address.
#[derive(Clone, Copy)]
struct Item<'a> {
    key: u64,
    kind: Kind,
    payload: &'a [u8],
    /// Output number, or NONE for a revealed one.
    output: u64,
}

/// Assigns ids to all addresses of the batch: fills `output_address`, and `address` with one entry per external
/// input, and appends the rows of new addresses.
///
/// # Errors
/// [`StoreError::Full`].
pub fn intern(
    linker: &mut Linker,
    blocks: &[Loaded],
    linked: &mut [Linked],
    revealed: &[Vec<Option<Revealed>>],
) -> Result<(), StoreError> {
    let salt = linker.base.salt();
    let mut items = Vec::new();
    let mut block_ends = Vec::with_capacity(blocks.len());
    for ((loaded, linked), revealed) in blocks.iter().zip(&*linked).zip(revealed) {
        collect(loaded, linked, revealed, salt, &mut items);
        block_ends.push(items.len());
    }
    let first_new = linker.counts.addresses;
    let wanted = first_new + items.len() as u64;
    if wanted > MAX_ADDRESS {
        return Err(StoreError::Full { what: "addresses", wanted, limit: MAX_ADDRESS });
    }
    let mut table = std::mem::take(&mut linker.address_table);
    let (ids, new) = look_up(linker, &mut table, &items, first_new);
    linker.address_table = table;
    let final_id = |provisional: u32| -> u32 {
        if u64::from(provisional) < first_new {
            return provisional;
        }
        let position = provisional - first_new as u32;
        first_new as u32 + new.partition_point(|p| *p < position) as u32
    };
    hand_out(
        &items,
        &block_ends,
        linked,
        revealed,
        blocks,
        |n| final_id(ids[n]),
        |end| first_new + new.partition_point(|p| (*p as usize) < end) as u64,
    );
    for position in &new {
        append_row(linker, &items[*position as usize]);
    }
    Ok(())
}

/// Occurrences of addresses in one block, in chain order: a transaction's revealed ones before its outputs.
fn collect<'a>(
    loaded: &'a Loaded,
    linked: &Linked,
    revealed: &'a [Option<Revealed>],
    salt: crate::store::key::Salt,
    items: &mut Vec<Item<'a>>,
) {
    let mut known = revealed.iter().flatten().peekable();
    for n_tx in 0..loaded.block.txid.len() {
        let inputs_end = loaded.inputs(n_tx).end as u32;
        while let Some(revealed) = known.next_if(|revealed| revealed.input < inputs_end) {
            let (kind, payload) = (revealed.address.kind, revealed.address.payload());
            let key = salt.address(&AddressKey::of(kind, payload));
            items.push(Item { key, kind, payload, output: NONE_U64 });
        }
        for n in loaded.outputs(n_tx) {
            if loaded.kind[n].has_address() {
                items.push(Item {
                    key: loaded.address_key[n],
                    kind: loaded.kind[n],
                    payload: loaded.payload[n].of(&loaded.raw),
                    output: linked.before.outputs + n as u64,
                });
            }
        }
    }
}

/// Value per item (an id, or `first_new` plus the position of its first occurrence), and the sorted new positions.
fn look_up(linker: &Linker, table: &mut Table, items: &[Item<'_>], first_new: u64) -> (Vec<u32>, Vec<u32>) {
    const AHEAD: usize = 8;
    let per_shard: Vec<(Vec<(u32, u32)>, Vec<u32>)> = table
        .shards
        .par_iter_mut()
        .enumerate()
        .map(|(shard_no, shard)| {
            let mine: Vec<u32> =
                (0..items.len() as u32).filter(|n| shard_of(items[*n as usize].key) == shard_no).collect();
            let mut found = Vec::with_capacity(mine.len());
            let mut new = Vec::new();
            for (at, position) in mine.iter().enumerate() {
                if let Some(ahead) = mine.get(at + AHEAD) {
                    shard.prefetch(items[*ahead as usize].key);
                }
                let value = find(linker, shard, items, first_new, *position).unwrap_or_else(|| {
                    new.push(*position);
                    let value = first_new as u32 + position;
                    shard.insert(items[*position as usize].key, value);
                    value
                });
                found.push((*position, value));
            }
            (found, new)
        })
        .collect();
    let mut ids = vec![0u32; items.len()];
    let mut new = Vec::new();
    for (found, new_here) in &per_shard {
        for (position, value) in found {
            ids[*position as usize] = *value;
        }
        new.extend_from_slice(new_here);
    }
    new.par_sort_unstable();
    // The table learns the ids: the n-th new position is the n-th new id.
    table.shards.par_iter_mut().zip(&per_shard).for_each(|(shard, (_, new_here))| {
        // Ascending, so that no provisional value can be mistaken for an id handed out before it.
        for position in new_here {
            let rank = new.partition_point(|p| p < position) as u32;
            shard.change(items[*position as usize].key, first_new as u32 + position, first_new as u32 + rank);
        }
    });
    (ids, new)
}

/// Id or provisional value of an item that is known.
fn find(linker: &Linker, shard: &Shard, items: &[Item<'_>], first_new: u64, position: u32) -> Option<u32> {
    let item = &items[position as usize];
    let same = |value: &u32| {
        if u64::from(*value) >= first_new {
            let other = &items[(u64::from(*value) - first_new) as usize];
            other.kind == item.kind && other.payload == item.payload
        } else {
            linker.address_payload(*value) == Some((item.kind, item.payload))
        }
    };
    let recent = shard.candidates(item.key).find(same);
    if recent.is_some() || linker.table_base.1 == 0 {
        return recent;
    }
    let bound = linker.table_base.1;
    let entries = linker.base.entries(crate::store::run::RunKind::Address, item.key);
    entries.map(|entry| entry.value).filter(|id| *id < bound).map(|id| id as u32).find(same)
}

/// Writes the final ids into the blocks they belong to.
fn hand_out(
    items: &[Item<'_>],
    block_ends: &[usize],
    linked: &mut [Linked],
    revealed: &[Vec<Option<Revealed>>],
    blocks: &[Loaded],
    id_of: impl Fn(usize) -> u32 + Sync,
    addresses_before: impl Fn(usize) -> u64 + Sync,
) {
    linked.par_iter_mut().enumerate().for_each(|(block_no, linked)| {
        let start = block_no.checked_sub(1).map_or(0, |before| block_ends[before]);
        linked.first_address = addresses_before(start);
        linked.output_address = vec![NONE_U32; blocks[block_no].kind.len()];
        let mut ids_of_revealed = Vec::new();
        for n in start..block_ends[block_no] {
            match items[n].output {
                NONE_U64 => ids_of_revealed.push(id_of(n)),
                output => linked.output_address[(output - linked.before.outputs) as usize] = id_of(n),
            }
        }
        let mut ids_of_revealed = ids_of_revealed.into_iter();
        linked.address = revealed[block_no]
            .iter()
            .map(|revealed| revealed.and_then(|_| ids_of_revealed.next()).unwrap_or(NONE_U32))
            .collect();
    });
}

fn append_row(linker: &mut Linker, item: &Item<'_>) {
    let (delta, counts) = (&mut linker.delta, &mut linker.counts);
    let id = counts.addresses as u32;
    let slot = append_payload(delta, counts, item.kind, item.payload);
    delta.address_kind.push(item.kind as u8);
    delta.address_slot.push(slot);
    delta.address_first_output.push(item.output);
    delta.strict_parent.push(NONE_U32);
    delta.strict_link_tx.push(NONE_U32);
    linker.address_keys.push(item.key);
    counts.addresses += 1;
    if linker.keys_seen.len() * 64 < counts.addresses as usize {
        linker.keys_seen.push(0);
    }
    let mut links: Vec<KeyLink> = Vec::new();
    if matches!(item.kind, Kind::P2pk | Kind::Multisig) && item.output != NONE_U64 {
        crate::script::output_keys(item.kind, item.payload, &mut links);
        linker.new_output_keys.push_back((id, item.output, links));
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
        let slot = u64::from(delta.address_slot[row]);
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
