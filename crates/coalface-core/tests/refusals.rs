//! One block for every rule that it breaks, on top of a valid chain: refused with its descendants, and nothing else.

#![allow(clippy::unwrap_used)] // a test may panic

mod support;

use std::sync::Arc;

use coalface_core::blockfile::Source;
use coalface_core::hash::Hash32;
use coalface_core::io::replay::ReplayStorage;
use coalface_core::link::{IndexOptions, IndexReport};
use coalface_core::units::MAX_MONEY_SAT;
use support::chain::{coinbase, commit_to_witnesses, genesis, mine, mine_with_root, subsidy, Coin};
use support::lock::{Lock, OP_RETURN, P2PKH};
use support::tx::{Tx, TxIn, TxOut};
use support::{
    assert_clean, bulk, digests_of, fresh_digests, open_source, options, run, source_of, ChainBuilder, TestBlock,
};

const LOCK: Lock = Lock { kind: P2PKH, key: 5 };
const WITNESS_LOCK: Lock = Lock { kind: 7, key: 5 };

fn pay(coins: &[&Coin], out_sat: i64) -> Tx {
    let inputs = coins.iter().map(|coin| coin.spend()).collect();
    let outputs = vec![TxOut { value_sat: out_sat, script: LOCK.script() }];
    Tx { version: 2, inputs, outputs, locktime: 0 }
}

fn pay_all(coin: &Coin) -> Tx {
    pay(&[coin], coin.value_sat)
}

fn output_of(tx: &Tx, vout: u32, lock: Lock) -> Coin {
    Coin { txid: tx.txid(), vout, value_sat: tx.outputs[vout as usize].value_sat, lock, spendable_at: 0 }
}

/// A block of these transactions behind a coinbase that takes `extra_sat` beside the subsidy.
fn block(prev: &TestBlock, extra_sat: i64, txs: Vec<Tx>) -> TestBlock {
    let height = prev.height + 1;
    let mut all = vec![coinbase(height, 0xbad, subsidy(height) + extra_sat, LOCK.script())];
    all.extend(txs);
    commit_to_witnesses(&mut all);
    mine(prev, all)
}

fn descendants(prev: &TestBlock) -> [TestBlock; 2] {
    let first = block(prev, 0, vec![]);
    let second = block(&first, 0, vec![]);
    [first, second]
}

/// A chain whose next block may spend what `coins` holds, all of the same kind.
struct Ground {
    chain: ChainBuilder,
    coins: Vec<Coin>,
    /// What the last block spends.
    last_spent: Coin,
}

fn ground(lock: Lock) -> Ground {
    let mut chain = ChainBuilder::mature(77);
    chain.add_blocks(6, 0);
    let mut coins = Vec::new();
    let mut txs = Vec::new();
    for _ in 0..5 {
        let coin = chain.take_coin().unwrap();
        let mut tx = pay_all(&coin);
        tx.outputs[0].script = lock.script();
        coins.push(output_of(&tx, 0, lock));
        txs.push(tx);
    }
    chain.mine(txs, 0);
    let last_spent = coins.pop().unwrap();
    chain.mine(vec![pay_all(&last_spent)], 0);
    Ground { chain, coins, last_spent }
}

fn refused(report: &IndexReport) -> Vec<(String, &str)> {
    report.facts.refused.iter().map(|refused| (refused.hash.clone(), refused.code.as_str())).collect()
}

fn again_is_quiet(storage: &Arc<ReplayStorage>, source: &Source, first: &IndexReport, what: &str) {
    let n_operations = storage.operations().len();
    let second = run(storage.clone(), source, &IndexOptions::default()).unwrap();
    assert_eq!((second.blocks_added, second.blocks_removed), (0, 0), "{what}: the second run changes the chain");
    assert_eq!(second.facts, first.facts, "{what}");
    assert_eq!(storage.operations().len(), n_operations, "{what}: the second run writes");
    assert_clean(&**storage, what);
}

