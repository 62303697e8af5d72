//! The view of a transaction says what the look-up of the same transaction says.

#![allow(clippy::unwrap_used)] // a test may panic

mod support;

use std::sync::Arc;

use coalface_core::ids::NONE_U32;
use coalface_core::io::replay::ReplayStorage;
use coalface_core::link::IndexOptions;
use coalface_core::lookup::tx::{address_text, tx as look_up};
use coalface_core::lookup::Bound;
use coalface_core::script::Kind;
use coalface_core::store::Snapshot;
use coalface_core::tx_view::ViewBuffers;
use support::{run, source_of, ChainBuilder};

#[test]
fn views_are_what_look_ups_say() {
    let mut chain = ChainBuilder::mature(11);
    chain.add_blocks(30, 8);
    // The whole chain, and a part of it, whose first spends are of values that nobody knows.
    for first in [0, 110] {
        let source = source_of(&chain.blocks[first..]);
        let storage = Arc::new(ReplayStorage::default());
        run(storage.clone(), &source.source, &IndexOptions::default()).unwrap();
        let snapshot = Snapshot::open(&*storage).unwrap().unwrap();
        let counts = *snapshot.counts();
        let bound = Bound::tip(&snapshot);
        let mut buffers = ViewBuffers::default();
        let mut unknown = 0;
        for tx in 0..counts.txs as u32 {
            let expected = look_up(&snapshot, tx, &bound).unwrap();
            let view = buffers.fill(&snapshot, tx).unwrap();
            assert_eq!((view.height, view.time_unix), (expected.place.height, expected.place.time_unix));
            assert_eq!((view.version, view.locktime), (expected.version, expected.locktime));
            assert_eq!((view.size_bytes, view.weight_wu), (expected.size_bytes, expected.weight_wu));
            assert_eq!((view.fee_sat, view.is_coinbase), (expected.fee_sat, expected.is_coinbase));
            assert_eq!(view.inputs.len(), expected.inputs.len());
            for (found, expected) in view.inputs.iter().zip(&expected.inputs) {
                assert_eq!((found.value_sat, found.kind), (expected.value_sat, expected.kind));
                assert_eq!(found.sequence, expected.sequence);
                assert_eq!(address_text(&snapshot, found.address).0, expected.address);
                unknown += usize::from(found.value_sat.is_none() && !view.is_coinbase);
            }
            assert_eq!(view.outputs.len(), expected.outputs.len());
            for (n, (found, expected)) in view.outputs.iter().zip(&expected.outputs).enumerate() {
                assert_eq!((found.n as usize, found.value_sat, found.kind), (n, expected.value_sat, expected.kind));
                assert_eq!(found.address == NONE_U32, found.kind == Kind::OpReturn);
                assert_eq!(address_text(&snapshot, found.address).0, expected.address);
            }
            assert_eq!(view.spendable().count(), expected.outputs.iter().filter(|o| o.address.is_some()).count());
        }
        assert_eq!(unknown > 0, first > 0, "{unknown} inputs of unknown value");
        let error = buffers.fill(&snapshot, counts.txs as u32).unwrap_err();
        assert_eq!(error.code(), "not_found_id");
    }
}
