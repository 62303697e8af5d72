//! The last phases: forest and index runs over the rows that are written, then one commit.

use super::addresses;
use super::by_id::{ById, Row};
use super::checkpoint::{Phase, State};
use super::records::{split, whole, Keyed};
use super::spill::{Spill, SpillReader, SpillWriter};
use super::trees;
use super::Build;
use crate::ids::NONE_U32;
use crate::io::Storage;
use crate::store::manifest::Clip;
use crate::store::run::{self, Entry, RunKind};
use crate::store::{Snapshot, StoreError, StoreWriter};
use crate::Result;

/// Grows the forest, writes all runs and commits.
pub(super) fn commit(build: &Build<'_>, state: &mut State, writer: &mut StoreWriter) -> Result<()> {
    let storage = &*build.storage;
    let snapshot = writer.snapshot().clone();
    let counts = *snapshot.counts();
    let shape = build.shape;
    let clip = Clip::at(&counts);
    let name = |kind: RunKind| writer.pending_run_name(kind, kind as u64 + 1);
    let new = |kind: RunKind, rows: u64, entries: &mut dyn Iterator<Item = Entry>| match rows {
        0 => Ok(None),
        _ => {
            let run = run::write(storage, kind, &name(kind), rows, clip, 0, entries)?;
            storage.sync(&format!("runs/{}", run.file))?;
            Ok::<_, StoreError>(Some(run))
        }
    };
    let table_bytes = shape.table_bytes;

    let children = trees::grow(build, &snapshot)?;
    build.tell(Phase::Runs, 0, 4)?;
    let mut links = ById::new(storage, &children, shape.window_rows, table_bytes);
    let mut entries = links.by_ref().map(|(key, [child, size])| Entry { key, value: u64::from(child), extra: size });
    let mut runs = vec![new(RunKind::StrictChild, children.records(), &mut entries)?];
    drop(entries);
    links.end()?;
    children.remove(storage)?;
    build.tell(Phase::Runs, 1, 4)?;

    let mut keys = Keys::new(storage, state.spill_of("tx_keys", shape.n_parts())?);
    runs.push(new(RunKind::Txid, counts.txs, &mut below(keys.by_ref(), counts.txs))?);
    keys.end()?;
    build.tell(Phase::Runs, 2, 4)?;

    let mut keys = Keys::new(storage, state.spill_of("address_keys", shape.n_parts())?);
    // Read only now: the forest leaves no room for it.
    let ranks = addresses::ranks(build, state)?;
    let ids = keys.by_ref().map(|(key, output)| (key, u64::from(ranks.rank(output))));
    runs.push(new(RunKind::Address, counts.addresses, &mut below(ids, counts.addresses))?);
    keys.end()?;
    drop(ranks);
    build.tell(Phase::Runs, 3, 4)?;

    let outputs = spill_outputs(build, &snapshot)?;
    let mut sorted = ById::new(storage, &outputs, shape.window_rows, table_bytes);
    let mut entries = sorted.by_ref().map(|(key, output)| Entry { key, value: whole(output), extra: 0 });
    runs.push(new(RunKind::AddressOutput, outputs.records(), &mut entries)?);
    drop(entries);
    sorted.end()?;
    outputs.remove(storage)?;
    build.tell(Phase::Runs, 4, 4)?;
    Ok(writer.commit_pending(runs.into_iter().flatten().collect())?)
}

/// Spills outputs by window of their address, in chain order.
fn spill_outputs(build: &Build<'_>, snapshot: &Snapshot) -> Result<Spill, StoreError> {
    let shape = build.shape;
    let n_windows = shape.n_windows(snapshot.counts().addresses);
    let mut writer = SpillWriter::create(&*build.storage, "outputs", n_windows, shape.buffer_bytes as usize)?;
    // Ids are handed out in the order of first outputs, which stand in the rows of the addresses and not in the run.
    let mut next_id = 0;
    for (address, output) in snapshot.columns.output_address.iter().zip(0u64..) {
        if *address == next_id {
            next_id += 1;
        } else if *address != NONE_U32 {
            let (window, row) = shape.place(u64::from(*address));
            if window >= n_windows {
                let what = format!("address row {address}, {} in all", snapshot.counts().addresses);
                return Err(StoreError::corrupt("columns/output.address_id", output * 4, what));
            }
            writer.push(window, &Row { row, value: split(output) })?;
        }
    }
    writer.finish()
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
