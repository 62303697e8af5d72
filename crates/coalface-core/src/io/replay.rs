//! Every state of the files that a crash may leave, for tests of the store and of whatever writes through [`Storage`].
//!
//! The model is what POSIX promises and no more. The content of a file is durable after [`Storage::sync`]; of the
//! writes since, any may have reached the disk, wholly, up to a sector, as a longer file of zeros, or not at all, in
//! any combination. That a file was made, renamed or removed is durable after [`Storage::sync_folder`] of its folder,
//! and may have happened before; of several such changes any may have. A folder's own name is one in the folder above.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{IoError, Storage, View};

/// Content of files by path.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Bytes that reach a disk together or not at all.
pub const SECTOR_BYTES: u64 = 512;

/// One change that went through a [`ReplayStorage`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "as the methods of `Storage`")]
pub enum Operation {
    Write { path: String, offset: u64, bytes: Vec<u8> },
    Sync { path: String },
    SyncFolder { path: String },
    Rename { from: String, to: String },
    Remove { path: String },
}

/// Files in memory with what a crash may have kept of them.
#[derive(Debug, Clone, Default)]
pub struct CrashDisk {
    nodes: Vec<Node>,
    /// As a running process sees them.
    live: BTreeMap<String, usize>,
    /// As they are for sure after a crash.
    durable: BTreeMap<String, usize>,
    live_folders: BTreeSet<String>,
    durable_folders: BTreeSet<String>,
    changes: Vec<Change>,
}

/// Content of one file, whatever its name.
#[derive(Debug, Clone, Default)]
struct Node {
    now: Vec<u8>,
    durable: Vec<u8>,
    writes: Vec<(u64, Vec<u8>)>,
}

/// A change of names that is not durable.
#[derive(Debug, Clone)]
enum Change {
    Folder(String),
    Create { path: String, node: usize },
    Rename { from: String, to: String, node: usize },
    Remove(String),
}

impl Change {
    fn folder(&self) -> &str {
        match self {
            Change::Folder(path)
            | Change::Create { path, .. }
            | Change::Rename { to: path, .. }
            | Change::Remove(path) => folder_of(path),
        }
    }

    fn apply(&self, names: &mut BTreeMap<String, usize>, folders: &mut BTreeSet<String>) {
        match self {
            Change::Folder(path) => _ = folders.insert(path.clone()),
            Change::Create { path, node } => _ = names.insert(path.clone(), *node),
            Change::Rename { from, to, node } => {
                names.remove(from);
                names.insert(to.clone(), *node);
            }
            Change::Remove(path) => _ = names.remove(path),
        }
    }
}

/// What became of one write or change of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Lost,
    Kept,
    /// Up to the sector border after so many (at least one, less than the write has).
    Sectors(u64),
    /// The file is as long as after the write, but the bytes that it adds are zero.
    Zeros,
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn put(content: &mut Vec<u8>, offset: u64, bytes: &[u8]) {
    let start = usize::try_from(offset).expect("a file in memory is no longer than memory");
    if content.len() < start + bytes.len() {
        content.resize(start + bytes.len(), 0);
    }
    content[start..start + bytes.len()].copy_from_slice(bytes);
}

