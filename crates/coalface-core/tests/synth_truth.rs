//! The truth beside a bulk chain, compared with the blocks; and the rare things that a chain holds if asked for.

mod bulk_reader;

use std::collections::HashMap;
use std::path::Path;

use bulk_reader::{blocks, Block, Outpoint};
use coalface_core::hash::sha256;
use coalface_core::synth::{write_bulk, BulkOptions, BulkSummary, OwnerClass, Purpose, ERAS};

fn write(folder: &Path, options: &BulkOptions) -> BulkSummary {
    let options = BulkOptions { truth: Some(folder.join("truth")), ..options.clone() };
    write_bulk(&folder.join("blocks"), &options, &|_| true).expect("a chain")
}

fn options() -> BulkOptions {
    BulkOptions { seed: 3, n_txs: 20_000, block_weight_wu: 400_000, threads: 1, ..BulkOptions::default() }
}

fn column(folder: &Path, name: &str) -> Vec<u8> {
    std::fs::read(folder.join("truth").join(name)).expect("a column")
}

/// Blocks of the best chain: the others are nobody's parent.
fn best_chain(folder: &Path, n_blocks: u64) -> Vec<Block> {
    let (all, _) = blocks(&folder.join("blocks"));
    let mut by_parent: HashMap<[u8; 32], Vec<Block>> = HashMap::new();
    for block in all {
        by_parent.entry(block.header[4..36].try_into().expect("32 bytes")).or_default().push(block);
    }
    // Depth first from genesis, the branch that goes on longest.
    let mut chain: Vec<Block> = by_parent.remove(&[0; 32]).expect("genesis");
    while let Some(mut next) = by_parent.remove(&chain.last().expect("a block").hash()) {
        next.sort_by_key(|block| depth(block.hash(), &by_parent, 4));
        chain.push(next.pop().expect("a child"));
    }
    assert_eq!(chain.len() as u64, n_blocks);
    chain
}

fn depth(hash: [u8; 32], by_parent: &HashMap<[u8; 32], Vec<Block>>, most: u32) -> u32 {
    match (most, by_parent.get(&hash)) {
        (1.., Some(children)) => {
            1 + children.iter().map(|child| depth(child.hash(), by_parent, most - 1)).max().unwrap_or(0)
        }
        _ => 0,
    }
}

/// Checks every column against the blocks; returns owners by script.
fn check_truth(folder: &Path, chain: &[Block], summary: &BulkSummary) -> HashMap<Vec<u8>, u32> {
    let owners: Vec<u32> = column(folder, "address_owner.u32")
        .chunks_exact(4)
        .map(|bytes| u32::from_le_bytes(bytes.try_into().expect("four bytes")))
        .collect();
    let keys = column(folder, "address_script.u64");
    let purposes = column(folder, "output_purpose.u8");
    let classes = column(folder, "owner_class.u8");
    assert_eq!((owners.len() as u64, keys.len() as u64), (summary.n_addresses, 8 * summary.n_addresses));
    assert_eq!((purposes.len() as u64, classes.len() as u64), (summary.n_outputs, summary.n_owners));
    assert!(owners.iter().all(|owner| u64::from(*owner) < summary.n_owners));

    let mut by_script: HashMap<Vec<u8>, u32> = HashMap::new();
    let mut unspent: HashMap<Outpoint, Vec<u8>> = HashMap::new();
    let mut purposes = purposes.iter();
    let mut n_joined = 0;
    for tx in chain.iter().flat_map(|block| &block.txs) {
        let is_coinbase = tx.inputs[0].outpoint.1 == u32::MAX;
        let mut spenders: Vec<u32> = Vec::new();
        for input in tx.inputs.iter().filter(|_| !is_coinbase) {
            spenders.push(by_script[&unspent.remove(&input.outpoint).expect("an unspent output")]);
        }
        spenders.dedup();
        assert!(spenders.len() <= 1, "inputs of several owners: {spenders:?}");
        n_joined += usize::from(tx.inputs.len() > 1);
        for (vout, output) in (0..).zip(&tx.outputs) {
            let purpose = *purposes.next().expect("a purpose");
            if output.script.first() == Some(&0x6a) {
                assert!(purpose == Purpose::Data as u8 || purpose == Purpose::Commitment as u8);
                continue;
            }
            let n = by_script.len();
            let owner = *by_script.entry(output.script.clone()).or_insert_with(|| {
                assert_eq!(sha256(&output.script)[..8], keys[8 * n..8 * n + 8], "address {n}");
                owners[n]
            });
            unspent.insert((tx.txid, vout), output.script.clone());
            assert_eq!(purpose == Purpose::Coinbase as u8, is_coinbase);
            if purpose == Purpose::Change as u8 || purpose == Purpose::Consolidation as u8 {
                assert!(owner == spenders[0] || owner == 0, "change to somebody else");
            }
        }
    }
    assert_eq!(by_script.len() as u64, summary.n_addresses);
    assert!(purposes.next().is_none() && n_joined > 0);
    by_script
}

