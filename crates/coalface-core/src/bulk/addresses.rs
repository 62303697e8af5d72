//! Which address each output pays to: partition by partition of address keys, exactly.
//!
//! An address is named by the output in which it first appears. A bit for each of these outputs is set; the number of
//! bits before one is the id of its address, since ids are given in the order of first appearance.

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::bits::{Bits, Ranks};
use super::checkpoint::{Phase, State};
use super::records::{split, whole, Keyed, Known, Occurrence};
use super::scatter::Scatter;
use super::spill::{Spill, SpillWriter};
use super::table::KeyTable;
use super::trees;
use super::Build;
use crate::ids::{MAX_ADDRESS, NONE_U32};
use crate::store::StoreError;
use crate::Result;

/// Memory of an address in the table of its partition.
const BYTES_AN_ADDRESS: u64 = 96;
const HEAD_BYTES: usize = size_of::<Occurrence>();

/// An address of the partition: where it appeared first, and where its kind and key bytes lie.
struct Seen {
    output: u64,
    at: u32,
    len: u32,
}

/// Finds first occurrences; spills addresses by key, the bits, and the address of every output by window.
pub(super) fn find(build: &Build<'_>, state: &mut State) -> Result<()> {
    let storage = &*build.storage;
    let shape = build.shape;
    let (parts, buffers) = (shape.n_parts(), shape.buffer_bytes as usize);
    let n_outputs = state.blocks().end().output;
    let n_windows = shape.n_windows(n_outputs);
    let known = SpillWriter::create(storage, "known", n_windows, buffers)?;
    let firsts = SpillWriter::create(storage, "address_keys", parts, buffers)?;
    let bits = Bits::new(n_outputs);
    let done = AtomicU64::new(0);
    let steps = (parts + n_windows) as u64;
    (0..parts).into_par_iter().try_for_each(|part| -> Result<()> {
        find_part(build, state, part, &known, &firsts, &bits)?;
        build.tell(Phase::Addresses, done.fetch_add(1, Ordering::Relaxed) + 1, steps)
    })?;
    let known = known.finish()?;
    state.keep(storage, "address_keys", firsts.finish()?)?;
    let ranks = Ranks::new(bits.into_words());
    let count: u64 = ranks.words().iter().map(|word| u64::from(word.count_ones())).sum();
    if count > MAX_ADDRESS {
        return Err(StoreError::Full { what: "addresses", wanted: count, limit: MAX_ADDRESS }.into());
    }
    trees::check_memory(build, count)?;
    let words = SpillWriter::create(storage, "first_bits", 1, buffers)?;
    words.append(0, ranks.words())?;
    state.keep(storage, "first_bits", words.finish()?)?;
    let addresses = SpillWriter::create(storage, "output_address", n_windows, buffers)?;
    (0..n_windows).into_par_iter().try_for_each(|window| -> Result<()> {
        let ids = ids_of_window(build, &known, window, n_outputs, &ranks)?;
        addresses.append(window, &ids)?;
        build.tell(Phase::Addresses, done.fetch_add(1, Ordering::Relaxed) + 1, steps)
    })?;
    known.remove(storage)?;
    Ok(state.keep(storage, "output_address", addresses.finish()?)?)
}

/// The bits of [`find`] with their ranks.
pub(super) fn ranks(build: &Build<'_>, state: &State) -> Result<Ranks, StoreError> {
    let spill = state.spill_of("first_bits", 1)?;
    let words = spill.load::<u64>(&*build.storage, 0)?;
    if words.len() as u64 != state.blocks().end().output.div_ceil(64) {
        return Err(StoreError::corrupt(spill.file(0), 0, format!("{} words of bits", words.len())));
    }
    Ok(Ranks::new(words))
}

fn find_part(
    build: &Build<'_>,
    state: &State,
    part: usize,
    known: &SpillWriter<'_>,
    firsts: &SpillWriter<'_>,
    bits: &Bits,
) -> Result<(), StoreError> {
    let (storage, shape) = (&*build.storage, build.shape);
    let n_outputs = state.blocks().end().output;
    let occurrences = state.spill_of("occurrences", shape.n_parts())?;
    let sub_bits = shape.sub_bits(occurrences.partitions()[part].records, BYTES_AN_ADDRESS);
    let mut table = KeyTable::<Seen>::default();
    let mut bytes: Vec<u8> = Vec::new();
    let mut sorted: Vec<(u64, u64)> = Vec::new();
    let mut known = Scatter::new(known);
    for sub in 0..1u64 << sub_bits {
        table.clear();
        bytes.clear();
        sorted.clear();
        let mut reader = occurrences.reader(storage, part);
        while let Some(mut chunk) = reader.next_chunk()? {
            while !chunk.is_empty() {
                let (record, identity, rest) = take_occurrence(occurrences, part, chunk)?;
                chunk = rest;
                let (key, output) = (whole(record.key), whole(record.output));
                if shape.sub_of(key, sub_bits) != sub {
                    continue;
                }
                if output >= n_outputs {
                    return Err(StoreError::corrupt(occurrences.file(part), 0, format!("output {output}")));
                }
                let is_same = |seen: &&Seen| {
                    let at = seen.at as usize;
                    bytes[at] == record.kind && bytes[at + 1..at + seen.len as usize] == *identity
                };
                let first = table.get(key).find(is_same).map(|seen| seen.output);
                match first {
                    Some(first) => {
                        let (window, output) = shape.place(output);
                        known.push(window, Known { output, first: split(first) })?;
                    }
                    None => {
                        bits.set(output);
                        table.push(key, Seen { output, at: bytes.len() as u32, len: identity.len() as u32 + 1 });
                        bytes.push(record.kind);
                        bytes.extend_from_slice(identity);
                        sorted.push((key, output));
                    }
                }
            }
        }
        sorted.sort_unstable();
        let sorted: Vec<Keyed> =
            sorted.iter().map(|(key, output)| Keyed { key: split(*key), row: split(*output) }).collect();
        firsts.append(part, &sorted)?;
    }
    known.finish()
}

fn take_occurrence<'c>(
    spill: &Spill,
    part: usize,
    chunk: &'c [u8],
) -> Result<(Occurrence, &'c [u8], &'c [u8]), StoreError> {
    let wrong = || StoreError::corrupt(spill.file(part), 0, "a record is cut off");
    let (head, rest) = chunk.split_at_checked(HEAD_BYTES).ok_or_else(wrong)?;
    let record: Occurrence = bytemuck::pod_read_unaligned(head);
    let (identity, rest) = rest.split_at_checked(usize::from(record.len)).ok_or_else(wrong)?;
    Ok((record, identity, rest))
}

fn ids_of_window(
    build: &Build<'_>,
    known: &Spill,
    window: usize,
    n_outputs: u64,
    ranks: &Ranks,
) -> Result<Vec<u32>, StoreError> {
    let start = window as u64 * build.shape.window_rows;
    let end = (start + build.shape.window_rows).min(n_outputs);
    let mut next = ranks.rank(start);
    let mut ids: Vec<u32> = (start..end)
        .map(|output| {
            if ranks.get(output) {
                next += 1;
                next - 1
            } else {
                NONE_U32
            }
        })
        .collect();
    known.for_each(&*build.storage, window, |records: &[Known]| {
        for record in records {
            match ids.get_mut(record.output as usize) {
                Some(id) => *id = ranks.rank(whole(record.first)),
                None => return Err(StoreError::corrupt(known.file(window), 0, format!("output {}", record.output))),
            }
        }
        Ok(())
    })?;
    Ok(ids)
}
