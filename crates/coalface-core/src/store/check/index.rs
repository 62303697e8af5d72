//! Steps `txid_index`, `address_index` and `external_index`: every row is found through its index, once, and in order.

use std::sync::atomic::{AtomicU64, Ordering};

use super::context::{at, Bits, Context};
use super::log::shown;
use super::{Found, Log};
use crate::ids::{NONE_U32, NONE_U64};
use crate::network::Network;
use crate::store::run::{Entry, Run, RunKind};
use crate::Result;

/// Heights at which mainnet's coinbase repeats an unspent one (BIP-0030).
const BIP30_REPEATS: [u32; 2] = [91_842, 91_880];
/// Partitions of the key space in which equal keys are brought together.
const PARTITIONS: u64 = 1 << 12;
/// Entries of one key that are compared with each other; more do not occur unless somebody made them.
const MAX_SAME: usize = 8;

/// What an index holds.
struct Index<'a> {
    kind: RunKind,
    /// Rows that may be in it.
    rows: u64,
    /// Column that names a missing row.
    column: &'static str,
    /// Key of a row that has to be in it; `None` for others.
    key_of: &'a (dyn Fn(u64) -> Option<u64> + Sync),
    /// Whether a row has to be in it.
    wanted: &'a (dyn Fn(u64) -> bool + Sync),
}

pub(super) fn check_txids(context: &Context<'_>) -> Result<Found> {
    let (columns, salt) = (context.columns, context.snapshot.salt());
    let key_of = |row: u64| at(&columns.tx_txid, row).map(|txid| salt.txid(&txid));
    let txids =
        Index { kind: RunKind::Txid, rows: context.counts.txs, column: "tx.txid", key_of: &key_of, wanted: &|_| true };
    let mut found = check(context, &txids)?;
    if found.log.total == 0 {
        found.log = equal_keys(context, RunKind::Txid, |older, newer, log| {
            if at(&columns.tx_txid, older) != at(&columns.tx_txid, newer) || is_allowed_repeat(context, older, newer) {
                return;
            }
            log.cell("duplicate", "tx.txid", newer, || format!("the id of row {older}, which has unspent outputs"));
        })?;
    }
    Ok(found)
}

/// BIP-0030: all outputs of the older transaction were spent before the newer one, or Core lets the block pass.
fn is_allowed_repeat(context: &Context<'_>, older: u64, newer: u64) -> bool {
    let inputs = context.inputs_of(newer).start;
    let is_spent = |output: u64| context.snapshot.spent_by(output, inputs).is_some();
    let height = context.block_of(newer).and_then(|block| context.height(block));
    context.outputs_of(older).all(is_spent)
        || (context.snapshot.network() == Network::Mainnet
            && height.is_some_and(|height| BIP30_REPEATS.contains(&height)))
}

pub(super) fn check_addresses(context: &Context<'_>) -> Result<Found> {
    let (columns, snapshot) = (context.columns, context.snapshot);
    let salt = snapshot.salt();
    let key_of = |row: u64| snapshot.address_key(u32::try_from(row).ok()?).map(|key| salt.address(&key));
    let addresses = Index {
        kind: RunKind::Address,
        rows: context.counts.addresses,
        column: "address.kind",
        key_of: &key_of,
        wanted: &|_| true,
    };
    let mut found = check(context, &addresses)?;
    if found.log.total == 0 {
        found.log = equal_keys(context, RunKind::Address, |older, newer, log| {
            if snapshot.address_key(older as u32) == snapshot.address_key(newer as u32) {
                log.cell("duplicate", "address.slot", newer, || format!("the same address as row {older}"));
            }
        })?;
    }
    // The first output of an address is in its row, and only there.
    let owner = |row: u64| {
        let id = at(&columns.output_address, row).filter(|id| *id != NONE_U32).map(u64::from)?;
        (at(&columns.address_first_output, id) != Some(row)).then_some(id)
    };
    let outputs = Index {
        kind: RunKind::AddressOutput,
        rows: context.counts.outputs,
        column: "output.address_id",
        key_of: &owner,
        wanted: &|row| owner(row).is_some(),
    };
    Ok(join(found, check(context, &outputs)?))
}

