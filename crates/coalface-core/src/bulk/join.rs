//! Which output each input spends: partition by partition of transaction ids, exactly.

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::checkpoint::{Phase, State};
use super::records::{split, whole, Def, Keyed, Pair, Spend, COINBASE_32, COINBASE_64};
use super::scatter::Scatter;
use super::spill::SpillWriter;
use super::table::KeyTable;
use super::Build;
use crate::hash::Hash32;
use crate::link::finish::BIP30_REPEATS;
use crate::network::Network;
use crate::store::StoreError;
use crate::Result;

/// Memory of a transaction in the table of its partition.
const BYTES_A_DEF: u64 = 112;

/// First rows that ask for a closer look; NONE for none.
struct Odd {
    input: AtomicU64,
    tx: AtomicU64,
}

/// Joins spends with definitions. Spills pairs of output and input by window of outputs, and the keys of transactions
/// in order. What is missing, or is there twice, cuts the build off.
pub(super) fn join(build: &Build<'_>, state: &mut State) -> Result<()> {
    let storage = &*build.storage;
    let shape = build.shape;
    let (parts, buffers) = (shape.n_parts(), shape.buffer_bytes as usize);
    let end = state.blocks().end();
    let pairs = SpillWriter::create(storage, "pairs", shape.n_windows(end.output), buffers)?;
    let keys = SpillWriter::create(storage, "tx_keys", parts, buffers)?;
    let odd = Odd { input: AtomicU64::new(u64::MAX), tx: AtomicU64::new(u64::MAX) };
    let repeats = repeated_coinbases(build, state);
    let done = AtomicU64::new(0);
    (0..parts).into_par_iter().try_for_each(|part| -> Result<()> {
        join_part(build, state, part, (&pairs, &keys), &odd, &repeats)?;
        build.tell(Phase::Join, done.fetch_add(1, Ordering::Relaxed) + 1, parts as u64)
    })?;
    state.keep(storage, "pairs", pairs.finish()?)?;
    state.keep(storage, "tx_keys", keys.finish()?)?;
    let (input, tx) = (odd.input.into_inner(), odd.tx.into_inner());
    if input != u64::MAX {
        state.cut_at(state.blocks().of_input(input));
    }
    if tx != u64::MAX {
        state.cut_at(state.blocks().of_tx(tx));
    }
    Ok(())
}

/// Coinbases that repeat an unspent one, as the rules of mainnet allow.
fn repeated_coinbases(build: &Build<'_>, state: &State) -> Vec<u32> {
    if build.network != Network::Mainnet {
        return Vec::new();
    }
    let is_repeat = |n: usize| {
        let block = &build.blocks[n];
        BIP30_REPEATS
            .iter()
            .any(|(height, hash)| block.height == Some(*height) && Hash32::from_display(hash) == Some(block.block.hash))
    };
    (0..state.blocks().len()).filter(|n| is_repeat(*n)).map(|n| state.blocks().before(n).tx as u32).collect()
}

fn join_part(
    build: &Build<'_>,
    state: &State,
    part: usize,
    (pairs, keys): (&SpillWriter<'_>, &SpillWriter<'_>),
    odd: &Odd,
    repeats: &[u32],
) -> Result<(), StoreError> {
    let (storage, shape, salt) = (&*build.storage, build.shape, build.salt);
    let (defs, spends) = (state.spill_of("defs", shape.n_parts())?, state.spill_of("spends", shape.n_parts())?);
    let n_outputs = state.blocks().end().output;
    let sub_bits = shape.sub_bits(defs.partitions()[part].records, BYTES_A_DEF);
    let mut table = KeyTable::<Def>::default();
    let mut pairs = Scatter::new(pairs);
    let mut sorted: Vec<(u64, u32)> = Vec::new();
    for sub in 0..1u64 << sub_bits {
        table.clear();
        sorted.clear();
        defs.for_each(storage, part, |records: &[Def]| {
            for def in records {
                let key = salt.txid(&def.txid);
                if shape.sub_of(key, sub_bits) == sub {
                    if table.get(key).any(|other| other.txid == def.txid) && !repeats.contains(&def.tx) {
                        odd.tx.fetch_min(u64::from(def.tx), Ordering::Relaxed);
                    }
                    table.push(key, *def);
                    sorted.push((key, def.tx));
                }
            }
            Ok::<(), StoreError>(())
        })?;
        sorted.sort_unstable();
        let sorted: Vec<Keyed> =
            sorted.iter().map(|(key, tx)| Keyed { key: split(*key), row: split(u64::from(*tx)) }).collect();
        keys.append(part, &sorted)?;
        drop(sorted);
        spends.for_each(storage, part, |records: &[Spend]| {
            for spend in records {
                let key = salt.txid(&spend.txid);
                if shape.sub_of(key, sub_bits) != sub {
                    continue;
                }
                let input = whole(spend.input);
                // The transaction before: its inputs come first, and none spends itself. Genesis cannot be spent.
                let mut found = table.get(key).filter(|def| def.txid == spend.txid && def.first_input < input);
                let def = found.next().filter(|def| def.tx != 0 && spend.vout < def.n_outputs & !COINBASE_32);
                let output = def.map(|def| def.first_output + u64::from(spend.vout)).filter(|o| *o < n_outputs);
                let (Some(def), Some(output)) = (def, output) else {
                    odd.input.fetch_min(input, Ordering::Relaxed);
                    continue;
                };
                let (window, output) = shape.place(output);
                let coinbase = if def.n_outputs & COINBASE_32 != 0 { COINBASE_64 } else { 0 };
                pairs.push(window, Pair { output, input: split(input | coinbase) })?;
            }
            Ok::<(), StoreError>(())
        })?;
    }
    pairs.finish()
}