/// A small generator of test data (SplitMix64, Steele et al. 2014).
fn next_random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl CrashDisk {
    /// A disk on which `files` are durable.
    #[must_use]
    pub fn new(files: Files) -> CrashDisk {
        let mut disk = CrashDisk::default();
        for (path, content) in files {
            disk.durable_folders.insert(folder_of(&path).to_owned());
            disk.durable.insert(path, disk.nodes.len());
            disk.nodes.push(Node { now: content.clone(), durable: content, writes: Vec::new() });
        }
        disk.live = disk.durable.clone();
        disk.live_folders = disk.durable_folders.clone();
        disk
    }

    /// What a running process sees.
    #[must_use]
    pub fn files(&self) -> Files {
        self.live.iter().map(|(path, node)| (path.clone(), self.nodes[*node].now.clone())).collect()
    }

    /// Does what `operation` says. Syncs and renames of nothing do nothing.
    pub fn apply(&mut self, operation: &Operation) {
        match operation {
            Operation::Write { path, offset, bytes } => {
                let node = self.node_at(path);
                put(&mut self.nodes[node].now, *offset, bytes);
                self.nodes[node].writes.push((*offset, bytes.clone()));
            }
            Operation::Sync { path } => {
                if let Some(node) = self.live.get(path) {
                    let node = &mut self.nodes[*node];
                    for (offset, bytes) in node.writes.drain(..) {
                        put(&mut node.durable, offset, &bytes);
                    }
                }
            }
            Operation::SyncFolder { path } => {
                for change in std::mem::take(&mut self.changes) {
                    if change.folder() == path {
                        change.apply(&mut self.durable, &mut self.durable_folders);
                    } else {
                        self.changes.push(change);
                    }
                }
            }
            Operation::Rename { from, to } => {
                if let Some(node) = self.live.remove(from) {
                    self.live.insert(to.clone(), node);
                    self.changes.push(Change::Rename { from: from.clone(), to: to.clone(), node });
                }
            }
            Operation::Remove { path } => {
                if self.live.remove(path).is_some() {
                    self.changes.push(Change::Remove(path.clone()));
                }
            }
        }
    }

    fn node_at(&mut self, path: &str) -> usize {
        if let Some(node) = self.live.get(path) {
            return *node;
        }
        let node = self.nodes.len();
        self.nodes.push(Node::default());
        let folder = folder_of(path);
        if !folder.is_empty() && self.live_folders.insert(folder.to_owned()) {
            self.changes.push(Change::Folder(folder.to_owned()));
        }
        self.live.insert(path.to_owned(), node);
        self.changes.push(Change::Create { path: path.to_owned(), node });
        node
    }

    /// The states that a crash at this point may leave: nothing kept of what is not durable, everything, each single
    /// write or change of names alone, each one missing, and `n_mixes` random mixes; each state once.
    #[must_use]
    pub fn states(&self, n_mixes: usize, seed: u64) -> Vec<Files> {
        let open: BTreeSet<usize> = self
            .live
            .values()
            .chain(self.durable.values())
            .copied()
            .chain(self.changes.iter().filter_map(|change| match change {
                Change::Create { node, .. } | Change::Rename { node, .. } => Some(*node),
                Change::Folder(_) | Change::Remove(_) => None,
            }))
            .filter(|node| !self.nodes[*node].writes.is_empty())
            .collect();
        let writes: Vec<(usize, usize)> =
            open.into_iter().flat_map(|node| (0..self.nodes[node].writes.len()).map(move |n| (node, n))).collect();
        let n = writes.len() + self.changes.len();
        let mut states =
            BTreeSet::from([self.state(&writes, &vec![Fate::Lost; n]), self.state(&writes, &vec![Fate::Kept; n])]);
        for at in 0..n {
            for (rest, this) in [(Fate::Lost, Fate::Kept), (Fate::Kept, Fate::Lost)] {
                let mut fates = vec![rest; n];
                fates[at] = this;
                states.insert(self.state(&writes, &fates));
            }
        }
        let mut random = seed;
        for _ in 0..if n == 0 { 0 } else { n_mixes } {
            let fates: Vec<Fate> = (0..n)
                .map(|_| match next_random(&mut random) % 4 {
                    0 => Fate::Lost,
                    1 => Fate::Kept,
                    2 => Fate::Zeros,
                    _ => Fate::Sectors(next_random(&mut random)),
                })
                .collect();
            states.insert(self.state(&writes, &fates));
        }
        states.into_iter().collect()
    }

    fn state(&self, writes: &[(usize, usize)], fates: &[Fate]) -> Files {
        let (of_writes, of_changes) = fates.split_at(writes.len());
        let (mut names, mut folders) = (self.durable.clone(), self.durable_folders.clone());
        for (change, fate) in self.changes.iter().zip(of_changes) {
            if *fate != Fate::Lost {
                change.apply(&mut names, &mut folders);
            }
        }
        names.retain(|path, _| folder_of(path).is_empty() || folders.contains(folder_of(path)));
        names
            .into_iter()
            .map(|(path, number)| {
                let node = &self.nodes[number];
                let mut content = node.durable.clone();
                for ((at, n), fate) in writes.iter().zip(of_writes) {
                    if *at == number {
                        let (offset, bytes) = &node.writes[*n];
                        keep(&mut content, *offset, bytes, *fate);
                    }
                }
                (path, content)
            })
            .collect()
    }
}

