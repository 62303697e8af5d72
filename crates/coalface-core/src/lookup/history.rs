//! What happened to an address, transaction by transaction, lazily and in bounded memory.
//!
//! Outputs of an address lie in chain order, their spends do not. Both are merged as they come: who has read the outputs
//! up to a transaction knows every spend up to it, since nothing is spent before it is made. Spends that are known and not
//! yet due wait in order, at most [`MAX_WAITING`] of them: if there are more, those that are due last are dropped and
//! found again, by one more pass over the outputs so far, when it is their turn.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

use super::bound::Bound;
use super::place::{outputs_of, tx_of_input, tx_of_output};
use crate::ids::{AddressId, TxNum, NONE_SAT};
use crate::store::run::{Entry, Run, RunKind};
use crate::store::{Snapshot, StoreError};

/// Outputs and spends of one window: a few milliseconds.
pub const WINDOW_EVENTS: u64 = 1 << 14;
/// Spends that wait, 16 bytes each.
pub const MAX_WAITING: usize = 1 << 20;

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

/// Entries of one key, oldest run first, without those that a reorganisation took back: as [`Snapshot::entries`], but
/// owned, so that it can be kept between windows.
#[derive(Debug, Clone)]
struct Cursor {
    /// The entry that no run holds.
    implied: Option<Entry>,
    /// Runs and the positions still to come, last first.
    parts: Vec<(Run, Range<usize>)>,
    key: u64,
}

impl Cursor {
    fn new(snapshot: &Snapshot, kind: RunKind, key: u64) -> Cursor {
        let implied = if kind == RunKind::AddressOutput { snapshot.implied_entry(key) } else { None };
        let parts = snapshot.runs(kind).rev().map(|run| (run.clone(), run.find(key))).collect();
        Cursor { implied, parts, key }
    }

    /// The next value.
    fn next(&mut self, snapshot: &Snapshot) -> Option<u64> {
        if let Some(entry) = self.implied.take() {
            return Some(entry.value);
        }
        loop {
            let (run, positions) = self.parts.last_mut()?;
            match positions.next() {
                Some(at) => {
                    let entry = Entry { key: self.key, value: run.value(at), extra: 0 };
                    if snapshot.is_live(run, entry) {
                        return Some(entry.value);
                    }
                }
                None => drop(self.parts.pop()),
            }
        }
    }
}

/// An input that spends from the address, and the value of what it spends where that is known.
type Spend = (u64, Option<i64>);

/// Iterates over an address's history in windows of chain order.
#[derive(Debug)]
pub struct History {
    snapshot: Snapshot,
    bound: Bound,
    window_events: u64,
    max_waiting: usize,
    /// All outputs, to begin again.
    all_outputs: Cursor,
    /// Outputs not yet read.
    outputs: Cursor,
    /// Output that was read and belongs to a transaction still to come.
    output: Option<(TxNum, u64)>,
    /// The transaction of the output that was read last, and all of its outputs.
    outputs_of_tx: (TxNum, Range<u64>),
    /// Outputs that were read.
    n_read: u64,
    /// Spends that were read and belong to inputs still to come, all below `horizon`; the first on top.
    waiting: BinaryHeap<Reverse<(u64, i64)>>,
    /// Inputs from here on were not kept when their outputs were read.
    horizon: u64,
    externals: Cursor,
    /// As `output`.
    external: Option<Spend>,
}

impl History {
    /// History of address `id` as of `bound`, in windows of about `window_events` outputs and spends. Finds where the
    /// outputs begin, and reads none but the first.
    ///
    /// # Errors
    /// If the store contradicts itself.
    pub fn new(snapshot: Snapshot, id: AddressId, bound: Bound, window_events: u64) -> Result<History, StoreError> {
        History::with_waiting(snapshot, id, bound, window_events, MAX_WAITING)
    }

    /// As [`History::new`], with another limit than [`MAX_WAITING`], at least 2; the events do not depend on it.
    ///
    /// # Errors
    /// If the store contradicts itself.
    pub fn with_waiting(
        snapshot: Snapshot,
        id: AddressId,
        bound: Bound,
        window_events: u64,
        max_waiting: usize,
    ) -> Result<History, StoreError> {
        let key = u64::from(id);
        let outputs = Cursor::new(&snapshot, RunKind::AddressOutput, key);
        let externals = Cursor::new(&snapshot, RunKind::AddressExternal, key);
        let mut history = History {
            horizon: bound.inputs,
            snapshot,
            bound,
            window_events: window_events.max(1),
            max_waiting: max_waiting.max(2),
            all_outputs: outputs.clone(),
            outputs,
            output: None,
            outputs_of_tx: (0, 0..0),
            n_read: 0,
            waiting: BinaryHeap::new(),
            externals,
            external: None,
        };
        history.read_output()?;
        history.read_external();
        Ok(history)
    }

    /// Events of the next window, ascending by transaction; `None` at the end. Everything that a transaction did is in
    /// one event, so that a window may count more outputs and spends than it should.
    ///
    /// # Errors
    /// If the store contradicts itself.
    pub fn next_window(&mut self) -> Result<Option<Vec<Event>>, StoreError> {
        let mut events: Vec<Event> = Vec::new();
        let mut n_seen = 0;
        while n_seen < self.window_events {
            let Some((event, n)) = self.next_event()? else { break };
            n_seen += n;
            events.push(event);
        }
        Ok(Some(events).filter(|events| !events.is_empty()))
    }

