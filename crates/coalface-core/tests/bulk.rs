//! A store built in bounded memory equals one built in memory, whatever the chain and the shape.

#![allow(clippy::unwrap_used)] // a test may panic

mod support;

use std::ops::ControlFlow;
use std::sync::Arc;

use coalface_core::bulk::Shape;
use coalface_core::io::replay::ReplayStorage;
use coalface_core::io::FolderStorage;
use coalface_core::link::{index_folder, IndexOptions};
use coalface_core::store::Snapshot;
use coalface_core::synth::{write_bulk, BulkOptions};
use support::bulk::{assert_built, assert_equal, assert_same, bulk, coarse, tiny};
use support::chain::{coinbase, mine, subsidy, Coin};
use support::lock::{Lock, OP_RETURN, P2PKH};
use support::tx::{Tx, TxOut};
use support::{digests_of, fresh_digests, in_pool, open_source, options, run, source_of, ChainBuilder, TestBlock};

const LOCK: Lock = Lock { kind: P2PKH, key: 5 };

/// Commits that the store went through: one of the build, one of the facts beside the chain, one a batch of the rest.
fn commits(storage: &ReplayStorage) -> u64 {
    Snapshot::open(storage).unwrap().unwrap().manifest.generation
}

fn chain(seed: u64) -> ChainBuilder {
    let mut chain = ChainBuilder::mature(seed);
    chain.add_blocks(30, 12);
    chain
}

#[test]
fn chains_of_all_kinds() {
    for seed in 0..if support::soak() { 60 } else { 6 } {
        let source = source_of(&chain(seed).blocks);
        for threads in [1, 2] {
            let what = format!("seed {seed}, {threads} threads");
            let storage = in_pool(threads, || assert_same(&source.source, tiny(), &what));
            assert_eq!(commits(&storage), 2, "all in one build");
        }
        assert_same(&source.source, Shape::new(0, 1 << 20, 2), &format!("seed {seed}, one window"));
    }
}

#[test]
fn bulk_chains() {
    for (n_duplicate_coinbases, n_wide_txs) in [(0, 0), (2, 1)] {
        let folder = tempfile::tempdir().unwrap();
        let options = BulkOptions {
            n_txs: 6_000,
            block_weight_wu: if n_wide_txs > 0 { 4_000_000 } else { 200_000 },
            max_file_bytes: 1 << 20,
            n_duplicate_coinbases,
            n_wide_txs,
            n_stale_branches: 2,
            ..BulkOptions::default()
        };
        write_bulk(folder.path(), &options, &|_| true).unwrap();
        let source = open_source(folder.path(), false).unwrap();
        let (window_rows, table_bytes) = (1024, 20_000);
        let shape = Shape { window_rows, table_bytes, batch_bytes: 90_000, portion_bytes: 300_000, ..tiny() };
        let store = tempfile::tempdir().unwrap();
        index_folder(&source, store.path(), &bulk(shape), &|_| ControlFlow::Continue(())).unwrap();
        let files = FolderStorage::new(store.path().to_path_buf());
        assert_equal(&digests_of(&files).unwrap(), &fresh_digests(&source), "in a folder");
        assert!(!store.path().join("spill").exists());
        let storage = assert_same(&source, shape, "bulk chain");
        assert_eq!(commits(&storage) == 2, n_duplicate_coinbases == 0, "an equal id is left to the path in memory");
    }
}

fn pay(coins: &[&Coin], out_sat: i64) -> Tx {
    let inputs = coins.iter().map(|coin| coin.spend()).collect();
    Tx { version: 2, inputs, outputs: vec![TxOut { value_sat: out_sat, script: LOCK.script() }], locktime: 0 }
}

fn output_of(tx: &Tx, vout: u32, lock: Lock) -> Coin {
    Coin { txid: tx.txid(), vout, value_sat: tx.outputs[vout as usize].value_sat, lock, spendable_at: 0 }
}

fn block(prev: &TestBlock, extra_sat: i64, txs: Vec<Tx>) -> TestBlock {
    let height = prev.height + 1;
    let mut all = vec![coinbase(height, 0xbad, subsidy(height) + extra_sat, LOCK.script())];
    all.extend(txs);
    mine(prev, all)
}

