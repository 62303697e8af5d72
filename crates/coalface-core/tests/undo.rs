//! Undo files: a partial chain beside them knows what it spends; whatever happens to them, no block is lost.

#![allow(clippy::unwrap_used)] // a test may panic

mod support;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use coalface_core::blockfile::{WriterOptions, XorKey};
use coalface_core::hash::Hash32;
use coalface_core::ids::{EXTERNAL_BIT, NONE_SAT, NONE_U32, NONE_U64};
use coalface_core::io::replay::ReplayStorage;
use coalface_core::link::{IndexOptions, IndexReport};
use coalface_core::script::classify;
use coalface_core::store::Snapshot;
use support::undo::{coins_of, file, framed, record, Coin};
use support::{
    assert_clean, digests_of, in_pool, open_source, options, run, write_blocks, ChainBuilder, Rng, TestBlock,
};

/// Blocks of a chain from `FIRST` on, and the undo records of all of them.
struct Pruned {
    blocks: Vec<TestBlock>,
    coins: Vec<Vec<Vec<Coin>>>,
}

const FIRST: usize = 105;

impl Pruned {
    fn new(seed: u64) -> Pruned {
        let mut chain = ChainBuilder::mature(seed);
        chain.add_blocks(40, 9);
        let mut coins = coins_of(&chain.blocks);
        Pruned { coins: coins.split_off(FIRST), blocks: chain.blocks[FIRST..].to_vec() }
    }

    fn records(&self) -> Vec<Vec<u8>> {
        let pairs = self.blocks.iter().zip(&self.coins);
        pairs.map(|(block, coins)| framed(&block.header.prev, &record(coins))).collect()
    }
}

fn key() -> Option<XorKey> {
    XorKey::new([9, 1, 0, 200, 7, 77, 3, 250])
}

fn write(folder: &Path, blocks: &[TestBlock], undo: Option<&[u8]>) {
    write_blocks(folder, WriterOptions { key: key(), ..WriterOptions::default() }, blocks);
    if let Some(undo) = undo {
        std::fs::write(folder.join("rev00000.dat"), undo).unwrap();
    }
}

/// The store of one run over these files, which is sound.
fn indexed(blocks: &[TestBlock], undo: Option<&[u8]>, options: &IndexOptions) -> (Arc<ReplayStorage>, IndexReport) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), blocks, undo);
    let storage = Arc::new(ReplayStorage::default());
    let report = run(storage.clone(), &open_source(folder.path(), false).unwrap(), options).unwrap();
    assert_eq!(report.blocks_added as usize, blocks.len());
    assert_clean(&*storage, "with undo files");
    (storage, report)
}

/// Blocks that spend outputs from outside of `blocks`.
fn n_blocks_with_external(blocks: &[TestBlock]) -> u64 {
    let inside: std::collections::HashSet<Hash32> = blocks.iter().flat_map(|b| &b.txs).map(|tx| tx.txid()).collect();
    let spends =
        |block: &TestBlock| block.txs[1..].iter().any(|tx| tx.inputs.iter().any(|i| !inside.contains(&i.prev_txid)));
    blocks.iter().filter(|block| spends(block)).count() as u64
}

