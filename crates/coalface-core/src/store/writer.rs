//! The one way to change a store: append and stamp in a commit, or move the bound back. Both are atomic.
//!
//! A commit writes past the old end, journals and stamps cells of committed rows, syncs files and folders, and then
//! replaces the manifest. Until that rename nothing that was written belongs to the store.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rayon::prelude::*;

use super::error::StoreError;
use super::journal::{self, Stamps};
use super::key::Salt;
use super::layout::{all_columns, ColumnInfo, Columns, Counts, Delta};
use super::lock::WriterLock;
use super::manifest::{ChainFacts, Clip, Manifest, RunEntry, FILE};
use super::merge;
use super::run::{self, Entry, RunKind};
use super::snapshot::{Snapshot, EPOCH_FILE};
use super::sums;
use crate::forest::root_of;
use crate::ids::{MAX_ADDRESS, MAX_ROW, MAX_TX, NONE_U64};
use crate::io::{FolderStorage, IoError, Storage};
use crate::network::Network;
use crate::stages::{Stage, StageClock};

/// A run that a commit adds.
pub struct NewRun<'a> {
    /// What it maps.
    pub kind: RunKind,
    /// Number of entries.
    pub rows: u64,
    /// No value is below this.
    pub first_value: u64,
    /// Entries in order of key, then of value (of linking for forest children).
    pub entries: Box<dyn Iterator<Item = Entry> + Send + 'a>,
}

/// Everything that one commit adds.
pub struct Commit<'a> {
    /// New rows.
    pub delta: &'a Delta,
    /// Rows of the store afterwards.
    pub counts: Counts,
    /// Cells of committed rows to stamp.
    pub stamps: Stamps,
    /// Index runs over the new rows.
    pub runs: Vec<NewRun<'a>>,
}

/// Holds the writer's lock of a store.
pub struct StoreWriter {
    storage: Arc<dyn Storage>,
    snapshot: Snapshot,
    early: Option<Early>,
    /// Whether a commit failed, so that the disk may be ahead of the snapshot.
    is_broken: bool,
    clock: StageClock,
    _lock: Option<WriterLock>,
}

/// Rows that were written ahead of their commit, and the thread that makes them durable.
struct Early {
    counts: Counts,
    sync: JoinHandle<Result<(), IoError>>,
}

impl StoreWriter {
    /// Opens the store in `folder` for writing, or makes an empty one, after undoing what a crash may have left.
    ///
    /// # Errors
    /// If another process writes, the store is of another network, or a file operation fails.
    pub fn open_folder(folder: &Path, network: Network) -> Result<StoreWriter, StoreError> {
        let lock = WriterLock::take(folder)?;
        let storage = Arc::new(FolderStorage::new(PathBuf::from(folder)));
        let mut writer = StoreWriter::open(storage, network, random_salt)?;
        writer._lock = Some(lock);
        Ok(writer)
    }

    /// Same over any storage; the caller makes sure that there is one writer.
    ///
    /// # Errors
    /// As [`StoreWriter::open_folder`].
    pub fn open(
        storage: Arc<dyn Storage>,
        network: Network,
        salt: impl FnOnce() -> Result<Salt, IoError>,
    ) -> Result<StoreWriter, StoreError> {
        let manifest = match Manifest::read(&*storage)? {
            Some(manifest) => manifest,
            None => {
                refuse_foreign_files(&*storage)?;
                // Columns exist from the start, so that a view of zero rows needs no special case later.
                let manifest = Manifest::new(network, salt()?);
                for (column, _) in all_columns(&manifest.counts) {
                    storage.write_at(&column.file(), 0, &[])?;
                    storage.write_at(&sums::file(&column), 0, &[])?;
                }
                storage.write_at(EPOCH_FILE, 0, &0u64.to_le_bytes())?;
                storage.sync(EPOCH_FILE)?;
                // The folder itself last: the manifest must not outlive the names of what it speaks of.
                for folder in ["columns", "sums", ""] {
                    storage.sync_folder(folder)?;
                }
                manifest.replace(&*storage)?;
                manifest
            }
        };
        if manifest.network() != network {
            let (store, source_network) = (manifest.network().name(), network.name());
            return Err(StoreError::WrongNetwork { store, source_network });
        }
        publish_epoch(&*storage, manifest.epoch)?;
        journal::recover(&*storage, &manifest.counts)?;
        for file in storage.list("runs")? {
            if is_run_name(&file) && !manifest.runs.iter().any(|run| run.file == file) {
                storage.remove(&format!("runs/{file}"))?;
            }
        }
        let snapshot = Snapshot::of_manifest(&*storage, manifest)?;
        Ok(StoreWriter { storage, snapshot, early: None, is_broken: false, clock: StageClock::default(), _lock: None })
    }

