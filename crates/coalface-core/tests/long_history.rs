//! An address with hundreds of thousands of outputs: its history comes in windows, however these are cut.

#![allow(clippy::unwrap_used)] // a test may panic

mod support;

use std::collections::{BTreeMap, HashMap};
use std::slice;
use std::sync::Arc;

use coalface_core::io::replay::ReplayStorage;
use coalface_core::link::IndexOptions;
use coalface_core::lookup::history::{for_each_external, for_each_output, Event, History, WINDOW_EVENTS};
use coalface_core::lookup::place::{tx_of_input, tx_of_output};
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
    let n_outputs = (N_PAYOUTS * OUTPUTS_EACH) as u64;
    for window_events in [0, 1, 999, WINDOW_EVENTS, 20_001, 50_000, n_outputs] {
        let parts = windows(tip, window_events);
        // A window ends with the transaction that fills it.
        assert!(parts.len() > 1 && parts.len() as u64 >= n_outputs / (window_events + OUTPUTS_EACH as u64 + 1));
        assert!(parts.iter().all(|part| !part.is_empty()));
        assert_eq!(parts.concat(), wanted, "windows of {window_events}");
    }
    assert_eq!(windows(tip, u64::MAX), slice::from_ref(&wanted));
    // However few spends wait, those that were dropped are found again.
    for max_waiting in [100_000, 1_000, 77] {
        let mut history = History::with_waiting(snapshot.clone(), id, tip, 30_000, max_waiting).unwrap();
        let parts: Vec<_> = std::iter::from_fn(|| history.next_window().unwrap()).collect();
        assert_eq!(parts.concat(), wanted, "{max_waiting} waiting");
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

/// The history by sorting everything that the indexes name.
fn sorted(snapshot: &Snapshot, id: u32, bound: &Bound) -> Vec<Event> {
    let columns = &snapshot.columns;
    let mut events = BTreeMap::new();
    let mut add = |tx: u32, received_sat: i64, sent_sat: i64, n_unknown: u32| {
        let event = events.entry(tx).or_insert(Event { tx, received_sat: 0, sent_sat: 0, n_unknown: 0 });
        event.received_sat += received_sat;
        event.sent_sat += sent_sat;
        event.n_unknown += n_unknown;
    };
    for_each_output(snapshot, id, bound, |output| {
        let value_sat = columns.output_value_sat[output as usize];
        add(tx_of_output(snapshot, output)?, value_sat, 0, 0);
        if let Some(input) = snapshot.spent_by(output, bound.inputs) {
            add(tx_of_input(snapshot, input)?, 0, value_sat, 0);
        }
        Ok(())
    })
    .unwrap();
    for_each_external(snapshot, id, bound, |input, value_sat| {
        add(tx_of_input(snapshot, input)?, 0, value_sat.unwrap_or(0), u32::from(value_sat.is_none()));
        Ok(())
    })
    .unwrap();
    events.into_values().collect()
}

#[test]
fn every_history_is_what_sorting_gives() {
    for seed in 0..4 {
        let mut chain = ChainBuilder::mature(40 + seed);
        chain.add_blocks(50, 25);
        let storage = Arc::new(ReplayStorage::default());
        // Half of the chains are partial, all come in several runs.
        let first = if seed % 2 == 0 { 0 } else { chain.blocks.len() / 2 };
        for end in [chain.blocks.len() * 3 / 4, chain.blocks.len() - 5, chain.blocks.len()] {
            run(storage.clone(), &source_of(&chain.blocks[first..end]).source, &IndexOptions::default()).unwrap();
        }
        let snapshot = Snapshot::open(&*storage).unwrap().unwrap();
        let counts = *snapshot.counts();
        assert_eq!(counts.externals > 0, first > 0);
        let (mut n_events, mut n_spent) = (0, 0);
        for id in 0..counts.addresses as u32 {
            let at = chain.rng.below(counts.blocks as usize + 1) as u64;
            for bound in [Bound::tip(&snapshot), Bound::blocks(&snapshot, at)] {
                let wanted = sorted(&snapshot, id, &bound);
                n_events += wanted.len();
                n_spent += wanted.iter().filter(|event| event.sent_sat > 0 || event.n_unknown > 0).count();
                let (window_events, max_waiting) = (1 + chain.rng.below(4) as u64, chain.rng.below(7));
                let mut history =
                    History::with_waiting(snapshot.clone(), id, bound, window_events, max_waiting).unwrap();
                let windows: Vec<_> = std::iter::from_fn(|| history.next_window().unwrap()).collect();
                assert_eq!(windows.concat(), wanted, "seed {seed}, address {id}, {max_waiting} waiting");
            }
        }
        assert!(n_events > 1000 && n_spent > 300, "{n_events} {n_spent}");
    }
}
