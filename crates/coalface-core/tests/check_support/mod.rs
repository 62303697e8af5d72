//! Small stores of every shape, in memory, and ways to damage them.

#![allow(dead_code, clippy::unwrap_used)] // every test file uses its own part; a test may panic

pub mod chain;
pub mod memory;

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use coalface_core::blockfile::{BlockFileWriter, Source, SourceOptions, Tail, WriterOptions};
use coalface_core::io::Storage;
use coalface_core::link::{index, IndexOptions};
use coalface_core::network::Network;
use coalface_core::store::check::{check, CheckReport, Problem};
use coalface_core::store::key::Salt;
use coalface_core::store::layout::all_columns;
use coalface_core::store::manifest::Manifest;
use coalface_core::store::{sums, Snapshot, StoreError, StoreWriter};

pub use chain::Chain;
pub use memory::MemoryStorage;

/// Indexes `blocks` into `storage`.
pub fn add(storage: &Arc<MemoryStorage>, blocks: &[Vec<u8>]) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), blocks);
    let source = Source::open(&[folder.path().to_path_buf()], &SourceOptions::default()).unwrap();
    let mut writer = StoreWriter::open(storage.clone(), Network::Regtest, || Ok(Salt([7; 16]))).unwrap();
    let options = IndexOptions::default();
    let report = index(&source, &mut writer, &options, &|_| ControlFlow::Continue(())).unwrap();
    assert_eq!(report.facts.refused, []);
}

fn write(folder: &Path, blocks: &[Vec<u8>]) {
    let mut writer = BlockFileWriter::create(folder.to_path_buf(), Network::Regtest, WriterOptions::default()).unwrap();
    for block in blocks {
        writer.append(block).unwrap();
    }
    writer.finish(Tail::Truncate).unwrap();
}

/// A complete chain, indexed in three runs, so that there are several index runs and stamped cells of old rows.
pub fn complete() -> Arc<MemoryStorage> {
    let blocks = Chain::complete(140, 1).blocks;
    let storage = Arc::new(MemoryStorage::default());
    add(&storage, &blocks[..125]);
    add(&storage, &blocks[..138]);
    add(&storage, &blocks);
    storage
}

/// A partial chain of unknown height with sources outside.
pub fn partial() -> Arc<MemoryStorage> {
    let storage = Arc::new(MemoryStorage::default());
    let blocks = Chain::partial(30, 5).blocks;
    add(&storage, &blocks[..20]);
    add(&storage, &blocks);
    storage
}

/// A complete chain that was reorganised and grew again.
pub fn reorganised() -> Arc<MemoryStorage> {
    let storage = Arc::new(MemoryStorage::default());
    let old = Chain::complete(130, 1);
    add(&storage, &old.blocks);
    let new = Chain::complete_from(&old, 112, 140, 9);
    add(&storage, &new.blocks[..135]);
    add(&storage, &new.blocks);
    storage
}

pub fn snapshot(storage: &MemoryStorage) -> Result<Snapshot, StoreError> {
    Snapshot::open(storage).map(|snapshot| snapshot.unwrap())
}

pub fn report(storage: &MemoryStorage) -> CheckReport {
    check(storage, &snapshot(storage).unwrap(), &|_| ControlFlow::Continue(())).unwrap()
}

/// All listed problems with the step that found them.
pub fn problems(report: &CheckReport) -> Vec<(&'static str, &Problem)> {
    report.steps.iter().flat_map(|step| step.problems.iter().map(|problem| (step.name, problem))).collect()
}

/// Whether the step of that name names the file.
pub fn names(report: &CheckReport, step: &str, file: &str) -> bool {
    problems(report).iter().any(|(name, problem)| *name == step && problem.file == file)
}

/// Makes all checksums fit the bytes, so that only what the rows mean can tell damage.
pub fn forge_sums(storage: &MemoryStorage) {
    let mut manifest = Manifest::read(storage).unwrap().unwrap();
    for (column, rows) in all_columns(&manifest.counts) {
        if !column.stamped {
            let bytes = storage.read(&column.file()).unwrap().unwrap();
            let appended = sums::append(0, 0, &bytes[..rows as usize * column.width]);
            assert_eq!(appended.full, [0u32; 0], "test stores are small");
            manifest.tails.insert(column.key(), appended.tail);
        }
    }
    for run in &mut manifest.runs {
        let bytes = storage.read(&format!("runs/{}", run.file)).unwrap().unwrap();
        let sections = memory::run_sections(&run.kind, &bytes);
        run.crcs = sections.map(|section| crc32fast::hash(&bytes[section]));
    }
    manifest.replace(storage).unwrap();
}

/// Rewrites the manifest.
pub fn edit_manifest(storage: &MemoryStorage, edit: impl FnOnce(&mut Manifest)) {
    let mut manifest = Manifest::read(storage).unwrap().unwrap();
    edit(&mut manifest);
    manifest.replace(storage).unwrap();
}