/// The bad block lies first and has two descendants, its valid rival has less work.
fn check(ground: &Ground, bad: &TestBlock, code: &str, what: &str) {
    let blocks = &ground.chain.blocks;
    let rival = block(ground.chain.tip(), -1, vec![]);
    assert_ne!(rival.hash, bad.hash);
    let branch = descendants(bad);
    let source = source_of(blocks.iter().chain([bad]).chain(&branch).chain([&rival]));
    let expected = fresh_digests(&source_of(blocks.iter().chain([&rival])).source);
    let no_tables = IndexOptions { max_table_bytes: 0, ..options(1, 4000) };
    for options in [options(1 << 30, 1 << 30), options(1, 1), no_tables, bulk::bulk(bulk::coarse())] {
        let storage = Arc::new(ReplayStorage::default());
        let report = run(storage.clone(), &source.source, &options).unwrap();
        assert_eq!(refused(&report), [(bad.hash.to_display(), code)], "{what}");
        assert_eq!(report.facts.refused_descendants, 2, "{what}");
        assert_eq!(report.facts.stale_blocks, 0, "{what}");
        assert!(digests_of(&*storage).unwrap() == expected, "{what}: the store is not that of the rival");
        again_is_quiet(&storage, &source.source, &report, what);
    }
    // The bad branch comes in a later run than the chain that it breaks.
    let storage = Arc::new(ReplayStorage::default());
    let before = source_of(blocks.iter().chain([&rival]));
    run(storage.clone(), &before.source, &IndexOptions::default()).unwrap();
    let report = run(storage.clone(), &source.source, &IndexOptions::default()).unwrap();
    assert_eq!(refused(&report), [(bad.hash.to_display(), code)], "{what}, later");
    assert!(digests_of(&*storage).unwrap() == expected, "{what}, later");
    again_is_quiet(&storage, &source.source, &report, what);
}

#[test]
fn outputs_that_do_not_exist() {
    let ground = ground(LOCK);
    let tip = ground.chain.tip().clone();
    let with_prev = |txid: Hash32, vout: u32| {
        let coin = &ground.coins[0];
        let input = TxIn { prev_txid: txid, prev_vout: vout, ..coin.spend() };
        Tx { inputs: vec![input], ..pay_all(coin) }
    };
    let coin = &ground.coins[0];
    let parent = pay_all(coin);
    let child = pay_all(&output_of(&parent, 0, LOCK));
    for (what, txs) in [
        ("unknown transaction", vec![with_prev(Hash32([3; 32]), 0)]),
        ("unknown output", vec![with_prev(coin.txid, 1)]),
        ("largest output number", vec![with_prev(coin.txid, u32::MAX)]),
        ("zero transaction", vec![with_prev(Hash32::default(), 0)]),
        ("coinbase of genesis", vec![with_prev(genesis().txs[0].txid(), 0)]),
        ("child before parent", vec![child.clone(), parent.clone()]),
        ("its own child", vec![child]),
    ] {
        check(&ground, &block(&tip, 0, txs), "missing_output", what);
    }
}

#[test]
fn outputs_that_nobody_can_spend() {
    let ground = ground(LOCK);
    let lock = Lock { kind: OP_RETURN, key: 1 };
    for (what, script) in [("OP_RETURN", lock.script()), ("10,001 bytes", vec![0x51; 10_001])] {
        let mut parent = pay_all(&ground.coins[0]);
        parent.outputs[0].script = script;
        let child = pay_all(&output_of(&parent, 0, LOCK));
        check(&ground, &block(ground.chain.tip(), 0, vec![parent, child]), "missing_output", what);
    }
    // 10,000 bytes can be run.
    let mut parent = pay_all(&ground.coins[0]);
    parent.outputs[0].script = vec![0x51; 10_000];
    let child = pay_all(&output_of(&parent, 0, LOCK));
    let good = block(ground.chain.tip(), 0, vec![parent, child]);
    let source = source_of(ground.chain.blocks.iter().chain([&good]));
    let report = run(Arc::new(ReplayStorage::default()), &source.source, &IndexOptions::default()).unwrap();
    assert_eq!(refused(&report), []);
}

