//! An indexing process that is killed at random moments, twenty times (two hundred in `make soak`), and then left to
//! finish.

#![allow(clippy::unwrap_used)] // a test may panic

mod support;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use coalface_core::io::FolderStorage;
use coalface_core::link::index;
use coalface_core::network::Network;
use coalface_core::store::{Snapshot, StoreWriter};
use coalface_core::synth::{write_bulk, BulkOptions};
use support::{
    assert_clean, digests_of, fresh_digests, open_source, options, source_of, write_blocks, ChainBuilder, Rng,
};

const SOURCE: &str = "COALFACE_TEST_KILL_SOURCE";
const STORE: &str = "COALFACE_TEST_KILL_STORE";

fn index_into(store: &Path, source: &Path) -> u64 {
    let source = open_source(source, false).unwrap();
    let mut writer = StoreWriter::open_folder(store, Network::Regtest).unwrap();
    index(&source, &mut writer, &options(120_000, 40_000), &|_| std::ops::ControlFlow::Continue(())).unwrap();
    writer.snapshot().manifest.generation
}

/// The process that is killed: this test, started again by the other one. Alone it has nothing to do.
#[test]
fn child() {
    if let (Some(source), Some(store)) = (std::env::var_os(SOURCE), std::env::var_os(STORE)) {
        index_into(&PathBuf::from(store), &PathBuf::from(source));
    }
}

fn start(source: &Path, store: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["child", "--exact", "--test-threads=1"])
        .env(SOURCE, source)
        .env(STORE, store)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Kills indexers of `source` until `n_kills` were hit at work; a store that is done is begun anew.
fn kill_and_finish(source: &Path, n_kills: usize, rng: &mut Rng) {
    let expected = fresh_digests(&open_source(source, false).unwrap());
    let folder = tempfile::tempdir().unwrap();
    let timed = folder.path().join("timed");
    let began = Instant::now();
    assert!(start(source, &timed).wait().unwrap().success());
    let whole = began.elapsed();
    let (mut n_killed, mut store_no) = (0, 0);
    let mut seen = BTreeSet::new();
    let mut store = folder.path().join("0");
    let finish = |store: &Path| {
        index_into(store, source);
        let found = digests_of(&FolderStorage::new(store.to_path_buf())).unwrap();
        assert_eq!(found, expected, "after {n_kills} kills");
        assert_clean(&FolderStorage::new(store.to_path_buf()), "after kills");
    };
    while n_killed < n_kills {
        let mut child = start(source, &store);
        // Long enough to get somewhere, mostly too short to finish.
        std::thread::sleep(Duration::from_micros(rng.next() % (whole.as_micros() as u64 * 2 / 3 + 1)));
        let was_done = child.try_wait().unwrap().is_some();
        child.kill().unwrap(); // SIGKILL
        child.wait().unwrap();
        // What a reader sees in between is a store, or none yet.
        let snapshot = Snapshot::open(&FolderStorage::new(store.clone())).unwrap();
        seen.insert((store_no, snapshot.map(|snapshot| snapshot.manifest.generation)));
        if was_done {
            finish(&store);
            store_no += 1;
            store = folder.path().join(store_no.to_string());
        } else {
            n_killed += 1;
        }
    }
    finish(&store);
    assert!(seen.len() >= 3, "hit at too few places: {seen:?}");
    println!("{n_kills} kills, seen in between (store, generation): {seen:?}");
}

#[test]
fn killed_many_times() {
    let folder = tempfile::tempdir().unwrap();
    let bulk = BulkOptions { n_txs: 2_500, block_weight_wu: 100_000, ..BulkOptions::default() };
    write_bulk(folder.path(), &bulk, &|_| true).unwrap();
    kill_and_finish(folder.path(), if support::soak() { 200 } else { 20 }, &mut Rng::new(1));
}

#[test]
fn killed_in_a_reorganisation() {
    let mut chain = ChainBuilder::mature(9);
    chain.add_blocks(10, 20);
    let mut rival = chain.fork(3);
    chain.add_blocks(20, 20);
    let n = rival.blocks.len();
    rival.add_blocks(21, 20);
    let before = source_of(&chain.blocks);
    let after = tempfile::tempdir().unwrap();
    write_blocks(after.path(), Default::default(), chain.blocks.iter().chain(&rival.blocks[n..]));
    let expected = fresh_digests(&open_source(after.path(), false).unwrap());
    let mut rng = Rng::new(4);
    for _ in 0..if support::soak() { 60 } else { 4 } {
        let store = tempfile::tempdir().unwrap();
        let generation = index_into(store.path(), before.folder.path());
        let mut child = start(after.path(), store.path());
        std::thread::sleep(Duration::from_micros(rng.next() % 400_000));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(index_into(store.path(), after.path()) > generation);
        assert_eq!(digests_of(&FolderStorage::new(store.path().to_path_buf())).unwrap(), expected);
    }
}
