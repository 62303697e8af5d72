//! Damaged stores: opened, digested, their bound moved.

#![no_main]

#[path = "../../crates/coalface-core/tests/support/fuzz_bodies.rs"]
mod fuzz_bodies;

use std::sync::OnceLock;

use coalface_core::io::replay::Files;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    static EMPTY: OnceLock<Files> = OnceLock::new();
    fuzz_bodies::store(EMPTY.get_or_init(fuzz_bodies::empty_store), data);
});
