//! Builds in bounded memory, cut as small as they come.

use std::sync::Arc;

use coalface_core::blockfile::Source;
use coalface_core::bulk::Shape;
use coalface_core::io::replay::ReplayStorage;
use coalface_core::link::IndexOptions;

use super::{assert_clean, digests_of, fresh_digests, run, Digests};

/// Many partitions, windows, sub-partitions and portions even for a small chain.
pub fn tiny() -> Shape {
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

/// Few of everything, so that there are few operations.
pub fn coarse() -> Shape {
    Shape { key_bits: 1, window_rows: 512, table_bytes: 1 << 20, batch_bytes: 20_000, portion_bytes: 1 << 20, ..tiny() }
}

pub fn bulk(shape: Shape) -> IndexOptions {
    IndexOptions { shape: Some(shape), ..IndexOptions::default() }
}

pub fn assert_equal(found: &Digests, expected: &Digests, what: &str) {
    let differ: Vec<_> = expected.iter().filter(|(name, digest)| found.get(*name) != Some(digest)).collect();
    assert!(differ.is_empty() && found.len() == expected.len(), "{what}: {differ:?} differ");
}

/// Asserts that the store is sound, equals `expected`, and that no spill is left.
pub fn assert_built(storage: &ReplayStorage, expected: &Digests, what: &str) {
    assert_clean(storage, what);
    assert_equal(&digests_of(storage).unwrap(), expected, what);
    assert_eq!(spills(storage), [""; 0], "{what}: left behind");
}

/// Files of spills.
pub fn spills(storage: &ReplayStorage) -> Vec<String> {
    storage.files().into_keys().filter(|file| file.starts_with("spill/")).collect()
}

/// Builds a new store and compares it with one that was built in memory.
pub fn assert_same(source: &Source, shape: Shape, what: &str) -> Arc<ReplayStorage> {
    let storage = Arc::new(ReplayStorage::default());
    run(storage.clone(), source, &bulk(shape)).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_built(&storage, &fresh_digests(source), what);
    storage
}
