//! Same blocks, same digests: whatever the number of runs, threads, batches, the order of blocks, or the salt.

#![allow(clippy::unwrap_used)] // a test may panic

mod support;

use std::ops::ControlFlow;
use std::sync::Arc;

use coalface_core::blockfile::{Source, WriterOptions, XorKey};
use coalface_core::io::replay::ReplayStorage;
use coalface_core::link::{index, IndexOptions};
use coalface_core::network::Network;
use coalface_core::store::key::Salt;
use coalface_core::store::{Snapshot, StoreWriter};
use coalface_core::synth::{write_bulk, BulkOptions};
use support::{
    assert_clean, digests_of, fresh_digests, in_pool, open_source, options, run, run_with_salt, source_of,
    write_blocks, ChainBuilder, Digests, Rng, TestBlock, SALT,
};

/// Indexes the sources one after the other into one store.
fn digests_in_steps<'a>(sources: impl IntoIterator<Item = &'a Source>, options: &IndexOptions) -> Digests {
    let storage = Arc::new(ReplayStorage::default());
    for source in sources {
        run(storage.clone(), source, options).unwrap();
    }
    assert_clean(&*storage, "after all steps");
    digests_of(&*storage).unwrap()
}

fn chain(seed: u64) -> ChainBuilder {
    let mut chain = ChainBuilder::mature(seed);
    chain.add_blocks(30, 12);
    chain
}

fn assert_equal(found: &Digests, expected: &Digests, what: &str) {
    let differ: Vec<_> = expected.iter().filter(|(name, digest)| found.get(*name) != Some(digest)).collect();
    assert!(differ.is_empty() && found.len() == expected.len(), "{what}: {differ:?} differ");
}

#[test]
fn random_splits_threads_and_sizes() {
    let n_seeds = if support::soak() { 60 } else { 8 };
    for seed in 0..n_seeds {
        let chain = chain(seed);
        let mut rng = Rng::new(seed);
        let whole = source_of(&chain.blocks);
        let expected = fresh_digests(&whole.source);
        let n = chain.blocks.len();
        for threads in [1, 2, 4] {
            let mut cuts: Vec<usize> = (0..rng.below(6)).map(|_| 1 + rng.below(n)).collect();
            cuts.extend([90 + rng.below(n - 90), n]);
            cuts.sort_unstable();
            let sources: Vec<_> = cuts.iter().map(|end| source_of(&chain.blocks[..*end])).collect();
            let size = |rng: &mut Rng| [1, 700, 5_000, 60_000, 1 << 30][rng.below(5)];
            let options = IndexOptions {
                max_table_bytes: [0, 20_000, 1 << 30][rng.below(3)],
                ahead_bytes: [1, 3_000, 1 << 30][rng.below(3)],
                ..options(size(&mut rng), size(&mut rng))
            };
            let found = in_pool(threads, || digests_in_steps(sources.iter().map(|s| &s.source), &options));
            assert_equal(&found, &expected, &format!("seed {seed}, {threads} threads, cuts {cuts:?}, {options:?}"));
        }
    }
}

#[test]
fn emptied_tables_find_through_the_runs() {
    for seed in 50..54 {
        let chain = chain(seed);
        let source = source_of(&chain.blocks);
        let expected = fresh_digests(&source.source);
        for batch_bytes in [1, 3_000] {
            let options = IndexOptions { max_table_bytes: 0, ..options(1, batch_bytes) };
            assert_equal(&digests_in_steps([&source.source], &options), &expected, &format!("seed {seed}"));
        }
    }
}

#[test]
fn order_files_and_keys() {
    for seed in 100..106 {
        let chain = chain(seed);
        let expected = fresh_digests(&source_of(&chain.blocks).source);
        let mut rng = Rng::new(seed);
        let mut shuffled: Vec<&TestBlock> = chain.blocks.iter().collect();
        for n in (1..shuffled.len()).rev() {
            shuffled.swap(n, rng.below(n + 1));
        }
        let folder = tempfile::tempdir().unwrap();
        let options = WriterOptions { key: XorKey::new([1, 2, 3, 4, 5, 6, 7, 8]), max_file_bytes: 9_000 };
        write_blocks(folder.path(), options, shuffled);
        let source = open_source(folder.path(), false).unwrap();
        assert!(source.files().len() > 3);
        assert_equal(&fresh_digests(&source), &expected, &format!("seed {seed}"));
    }
}