#[test]
fn outputs_that_are_spent() {
    let ground = ground(LOCK);
    let tip = ground.chain.tip().clone();
    let coin = &ground.coins[0];
    let other = Tx { locktime: 9, ..pay_all(coin) };
    for (what, txs) in [
        ("twice in a transaction", vec![pay(&[coin, coin], coin.value_sat)]),
        ("twice in a block", vec![pay_all(coin), other]),
        ("in the block before", vec![Tx { locktime: 9, ..pay_all(&ground.last_spent) }]),
    ] {
        check(&ground, &block(&tip, 0, txs), "spent_output", what);
    }
}

#[test]
fn value() {
    let ground = ground(LOCK);
    let tip = ground.chain.tip().clone();
    let coin = &ground.coins[0];
    check(&ground, &block(&tip, 0, vec![pay(&[coin], coin.value_sat + 1)]), "overspent", "one satoshi too much");
    check(&ground, &block(&tip, 1, vec![]), "coinbase_too_large", "one satoshi without fees");
    check(&ground, &block(&tip, 8, vec![pay(&[coin], coin.value_sat - 7)]), "coinbase_too_large", "more than the fee");
    let mut two = pay_all(coin);
    two.outputs = vec![TxOut { value_sat: MAX_MONEY_SAT, script: LOCK.script() }; 2];
    for (what, tx) in [
        ("too much", pay(&[coin], MAX_MONEY_SAT + 1)),
        ("negative", pay(&[coin], -1)),
        ("least number", pay(&[coin], i64::MIN)),
        ("largest number", pay(&[coin], i64::MAX)),
        ("sum", two),
    ] {
        check(&ground, &block(&tip, 0, vec![tx]), "amount", what);
    }
    let mut txs = vec![coinbase(tip.height + 1, 1, i64::MAX, LOCK.script())];
    check(&ground, &mine(&tip, txs.clone()), "amount", "coinbase");
    txs[0].outputs[0].value_sat = 0;
    txs.push(pay_all(coin));
    let source = source_of(ground.chain.blocks.iter().chain([&mine(&tip, txs)]));
    let report = run(Arc::new(ReplayStorage::default()), &source.source, &IndexOptions::default()).unwrap();
    assert_eq!(refused(&report), [], "a miner may take less");
}

#[test]
fn coinbases() {
    let ground = ground(LOCK);
    let tip = ground.chain.tip().clone();
    let height = tip.height + 1;
    let coin = &ground.coins[0];
    let good = coinbase(height, 1, 0, LOCK.script());
    let with_script = |len: usize| {
        let mut tx = good.clone();
        tx.inputs[0].script_sig = vec![0x51; len];
        tx
    };
    let mut two_inputs = good.clone();
    two_inputs.inputs.push(coin.spend());
    let second = coinbase(height, 2, 0, LOCK.script());
    for (what, txs) in [
        ("second coinbase", vec![good.clone(), second]),
        ("no coinbase", vec![pay_all(coin)]),
        ("coinbase last", vec![pay_all(coin), good.clone()]),
        ("two inputs", vec![two_inputs]),
        ("short script", vec![with_script(1)]),
        ("long script", vec![with_script(101)]),
    ] {
        check(&ground, &mine(&tip, txs), "coinbase", what);
    }
    for (what, depth, code) in [("next block", 1, "immature_coinbase"), ("99 blocks", 99, "immature_coinbase")] {
        let from = &ground.chain.blocks[(height - depth) as usize];
        let early = pay_all(&output_of(&from.txs[0], 0, LOCK));
        check(&ground, &block(&tip, 0, vec![early]), code, what);
    }
    let from = &ground.chain.blocks[(height - 99) as usize].txs[0];
    let both = pay(&[coin, &output_of(from, 0, LOCK)], 1);
    check(&ground, &block(&tip, 0, vec![pay_all(&ground.coins[1]), both]), "immature_coinbase", "second input");
}