/// Compares every input and fee of a store with the truth; values may be unknown unless `all`. Returns how many are known.
fn assert_true(storage: &ReplayStorage, chain: &Pruned, all: bool) -> u64 {
    let snapshot = Snapshot::open(storage).unwrap().unwrap();
    let columns = &*snapshot.columns;
    let (mut input, mut tx, mut known) = (0usize, 0usize, 0u64);
    for (block, coins) in chain.blocks.iter().zip(&chain.coins) {
        for (n_tx, made) in block.txs.iter().enumerate() {
            let mut in_sat = Some(0);
            for (n, _) in made.inputs.iter().enumerate() {
                let spent = columns.input_spent_output.at(input);
                if n_tx > 0 {
                    let (_, _, value_sat, script) = &coins[n_tx - 1][n];
                    let found = match spent & EXTERNAL_BIT {
                        0 => columns.output_value_sat[spent as usize],
                        _ => columns.external_value_sat[(spent & !EXTERNAL_BIT) as usize],
                    };
                    let address = columns.input_address[input];
                    if found == NONE_SAT {
                        assert!(!all && spent & EXTERNAL_BIT != 0);
                        in_sat = None;
                    } else {
                        known += u64::from(spent & EXTERNAL_BIT != 0);
                        assert_eq!(found, *value_sat);
                        let (kind, payload) = classify(script);
                        assert_eq!(snapshot.address_payload(address), Some((kind, &script[payload])));
                        in_sat = in_sat.map(|sat| sat + value_sat);
                    }
                } else {
                    assert_eq!((spent, columns.input_address[input]), (NONE_U64, NONE_U32));
                }
                input += 1;
            }
            let out_sat: i64 = made.outputs.iter().map(|output| output.value_sat).sum();
            let fee = in_sat.filter(|_| n_tx > 0).map_or(NONE_SAT, |in_sat| in_sat - out_sat);
            assert_eq!(columns.tx_fee_sat[tx], fee);
            tx += 1;
        }
    }
    known
}

#[test]
fn every_input_is_known() {
    for seed in 0..6 {
        let chain = Pruned::new(seed);
        let mut records = chain.records();
        // Of stale blocks and of none: other records between, and an order that is not that of the blocks.
        records.push(framed(&Hash32([5; 32]), &record(&chain.coins[7])));
        let mut rng = Rng::new(seed);
        for n in (1..records.len()).rev() {
            records.swap(n, rng.below(n + 1));
        }
        let mut undo = file(&records, key());
        undo.resize(undo.len() + 5_000, 0);
        let (storage, report) = indexed(&chain.blocks, Some(&undo), &IndexOptions::default());
        assert!(assert_true(&storage, &chain, true) > 20);
        let n_blocks = n_blocks_with_external(&chain.blocks);
        assert_eq!((report.undo.n_used, report.undo.n_missing), (n_blocks, 0));
        assert_eq!(report.undo.bad, []);
    }
}

#[test]
fn splits_threads_and_batches_do_not_matter() {
    for seed in 10..14 {
        let chain = Pruned::new(seed);
        let undo = file(&chain.records(), key());
        let (storage, _) = indexed(&chain.blocks, Some(&undo), &IndexOptions::default());
        let expected = digests_of(&*storage).unwrap();
        let mut rng = Rng::new(seed);
        for threads in [1, 3] {
            let steps = [1 + rng.below(20), 21 + rng.below(10), chain.blocks.len()];
            let storage = Arc::new(ReplayStorage::default());
            for end in steps {
                let folder = tempfile::tempdir().unwrap();
                write(folder.path(), &chain.blocks[..end], Some(&undo));
                let options = IndexOptions { max_table_bytes: [0, 1 << 30][rng.below(2)], ..options(3_000, 2_000) };
                let source = open_source(folder.path(), false).unwrap();
                in_pool(threads, || run(storage.clone(), &source, &options)).unwrap();
            }
            assert_clean(&*storage, "in steps");
            assert_eq!(digests_of(&*storage).unwrap(), expected, "seed {seed}, {steps:?}");
        }
    }
}

