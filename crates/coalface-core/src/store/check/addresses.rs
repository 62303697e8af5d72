//! Step `addresses`: kinds, payload arrays, and where each address first appears.

use super::context::{at, Context};
use super::log::shown;
use super::{Found, Log};
use crate::ids::{NONE_U32, NONE_U64};
use crate::script::{to_script, Kind};
use crate::store::layout::ADDRESS_RANK_ROWS;
use crate::store::manifest;
use crate::store::narrow::slot::{array_of, slot_of, PAYLOAD_ARRAYS};
use crate::Result;

pub(super) fn check(context: &Context<'_>) -> Result<Found> {
    let (columns, counts) = (context.columns, &context.counts);
    let mut log = slots(context)?;
    log = log.merge(context.scan(counts.addresses, 1 << 12, |ids, log| {
        for id in ids {
            payload(context, id, log);
            first_output(context, id, log);
        }
    })?);
    // An address's id is handed out with its first output, so no earlier output may have it.
    log = log.merge(context.scan(counts.outputs, 1 << 14, |outputs, log| {
        for output in outputs {
            let id = at(&columns.output_address, output).filter(|id| *id != NONE_U32);
            let first = id.and_then(|id| at(&columns.address_first_output, u64::from(id)));
            if first.is_some_and(|first| first != NONE_U64 && first > output) {
                let what = || {
                    format!(
                        "{} is not the first output of address row {}, {output} is earlier",
                        shown(first),
                        shown(id)
                    )
                };
                log.cell("first_output", "address.first_output_low", u64::from(id.unwrap_or(0)), what);
            }
        }
    })?);
    Ok(Found::of(counts.addresses + counts.outputs, log))
}

/// Payload rows are handed out in the order of ids, each once: one pass tells whether the directory is right.
fn slots(context: &Context<'_>) -> Result<Log> {
    let (columns, counts) = (context.columns, &context.counts);
    let mut log = Log::default();
    let mut next = [0u64; PAYLOAD_ARRAYS];
    for (id, kind) in columns.address_kind.iter().enumerate() {
        let id = id as u64;
        if id.is_multiple_of(1 << 24) {
            context.tick(id, counts.addresses)?;
        }
        if id.is_multiple_of(ADDRESS_RANK_ROWS) {
            let row = id / ADDRESS_RANK_ROWS;
            let found = at(&columns.rank_address, row).map(|rows| rows.map(u64::from));
            if found != Some(next) {
                log.cell("slot", "rank.address", row, || format!("is {found:?}, earlier addresses use {next:?}"));
            }
        }
        let Some(kind) = Kind::from_u8(*kind).filter(|kind| kind.has_address()) else {
            log.cell("kind", "address.kind", id, || format!("{kind} is no kind that has addresses"));
            continue;
        };
        if let Some(array) = array_of(kind) {
            next[array] += 1;
        }
    }
    let arrays = [
        ("p2pkh", counts.p2pkh),
        ("p2sh", counts.p2sh),
        ("p2wpkh", counts.p2wpkh),
        ("p2wsh", counts.p2wsh),
        ("p2tr", counts.p2tr),
        ("scripts", counts.scripts),
    ];
    for ((column, rows), used) in arrays.into_iter().zip(next) {
        if used != rows {
            let what = || format!("{rows} rows of payloads `{column}`, addresses use {used}");
            log.file("counts", manifest::FILE, 0, what);
        }
    }
    Ok(log)
}

fn payload(context: &Context<'_>, id: u64, log: &mut Log) {
    let Some((kind, payload)) = context.snapshot.address_payload(id as u32) else {
        log.cell("payload", "address.kind", id, || "has no payload".into());
        return;
    };
    let in_heap = matches!(kind, Kind::P2pk | Kind::Multisig | Kind::WitnessUnknown | Kind::Nonstandard);
    if in_heap && to_script(kind, payload).is_none() {
        let columns = context.columns;
        let slot = slot_of(&columns.rank_address, &columns.address_kind, id as usize).map_or(0, |(_, slot)| slot);
        let what = || format!("{} bytes that are no payload of kind {}", payload.len(), kind.name());
        log.cell("payload", "address.script_end", slot, what);
    }
}

fn first_output(context: &Context<'_>, id: u64, log: &mut Log) {
    let columns = context.columns;
    let Some(output) = at(&columns.address_first_output, id).filter(|output| *output != NONE_U64) else {
        if !columns.address_first_output.is_exact(id as usize) {
            log.cell("first_output", "address.first_output_low", id, || "is set, but its high part is NONE".into());
        }
        // Proved by the spend of an external output: `external_index` finds it there.
        if context.counts.externals == 0 {
            log.cell("first_output", "address.first_output_low", id, || "NONE, but nothing external is spent".into());
        }
        return;
    };
    if at(&columns.output_address, output).map(u64::from) != Some(id) {
        let what = || format!("output row {output} does not have this address");
        log.cell("first_output", "address.first_output_low", id, what);
    }
    let block = (columns.block_first_address.partition_point(|first| u64::from(*first) <= id) as u64).checked_sub(1);
    let txs = block.map_or(0..0, |block| context.txs_of(block));
    let first = context.outputs_of(txs.start).start;
    let end = txs.end.checked_sub(1).map_or(0, |last| context.outputs_of(last).end);
    if !(first..end).contains(&output) {
        let what = || format!("address row {id} belongs to this block, its first output {output} does not");
        log.cell("first_address", "block.first_address", block.unwrap_or(0), what);
    }
}
