//! What happened to an address, transaction by transaction, in bounded memory.
//!
//! Outputs of an address lie in chain order, their spends do not. So the chain is cut into windows that hold at most
//! [`WINDOW_EVENTS`] events each (but for a single bucket that is fuller), and each window is one pass over the outputs.

use super::bound::Bound;
use super::place::{tx_of_input, tx_of_output};
use crate::ids::{AddressId, TxNum, NONE_SAT};
use crate::store::run::RunKind;
use crate::store::{Snapshot, StoreError};

/// Events that are sorted at once.
pub const WINDOW_EVENTS: u64 = 1 << 20;
const BUCKETS: u64 = 4096;

/// What one transaction did to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// The transaction.
    pub tx: TxNum,
    /// Sum of its outputs to the address.
    pub received_sat: i64,
    /// Sum of its inputs from the address, those of unknown value left out.
    pub sent_sat: i64,
    /// Inputs from the address whose value is unknown.
    pub n_unknown: u32,
}

/// Calls `each` with every output of the address below `bound`, ascending.
///
/// # Errors
/// Those of `each`, or if the store contradicts itself.
pub fn for_each_output(
    snapshot: &Snapshot,
    id: AddressId,
    bound: &Bound,
    mut each: impl FnMut(u64) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    for entry in snapshot.entries(RunKind::AddressOutput, u64::from(id)) {
        if entry.value >= bound.outputs {
            break;
        }
        each(entry.value)?;
    }
    Ok(())
}

/// Calls `each` with every input below `bound` that spends an external output of the address, ascending, and the value
/// of that output where undo data told it.
///
/// # Errors
/// Those of `each`, or if the store contradicts itself.
pub fn for_each_external(
    snapshot: &Snapshot,
    id: AddressId,
    bound: &Bound,
    mut each: impl FnMut(u64, Option<i64>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let columns = &*snapshot.columns;
    for entry in snapshot.entries(RunKind::AddressExternal, u64::from(id)) {
        let input = columns.external_spent_by[entry.value as usize];
        if input >= bound.inputs {
            break;
        }
        each(input, Some(columns.external_value_sat[entry.value as usize]).filter(|sat| *sat != NONE_SAT))?;
    }
    Ok(())
}

/// Iterates over an address's history in windows of chain order.
#[derive(Debug)]
pub struct History {
    snapshot: Snapshot,
    id: AddressId,
    bound: Bound,
    /// Ends of the windows still to come, last first.
    ends: Vec<u64>,
    start: u64,
}

impl History {
    /// History of address `id` as of `bound`. One pass over its outputs.
    ///
    /// # Errors
    /// If the store contradicts itself.
    pub fn new(snapshot: Snapshot, id: AddressId, bound: Bound, window_events: u64) -> Result<History, StoreError> {
        let width = bound.txs.div_ceil(BUCKETS).max(1);
        let mut buckets = vec![0u64; BUCKETS as usize];
        for_each_event(&snapshot, id, &bound, |tx, _, _| {
            // Past the end only where a damaged store names a transaction that it does not have.
            if let Some(bucket) = buckets.get_mut((u64::from(tx) / width) as usize) {
                *bucket += 1;
            }
        })?;
        let mut ends = Vec::new();
        let mut events = 0;
        for (n, count) in buckets.iter().enumerate() {
            if events > 0 && events + count > window_events {
                ends.push(n as u64 * width);
                events = 0;
            }
            events += count;
        }
        ends.push(bound.txs);
        ends.reverse();
        Ok(History { snapshot, id, bound, ends, start: 0 })
    }

    /// Events of the next window, ascending by transaction; `None` at the end.
    ///
    /// # Errors
    /// If the store contradicts itself.
    pub fn next_window(&mut self) -> Result<Option<Vec<Event>>, StoreError> {
        let Some(end) = self.ends.pop() else { return Ok(None) };
        let window = self.start..end;
        self.start = end;
        let mut events: Vec<Event> = Vec::new();
        for_each_event(&self.snapshot, self.id, &self.bound, |tx, received, sent| {
            if window.contains(&u64::from(tx)) {
                let n_unknown = u32::from(received == 0 && sent.is_none());
                events.push(Event { tx, received_sat: received, sent_sat: sent.unwrap_or(0), n_unknown });
            }
        })?;
        events.sort_by_key(|event| event.tx);
        events.dedup_by(|later, kept| {
            if later.tx == kept.tx {
                kept.received_sat = kept.received_sat.saturating_add(later.received_sat);
                kept.sent_sat = kept.sent_sat.saturating_add(later.sent_sat);
                kept.n_unknown += later.n_unknown;
            }
            later.tx == kept.tx
        });
        Ok(Some(events))
    }
}

/// Calls `each` with (transaction, received, sent) for every output and every spend; sent is `None` where unknown.
fn for_each_event(
    snapshot: &Snapshot,
    id: AddressId,
    bound: &Bound,
    mut each: impl FnMut(TxNum, i64, Option<i64>),
) -> Result<(), StoreError> {
    let columns = &*snapshot.columns;
    let below = |tx: TxNum| match u64::from(tx) < bound.txs {
        true => Ok(tx),
        // The rows are below the bound, so that their transactions are too.
        false => Err(StoreError::corrupt("columns/rank.output", 0, format!("transaction {tx} is past its rows"))),
    };
    for_each_output(snapshot, id, bound, |output| {
        let value = columns.output_value_sat[output as usize];
        each(below(tx_of_output(snapshot, output)?)?, value, Some(0));
        if let Some(input) = snapshot.spent_by(output, bound.inputs) {
            each(below(tx_of_input(snapshot, input)?)?, 0, Some(value));
        }
        Ok(())
    })?;
    for_each_external(snapshot, id, bound, |input, value_sat| {
        each(below(tx_of_input(snapshot, input)?)?, 0, value_sat);
        Ok(())
    })
}