#[test]
fn what_is_stored_stays_when_undo_files_come_later() {
    let chain = Pruned::new(20);
    let undo = file(&chain.records(), key());
    let (without, _) = indexed(&chain.blocks, None, &IndexOptions::default());
    let (ignored, report) =
        indexed(&chain.blocks, Some(&undo), &IndexOptions { use_undo: false, ..IndexOptions::default() });
    assert_eq!(digests_of(&*ignored), digests_of(&*without));
    assert_eq!((report.undo.n_used, report.undo.bad.len()), (0, 0));
    assert!(report.undo.n_missing > 0 && assert_true(&without, &chain, false) == 0);
    // The first half without, then all with: the first half stays as it was.
    let half = chain.blocks.len() / 2;
    let (storage, _) = indexed(&chain.blocks[..half], None, &IndexOptions::default());
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &chain.blocks, Some(&undo));
    let source = open_source(folder.path(), false).unwrap();
    for expected in [chain.blocks.len() - half, 0] {
        let report = run(storage.clone(), &source, &IndexOptions::default()).unwrap();
        assert_eq!(report.blocks_added as usize, expected);
        assert_clean(&*storage, "undo files later");
    }
    let known = assert_true(&storage, &chain, false);
    let (all, _) = indexed(&chain.blocks, Some(&undo), &IndexOptions::default());
    assert!(known > 0 && known < assert_true(&all, &chain, true));
    let inputs_of_half: u64 = chain.blocks[..half].iter().flat_map(|b| &b.txs).map(|tx| tx.inputs.len() as u64).sum();
    let snapshot = Snapshot::open(&*storage).unwrap().unwrap();
    let columns = &*snapshot.columns;
    for (value, input) in columns.external_value_sat.iter().zip(columns.external_spent_by.iter()) {
        assert_eq!(*value == NONE_SAT, *input < inputs_of_half);
    }
}

#[test]
fn a_cut_costs_values_never_blocks() {
    let chain = Pruned::new(30);
    let undo = file(&chain.records(), key());
    let mut known_before = 0;
    let lens = (0..undo.len()).step_by(undo.len() / 40).chain([undo.len() - 1, undo.len()]);
    for len in lens {
        let (storage, report) = indexed(&chain.blocks, Some(&undo[..len]), &IndexOptions::default());
        let known = assert_true(&storage, &chain, false);
        assert!(known >= known_before, "{len} bytes");
        assert_eq!(report.undo.n_used + report.undo.n_missing, n_blocks_with_external(&chain.blocks));
        known_before = known;
    }
    assert!(known_before > 20);
    // Bytes taken from the front move the key: nothing is left, and nothing else happens.
    let (storage, report) = indexed(&chain.blocks, Some(&undo[3..]), &IndexOptions::default());
    assert_eq!(assert_true(&storage, &chain, false), 0);
    assert_eq!(report.undo.bad[0].name, "undo_damaged");
}

#[test]
fn random_damage_costs_values_never_blocks() {
    let chain = Pruned::new(31);
    let undo = file(&chain.records(), key());
    let mut rng = Rng::new(31);
    for _ in 0..40 {
        let mut damaged = undo.clone();
        for _ in 0..1 + rng.below(30) {
            let at = rng.below(damaged.len());
            match rng.below(3) {
                0 => damaged[at] ^= 1 << rng.below(8),
                1 => _ = damaged.remove(at),
                _ => damaged.insert(at, rng.next() as u8),
            }
        }
        let (storage, _) = indexed(&chain.blocks, Some(&damaged), &IndexOptions::default());
        assert_true(&storage, &chain, false);
    }
}

/// The name of the reason for which the record of one block is not used, once it was changed by `change` and given a
/// right checksum; all other blocks are as before.
fn reason(chain: &Pruned, n: usize, change: impl FnOnce(&mut Vec<Vec<Coin>>) -> Option<Vec<u8>>) -> &'static str {
    let mut coins = chain.coins[n].clone();
    let bytes = change(&mut coins).unwrap_or_else(|| record(&coins));
    let mut records = chain.records();
    records[n] = framed(&chain.blocks[n].header.prev, &bytes);
    let (storage, report) = indexed(&chain.blocks, Some(&file(&records, key())), &IndexOptions::default());
    assert_true(&storage, chain, false);
    assert_eq!(report.undo.n_missing, 1);
    let offset: usize = records[..n].iter().map(Vec::len).sum();
    let [bad] = &report.undo.bad[..] else { panic!("{:?}", report.undo.bad) };
    assert!(bad.file.ends_with("rev00000.dat") && bad.offset == offset as u64 + 8, "{bad:?}");
    assert!(!bad.reason.is_empty());
    bad.name
}