/// One bad block for each rule that needs other blocks, in the midst of a chain that goes on without it.
#[test]
fn bad_blocks() {
    let mut chain = ChainBuilder::mature(77);
    chain.add_blocks(6, 0);
    let coins: Vec<Coin> = (0..3).map(|_| chain.take_coin().unwrap()).collect();
    let mut burn = pay(&[&coins[0]], coins[0].value_sat - 7);
    burn.outputs.push(TxOut { value_sat: 7, script: Lock { kind: OP_RETURN, key: 1 }.script() });
    let huge = [&[0x51][..], &[0x61; 10_001]].concat();
    burn.outputs.push(TxOut { value_sat: 0, script: huge });
    chain.mine(vec![burn.clone()], 0);
    let tip = chain.tip().clone();
    let unknown = Coin { txid: tip.hash, ..coins[1].clone() };
    let high = Coin { vout: 9, ..coins[1].clone() };
    let genesis = output_of(&chain.blocks[0].txs[0], 0, LOCK);
    let young = output_of(&chain.blocks[chain.blocks.len() - 50].txs[0], 0, LOCK);
    let spend = |coin: &Coin| pay(&[coin], coin.value_sat);
    let late = spend(&coins[2]);
    let early = pay(&[&output_of(&late, 0, LOCK)], 1);
    for (what, extra_sat, txs) in [
        ("missing_output", 0, vec![spend(&unknown)]),
        ("missing_output", 0, vec![spend(&high)]),
        ("missing_output", 0, vec![spend(&genesis)]),
        ("missing_output", 0, vec![early, late]),
        ("missing_output", 0, vec![pay(&[&output_of(&burn, 1, LOCK)], 1)]),
        ("missing_output", 0, vec![pay(&[&output_of(&burn, 2, LOCK)], 0)]),
        ("spent_output", 0, vec![spend(&coins[0])]),
        ("spent_output", 0, vec![spend(&coins[1]), pay(&[&coins[1]], 5)]),
        ("immature_coinbase", 0, vec![spend(&young)]),
        ("overspent", 0, vec![pay(&[&coins[1]], coins[1].value_sat + 1)]),
        ("coinbase_too_large", 1, vec![]),
    ] {
        let bad = block(&tip, extra_sat, txs);
        let mut good = chain.fork(5);
        good.add_blocks(1, 6);
        let onto_bad = block(&bad, 0, vec![]);
        // The bad branch is longer first.
        let blocks = chain.blocks.iter().chain([&bad, &onto_bad]).chain(&good.blocks[chain.blocks.len()..]);
        let source = source_of(blocks);
        for shape in [tiny(), coarse()] {
            let storage = Arc::new(ReplayStorage::default());
            let report = run(storage.clone(), &source.source, &bulk(shape)).unwrap();
            let codes: Vec<&str> = report.facts.refused.iter().map(|refused| refused.code.as_str()).collect();
            assert_eq!(codes, [what]);
            assert_built(&storage, &fresh_digests(&source.source), what);
            let plain = source_of(&good.blocks);
            assert_equal(&digests_of(&*storage).unwrap(), &fresh_digests(&plain.source), what);
        }
    }
}

/// A block that is bad by itself at the beginning, and one that cannot be read.
#[test]
fn bad_from_the_start() {
    let mut chain = ChainBuilder::new(9);
    chain.add_blocks(1, 0);
    let bad = block(&chain.blocks[0], 0, vec![pay(&[&output_of(&chain.blocks[0].txs[0], 0, LOCK)], 1)]);
    let source = source_of([&chain.blocks[0], &bad, &block(&bad, 0, vec![]), &chain.blocks[1]]);
    assert_same(&source.source, tiny(), "second block");
    let mut unreadable = chain.tip().clone();
    unreadable.raw[80] = 3;
    let source = source_of(chain.blocks[..1].iter().chain([&unreadable]));
    let storage = Arc::new(ReplayStorage::default());
    let error = run(storage.clone(), &source.source, &bulk(tiny())).unwrap_err();
    assert_eq!(error.code(), "source_damaged_block");
    assert_built(&storage, &fresh_digests(&source_of(&chain.blocks[..1]).source), "what came before");
}

#[test]
fn growth_and_reorganisation_afterwards() {
    for seed in 20..24 {
        let mut ours = chain(seed);
        let mut rival = ours.fork(seed + 1);
        let first = source_of(&ours.blocks);
        ours.add_blocks(3, 8);
        rival.add_blocks(5, 8);
        let longer = source_of(&ours.blocks);
        let common = ours.blocks.iter().zip(&rival.blocks).take_while(|(a, b)| a.hash == b.hash).count();
        let both = source_of(ours.blocks.iter().chain(&rival.blocks[common..]));
        let storage = assert_same(&first.source, tiny(), "first");
        for (source, options) in [(&longer, bulk(tiny())), (&both, options(1, 3_000))] {
            run(storage.clone(), &source.source, &options).unwrap();
            assert_built(&storage, &fresh_digests(&source.source), &format!("seed {seed}"));
        }
    }
}

/// Later segments of a chain with a gap are left to the path in memory.
#[test]
fn partial_chains() {
    let chain = chain(30);
    let without_beginning = source_of(&chain.blocks[110..]);
    assert_same(&without_beginning.source, tiny(), "no genesis");
    let with_gap = source_of(chain.blocks[..112].iter().chain(&chain.blocks[115..]));
    assert_same(&with_gap.source, tiny(), "a gap");
}

#[test]
fn thousands_of_inputs() {
    let mut chain = ChainBuilder::mature(40);
    let coin = chain.take_coin().unwrap();
    let locks: Vec<Lock> = (0..3_000u16).map(|n| Lock { kind: (n % 9) as u8, key: n / 9 }).collect();
    let mut fan = pay(&[&coin], 1_000);
    fan.outputs = locks.iter().map(|lock| TxOut { value_sat: 1_000, script: lock.script() }).collect();
    chain.mine(vec![fan.clone()], 0);
    let coins: Vec<Coin> = (0..).zip(&locks).map(|(vout, lock)| output_of(&fan, vout, *lock)).collect();
    chain.mine(vec![pay(&coins.iter().collect::<Vec<_>>(), 500)], 0);
    let source = source_of(&chain.blocks);
    assert_same(&source.source, tiny(), "wide");
}

#[test]
fn budgets() {
    let source = source_of(&chain(50).blocks);
    let with = |memory_bytes| IndexOptions { memory_bytes: Some(memory_bytes), ..IndexOptions::default() };
    let storage = Arc::new(ReplayStorage::default());
    let error = run(storage.clone(), &source.source, &with(1 << 20)).unwrap_err();
    assert_eq!(error.code(), "usage_memory");
    run(storage.clone(), &source.source, &with(256 << 20)).unwrap();
    assert_built(&storage, &fresh_digests(&source.source), "a chain that fits");
}
