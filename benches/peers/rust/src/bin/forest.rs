//! Coalface's own forest alone, on the arrays that the rival union-find is given: no store, no blocks, no CoinJoin test.
//!
//! Usage: forest STORE OFFSETS ADDRESSES N_ADDRESSES
//! OFFSETS and ADDRESSES are files of u64 and u32: where each transaction's input addresses begin, and these. STORE is
//! any store; the forest wants one to grow on, and here grows on none of its rows.

use std::fs;
use std::path::Path;
use std::time::Instant;

use coalface_core::coinjoin::Eras;
use coalface_core::forest::grow::{Forest, NewTx};
use coalface_core::ids::NONE_U32;
use coalface_core::store::{Delta, Snapshot};
use coalface_core::tx_view::TxHead;
use coalface_peers::argument;

fn main() {
    let base = Snapshot::open_folder(Path::new(&argument(1))).expect("a store");
    let offsets: Vec<usize> = fs::read(argument(2))
        .expect("a readable file")
        .chunks_exact(8)
        .map(|bytes| u64::from_le_bytes(bytes.try_into().expect("eight bytes")) as usize)
        .collect();
    let addresses: Vec<u32> = fs::read(argument(3))
        .expect("a readable file")
        .chunks_exact(4)
        .map(|bytes| u32::from_le_bytes(bytes.try_into().expect("four bytes")))
        .collect();
    let n_addresses: usize = argument(4).parse().expect("a number");
    let start = Instant::now();
    let mut forest = Forest::new(0, Eras::Off);
    let mut delta = Delta::default();
    delta.strict_parent.resize(n_addresses, NONE_U32);
    delta.strict_link_tx.resize(n_addresses, NONE_U32);
    for (tx, bounds) in offsets.windows(2).enumerate() {
        let inputs = &addresses[bounds[0]..bounds[1]];
        let new = NewTx {
            tx: tx as u32,
            head: TxHead::default(),
            input_address: inputs,
            input_value_sat: &[],
            input_spend_flags: &[],
            output_address: &[],
            output_value_sat: &[],
        };
        forest.add_tx(&base, &mut delta, &new).expect("a sound forest");
    }
    let seconds = start.elapsed().as_secs_f64();
    let clusters = delta.strict_parent.iter().filter(|parent| **parent == NONE_U32).count();
    println!("{{\"seconds\": {seconds:.6}, \"clusters\": {clusters}, \"links\": {}}}", forest.children.len());
}
