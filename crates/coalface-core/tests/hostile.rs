//! Damaged sources, full disks, folders that cannot be read: a clear error or a clean store, and then a clean resume.

#![allow(clippy::unwrap_used)] // a test may panic

mod support;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use coalface_core::blockfile::WriterOptions;
use coalface_core::io::replay::{Files, ReplayStorage};
use coalface_core::io::{IoError, Storage, View};
use coalface_core::link::{IndexOptions, IndexReport};
use coalface_core::store::Snapshot;
use coalface_core::Result;
use rayon::prelude::*;
use support::{
    assert_clean, committed_states, digests_of, fresh_digests, in_pool, open_source, options, run, source_of,
    write_blocks, ChainBuilder, Digests, Rng, TestBlock, TestSource,
};

/// Bytes before a block: magic and length.
const FRAME_BYTES: usize = 8;

struct Good {
    blocks: Vec<TestBlock>,
    source: TestSource,
    bytes: Vec<u8>,
    digests: Digests,
}

fn good(seed: u64) -> Good {
    let mut chain = ChainBuilder::mature(seed);
    chain.add_blocks(12, 6);
    let source = source_of(&chain.blocks);
    let bytes = std::fs::read(source.folder.path().join("blk00000.dat")).unwrap();
    let digests = fresh_digests(&source.source);
    Good { blocks: chain.blocks, source, bytes, digests }
}

/// Indexes `bytes` as a block file, then the good source; returns what the first run said.
///
/// Whatever the first run did, the store opens, and the chain that the good source holds comes to stand at its
/// beginning. Nothing may stand behind it but blocks that damage made up: on regtest every second header has enough
/// work, elsewhere none has. The second value says whether there are such.
fn damage_then_good(good: &Good, bytes: &[u8], skip_damaged: bool, what: &str) -> (Result<IndexReport>, bool) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("blk00000.dat"), bytes).unwrap();
    let storage = Arc::new(ReplayStorage::default());
    let first = index_folder(storage.clone(), folder.path(), skip_damaged);
    digests_of(&*storage);
    let second = run(storage.clone(), &good.source.source, &IndexOptions::default());
    if let Err(error) = second {
        // Made-up blocks that hang on nothing would have to move back, but no source has them.
        let known = |hash| good.blocks.iter().any(|block| block.hash == hash);
        let snapshot = Snapshot::open(&*storage).unwrap().unwrap();
        assert_eq!(error.code(), "source_block_gone", "{what}: {error}");
        assert!(
            error.hint().is_some() && !snapshot.columns.block_hash.iter().all(|hash| known(*hash)),
            "{what}: {error}"
        );
        return (first, true);
    }
    let snapshot = Snapshot::open(&*storage).unwrap().unwrap();
    let hashes = &snapshot.columns.block_hash;
    assert!(good.blocks.iter().map(|block| &block.hash).eq(hashes.iter().take(good.blocks.len())), "{what}");
    let made_up = hashes.len() > good.blocks.len();
    assert!(made_up || digests_of(&*storage).unwrap() == good.digests, "{what}: differs from a fresh build");
    (first, made_up)
}

fn index_folder(storage: Arc<ReplayStorage>, folder: &Path, skip_damaged: bool) -> Result<IndexReport> {
    let source = open_source(folder, skip_damaged)?;
    run(storage, &source, &IndexOptions { skip_damaged, ..options(3_000, 3_000) })
}

/// Every error of a damaged file says where, in one line, and has a known name.
fn assert_clear(first: &Result<IndexReport>, what: &str) {
    if let Err(error) = first {
        let codes = [
            "source_block_file_damaged",
            "source_damaged_block",
            "source_xor_key_missing_or_wrong",
            "source_wrong_network",
            "source_mixed_networks",
        ];
        assert!(codes.contains(&error.code()), "{what}: {}: {error}", error.code());
        assert!(error.to_string().contains("blk00000.dat") && !error.to_string().contains('\n'), "{what}: {error}");
    }
}

#[test]
fn truncated_anywhere() {
    let good = good(1);
    let n_seeds = if support::soak() { 4_000 } else { 200 };
    (0..n_seeds).into_par_iter().for_each(|seed| {
        let len = Rng::new(seed).below(good.bytes.len() + 1);
        let what = format!("{len} bytes");
        let (first, made_up) = damage_then_good(&good, &good.bytes[..len], false, &what);
        assert!(!made_up);
        first.unwrap_or_else(|error| panic!("{what}: {error}"));
    });
}