/// Writes what `fate` leaves of a write.
fn keep(content: &mut Vec<u8>, offset: u64, bytes: &[u8], fate: Fate) {
    match fate {
        Fate::Lost => {}
        Fate::Kept => put(content, offset, bytes),
        Fate::Zeros => put(content, offset + bytes.len() as u64, &[]),
        Fate::Sectors(random) => {
            // Borders strictly inside the write; without one it is kept or lost as a whole.
            let first = offset / SECTOR_BYTES + 1;
            let end = (offset + bytes.len() as u64).div_ceil(SECTOR_BYTES);
            let len = if end > first { (first + random % (end - first)) * SECTOR_BYTES - offset } else { 0 };
            put(content, offset, &bytes[..len as usize]);
        }
    }
}

/// A storage in memory that notes every operation.
#[derive(Debug, Default)]
pub struct ReplayStorage {
    start: CrashDisk,
    inner: Mutex<(CrashDisk, Vec<Operation>)>,
}

impl ReplayStorage {
    /// A storage that holds `files`, all durable.
    #[must_use]
    pub fn new(files: Files) -> ReplayStorage {
        let start = CrashDisk::new(files);
        ReplayStorage { inner: Mutex::new((start.clone(), Vec::new())), start }
    }

    fn lock(&self) -> MutexGuard<'_, (CrashDisk, Vec<Operation>)> {
        // An operation either was noted or was not: a panic of another thread leaves nothing half done.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, operation: Operation) {
        let (disk, operations) = &mut *self.lock();
        disk.apply(&operation);
        operations.push(operation);
    }

    /// The operations so far.
    #[must_use]
    pub fn operations(&self) -> Vec<Operation> {
        self.lock().1.clone()
    }

    /// The files as a running process sees them.
    #[must_use]
    pub fn files(&self) -> Files {
        self.lock().0.files()
    }

    /// The disk before the first operation, to apply [`ReplayStorage::operations`] to one by one.
    #[must_use]
    pub fn disk_at_start(&self) -> CrashDisk {
        self.start.clone()
    }

    /// [`CrashDisk::states`] after the first `n_operations`.
    #[must_use]
    pub fn states_after(&self, n_operations: usize, n_mixes: usize, seed: u64) -> Vec<Files> {
        let mut disk = self.start.clone();
        self.lock().1.iter().take(n_operations).for_each(|operation| disk.apply(operation));
        disk.states(n_mixes, seed)
    }

    fn content<T>(&self, path: &str, of: impl FnOnce(&[u8]) -> T) -> Option<T> {
        let (disk, _) = &*self.lock();
        disk.live.get(path).map(|node| of(&disk.nodes[*node].now))
    }
}

fn not_found(action: &'static str, path: &str) -> IoError {
    IoError::new(action, path, io::ErrorKind::NotFound.into())
}

impl Storage for ReplayStorage {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, IoError> {
        Ok(self.content(path, <[u8]>::to_vec))
    }

    fn len(&self, path: &str) -> Result<Option<u64>, IoError> {
        Ok(self.content(path, |content| content.len() as u64))
    }

    fn view(&self, path: &str, len: u64) -> Result<View, IoError> {
        if len == 0 {
            return Ok(View::empty());
        }
        let view = |content: &[u8]| content.get(..usize::try_from(len).ok()?).map(View::copy_of);
        let view = self.content(path, view).ok_or_else(|| not_found("open", path))?;
        view.ok_or_else(|| IoError::new("map", path, io::ErrorKind::UnexpectedEof.into()))
    }