pub(super) fn check_externals(context: &Context<'_>) -> Result<Found> {
    let (columns, salt) = (context.columns, context.snapshot.salt());
    let key_of = |row: u64| at(&columns.external_txid, row).map(|txid| salt.txid(&txid));
    let externals = Index {
        kind: RunKind::External,
        rows: context.counts.externals,
        column: "external.txid",
        key_of: &key_of,
        wanted: &|_| true,
    };
    let mut found = check(context, &externals)?;
    if found.log.total == 0 {
        let outpoint = |row: u64| at(&columns.external_txid, row).zip(at(&columns.external_vout, row));
        found.log = equal_keys(context, RunKind::External, |older, newer, log| {
            if outpoint(older) == outpoint(newer) {
                log.cell("duplicate", "external.txid", newer, || format!("the same output as row {older}"));
            }
        })?;
    }
    let owner = |row: u64| at(&columns.external_address, row).filter(|id| *id != NONE_U32).map(u64::from);
    let addresses = Index {
        kind: RunKind::AddressExternal,
        rows: context.counts.externals,
        column: "external.address_id",
        key_of: &owner,
        wanted: &|row| owner(row).is_some(),
    };
    found = join(found, check(context, &addresses)?);
    // An address without a first output is one that the spend of an external output proved.
    let proved = Bits::new(context.counts.addresses)?;
    for id in columns.external_address.iter().filter(|id| **id != NONE_U32) {
        proved.set(u64::from(*id));
    }
    let log = context.scan(context.counts.addresses, 1 << 14, |ids, log| {
        for id in ids {
            if at(&columns.address_first_output, id) == Some(NONE_U64) && !proved.has(id) {
                log.cell("first_output", "address.first_output", id, || "NONE, but no external output has it".into());
            }
        }
    })?;
    Ok(join(found, Found::of(context.counts.addresses, log)))
}

fn join(mut found: Found, other: Found) -> Found {
    found.rows += other.rows;
    found.log = found.log.merge(other.log);
    found
}

fn check(context: &Context<'_>, index: &Index<'_>) -> Result<Found> {
    let seen = Bits::new(index.rows)?;
    let mut log = Log::default();
    let mut rows = 0;
    // Later runs hold later rows, so that what is found run by run is in the order of the chain.
    let mut highest = None;
    for run in context.snapshot.runs(index.kind) {
        let entries = run.len() as u64;
        rows += entries;
        let (lowest, top) = (AtomicU64::new(NONE_U64), AtomicU64::new(0));
        log = log.merge(context.scan(entries, 1 << 14, |range, log| {
            let range = range.start as usize..range.end as usize;
            let mut before = range.start.checked_sub(1).map(|before| run.get(before));
            for (at, entry) in range.clone().zip(run.iter(range)) {
                check_entry(context, index, (run, at), (before, entry), &seen, (&lowest, &top), log);
                before = Some(entry);
            }
        })?);
        let (lowest, top) = (lowest.into_inner(), top.into_inner());
        if lowest == NONE_U64 {
            continue; // nothing of it is left
        }
        if highest.is_some_and(|highest| lowest <= highest) {
            let what = || format!("holds row {lowest}, an earlier run of the same kind holds row {}", shown(highest));
            log.file("index_order", &format!("runs/{}", run.entry.file), 0, what);
        }
        highest = highest.max(Some(top));
    }
    let missing = context.scan(index.rows, 1 << 14, |range, log| {
        for row in range {
            if (index.wanted)(row) && !seen.has(row) {
                let what = || format!("is not in the index `{}`", index.kind.name());
                log.cell("index_missing", index.column, row, what);
            }
        }
    })?;
    Ok(Found::of(rows + index.rows, log.merge(missing)))
}

fn check_entry(
    context: &Context<'_>,
    index: &Index<'_>,
    (run, at): (&Run, usize),
    (before, entry): (Option<Entry>, Entry),
    seen: &Bits,
    (lowest, top): (&AtomicU64, &AtomicU64),
    log: &mut Log,
) {
    if before.is_some_and(|before| (before.key, before.value) >= (entry.key, entry.value)) {
        log.entry("index_order", run, at, || "does not follow the entry before".into());
    }
    if !context.snapshot.is_live(run, entry) {
        return;
    }
    lowest.fetch_min(entry.value, Ordering::Relaxed);
    top.fetch_max(entry.value, Ordering::Relaxed);
    let expected = (index.key_of)(entry.value).map(|key| index.kind.kept(key));
    if expected != Some(entry.key) {
        let what = || format!("row {} under key {:#x}, its key is {expected:x?}", entry.value, entry.key);
        log.entry("index_key", run, at, what);
    }
    if seen.set(entry.value) {
        log.entry("index_twice", run, at, || format!("row {} is in the index already", entry.value));
    }
}

/// Calls `same` with pairs of live rows that have one key (earlier row first); the runs are known to be in order.
fn equal_keys(context: &Context<'_>, kind: RunKind, same: impl Fn(u64, u64, &mut Log) + Sync) -> Result<Log> {
    let shift = 64 - PARTITIONS.trailing_zeros();
    context.scan(PARTITIONS, 1, |partitions, log| {
        for partition in partitions {
            let mut entries: Vec<(u64, u64)> = Vec::new();
            for run in context.snapshot.runs(kind) {
                let start = run.lower_bound(partition << shift);
                let end = match partition + 1 {
                    PARTITIONS => run.len(),
                    next => run.lower_bound(next << shift),
                };
                let live = run.iter(start..end).filter(|entry| context.snapshot.is_live(run, *entry));
                entries.extend(live.map(|entry| (entry.key, entry.value)));
            }
            entries.sort_unstable();
            for group in entries.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1) {
                for (n, (_, newer)) in group.iter().enumerate() {
                    for (_, older) in &group[n.saturating_sub(MAX_SAME)..n] {
                        same(*older, *newer, log);
                    }
                }
            }
        }
    })
}