#[test]
fn flipped_bytes() {
    let good = good(2);
    let n_seeds = if support::soak() { 10_000 } else { 400 };
    let n_made_up = AtomicUsize::new(0);
    (0..n_seeds).into_par_iter().for_each(|seed| {
        let mut rng = Rng::new(seed);
        let mut bytes = good.bytes.clone();
        for _ in 0..1 + rng.below(4) {
            let at = rng.below(bytes.len());
            bytes[at] ^= 1 << rng.below(8);
        }
        for skip_damaged in [false, true] {
            let what = format!("seed {seed}, skip {skip_damaged}");
            let (first, made_up) = damage_then_good(&good, &bytes, skip_damaged, &what);
            assert_clear(&first, &what);
            n_made_up.fetch_add(usize::from(made_up), Ordering::Relaxed);
        }
    });
    let n_made_up = n_made_up.into_inner();
    assert!(n_made_up < n_seeds as usize, "{n_made_up} runs with made-up blocks: the test tests too little");
}

#[test]
fn absurd_counts() {
    let good = good(3);
    let n_seeds = if support::soak() { 10_000 } else { 300 };
    (0..n_seeds).into_par_iter().for_each(|seed| {
        let mut rng = Rng::new(seed);
        let mut bytes = good.bytes.clone();
        // Within a block, behind its header, so that its hash stays.
        let block = rng.below(good.blocks.len());
        let start: usize = good.blocks[..block].iter().map(|block| block.raw.len() + FRAME_BYTES).sum();
        let body = start + FRAME_BYTES + 80;
        let end = start + FRAME_BYTES + good.blocks[block].raw.len();
        let at = body + rng.below(end - body);
        let count: &[u8] =
            [&[0xff; 9][..], &[0xfe, 0xff, 0xff, 0xff, 0x7f], &[0xfd, 0xff, 0xff], &[0xff, 0, 0, 0, 0, 1, 0, 0, 0]]
                [rng.below(4)];
        let n = count.len().min(end - at);
        bytes[at..at + n].copy_from_slice(&count[..n]);
        for skip_damaged in [false, true] {
            let what = format!("seed {seed}, skip {skip_damaged}");
            let (first, made_up) = damage_then_good(&good, &bytes, skip_damaged, &what);
            assert!(!made_up, "{what}");
            assert_clear(&first, &what);
            assert!(!skip_damaged || first.is_ok(), "{what}");
        }
    });
}

#[test]
fn absurd_lengths() {
    let good = good(4);
    let start: usize = good.blocks[..50].iter().map(|block| block.raw.len() + FRAME_BYTES).sum();
    for len in [0u32, 1, 79, 80, 81, 82, 4_000_000, 4_000_001, 0x7fff_ffff, u32::MAX] {
        let mut bytes = good.bytes.clone();
        bytes[start + 4..start + 8].copy_from_slice(&len.to_le_bytes());
        for skip_damaged in [false, true] {
            let what = format!("length {len}, skip {skip_damaged}");
            let (first, _) = damage_then_good(&good, &bytes, skip_damaged, &what);
            assert_clear(&first, &what);
        }
    }
}

#[test]
fn folders_that_cannot_be_read() {
    let good = good(5);
    let code = |path: &Path| open_source(path, false).unwrap_err().code();
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(code(&folder.path().join("nothing")), "file_not_found");
    assert_eq!(code(folder.path()), "source_no_block_files");
    std::fs::write(folder.path().join("blk00000.dat"), &good.bytes).unwrap();
    assert_eq!(code(&folder.path().join("blk00000.dat").join("x")), "io");
    for path in [folder.path().to_path_buf(), folder.path().join("blk00000.dat")] {
        let mode = |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        mode(0);
        // The superuser may read everything.
        if std::fs::File::open(folder.path().join("blk00000.dat")).is_err() {
            let error = index_folder(Arc::default(), folder.path(), false).unwrap_err();
            assert_eq!(error.code(), "permission_denied", "{error}");
        }
        mode(0o700);
    }
    let dangling = folder.path().join("dangling");
    std::os::unix::fs::symlink("nowhere", &dangling).unwrap();
    assert_eq!(code(&dangling), "file_not_found");
}