    /// Makes the writer time its stages with `clock`.
    pub fn set_clock(&mut self, clock: StageClock) {
        self.clock = clock;
    }

    /// The committed state.
    #[must_use]
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The files.
    #[must_use]
    pub fn storage(&self) -> &dyn Storage {
        &*self.storage
    }

    /// Appends, stamps and indexes, atomically.
    ///
    /// # Errors
    /// If an id limit is reached or a file operation fails; then the store is as it was once [`StoreWriter::repair`] has
    /// looked at it (or it is opened anew).
    pub fn commit(&mut self, commit: Commit<'_>) -> Result<(), StoreError> {
        if self.is_broken {
            return Err(StoreError::corrupt(FILE, 0, "an earlier commit failed and was not repaired"));
        }
        let clock = self.clock.clone();
        let done = clock.time(Stage::Write, || self.try_commit(commit));
        self.is_broken = done.is_err();
        done
    }

    /// Makes a writer good again whose commit failed: undoes what that left, and reads where the store stands.
    ///
    /// # Errors
    /// If a file operation fails.
    pub fn repair(&mut self) -> Result<(), StoreError> {
        let forgotten = self.finish_early().map(drop);
        if self.is_broken {
            let missing = || StoreError::corrupt(FILE, 0, "the manifest is gone");
            let manifest = Manifest::read(&*self.storage)?.ok_or_else(missing)?;
            journal::recover(&*self.storage, &manifest.counts)?;
            self.snapshot = Snapshot::of_manifest(&*self.storage, manifest)?;
            self.is_broken = false;
        }
        forgotten
    }