#[test]
fn stale_branches_and_reorganisations_there_and_back() {
    let n_seeds = if support::soak() { 60 } else { 10 };
    for seed in 200..200 + n_seeds {
        let mut rng = Rng::new(seed);
        let mut base = ChainBuilder::mature(seed);
        base.add_blocks(5, 8);
        let (mut ours, mut rival) = (base.fork(seed + 1), base.fork(seed + 2));
        // Ours, the rival one longer, ours longer again: every step is seen as a node sees it.
        ours.add_blocks(2 + rng.below(3) as u32, 8);
        let first = ours.blocks.clone();
        while rival.height() <= ours.height() {
            rival.add_blocks(1, 8);
        }
        let rival_part = &rival.blocks[base.blocks.len()..];
        let second: Vec<TestBlock> = first.iter().chain(rival_part).cloned().collect();
        let n = ours.blocks.len();
        while ours.height() <= rival.height() {
            ours.add_blocks(1, 8);
        }
        let third: Vec<TestBlock> = second.iter().chain(&ours.blocks[n..]).cloned().collect();
        let sources = [source_of(&first), source_of(&second), source_of(&third)];
        let [a, b, c] = [0, 1, 2].map(|n| &sources[n].source);
        let plain = fresh_digests(&source_of(&ours.blocks).source);
        assert_equal(&fresh_digests(c), &plain, &format!("seed {seed}: stale branches"));
        let rival_plain = fresh_digests(&source_of(&rival.blocks).source);
        for options in [options(1, 1), options(4_000, 2_000), IndexOptions { max_table_bytes: 0, ..options(1, 4_000) }]
        {
            let what = format!("seed {seed}, {options:?}");
            assert_equal(&digests_in_steps([a, b], &options), &rival_plain, &format!("{what}: there"));
            assert_equal(&digests_in_steps([a, b, c], &options), &plain, &format!("{what}: there and back"));
        }
    }
}

#[test]
fn the_salt_changes_nothing_that_is_compared() {
    let source = source_of(&chain(300).blocks);
    let digests = [Salt([0; 16]), Salt([0xff; 16]), Salt(*b"another salt, ok")].map(|salt| {
        let storage = Arc::new(ReplayStorage::default());
        run_with_salt(storage.clone(), &source.source, &options(9_000, 3_000), salt).unwrap();
        assert_eq!(Snapshot::open(&*storage).unwrap().unwrap().salt(), salt);
        digests_of(&*storage).unwrap()
    });
    assert_eq!(digests[0], digests[1]);
    assert_eq!(digests[0], digests[2]);
    assert_ne!(digests[0], fresh_digests(&source_of(&chain(301).blocks).source));
}

/// Chains without their beginning: every early spend is of an external output.
#[test]
fn partial_chains() {
    for seed in 400..406 {
        let chain = chain(seed);
        let from = 105 + seed as usize % 7;
        let expected = fresh_digests(&source_of(&chain.blocks[from..]).source);
        let steps: Vec<_> = (from + 1..=chain.blocks.len()).step_by(3).chain([chain.blocks.len()]).collect();
        let sources: Vec<_> = steps.iter().map(|end| source_of(&chain.blocks[from..*end])).collect();
        for options in [options(1, 1), IndexOptions { max_table_bytes: 0, ..options(1, 5_000) }] {
            let found = digests_in_steps(sources.iter().map(|source| &source.source), &options);
            assert_equal(&found, &expected, &format!("seed {seed}"));
        }
        // The missing part arrives: everything moves.
        let whole = source_of(&chain.blocks);
        let found = digests_in_steps([&sources[0].source, &whole.source], &options(1 << 20, 1 << 20));
        assert_equal(&found, &fresh_digests(&whole.source), &format!("seed {seed}: completed"));
    }
}

#[test]
fn bulk_chain() {
    let folder = tempfile::tempdir().unwrap();
    let n_txs = if support::soak() { 60_000 } else { 6_000 };
    let bulk = BulkOptions { n_txs, block_weight_wu: 200_000, max_file_bytes: 1 << 20, ..BulkOptions::default() };
    write_bulk(folder.path(), &bulk, &|_| true).unwrap();
    let source = open_source(folder.path(), false).unwrap();
    let expected = fresh_digests(&source);
    for (threads, options) in [
        (1, options(200_000, 100_000)),
        (2, IndexOptions { max_table_bytes: 0, ..options(500_000, 300_000) }),
        (4, options(1 << 30, 50_000)),
    ] {
        let found = in_pool(threads, || digests_in_steps([&source], &options));
        assert_equal(&found, &expected, &format!("{threads} threads"));
    }
}

/// A run that failed wrote rows ahead; the same writer then takes other blocks.
#[test]
fn rows_written_ahead_by_a_run_that_failed() {
    let mut ours = ChainBuilder::mature(500);
    let mut rival = ours.fork(1);
    ours.add_blocks(6, 8);
    rival.add_blocks(6, 8);
    let (broken, good) = (source_of(&ours.blocks), source_of(&rival.blocks));
    // The last block is cut off once the run has begun, so that reading it fails in the midst.
    let file = broken.folder.path().join("blk00000.dat");
    let len = std::fs::metadata(&file).unwrap().len();
    let cut = |_| {
        std::fs::OpenOptions::new().write(true).open(&file).unwrap().set_len(len - 1).unwrap();
        ControlFlow::Continue(())
    };
    let storage = Arc::new(ReplayStorage::default());
    let mut writer = StoreWriter::open(storage.clone(), Network::Regtest, || Ok(SALT)).unwrap();
    let ahead = IndexOptions { ahead_bytes: 1, ..options(1 << 30, 1) };
    let error = index(&broken.source, &mut writer, &ahead, &cut).unwrap_err();
    assert_eq!(error.code(), "source_block_file_changed");
    index(&good.source, &mut writer, &IndexOptions::default(), &|_| ControlFlow::Continue(())).unwrap();
    assert_clean(&*storage, "after a failed run");
    assert_equal(&digests_of(&*storage).unwrap(), &fresh_digests(&good.source), "after a failed run");
}
