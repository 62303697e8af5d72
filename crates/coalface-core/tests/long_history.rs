//! An address with hundreds of thousands of outputs: its history comes in windows, however these are cut.

#![allow(clippy::unwrap_used)] // a test may panic

mod support;

use std::collections::HashMap;
use std::sync::Arc;

use coalface_core::io::replay::ReplayStorage;
use coalface_core::link::IndexOptions;
use coalface_core::lookup::history::{Event, History, WINDOW_EVENTS};
use coalface_core::lookup::{address, Bound};
use coalface_core::script::address::{decode, encode};
use coalface_core::script::classify;
use coalface_core::store::Snapshot;
use support::chain::Coin;
use support::lock::{Lock, P2PKH};
use support::tx::{Tx, TxOut};
use support::{run, source_of, ChainBuilder};

const BUSY: Lock = Lock { kind: P2PKH, key: 900 };
const N_PAYOUTS: usize = 15;
const OUTPUTS_EACH: usize = 20_000;

/// Payouts of 20,000 outputs each to one address, then transactions that spend many of them and pay back to it.
fn busy_chain() -> ChainBuilder {
    let mut chain = ChainBuilder::mature(31);
    chain.add_blocks(N_PAYOUTS as u32, 0);
    let mut coins = Vec::new();
    for _ in 0..N_PAYOUTS {
        let coin = chain.take_coin().unwrap();
        let mut outputs = vec![TxOut { value_sat: 1_000, script: BUSY.script() }; OUTPUTS_EACH];
        let rest_sat = coin.value_sat - 1_000 * OUTPUTS_EACH as i64;
        outputs.push(TxOut { value_sat: rest_sat, script: BUSY.script() });
        let tx = Tx { version: 2, inputs: vec![coin.spend()], outputs, locktime: 0 };
        let txid = tx.txid();
        coins.extend((0..OUTPUTS_EACH as u32).map(|vout| Coin {
            txid,
            vout,
            value_sat: 1_000,
            lock: BUSY,
            spendable_at: 0,
        }));
        chain.mine(vec![tx], 0);
    }
    for _ in 0..8 {
        let mut txs = Vec::new();
        for n_inputs in [1, 2, 700, 1500] {
            let spent: Vec<Coin> = (0..n_inputs).map(|_| coins.swap_remove(chain.rng.below(coins.len()))).collect();
            let value_sat = spent.iter().map(|coin| coin.value_sat).sum::<i64>() / 2;
            let script = Lock { key: 901, ..BUSY }.script();
            let outputs = vec![TxOut { value_sat, script: BUSY.script() }, TxOut { value_sat, script }];
            let inputs = spent.iter().map(Coin::spend).collect();
            txs.push(Tx { version: 2, inputs, outputs, locktime: 0 });
        }
        chain.mine(txs, 0);
    }
    chain
}

/// What every transaction did to the address, read off the transactions themselves.
fn expected(chain: &ChainBuilder) -> Vec<Event> {
    let script = BUSY.script();
    let (mut unspent, mut events) = (HashMap::new(), Vec::new());
    let txs = chain.blocks.iter().flat_map(|block| &block.txs);
    for (n, tx) in (0..).zip(txs) {
        let spent = tx.inputs.iter().filter_map(|input| unspent.remove(&(input.prev_txid, input.prev_vout)));
        let mut event = Event { tx: n, received_sat: 0, sent_sat: spent.sum(), n_unknown: 0 };
        let txid = tx.txid();
        for (vout, output) in (0..).zip(&tx.outputs).filter(|(_, output)| output.script == script) {
            event.received_sat += output.value_sat;
            unspent.insert((txid, vout), output.value_sat);
        }
        if event.received_sat > 0 || event.sent_sat > 0 {
            events.push(event);
        }
    }
    events
}

#[test]
fn windows_put_together_are_the_whole_history() {
    let chain = busy_chain();
    let source = source_of(&chain.blocks);
    let storage = Arc::new(ReplayStorage::default());
    run(storage.clone(), &source.source, &IndexOptions::default()).unwrap();
    let snapshot = Snapshot::open(&*storage).unwrap().unwrap();
    let script = BUSY.script();
    let (kind, payload) = classify(&script);
    let text = encode(snapshot.network(), kind, &script[payload]).unwrap();
    let id = snapshot.find_address(&decode(snapshot.network(), &text).unwrap()).unwrap();
    let wanted = expected(&chain);

    let windows = |bound: Bound, window_events: u64| {
        let mut history = History::new(snapshot.clone(), id, bound, window_events).unwrap();
        std::iter::from_fn(move || history.next_window().unwrap()).collect::<Vec<_>>()
    };
    let tip = Bound::tip(&snapshot);
    let whole = windows(tip, WINDOW_EVENTS);
    assert_eq!(whole.len(), 1);
    assert_eq!(whole[0], wanted);
    let n_outputs = (N_PAYOUTS * OUTPUTS_EACH) as u64;
    for window_events in [1, 999, 20_001, 50_000, n_outputs] {
        let parts = windows(tip, window_events);
        assert!(parts.len() > 1 && parts.len() as u64 >= n_outputs / window_events.max(OUTPUTS_EACH as u64 + 1));
        assert_eq!(parts.concat(), wanted, "windows of {window_events}");
    }

    let totals = address::totals(&snapshot, id, &tip).unwrap();
    assert!(totals.n_outputs >= n_outputs);
    assert_eq!(totals.n_txs, wanted.len() as u64);
    assert_eq!(totals.received_sat, wanted.iter().map(|event| event.received_sat).sum::<i64>());
    assert_eq!(totals.sent_sat, wanted.iter().map(|event| event.sent_sat).sum::<i64>());

    // As of the block before the last the spends of the last are not seen.
    let before = Bound::height(&snapshot, chain.height() - 1).unwrap();
    let n_last = chain.tip().txs.len() - 1;
    assert_eq!(windows(before, 50_000).concat(), wanted[..wanted.len() - n_last]);
}