#[test]
fn truth_covers_every_address_and_inputs_have_one_owner() {
    for (seed, era) in [(1, Some(&ERAS[0])), (2, Some(&ERAS[3])), (3, ERAS.last()), (4, None)] {
        let folder = tempfile::tempdir().expect("a folder");
        let summary = write(folder.path(), &BulkOptions { seed, era, ..options() });
        let chain = best_chain(folder.path(), summary.n_blocks);
        let by_script = check_truth(folder.path(), &chain, &summary);

        // Sizes of owners: many have one address, a few have very many.
        let mut sizes: HashMap<u32, u64> = HashMap::new();
        by_script.values().for_each(|owner| *sizes.entry(*owner).or_default() += 1);
        sizes.remove(&0);
        let singles = sizes.values().filter(|n| **n == 1).count();
        assert!(3 * singles > sizes.len(), "{singles} of {}", sizes.len());
        assert!(sizes.values().max() > Some(&150), "{:?}", sizes.values().max());
        let classes = column(folder.path(), "owner_class.u8");
        assert_eq!(classes[0], OwnerClass::Nobody as u8);
        assert!(classes.iter().filter(|class| **class == OwnerClass::Person as u8).count() > classes.len() / 2);
    }
}

#[test]
fn truth_does_not_depend_on_threads() {
    let columns = |threads| {
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path(), &BulkOptions { threads, n_stale_branches: 3, ..options() });
        ["address_owner.u32", "address_script.u64", "output_purpose.u8", "owner_class.u8"]
            .map(|name| column(folder.path(), name))
    };
    assert_eq!(columns(1), columns(2));
}

#[test]
fn stale_branches_and_duplicate_coinbases() {
    let folder = tempfile::tempdir().expect("a folder");
    let asked = BulkOptions { n_txs: 30_000, n_stale_branches: 8, n_duplicate_coinbases: 1, ..options() };
    let summary = write(folder.path(), &asked);
    assert!(summary.n_stale_branches >= 4 && summary.n_stale_blocks > summary.n_stale_branches);
    let (all, _) = blocks(&folder.path().join("blocks"));
    assert_eq!(all.len() as u64, summary.n_blocks + summary.n_stale_blocks);
    let chain = best_chain(folder.path(), summary.n_blocks);
    check_truth(folder.path(), &chain, &summary);

    let mut seen: HashMap<[u8; 32], usize> = HashMap::new();
    let mut repeats = Vec::new();
    for (height, block) in chain.iter().enumerate() {
        if let Some(first) = seen.insert(block.txs[0].txid, height) {
            repeats.push((first, height));
        }
    }
    assert_eq!(summary.n_duplicate_coinbases, 1);
    let [(first, second)] = repeats[..] else { panic!("{repeats:?}") };
    assert_eq!(second, first + 101);
    let spent = &chain[second - 1].txs[1].inputs[0].outpoint;
    assert_eq!(*spent, (chain[first].txs[0].txid, 0));
    assert_eq!([chain[first].word(0), chain[second].word(0)], [1, 1]);
}

#[test]
fn rare_transactions_have_their_sizes() {
    let folder = tempfile::tempdir().expect("a folder");
    let full = BulkOptions { n_txs: 12_000, block_weight_wu: 4_000_000, ..options() };
    let asked = BulkOptions { n_megabyte_txs: 1, n_wide_txs: 1, n_flood_outputs: 2_500, ..full };
    let summary = write(folder.path(), &asked);
    assert_eq!((summary.n_megabyte_txs, summary.n_wide_txs, summary.n_flood_outputs), (1, 1, 2_500));
    let chain = best_chain(folder.path(), summary.n_blocks);
    check_truth(folder.path(), &chain, &summary);
    assert!(chain.iter().all(|block| block.weight_wu <= 4_000_000));
    let txs = || chain.iter().flat_map(|block| &block.txs);
    assert_eq!(txs().filter(|tx| tx.outputs.len() == 20_000).count(), 1);
    let large: Vec<_> = txs().filter(|tx| (950_000..1_000_000).contains(&tx.n_bytes)).collect();
    assert!(large.len() == 1 && large[0].inputs.len() > 6_000 && large[0].outputs.len() == 1);
    let mut n_paid: HashMap<&[u8], u64> = HashMap::new();
    txs().flat_map(|tx| &tx.outputs).for_each(|output| *n_paid.entry(&output.script).or_default() += 1);
    // The flooded address is paid now and then in everyday life as well.
    let most = n_paid.values().max().copied().unwrap_or_default();
    assert!((2_500..2_600).contains(&most), "{most}");

    let error = write_bulk(
        &folder.path().join("small"),
        &BulkOptions { block_weight_wu: 1_000_000, n_wide_txs: 1, ..options() },
        &|_| true,
    );
    assert_eq!(error.expect_err("blocks too small").code(), "usage_option_out_of_range");
}