#[test]
fn duplicate_transactions() {
    let ground = ground(LOCK);
    let tip = ground.chain.tip().clone();
    let old = ground.chain.blocks[50].txs.clone();
    check(&ground, &mine(&tip, old), "duplicate_txid", "coinbase of another height");
    // Once the older one is spent it may come again, and the younger one is meant from then on.
    let mut chain = ground.chain.clone();
    let spendable = chain.coins.iter().position(|coin| coin.spendable_at <= chain.height() + 1).unwrap();
    let coin = chain.coins.swap_remove(spendable);
    let old = chain.blocks.iter().find(|block| block.txs[0].txid() == coin.txid).unwrap().txs.clone();
    chain.mine(vec![pay_all(&coin)], 0);
    chain.blocks.push(mine(chain.tip(), old));
    chain.add_blocks(99, 0);
    let younger = block(chain.tip(), 0, vec![Tx { locktime: 2, ..pay_all(&coin) }]);
    let source = source_of(chain.blocks.iter().chain([&younger]));
    let expected = fresh_digests(&source.source);
    for options in [options(1, 1), IndexOptions { max_table_bytes: 0, ..options(1, 3000) }] {
        let storage = Arc::new(ReplayStorage::default());
        let report = run(storage.clone(), &source.source, &options).unwrap();
        assert_eq!(refused(&report), []);
        assert_eq!(digests_of(&*storage).unwrap(), expected);
    }
    let again = Tx { locktime: 1, ..pay_all(&coin) };
    let bad = block(&younger, 0, vec![again]);
    let source = source_of(chain.blocks.iter().chain([&younger, &bad]));
    let report = run(Arc::new(ReplayStorage::default()), &source.source, &options(1, 1)).unwrap();
    assert_eq!(refused(&report), [(bad.hash.to_display(), "spent_output")]);
}

#[test]
fn weight() {
    let ground = ground(LOCK);
    let mut big = pay_all(&ground.coins[0]);
    big.outputs[0].value_sat -= 1;
    big.outputs.push(TxOut { value_sat: 1, script: [&[0x6a][..], &[0; 1_000_000]].concat() });
    check(&ground, &block(ground.chain.tip(), 0, vec![big]), "weight", "a megabyte without witnesses");
}

/// What only one copy of a block may have wrong.
fn bad_copies(ground: &Ground) -> Vec<(&'static str, TestBlock, TestBlock)> {
    let tip = ground.chain.tip();
    let txs: Vec<Tx> = ground.coins[..2].iter().map(pay_all).collect();
    let good = block(tip, 0, txs.clone());
    assert_eq!(good.txs.len() % 2, 1);
    let mut flipped = good.clone();
    flipped.raw[90] ^= 1;
    let mut mutated_txs = good.txs.clone();
    mutated_txs.push(mutated_txs[2].clone());
    let mutated = mine_with_root(tip, mutated_txs, good.header.merkle_root);
    assert_eq!(mutated.hash, good.hash);
    let mut copies = vec![("merkle_root", good.clone(), flipped), ("mutated_merkle", good.clone(), mutated)];
    if good.txs[0].has_witness() {
        let mut other = good.txs.clone();
        other[1].inputs[0].witness[0][9] ^= 1;
        copies.push(("witness_commitment", good.clone(), mine_with_root(tip, other, good.header.merkle_root)));
        let mut other = good.txs.clone();
        other[0].inputs[0].witness.clear();
        copies.push(("witness_commitment", good.clone(), mine_with_root(tip, other, good.header.merkle_root)));
        let mut other = good.txs.clone();
        other[0].inputs[0].witness = vec![vec![9; 31]];
        copies.push(("witness_commitment", good.clone(), mine_with_root(tip, other, good.header.merkle_root)));
    }
    copies
}

