//! Step `key_links`: ties between addresses and key hashes.
//!
//! Those of P2PK and multisig follow from the payload and are derived again. Those of P2SH and P2WSH were shown by a
//! spend, which the store does not keep: only that the address can have them and the transaction spends from it.

use super::context::{at, Bits, Context};
use super::{Found, Log};
use crate::ids::NONE_U64;
use crate::script::{output_keys, KeyLink, KeyRole, Kind};
use crate::Result;

pub(super) fn check(context: &Context<'_>) -> Result<Found> {
    let (columns, counts) = (context.columns, &context.counts);
    let seen = Bits::new(counts.addresses)?;
    let mut log = Log::default();
    let mut row = 0;
    while row < counts.key_links {
        context.tick(row, counts.key_links)?;
        // Whole groups only, about so many rows between two ticks.
        let stop = (row + (1 << 20)).min(counts.key_links);
        while row < stop {
            row = group(context, &seen, row, &mut log);
        }
    }
    log = log.merge(context.scan(counts.addresses, 1 << 14, |ids, log| {
        for id in ids {
            let kind = at(&columns.address_kind, id).and_then(Kind::from_u8);
            if matches!(kind, Some(Kind::P2pk | Kind::Multisig)) && !seen.has(id) {
                log.cell("key_link_missing", "address.kind", id, || "its script shows keys, no key link does".into());
            }
        }
    })?);
    Ok(Found::of(counts.key_links, log))
}

/// Looks at the rows of one address from `start` on and returns the row after them.
fn group(context: &Context<'_>, seen: &Bits, start: u64, log: &mut Log) -> u64 {
    let columns = context.columns;
    let head = |row: u64| at(&columns.key_link_address, row).zip(at(&columns.key_link_tx, row));
    let Some((address, tx)) = head(start) else { return start + 1 };
    // A multisig has at most twenty keys; more rows of one address are more groups, which is a problem of its own.
    let mut end = start + 1;
    while end < start + 20 && head(end) == Some((address, tx)) {
        end += 1;
    }
    let before = start.checked_sub(1).and_then(|row| at(&columns.key_link_tx, row));
    if u64::from(tx) >= context.counts.txs || before.is_some_and(|before| before > tx) {
        log.cell("range", "key_link.tx_num", start, || format!("transaction row {tx} is out of order or past the end"));
    }
    let Some((kind, payload)) = context.snapshot.address_payload(address) else {
        log.cell("range", "key_link.address_id", start, || format!("address row {address} is none"));
        return end;
    };
    if seen.set(u64::from(address)) {
        let what = || format!("address row {address} has its key links already");
        log.cell("key_link", "key_link.address_id", start, what);
    }
    let roles = |row: u64| at(&columns.key_link_role, row).unwrap_or(u8::MAX);
    for row in (start..end).filter(|row| roles(*row) > KeyRole::MultisigMember as u8) {
        log.cell("range", "key_link.role", row, || format!("{} is no role", roles(row)));
    }
    match kind {
        Kind::P2pk | Kind::Multisig => {
            let mut expected: Vec<KeyLink> = Vec::new();
            output_keys(kind, payload, &mut expected);
            let found = (start..end).map(|row| (at(&columns.key_link_hash, row), roles(row)));
            if !found.eq(expected.iter().map(|link| (Some(link.key_hash), link.role as u8))) {
                let what = || format!("not the keys in the script of address row {address}");
                log.cell("key_link", "key_link.key_hash", start, what);
            }
            let first = at(&columns.address_first_output, u64::from(address)).unwrap_or(NONE_U64);
            let is_shown = if first == NONE_U64 {
                // From undo data: the first spend of an external output shows it.
                context.inputs_of(u64::from(tx)).any(|n| at(&columns.input_address, n) == Some(address))
            } else {
                context.outputs_of(u64::from(tx)).contains(&first)
            };
            if !is_shown {
                let what = || format!("transaction row {tx} is not the first to show address row {address}");
                log.cell("key_link", "key_link.tx_num", start, what);
            }
        }
        Kind::P2sh | Kind::P2wsh => {
            let spends = |input: u64| at(&columns.input_address, input) == Some(address);
            if !context.inputs_of(u64::from(tx)).any(spends) {
                let what = || format!("transaction row {tx} does not spend from address row {address}");
                log.cell("key_link", "key_link.tx_num", start, what);
            }
        }
        other => {
            let what = || format!("address row {address} is of kind {}, which has no key links", other.name());
            log.cell("key_link", "key_link.address_id", start, what);
        }
    }
    end
}