    fn write_at(&self, path: &str, offset: u64, bytes: &[u8]) -> Result<(), IoError> {
        self.change(Operation::Write { path: path.to_owned(), offset, bytes: bytes.to_vec() });
        Ok(())
    }

    fn sync(&self, path: &str) -> Result<(), IoError> {
        self.content(path, |_| ()).ok_or_else(|| not_found("sync", path))?;
        self.change(Operation::Sync { path: path.to_owned() });
        Ok(())
    }

    fn sync_folder(&self, path: &str) -> Result<(), IoError> {
        if !path.is_empty() && !self.lock().0.live_folders.contains(path) {
            return Err(not_found("sync", path));
        }
        self.change(Operation::SyncFolder { path: path.to_owned() });
        Ok(())
    }

    fn rename(&self, from: &str, to: &str) -> Result<(), IoError> {
        self.content(from, |_| ()).ok_or_else(|| not_found("rename", from))?;
        self.change(Operation::Rename { from: from.to_owned(), to: to.to_owned() });
        Ok(())
    }

    fn remove(&self, path: &str) -> Result<(), IoError> {
        self.change(Operation::Remove { path: path.to_owned() });
        Ok(())
    }

    fn list(&self, path: &str) -> Result<Vec<String>, IoError> {
        let names = self.lock().0.live.keys().filter(|file| folder_of(file) == path).cloned().collect::<Vec<_>>();
        Ok(names.iter().map(|file| file.rsplit('/').next().unwrap_or(file).to_owned()).collect())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may panic
mod tests {
    use super::*;

    fn with(content: &str) -> Files {
        Files::from([("a".to_owned(), content.as_bytes().to_vec())])
    }

    #[test]
    fn what_is_synced_stays_and_the_rest_may() {
        let storage = ReplayStorage::new(with("old"));
        storage.write_at("a", 0, b"n").unwrap();
        storage.write_at("a", 2, b"w").unwrap();
        let states = storage.states_after(2, 8, 1);
        for content in ["old", "nld", "olw", "nlw"] {
            assert!(states.contains(&with(content)), "{content}");
        }
        assert_eq!(states.len(), 4);
        storage.sync("a").unwrap();
        assert_eq!(storage.states_after(3, 8, 1), [with("nlw")]);
        assert_eq!(storage.states_after(0, 8, 1), [with("old")]);
    }

    #[test]
    fn a_rename_is_atomic_and_needs_its_folder_synced() {
        let storage = ReplayStorage::new(with("old"));
        storage.write_at("a.new", 0, b"new").unwrap();
        storage.sync("a.new").unwrap();
        storage.rename("a.new", "a").unwrap();
        let states = storage.states_after(3, 50, 1);
        assert!(states.iter().all(|files| files["a"] == b"old" || files["a"] == b"new"));
        assert!(states.contains(&with("old")) && states.contains(&with("new")));
        storage.sync_folder("").unwrap();
        assert_eq!(storage.states_after(4, 8, 1), [with("new")]);
    }

    #[test]
    fn a_new_folder_may_be_lost_with_all_in_it() {
        let storage = ReplayStorage::default();
        storage.write_at("folder/file", 0, b"x").unwrap();
        storage.sync("folder/file").unwrap();
        storage.sync_folder("folder").unwrap();
        assert!(storage.states_after(3, 0, 0).contains(&Files::new()));
        storage.sync_folder("").unwrap();
        assert_eq!(storage.states_after(4, 0, 0), [storage.files()]);
        assert_eq!(storage.list("folder").unwrap(), ["file"]);
    }

    #[test]
    fn a_torn_write_ends_at_a_sector() {
        let storage = ReplayStorage::default();
        storage.write_at("a", 100, &[7; 2000]).unwrap();
        let lens: BTreeSet<usize> =
            storage.states_after(1, 200, 3).iter().filter_map(|f| Some(f.get("a")?.len())).collect();
        assert_eq!(lens, BTreeSet::from([0, 512, 1024, 1536, 2048, 2100]));
    }
}
