//! Small valid regtest chains with every kind of script, made up at random and mined on the spot, and what indexes them.

#![allow(dead_code, unused_imports, clippy::unwrap_used)] // every test file uses its own part; a test may panic

pub mod bulk;
pub mod chain;
pub mod lock;
pub mod rng;
pub mod tx;
pub mod undo;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use coalface_core::blockfile::{BlockFileWriter, Source, SourceOptions, Tail, WriterOptions};
use coalface_core::io::replay::{Files, ReplayStorage};
use coalface_core::io::Storage;
use coalface_core::link::{index, IndexOptions, IndexReport};
use coalface_core::network::Network;
use coalface_core::store::check::check;
use coalface_core::store::digest::digests;
use coalface_core::store::key::Salt;
use coalface_core::store::{Snapshot, StoreWriter};
use coalface_core::Result;

pub use chain::{ChainBuilder, TestBlock};
pub use rng::Rng;

pub type Digests = BTreeMap<String, String>;

/// Whether the long tests are asked for.
pub fn soak() -> bool {
    std::env::var_os("COALFACE_SOAK").is_some()
}

/// Block files with these blocks, in this order, and the source over them.
pub struct TestSource {
    pub folder: tempfile::TempDir,
    pub source: Source,
}

pub fn write_blocks<'a>(folder: &Path, options: WriterOptions, blocks: impl IntoIterator<Item = &'a TestBlock>) {
    let mut writer = BlockFileWriter::create(folder.to_path_buf(), Network::Regtest, options).unwrap();
    for block in blocks {
        writer.append(&block.raw).unwrap();
    }
    writer.finish(Tail::Truncate).unwrap();
}

pub fn open_source(folder: &Path, skip_damaged: bool) -> Result<Source> {
    let options = SourceOptions { network: Some(Network::Regtest), skip_damaged };
    Ok(Source::open(&[folder.to_path_buf()], &options)?)
}

pub fn source_of<'a>(blocks: impl IntoIterator<Item = &'a TestBlock>) -> TestSource {
    let folder = tempfile::tempdir().unwrap();
    write_blocks(folder.path(), WriterOptions::default(), blocks);
    let source = open_source(folder.path(), false).unwrap();
    TestSource { folder, source }
}

/// Options that commit and cut batches as often as they say.
pub fn options(commit_bytes: u64, batch_bytes: u64) -> IndexOptions {
    IndexOptions { commit_bytes, batch_bytes, ..IndexOptions::default() }
}

pub const SALT: Salt = Salt(*b"sixteen bytes ok");

/// One run of the index over `storage`.
pub fn run_with_salt(
    storage: Arc<dyn Storage>,
    source: &Source,
    options: &IndexOptions,
    salt: Salt,
) -> Result<IndexReport> {
    let mut writer = StoreWriter::open(storage, Network::Regtest, || Ok(salt))?;
    index(source, &mut writer, options, &|_| ControlFlow::Continue(()))
}

pub fn run(storage: Arc<dyn Storage>, source: &Source, options: &IndexOptions) -> Result<IndexReport> {
    run_with_salt(storage, source, options, SALT)
}

/// Logical digests of a store; `None` if there is no manifest.
pub fn digests_of(storage: &dyn Storage) -> Option<Digests> {
    let snapshot = Snapshot::open(storage).unwrap()?;
    Some(digests(storage, &snapshot).unwrap())
}

/// Digests of a new store that takes all of `source` in one step.
pub fn fresh_digests(source: &Source) -> Digests {
    let storage = Arc::new(ReplayStorage::default());
    run(storage.clone(), source, &IndexOptions::default()).unwrap();
    digests_of(&*storage).unwrap()
}

/// Digests of the committed states that the operations of `storage` went through, one more than there were renames; a
/// folder without a store is `None`.
pub fn committed_states(storage: &ReplayStorage) -> Vec<Option<Digests>> {
    use coalface_core::io::replay::Operation;
    let mut disk = storage.disk_at_start();
    let state = |files: Files| digests_of(&ReplayStorage::new(files));
    let mut states = vec![state(disk.files())];
    for operation in storage.operations() {
        disk.apply(&operation);
        if matches!(operation, Operation::Rename { .. }) {
            states.push(state(disk.files()));
        }
    }
    states
}

/// Runs `work` in a pool of `threads` threads.
pub fn in_pool<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

/// Asserts that `check` finds nothing.
pub fn assert_clean(storage: &dyn Storage, what: &str) {
    let snapshot = Snapshot::open(storage).unwrap().unwrap();
    let report = check(storage, &snapshot, &|_| ControlFlow::Continue(())).unwrap();
    let problems: Vec<_> = report.steps.iter().flat_map(|step| &step.problems).take(3).collect();
    assert!(report.is_ok(), "{what}: {problems:?}");
}