#[test]
fn records_that_contradict_the_block() {
    let chain = Pruned::new(40);
    let inside: HashMap<Hash32, ()> = chain.blocks.iter().flat_map(|b| &b.txs).map(|tx| (tx.txid(), ())).collect();
    let is_inside =
        |n: usize, tx: usize, i: usize| inside.contains_key(&chain.blocks[n].txs[tx + 1].inputs[i].prev_txid);
    let places = || {
        let coins = chain.coins.iter().enumerate();
        coins.flat_map(|(n, txs)| {
            txs.iter().enumerate().flat_map(move |(tx, coins)| (0..coins.len()).map(move |i| (n, tx, i)))
        })
    };
    let has_external = |n: usize| places().any(|(m, tx, i)| m == n && !is_inside(m, tx, i));
    let n = places().map(|place| place.0).find(|n| has_external(*n)).unwrap();
    let money = 21_000_000 * 100_000_000;
    assert_eq!(
        reason(&chain, n, |coins| {
            coins[0][0].2 = money + 1;
            None
        }),
        "undo_unreadable"
    );
    assert_eq!(
        reason(&chain, n, |coins| {
            coins[0][0].3 = vec![0x6a, 1, 1];
            None
        }),
        "undo_unreadable"
    );
    assert_eq!(
        reason(&chain, n, |coins| {
            coins[0][0].3 = vec![1; 10_001];
            None
        }),
        "undo_unreadable"
    );
    assert_eq!(
        reason(&chain, n, |coins| {
            coins[0][0].2 = 0;
            None
        }),
        "undo_overspent"
    );
    // A value that is too large breaks nothing by itself, unless the store knows the output.
    let (m, tx, i) = places().find(|(n, tx, i)| is_inside(*n, *tx, *i) && has_external(*n)).unwrap();
    assert_eq!(
        reason(&chain, m, |coins| {
            coins[tx][i].2 += 1;
            None
        }),
        "undo_value"
    );
    let p2pkh = |script: &[u8]| script.len() == 25 && script[0] == 0x76;
    let (m, tx, i) = places().find(|(n, tx, i)| has_external(*n) && p2pkh(&chain.coins[*n][*tx][*i].3)).unwrap();
    assert_eq!(
        reason(&chain, m, |coins| {
            coins[tx][i].3[5] ^= 1;
            None
        }),
        "undo_script"
    );
    // Long enough that its counts are not seen before it is read.
    let long = |coins: &mut Vec<Vec<Coin>>| {
        let extra = (1, false, 5, vec![0x51; 9_000]);
        coins[0].insert(0, extra);
        None
    };
    assert_eq!(reason(&chain, n, long), "undo_counts");
    let cut = |coins: &mut Vec<Vec<Coin>>| {
        coins[0][0].3 = vec![0x51; 9_000];
        let mut bytes = record(coins);
        bytes.pop();
        Some(bytes)
    };
    assert_eq!(reason(&chain, n, cut), "undo_unreadable");
}

#[test]
fn a_wrong_checksum_is_told() {
    let chain = Pruned::new(41);
    let mut records = chain.records();
    let n = (0..records.len()).find(|n| chain.coins[*n].len() > 2).unwrap();
    let last = records[n].len() - 1;
    records[n][last] ^= 1;
    let (storage, report) = indexed(&chain.blocks, Some(&file(&records, key())), &IndexOptions::default());
    assert_true(&storage, &chain, false);
    let names: Vec<_> = report.undo.bad.iter().map(|bad| bad.name).collect();
    assert_eq!((report.undo.n_missing, names), (1, vec!["undo_checksum"]));
}

