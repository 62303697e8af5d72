//! The last phases: forest and index runs over the rows that are written, then one commit.

use super::addresses;
use super::checkpoint::{Phase, State};
use super::records::{whole, Keyed};
use super::spill::{Spill, SpillReader};
use super::trees;
use super::Build;
use crate::ids::NONE_U32;
use crate::io::Storage;
use crate::store::manifest::{Clip, RunEntry};
use crate::store::run::{self, Entry, RunKind};
use crate::store::{StoreError, StoreWriter};
use crate::Result;

/// Grows the forest, writes all runs and commits.
pub(super) fn commit(build: &Build<'_>, state: &mut State, writer: &mut StoreWriter) -> Result<()> {
    let storage = &*build.storage;
    let snapshot = writer.snapshot().clone();
    let counts = *snapshot.counts();
    build.tell(Phase::Forest, 0, counts.txs)?;
    let mut children = trees::grow(build, &snapshot)?;
    children.sort_by_key(|child| child.parent);
    build.tell(Phase::Runs, 0, 4)?;
    let ranks = addresses::ranks(build, state)?;
    let clip = Clip::at(&counts);
    let mut runs: Vec<RunEntry> = Vec::new();
    let parts = build.shape.n_parts();
    let name = |kind: RunKind| writer.pending_run_name(kind, kind as u64 + 1);

    let mut keys = Keys::new(storage, state.spill_of("tx_keys", parts)?);
    let entries = below(keys.by_ref(), counts.txs);
    runs.push(run::write(storage, RunKind::Txid, &name(RunKind::Txid), counts.txs, clip, entries)?);
    keys.end()?;
    build.tell(Phase::Runs, 1, 4)?;

    if counts.addresses > 0 {
        let mut keys = Keys::new(storage, state.spill_of("address_keys", parts)?);
        let ids = keys.by_ref().map(|(key, output)| (key, u64::from(ranks.rank(output))));
        let entries = below(ids, counts.addresses);
        runs.push(run::write(storage, RunKind::Address, &name(RunKind::Address), counts.addresses, clip, entries)?);
        keys.end()?;
    }
    build.tell(Phase::Runs, 2, 4)?;

    let outputs = snapshot.columns.output_address.iter().zip(0u64..).filter(|(id, _)| **id != NONE_U32);
    let mut packed: Vec<(u32, u64)> = outputs.map(|(id, output)| (*id, output)).collect();
    packed.sort_unstable();
    if !packed.is_empty() {
        let entries = packed.iter().map(|(id, output)| Entry { key: u64::from(*id), value: *output, extra: 0 });
        let (kind, rows) = (RunKind::AddressOutput, packed.len() as u64);
        runs.push(run::write(storage, kind, &name(kind), rows, clip, entries)?);
    }
    build.tell(Phase::Runs, 3, 4)?;
    if !children.is_empty() {
        let entries = children.iter().map(|child| Entry {
            key: u64::from(child.parent),
            value: u64::from(child.child),
            extra: child.size,
        });
        let (kind, rows) = (RunKind::StrictChild, children.len() as u64);
        runs.push(run::write(storage, kind, &name(kind), rows, clip, entries)?);
    }
    build.tell(Phase::Runs, 4, 4)?;
    Ok(writer.commit_pending(runs)?)
}

/// Keys in order, partition after partition. Ends early at an error, which [`Keys::end`] tells.
struct Keys<'a> {
    storage: &'a dyn Storage,
    spill: &'a Spill,
    next_partition: usize,
    reader: Option<SpillReader<'a>>,
    waiting: Vec<Keyed>,
    at: usize,
    error: Option<StoreError>,
}

impl Iterator for Keys<'_> {
    type Item = (u64, u64);

    fn next(&mut self) -> Option<(u64, u64)> {
        if self.at == self.waiting.len() {
            match self.fill() {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    self.error = Some(error);
                    return None;
                }
            }
        }
        self.at += 1;
        self.waiting.get(self.at - 1).map(|keyed| (whole(keyed.key), whole(keyed.row)))
    }
}

impl<'a> Keys<'a> {
    fn new(storage: &'a dyn Storage, spill: &'a Spill) -> Keys<'a> {
        Keys { storage, spill, next_partition: 0, reader: None, waiting: Vec::new(), at: 0, error: None }
    }

    fn end(self) -> Result<(), StoreError> {
        self.error.map_or(Ok(()), Err)
    }

    fn fill(&mut self) -> Result<bool, StoreError> {
        self.waiting.clear();
        self.at = 0;
        loop {
            if let Some(reader) = &mut self.reader {
                if let Some(records) = reader.next_records::<Keyed>()? {
                    self.waiting.extend_from_slice(records);
                    return Ok(true);
                }
            }
            if self.next_partition == self.spill.partitions().len() {
                return Ok(false);
            }
            self.reader = Some(self.spill.reader(self.storage, self.next_partition));
            self.next_partition += 1;
        }
    }
}

/// Entries whose value is below `limit`.
fn below(pairs: impl Iterator<Item = (u64, u64)>, limit: u64) -> impl Iterator<Item = Entry> {
    pairs.filter(move |(_, value)| *value < limit).map(|(key, value)| Entry { key, value, extra: 0 })
}