    /// What the next transaction did, and with how many outputs and spends.
    fn next_event(&mut self) -> Result<Option<(Event, u64)>, StoreError> {
        let (output, spend) = (self.output.map(|(tx, _)| tx), self.next_spend()?);
        let spend = spend.map(|(input, _)| self.tx_of_spend(input)).transpose()?;
        let Some(tx) = output.into_iter().chain(spend).min() else { return Ok(None) };
        let mut event = Event { tx, received_sat: 0, sent_sat: 0, n_unknown: 0 };
        let mut n_seen = 0;
        // Outputs first: one may be read of which this very transaction is said to be the spender, in a damaged store.
        while let Some((_, output)) = self.output.filter(|(of, _)| *of == tx) {
            event.received_sat = event.received_sat.saturating_add(self.value_of(output)?);
            n_seen += 1;
            self.read_output()?;
        }
        // Inputs of one transaction follow each other.
        let end = self.snapshot.columns.tx_first_input.get(tx as usize + 1).unwrap_or(self.bound.inputs);
        while let Some((input, value_sat)) = self.next_spend()? {
            if input >= end && self.tx_of_spend(input)? != tx {
                break;
            }
            self.take_spend(input);
            n_seen += 1;
            match value_sat {
                Some(value_sat) => event.sent_sat = event.sent_sat.saturating_add(value_sat),
                None => event.n_unknown += 1,
            }
        }
        Ok(Some((event, n_seen)))
    }

    /// The spend with the lowest input of those that are known.
    fn next_spend(&mut self) -> Result<Option<Spend>, StoreError> {
        if self.waiting.is_empty() && self.horizon < self.bound.inputs {
            self.look_again()?;
        }
        let waiting = self.waiting.peek().map(|Reverse((input, value_sat))| (*input, Some(*value_sat)));
        Ok(waiting.into_iter().chain(self.external).min_by_key(|(input, _)| *input))
    }

    /// Removes what [`History::next_spend`] gave.
    fn take_spend(&mut self, input: u64) {
        if self.external.is_some_and(|(external, _)| external == input) {
            self.read_external();
        } else {
            self.waiting.pop();
        }
    }

    /// Reads one output, and when it is spent.
    fn read_output(&mut self) -> Result<(), StoreError> {
        self.output = None;
        let Some(output) = self.outputs.next(&self.snapshot).filter(|output| *output < self.bound.outputs) else {
            return Ok(());
        };
        self.n_read += 1;
        if !self.outputs_of_tx.1.contains(&output) {
            // Many outputs of one transaction follow each other.
            let tx = self.below(tx_of_output(&self.snapshot, output)?)?;
            self.outputs_of_tx = (tx, outputs_of(&self.snapshot, tx));
        }
        self.output = Some((self.outputs_of_tx.0, output));
        self.wait_for(output)
    }

    fn read_external(&mut self) {
        let columns = &*self.snapshot.columns;
        self.external = self.externals.next(&self.snapshot).and_then(|row| {
            let input = columns.external_spent_by.get(row as usize).filter(|input| **input < self.bound.inputs)?;
            let value_sat = columns.external_value_sat.get(row as usize).filter(|sat| **sat != NONE_SAT);
            Some((*input, value_sat.copied()))
        });
    }

    /// Keeps the spend of an output, if there is one before the horizon.
    fn wait_for(&mut self, output: u64) -> Result<(), StoreError> {
        let Some(input) = self.snapshot.spent_by(output, self.horizon) else { return Ok(()) };
        self.waiting.push(Reverse((input, self.value_of(output)?)));
        if self.waiting.len() > self.max_waiting {
            // Half of them, those that are due first, stay.
            let mut spends = std::mem::take(&mut self.waiting).into_vec();
            let middle = spends.len() / 2;
            let (_, Reverse((horizon, _)), _) = spends.select_nth_unstable_by_key(middle, |Reverse(spend)| *spend);
            self.horizon = *horizon;
            spends.retain(|Reverse((input, _))| *input < self.horizon);
            if spends.is_empty() {
                // None would ever come first: without this, a damaged store could make a reader look again for ever.
                let what = format!("input {} spends several outputs", self.horizon);
                return Err(StoreError::corrupt("columns/output.spent_by_low", output * 4, what));
            }
            self.waiting = spends.into();
        }
        Ok(())
    }

    /// Begins with the next horizon: finds the spends from the old one on of all outputs that were read.
    fn look_again(&mut self) -> Result<(), StoreError> {
        let from = self.horizon;
        self.horizon = self.bound.inputs;
        let mut outputs = self.all_outputs.clone();
        for _ in 0..self.n_read {
            let Some(output) = outputs.next(&self.snapshot) else { break };
            if self.snapshot.spent_by(output, self.horizon).is_some_and(|input| input >= from) {
                self.wait_for(output)?;
            }
        }
        Ok(())
    }

    fn value_of(&self, output: u64) -> Result<i64, StoreError> {
        let value_sat = self.snapshot.columns.output_value_sat.get(output as usize).copied();
        value_sat.ok_or_else(|| StoreError::corrupt("columns/output.value_sat", output * 8, "no such output"))
    }

    fn tx_of_spend(&self, input: u64) -> Result<TxNum, StoreError> {
        self.below(tx_of_input(&self.snapshot, input)?)
    }

    /// The transaction of a row below the bound, which must be below it too.
    fn below(&self, tx: TxNum) -> Result<TxNum, StoreError> {
        if u64::from(tx) < self.bound.txs {
            return Ok(tx);
        }
        Err(StoreError::corrupt("columns/rank.output", 0, format!("transaction {tx} is past its rows")))
    }
}