#[test]
fn the_coinbase_may_not_claim_more_than_the_record_allows() {
    let chain = Pruned::new(42);
    // The last satoshi of a fee is gone: no transaction overspends, the coinbase does.
    let fee = |n: usize, tx: usize| {
        let out_sat: i64 = chain.blocks[n].txs[tx + 1].outputs.iter().map(|output| output.value_sat).sum();
        chain.coins[n][tx].iter().map(|coin| coin.2).sum::<i64>() - out_sat
    };
    let inside: HashMap<Hash32, ()> = chain.blocks.iter().flat_map(|b| &b.txs).map(|tx| (tx.txid(), ())).collect();
    let fits = |n: usize, tx: usize| {
        let outside = !inside.contains_key(&chain.blocks[n].txs[tx + 1].inputs[0].prev_txid);
        outside && fee(n, tx) > 1 && chain.coins[n][tx][0].2 > 2
    };
    let mut places = (0..chain.coins.len()).flat_map(|n| (0..chain.coins[n].len()).map(move |tx| (n, tx)));
    let (n, tx) = places.find(|(n, tx)| fits(*n, *tx)).unwrap();
    let change = |coins: &mut Vec<Vec<Coin>>| {
        coins[tx][0].2 -= 2;
        None
    };
    assert_eq!(reason(&chain, n, change), "undo_coinbase_too_large");
}

#[test]
fn a_complete_chain_does_not_read_them() {
    let mut chain = ChainBuilder::mature(50);
    chain.add_blocks(10, 6);
    let (with, report) = indexed(&chain.blocks, Some(&[1, 2, 3]), &IndexOptions::default());
    let (without, _) = indexed(&chain.blocks, None, &IndexOptions::default());
    assert_eq!(digests_of(&*with), digests_of(&*without));
    assert_eq!(report.undo, coalface_core::link::UndoReport::default());
}

#[test]
fn siblings_with_the_same_counts_are_told_apart_or_left_aside() {
    let chain = Pruned::new(60);
    let n = (0..chain.blocks.len()).rev().find(|n| {
        let is_p2pkh = |coin: &Coin| coin.3.len() == 25 && coin.3[0] == 0x76;
        !chain.coins[*n].is_empty() && chain.coins[*n].iter().flatten().any(is_p2pkh)
    });
    let n = n.unwrap();
    // A stale block with the same parent, whose inputs are as many.
    let mut stale = chain.blocks[n].clone();
    stale.txs[0].outputs[0].value_sat -= 1;
    let mut txs = stale.txs;
    txs[0].outputs.truncate(1);
    support::chain::commit_to_witnesses(&mut txs);
    let stale = support::chain::mine(&chain.blocks[n - 1], txs);
    let mut other = chain.coins[n].clone();
    for coin in other.iter_mut().flatten().filter(|coin| coin.3.len() == 25 && coin.3[0] == 0x76) {
        coin.3[4] ^= 1;
    }
    let mut records = chain.records();
    records.insert(0, framed(&chain.blocks[n].header.prev, &record(&other)));
    let mut blocks = chain.blocks.clone();
    blocks.push(stale);
    let with = |records: &[Vec<u8>]| {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &blocks, Some(&file(records, key())));
        let storage = Arc::new(ReplayStorage::default());
        let source = open_source(folder.path(), false).unwrap();
        let report = run(storage.clone(), &source, &IndexOptions::default()).unwrap();
        assert_eq!(report.blocks_added as usize, blocks.len() - 1);
        assert_true(&storage, &chain, false);
        report
    };
    let report = with(&records);
    assert_eq!((report.undo.n_missing, report.undo.bad), (0, vec![]));
    // Heights of spent outputs differ: both could be the block's.
    let mut same = chain.coins[n].clone();
    for coin in same.iter_mut().flatten() {
        coin.2 += 1;
    }
    let is_all_outside = |n: usize| n_blocks_with_external(&chain.blocks[n..=n]) == 1;
    if is_all_outside(n) {
        records[0] = framed(&chain.blocks[n].header.prev, &record(&same));
        let report = with(&records);
        assert_eq!(report.undo.bad.iter().map(|bad| bad.name).collect::<Vec<_>>(), ["undo_ambiguous"]);
    }
}
