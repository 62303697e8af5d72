//! Transactions in JSON.

#![no_main]

#[path = "../../crates/coalface-core/tests/support/fuzz_bodies.rs"]
mod fuzz_bodies;

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz_bodies::tx_json(data));
