//! A store built in bounded memory equals one built in memory, whatever the chain, the shape, or what went wrong.

#![allow(clippy::unwrap_used)] // a test may panic

mod support;

use std::sync::Arc;

use coalface_core::blockfile::Source;
use coalface_core::bulk::Shape;
use coalface_core::io::replay::ReplayStorage;
use coalface_core::link::IndexOptions;
use coalface_core::store::Snapshot;
use coalface_core::synth::{write_bulk, BulkOptions};
use support::{assert_clean, digests_of, fresh_digests, in_pool, open_source, run, source_of, ChainBuilder, Digests};

/// Many partitions, windows, sub-partitions and portions even for a small chain.
fn tiny() -> Shape {
    Shape {
        key_bits: 3,
        window_rows: 64,
        table_bytes: 2_000,
        buffer_bytes: 1 << 12,
        batch_bytes: 3_000,
        portion_bytes: 9_000,
        forest_bytes: 1 << 20,
    }
}

fn bulk(shape: Shape) -> IndexOptions {
    IndexOptions { shape: Some(shape), ..IndexOptions::default() }
}

fn assert_equal(found: &Digests, expected: &Digests, what: &str) {
    let differ: Vec<_> = expected.iter().filter(|(name, digest)| found.get(*name) != Some(digest)).collect();
    assert!(differ.is_empty() && found.len() == expected.len(), "{what}: {differ:?} differ");
}

fn assert_same(source: &Source, shape: Shape, what: &str) -> Arc<ReplayStorage> {
    let storage = Arc::new(ReplayStorage::default());
    run(storage.clone(), source, &bulk(shape)).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_clean(&*storage, what);
    assert_equal(&digests_of(&*storage).unwrap(), &fresh_digests(source), what);
    let left: Vec<String> = storage.files().into_keys().filter(|file| file.starts_with("spill/")).collect();
    assert!(left.is_empty(), "{what}: {left:?} are left");
    storage
}

/// Commits that the store went through: one of the build, one of the facts beside the chain, one a batch of the rest.
fn commits(storage: &ReplayStorage) -> u64 {
    Snapshot::open(storage).unwrap().unwrap().manifest.generation
}

#[test]
fn chains_of_all_kinds() {
    for seed in 0..6 {
        let mut chain = ChainBuilder::mature(seed);
        chain.add_blocks(30, 12);
        let source = source_of(&chain.blocks);
        for threads in [1, 2] {
            let what = format!("seed {seed}, {threads} threads");
            let storage = in_pool(threads, || assert_same(&source.source, tiny(), &what));
            assert_eq!(commits(&storage), 2, "all in one build");
        }
        assert_same(&source.source, Shape::new(0, 1 << 20, 2), &format!("seed {seed}, one window"));
    }
}

#[test]
fn bulk_chain() {
    let folder = tempfile::tempdir().unwrap();
    let bulk = BulkOptions { n_txs: 6_000, block_weight_wu: 200_000, max_file_bytes: 1 << 20, ..BulkOptions::default() };
    write_bulk(folder.path(), &bulk, &|_| true).unwrap();
    let source = open_source(folder.path(), false).unwrap();
    let shape = Shape { window_rows: 1024, table_bytes: 20_000, batch_bytes: 90_000, portion_bytes: 300_000, ..tiny() };
    assert_same(&source, shape, "bulk chain");
}