#[test]
fn damaged_copies() {
    for lock in [LOCK, WITNESS_LOCK] {
        let ground = ground(lock);
        let blocks = &ground.chain.blocks;
        for (code, good, bad) in bad_copies(&ground) {
            assert_eq!(good.hash, bad.hash);
            check(&ground, &bad, code, code);
            let branch = descendants(&good);
            let expected = fresh_digests(&source_of(blocks.iter().chain([&good]).chain(&branch)).source);
            // The good copy elsewhere on disk, behind the bad one.
            let both = source_of(blocks.iter().chain([&bad]).chain(&branch).chain([&good]));
            for options in [options(1, 1), options(1 << 30, 1 << 30)] {
                let storage = Arc::new(ReplayStorage::default());
                let report = run(storage.clone(), &both.source, &options).unwrap();
                assert_eq!(refused(&report), [], "{code}");
                assert_eq!(digests_of(&*storage).unwrap(), expected, "{code}");
                again_is_quiet(&storage, &both.source, &report, code);
            }
            // Repaired after a run that refused it.
            let storage = Arc::new(ReplayStorage::default());
            let only_bad = source_of(blocks.iter().chain([&bad]).chain(&branch));
            let report = run(storage.clone(), &only_bad.source, &IndexOptions::default()).unwrap();
            assert_eq!(refused(&report), [(bad.hash.to_display(), code)]);
            for repaired in [&both, &source_of(blocks.iter().chain([&good]).chain(&branch))] {
                let report = run(storage.clone(), &repaired.source, &IndexOptions::default()).unwrap();
                assert_eq!(refused(&report), [], "{code}: repaired");
                assert_eq!(digests_of(&*storage).unwrap(), expected, "{code}: repaired");
            }
        }
    }
}

#[test]
fn a_wrong_commitment_is_part_of_the_block() {
    let ground = ground(WITNESS_LOCK);
    let tip = ground.chain.tip();
    let good = block(tip, 0, vec![pay_all(&ground.coins[0])]);
    let mut txs = good.txs.clone();
    txs[0].outputs[1].script[20] ^= 1;
    check(&ground, &mine(tip, txs.clone()), "witness_commitment", "wrong hash");
    txs[0].outputs.pop();
    check(&ground, &mine(tip, txs), "witness_commitment", "no commitment");
}

#[test]
fn unreadable_blocks() {
    let ground = ground(LOCK);
    let blocks = &ground.chain.blocks;
    let good = block(ground.chain.tip(), 0, vec![pay_all(&ground.coins[0])]);
    let mut bad = good.clone();
    bad.raw[80] = 3; // one transaction more than there is
    let branch = descendants(&good);
    let only_bad = source_of(blocks.iter().chain([&bad]).chain(&branch));
    let storage = Arc::new(ReplayStorage::default());
    let error = run(storage.clone(), &only_bad.source, &IndexOptions::default()).unwrap_err();
    assert_eq!(error.code(), "source_damaged_block");
    assert!(error.hint().is_some() && error.to_string().contains("blk00000.dat"), "{error}");
    let sound = fresh_digests(&source_of(blocks).source);
    assert_eq!(digests_of(&*storage).unwrap(), sound, "what came before is kept");

    let skipping = open_source(only_bad.folder.path(), true).unwrap();
    let skip = IndexOptions { skip_damaged: true, ..IndexOptions::default() };
    let report = run(storage.clone(), &skipping, &skip).unwrap();
    assert_eq!(refused(&report), [(bad.hash.to_display(), "unreadable")]);
    assert_eq!(digests_of(&*storage).unwrap(), sound);

    let both = source_of(blocks.iter().chain([&bad]).chain(&branch).chain([&good]));
    let report = run(storage.clone(), &both.source, &IndexOptions::default()).unwrap();
    assert_eq!(refused(&report), []);
    let expected = fresh_digests(&source_of(blocks.iter().chain([&good]).chain(&branch)).source);
    assert_eq!(digests_of(&*storage).unwrap(), expected);
    let fresh = Arc::new(ReplayStorage::default());
    run(fresh.clone(), &both.source, &IndexOptions::default()).unwrap();
    assert_eq!(digests_of(&*fresh).unwrap(), expected, "the good copy is used at once");
}