    fn try_commit(&mut self, commit: Commit<'_>) -> Result<(), StoreError> {
        let early = self.finish_early()?;
        let storage = &*self.storage;
        let old = &*self.snapshot.manifest;
        check_limits(&commit.counts)?;
        let mut manifest = old.clone();
        manifest.generation += 1;
        manifest.counts = commit.counts;
        let clip = Clip::at(&commit.counts);
        let mut file_no = 0;
        let runs: Vec<(String, NewRun<'_>)> = commit
            .runs
            .into_iter()
            .filter(|new| new.rows > 0)
            .map(|new| (run_name(new.kind, manifest.generation, &mut file_no), new))
            .collect();
        let runs = runs
            .into_par_iter()
            .map(|(name, new)| {
                let write = || run::write(storage, new.kind, &name, new.rows, clip, new.first_value, new.entries);
                self.clock.time(Stage::Write, write)
            })
            .collect::<Result<Vec<_>, _>>()?;
        let new_runs = runs.iter().map(|run| format!("runs/{}", run.file)).collect();
        manifest.runs.extend(runs);
        self.append(commit.delta, early.as_ref(), &mut manifest, &[], new_runs)?;
        if !commit.stamps.is_empty() {
            commit.stamps.write_journal(storage)?;
            commit.stamps.apply(storage)?;
        }
        let unneeded = self.clock.time(Stage::Merge, || settle_runs(storage, &mut manifest, file_no, &self.clock))?;
        self.clock.time(Stage::Sync, || {
            storage.sync_folder("runs")?;
            if old.runs.is_empty() {
                storage.sync_folder("")?; // the folder of runs may be new
            }
            manifest.replace(storage)
        })?;
        journal::remove(storage)?;
        for file in unneeded {
            storage.remove(&format!("runs/{file}"))?;
        }
        self.snapshot = Snapshot::of_manifest(storage, manifest)?;
        Ok(())
    }

    /// Writes the append-only columns of `delta` ahead of the commit and starts to make them durable, so that the disk
    /// works while the next blocks are linked. They belong to the store only once a commit says so.
    ///
    /// # Errors
    /// If a file operation fails; the store is as it was.
    pub fn append_early(&mut self, delta: &Delta, counts: &Counts) -> Result<(), StoreError> {
        let written = self.finish_early()?;
        let old = self.snapshot.counts();
        let work = self.new_rows(delta, counts, |column, rows| {
            written.as_ref().map_or(rows, |written| rows_of(column, written).max(rows))
        });
        debug_assert!(written.is_none_or(|written| written.txs >= old.txs));
        let storage = &*self.storage;
        work.par_iter().filter(|new| !new.column.stamped).try_for_each(|new| {
            self.clock.time(Stage::Write, || storage.write_at(&new.column.file(), new.offset, new.bytes))
        })?;
        let files: Vec<String> = work.iter().filter(|new| !new.column.stamped).map(|new| new.column.file()).collect();
        let storage = Arc::clone(&self.storage);
        let sync = std::thread::spawn(move || files.iter().try_for_each(|file| storage.sync(file)));
        self.early = Some(Early { counts: *counts, sync });
        Ok(())
    }

    /// Waits for rows that were written ahead; returns how many there are.
    fn finish_early(&mut self) -> Result<Option<Counts>, StoreError> {
        let Some(early) = self.early.take() else { return Ok(None) };
        self.clock.time(Stage::Sync, || early.sync.join().expect("syncing files does not panic"))?;
        Ok(Some(early.counts))
    }

    /// The files, for work beside the writer.
    #[must_use]
    pub fn shared_storage(&self) -> Arc<dyn Storage> {
        Arc::clone(&self.storage)
    }

    /// Appends rows without a commit: what this writer sees moves on, the manifest on disk does not. The columns
    /// `without` are written by the caller. Afterwards [`StoreWriter::commit_pending`] or [`StoreWriter::repair`] has to
    /// come.
    ///
    /// # Errors
    /// If an id limit is reached or a file operation fails.
    pub fn append_pending(&mut self, delta: &Delta, counts: &Counts, without: &[&str]) -> Result<(), StoreError> {
        self.finish_early()?;
        self.is_broken = true;
        check_limits(counts)?;
        let mut manifest = (*self.snapshot.manifest).clone();
        manifest.counts = *counts;
        self.append(delta, None, &mut manifest, without, Vec::new())?;
        self.snapshot = Snapshot::of_manifest(&*self.storage, manifest)?;
        Ok(())
    }

    /// Goes on from rows that [`StoreWriter::append_pending`] wrote in an earlier run, as `manifest` describes them.
    ///
    /// # Errors
    /// If the files are not what the manifest says.
    pub fn resume_pending(&mut self, manifest: Manifest) -> Result<(), StoreError> {
        self.finish_early()?;
        self.is_broken = true;
        self.snapshot = Snapshot::of_manifest(&*self.storage, manifest)?;
        Ok(())
    }

    /// Name of a new run of `kind` for the next [`StoreWriter::commit_pending`], the `number`th that it adds.
    #[must_use]
    pub fn pending_run_name(&self, kind: RunKind, number: u64) -> String {
        run_name(kind, self.snapshot.manifest.generation + 1, &mut number.saturating_sub(1))
    }

    /// Commits the pending rows with `runs` over them, which are written and synced. Cells of committed rows must not
    /// have changed.
    ///
    /// # Errors
    /// If a file operation fails; then the store is as it was.
    pub fn commit_pending(&mut self, runs: Vec<RunEntry>) -> Result<(), StoreError> {
        let storage = &*self.storage;
        let mut manifest = (*self.snapshot.manifest).clone();
        manifest.generation += 1;
        manifest.runs.extend(runs);
        for folder in ["runs", "columns", "sums", ""] {
            if folder.is_empty() || !storage.list(folder)?.is_empty() {
                storage.sync_folder(folder)?;
            }
        }
        manifest.replace(storage)?;
        self.snapshot = Snapshot::of_manifest(storage, manifest)?;
        self.is_broken = false;
        Ok(())
    }

    /// Replaces what the manifest says beside the chain itself; no commit if nothing changes.
    ///
    /// # Errors
    /// If a file operation fails.
    pub fn set_facts(&mut self, facts: ChainFacts) -> Result<(), StoreError> {
        if self.snapshot.manifest.chain == facts {
            return Ok(());
        }
        let mut manifest = (*self.snapshot.manifest).clone();
        manifest.generation += 1;
        manifest.chain = facts;
        manifest.replace(&*self.storage)?;
        self.snapshot = Snapshot::of_manifest(&*self.storage, manifest)?;
        Ok(())
    }

    /// Takes back all blocks from number `blocks` on (a reorganisation).
    ///
    /// Nothing is truncated: the manifest names the lower bound, the epoch tells open readers, and cells that were
    /// stamped by what is taken back are reset, so that ids can be used again.
    ///
    /// # Errors
    /// If a file operation fails.
    pub fn move_bound(&mut self, blocks: u64) -> Result<(), StoreError> {
        self.repair()?;
        let storage = &*self.storage;
        let old = &self.snapshot;
        if blocks >= old.counts().blocks {
            return Ok(());
        }
        let counts = old.counts_at(blocks)?;
        let mut manifest = (*old.manifest).clone();
        manifest.generation += 1;
        manifest.epoch += 1;
        manifest.counts = counts;
        let clip = Clip::at(&counts);
        for run in &mut manifest.runs {
            run.clip = run.clip.min(&clip);
        }
        manifest.tails.clear();
        for (column, rows) in all_columns(&counts) {
            if !column.stamped {
                let tail = sums::tail_at(storage, &column, rows)?;
                manifest.tails.insert(column.key(), tail);
            }
        }
        stamped_since(old, &counts)?.write_journal(storage)?;
        manifest.replace(storage)?;
        publish_epoch(storage, manifest.epoch)?;
        journal::recover(storage, &counts)?;
        self.snapshot = Snapshot::of_manifest(storage, manifest)?;
        Ok(())
    }

    /// New rows of every column that has some, from the row on that `first_row` makes of the first new one.
    fn new_rows<'a>(
        &self,
        delta: &'a Delta,
        counts: &Counts,
        first_row: impl Fn(&ColumnInfo, u64) -> u64,
    ) -> Vec<NewRows<'a>> {
        let old_rows = all_columns(self.snapshot.counts());
        let new_rows = all_columns(counts);
        let mut work = Vec::new();
        let mut at = 0;
        let collected = delta.for_each(|column, bytes| {
            let (rows, end, width) = (old_rows[at].1, new_rows[at].1, column.width as u64);
            at += 1;
            assert_eq!(
                bytes.len() as u64,
                (end - rows) * width,
                "column {} has as many new rows as the counts say",
                column.key()
            );
            let first = first_row(&column, rows).clamp(rows, end);
            if first < end {
                let bytes = &bytes[((first - rows) * width) as usize..];
                work.push(NewRows { column, offset: first * width, bytes });
            }
            Ok::<(), std::convert::Infallible>(())
        });
        let Ok(()) = collected;
        work
    }

    /// Writes the new rows behind the old ones, but for those written ahead, and syncs them and the files `written`.
    fn append(
        &self,
        delta: &Delta,
        early: Option<&Counts>,
        manifest: &mut Manifest,
        without: &[&str],
        mut written: Vec<String>,
    ) -> Result<(), StoreError> {
        let storage = &*self.storage;
        let old = &*self.snapshot.manifest;
        let mut work = self.new_rows(delta, &manifest.counts, |_, rows| rows);
        work.retain(|new| !without.contains(&new.column.key().as_str()));
        let written_sums = Mutex::new(Vec::new());
        let tails = work
            .par_iter()
            .map(|new| {
                self.clock.time(Stage::Write, || -> Result<Option<(String, u32)>, StoreError> {
                    let NewRows { column, offset: old_bytes, bytes } = new;
                    let ahead = match early {
                        Some(early) if !column.stamped => rows_of(column, early) * column.width as u64,
                        _ => 0,
                    };
                    let done = (ahead.saturating_sub(*old_bytes) as usize).min(bytes.len());
                    storage.write_at(&column.file(), old_bytes + done as u64, &bytes[done..])?;
                    if column.stamped {
                        return Ok(None);
                    }
                    let tail = old.tails.get(&column.key()).copied().unwrap_or(0);
                    let sums = sums::append(*old_bytes, tail, bytes);
                    if !sums.full.is_empty() {
                        let file = sums::file(column);
                        let offset = old_bytes / sums::CHUNK_BYTES * 4;
                        storage.write_at(&file, offset, bytemuck::cast_slice(&sums.full))?;
                        written_sums.lock().unwrap_or_else(PoisonError::into_inner).push(file);
                    }
                    Ok(Some((column.key(), sums.tail)))
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        manifest.tails.extend(tails.into_iter().flatten());
        written.extend(work.iter().map(|new| new.column.file()));
        written.append(&mut written_sums.into_inner().unwrap_or_else(PoisonError::into_inner));
        self.clock.time(Stage::Sync, || sync_all(storage, &written))
    }
}

fn check_limits(counts: &Counts) -> Result<(), StoreError> {
    for (what, wanted, limit) in [
        ("transactions", counts.txs, MAX_TX),
        ("addresses", counts.addresses, MAX_ADDRESS),
        ("inputs", counts.inputs, MAX_ROW),
        ("outputs", counts.outputs, MAX_ROW),
    ] {
        if wanted > limit {
            return Err(StoreError::Full { what, wanted, limit });
        }
    }
    Ok(())
}

/// Makes files durable, many at once: each waits for the disk and not for the processor, and a file system settles
/// what is asked together in one go.
fn sync_all(storage: &dyn Storage, files: &[String]) -> Result<(), StoreError> {
    const AT_ONCE: usize = 16;
    let share = files.len().div_ceil(AT_ONCE).max(1);
    let sync_share = |share: &[String]| share.iter().try_for_each(|file| storage.sync(file));
    std::thread::scope(|scope| {
        let threads: Vec<_> = files.chunks(share).map(|share| scope.spawn(move || sync_share(share))).collect();
        threads.into_iter().try_for_each(|thread| thread.join().expect("syncing files does not panic"))
    })?;
    Ok(())
}

/// New rows of one column.
struct NewRows<'a> {
    column: ColumnInfo,
    offset: u64,
    bytes: &'a [u8],
}

/// Rows of `column` under `counts`.
fn rows_of(column: &ColumnInfo, counts: &Counts) -> u64 {
    all_columns(counts).iter().find(|(other, _)| other == column).map_or(0, |(_, rows)| *rows)
}

/// Fails where a folder without a manifest holds files that no interrupted creation of a store can have left: what
/// stands under our names may be somebody else's.
fn refuse_foreign_files(storage: &dyn Storage) -> Result<(), StoreError> {
    let columns = all_columns(&Counts::default());
    let is_ours = |folder: &str, file: &String| {
        let path = format!("{folder}/{file}");
        columns.iter().any(|(column, _)| column.file() == path || sums::file(column) == path)
    };
    for folder in ["columns", "sums", "runs"] {
        for file in storage.list(folder)? {
            let path = format!("{folder}/{file}");
            if !is_ours(folder, &file) || storage.len(&path)?.unwrap_or(0) > 0 {
                return Err(StoreError::FolderInUse { file: path });
            }
        }
    }
    if storage.len(journal::FILE)?.is_some() {
        return Err(StoreError::FolderInUse { file: journal::FILE.to_owned() });
    }
    // Ours says 0, as far as it was written.
    match storage.read(EPOCH_FILE)? {
        Some(bytes) if bytes.len() > 8 || bytes.iter().any(|byte| *byte != 0) => {
            Err(StoreError::FolderInUse { file: EPOCH_FILE.to_owned() })
        }
        _ => Ok(()),
    }
}

/// Whether a file in the folder of runs has a name that [`run_name`] gives.
fn is_run_name(file: &str) -> bool {
    let Some((rest, number)) = file.strip_suffix(".run").and_then(|name| name.rsplit_once('-')) else { return false };
    let Some((kind, generation)) = rest.rsplit_once('-') else { return false };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    RunKind::from_name(kind).is_some() && is_number(generation) && is_number(number)
}

fn run_name(kind: RunKind, generation: u64, file_no: &mut u64) -> String {
    *file_no += 1;
    format!("{}-{generation:08}-{file_no}.run", kind.name())
}

/// Merges runs that have become many, kinds in parallel; returns the files that are no longer needed. Names of new files
/// go on behind number `file_no`.
fn settle_runs(
    storage: &dyn Storage,
    manifest: &mut Manifest,
    file_no: u64,
    clock: &StageClock,
) -> Result<Vec<String>, StoreError> {
    let clip = Clip::at(&manifest.counts);
    let generation = manifest.generation;
    // Liveness of forest children needs the columns as they will be.
    let columns = Columns::open(storage, &manifest.counts)?;
    let is_live = |run: &run::Run, entry: Entry| {
        if run.kind() == RunKind::StrictChild {
            let child = entry.value as usize;
            return entry.value < clip.addresses
                && !run.is_orphan(entry.value)
                && u64::from(columns.strict_parent.get(child)) == entry.key
                && u64::from(columns.strict_link_tx.get(child)) < run.entry.clip.txs;
        }
        !run.is_orphan(entry.value)
    };
    let runs = std::mem::take(&mut manifest.runs);
    let settle = |kind: RunKind| {
        let of_kind = runs.iter().filter(|entry| entry.kind == kind.name()).cloned().collect();
        let mut file_no = file_no;
        let name = || run_name(kind, generation, &mut file_no);
        clock.time(Stage::Merge, || merge::settle(storage, kind, of_kind, clip, is_live, name))
    };
    let settled = RunKind::ALL.into_par_iter().map(settle).collect::<Result<Vec<_>, _>>()?;
    let (entries, unneeded): (Vec<_>, Vec<_>) = settled.into_iter().unzip();
    manifest.runs = entries.concat();
    Ok(unneeded.concat())
}

/// Cells of rows below `counts` that were stamped by rows at or above it.
fn stamped_since(snapshot: &Snapshot, counts: &Counts) -> Result<Stamps, StoreError> {
    let columns = &*snapshot.columns;
    let mut stamps = Stamps::default();
    for input in counts.inputs..snapshot.counts().inputs {
        let spent = columns.input_spent_output.at(input as usize);
        // NONE and external rows have the high bit set, so they are above every count.
        if spent < counts.outputs {
            stamps.spends.push((spent, NONE_U64));
        }
        let address = columns.input_address[input as usize];
        if u64::from(address) >= counts.addresses {
            continue;
        }
        // The root as of the new bound is the first node upwards whose link is not below it. Every root that was
        // linked since then had, at that moment, an address of its old tree among the inputs that linked it.
        let node = root_of(snapshot, address, counts.txs)?;
        if snapshot.strict_parent(node, snapshot.counts().txs).is_some() {
            stamps.links.push((node, 0, 0));
        }
    }
    stamps.spends.sort_unstable();
    stamps.spends.dedup();
    stamps.links.sort_unstable();
    stamps.links.dedup();
    Ok(stamps)
}

fn publish_epoch(storage: &dyn Storage, epoch: u64) -> Result<(), StoreError> {
    let bytes = epoch.to_le_bytes();
    if storage.read(EPOCH_FILE)?.as_deref() != Some(&bytes) {
        storage.write_at(EPOCH_FILE, 0, &bytes)?;
        storage.sync(EPOCH_FILE)?;
    }
    Ok(())
}

fn random_salt() -> Result<Salt, IoError> {
    use std::io::Read;
    let path = "/dev/urandom";
    let mut salt = [0; 16];
    std::fs::File::open(path)
        .and_then(|mut file| file.read_exact(&mut salt))
        .map_err(|error| IoError::new("read", path, error))?;
    Ok(Salt(salt))
}