#[test]
fn a_missing_middle_file() {
    let good = good(6);
    let folder = tempfile::tempdir().unwrap();
    write_blocks(folder.path(), WriterOptions { max_file_bytes: 6_000, ..WriterOptions::default() }, &good.blocks);
    let missing = folder.path().join("blk00001.dat");
    let content = std::fs::read(&missing).unwrap();
    std::fs::remove_file(&missing).unwrap();
    let storage = Arc::new(ReplayStorage::default());
    let report = index_folder(storage.clone(), folder.path(), false).unwrap();
    assert_eq!(report.missing_files, [(1, 1)]);
    assert_ne!(digests_of(&*storage).unwrap(), good.digests);
    std::fs::write(&missing, content).unwrap();
    let report = index_folder(storage.clone(), folder.path(), false).unwrap();
    assert_eq!((report.missing_files.len(), report.facts.refused.len()), (0, 0));
    assert_eq!(digests_of(&*storage).unwrap(), good.digests);
}

/// A disk that is full at its `full_at`-th change, and from then on or for that one change.
struct FullDisk {
    inner: Arc<ReplayStorage>,
    n_changes: AtomicUsize,
    full_at: usize,
    stays_full: bool,
}

impl FullDisk {
    fn room(&self, path: &str) -> Result<(), IoError> {
        let n = self.n_changes.fetch_add(1, Ordering::SeqCst);
        if n == self.full_at || (n > self.full_at && self.stays_full) {
            return Err(IoError::new("write", path, std::io::ErrorKind::StorageFull.into()));
        }
        Ok(())
    }
}

impl Storage for FullDisk {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, IoError> {
        self.inner.read(path)
    }
    fn len(&self, path: &str) -> Result<Option<u64>, IoError> {
        self.inner.len(path)
    }
    fn view(&self, path: &str, len: u64) -> Result<View, IoError> {
        self.inner.view(path, len)
    }
    fn write_at(&self, path: &str, offset: u64, bytes: &[u8]) -> Result<(), IoError> {
        if let Err(error) = self.room(path) {
            self.inner.write_at(path, offset, &bytes[..bytes.len() / 2])?;
            return Err(error);
        }
        self.inner.write_at(path, offset, bytes)
    }
    fn sync(&self, path: &str) -> Result<(), IoError> {
        self.room(path)?;
        self.inner.sync(path)
    }
    fn sync_folder(&self, path: &str) -> Result<(), IoError> {
        self.room(path)?;
        self.inner.sync_folder(path)
    }
    fn rename(&self, from: &str, to: &str) -> Result<(), IoError> {
        self.room(to)?;
        self.inner.rename(from, to)
    }
    fn remove(&self, path: &str) -> Result<(), IoError> {
        self.room(path)?;
        self.inner.remove(path)
    }
    fn list(&self, path: &str) -> Result<Vec<String>, IoError> {
        self.inner.list(path)
    }
}

/// Fills the disk at every change of an index over `start`; returns the files of the undisturbed run.
fn full_at_every_change(start: &Files, source: &TestSource, options: &IndexOptions) -> Files {
    let undisturbed = Arc::new(ReplayStorage::new(start.clone()));
    in_pool(1, || run(undisturbed.clone(), &source.source, options)).unwrap();
    let n_changes = undisturbed.operations().len();
    let known = committed_states(&undisturbed);
    let goal = fresh_digests(&source.source);
    (0..n_changes * 2).into_par_iter().for_each(|n| {
        let (full_at, stays_full) = (n / 2, n % 2 == 0);
        let what = format!("full at {full_at}, stays {stays_full}");
        let inner = Arc::new(ReplayStorage::new(start.clone()));
        let disk = FullDisk { inner: inner.clone(), n_changes: AtomicUsize::new(0), full_at, stays_full };
        let error = in_pool(1, || run(Arc::new(disk), &source.source, options)).expect_err(&what);
        assert_eq!(error.code(), "disk_full", "{what}");
        assert!(error.hint().is_some());
        let state = digests_of(&*inner);
        assert!(known.contains(&state), "{what}: a state that was never committed");
        run(inner.clone(), &source.source, options).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(digests_of(&*inner).unwrap() == goal, "{what}: differs from a fresh build");
        if n % 8 == 0 {
            assert_clean(&*inner, &what);
        }
    });
    undisturbed.files()
}

#[test]
fn full_disk() {
    let mut chain = ChainBuilder::mature(7);
    let first = source_of(&chain.blocks);
    let files = full_at_every_change(&Files::new(), &first, &IndexOptions::default());
    chain.add_blocks(4, 6);
    let mut rival = chain.fork(8);
    chain.add_blocks(2, 6);
    let grown = source_of(&chain.blocks);
    let files = full_at_every_change(&files, &grown, &options(1, 3_000));
    let n = rival.blocks.len();
    rival.add_blocks(3, 6);
    let both = source_of(chain.blocks.iter().chain(&rival.blocks[n..]));
    full_at_every_change(&files, &both, &options(1 << 20, 1 << 20));
}
