//! Undo records and undo files.

#![no_main]

#[path = "../../crates/coalface-core/tests/support/fuzz_bodies.rs"]
mod fuzz_bodies;

use std::sync::OnceLock;

use tempfile::TempDir;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| tempfile::tempdir().expect("a folder for temporary files"));
    fuzz_bodies::undo(folder.path(), data);
});
