//! A crash at every operation, in every state that it may leave, of an index that grows and is reorganised.

#![allow(clippy::unwrap_used)] // a test may panic

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;

use coalface_core::io::replay::{Files, Operation, ReplayStorage};
use coalface_core::link::IndexOptions;
use rayon::prelude::*;
use support::{
    assert_clean, committed_states, digests_of, fresh_digests, in_pool, options, run, source_of, ChainBuilder, Digests,
    TestSource,
};

/// One run that is crashed: a source and how it is indexed.
struct Step<'a> {
    source: &'a TestSource,
    options: IndexOptions,
}

/// Runs `steps` one after the other on `start`, and crashes each at every operation.
///
/// Every state reads as the last committed one or the one before, and each store that goes on from there ends like a
/// fresh one.
fn crash_everywhere(start: Files, steps: &[Step<'_>], n_mixes: usize) -> usize {
    let mut files = start;
    let mut n_states = 0;
    for (number, step) in steps.iter().enumerate() {
        let storage = Arc::new(ReplayStorage::new(files));
        // One thread, so that the order of operations is always the same.
        in_pool(1, || run(storage.clone(), &step.source.source, &step.options)).unwrap();
        let known = committed_states(&storage);
        let goal = fresh_digests(&step.source.source);
        assert_eq!(digests_of(&*storage).as_ref(), Some(&goal), "step {number} itself");
        let mut disk = storage.disk_at_start();
        let mut states: BTreeMap<Files, (usize, usize)> = BTreeMap::new();
        let mut n_renames = 0;
        for (at, operation) in std::iter::once(None).chain(storage.operations().into_iter().map(Some)).enumerate() {
            operation.iter().for_each(|operation| disk.apply(operation));
            n_renames += usize::from(matches!(operation, Some(Operation::Rename { .. })));
            for state in disk.states(n_mixes, at as u64) {
                states.entry(state).or_insert((at, n_renames));
            }
        }
        assert_eq!(n_renames + 1, known.len());
        n_states += states.len();
        states.into_par_iter().for_each(|(state, (at, n_renames))| {
            let allowed = &known[n_renames.saturating_sub(1)..=n_renames];
            check(state, allowed, step, &goal, &format!("step {number}, operation {at}"), at % 16 == 0);
        });
        files = storage.files();
    }
    n_states
}

fn check(state: Files, allowed: &[Option<Digests>], step: &Step<'_>, goal: &Digests, place: &str, thorough: bool) {
    let storage = Arc::new(ReplayStorage::new(state));
    let before = digests_of(&*storage);
    assert!(allowed.contains(&before), "{place}: neither the old nor the new state");
    run(storage.clone(), &step.source.source, &step.options).unwrap_or_else(|error| panic!("{place}: {error}"));
    let after = digests_of(&*storage).unwrap();
    let differ: Vec<&String> =
        after.iter().filter(|(name, digest)| goal[*name] != **digest).map(|(name, _)| name).collect();
    assert!(differ.is_empty(), "{place}: differs from a fresh build in {differ:?}");
    assert!(storage.files().keys().all(|file| file != "journal"), "{place}: the journal is still there");
    if thorough {
        assert_clean(&*storage, place);
    }
}

/// Blocks in the order in which a node that sees `rival` later has them.
fn with_rival(chain: &ChainBuilder, rival: &ChainBuilder) -> TestSource {
    let common = chain.blocks.iter().zip(&rival.blocks).take_while(|(a, b)| a.hash == b.hash).count();
    source_of(chain.blocks.iter().chain(&rival.blocks[common..]))
}

#[test]
fn a_new_store() {
    let mut chain = ChainBuilder::new(1);
    chain.add_blocks(3, 0);
    let source = source_of(&chain.blocks);
    let n = crash_everywhere(Files::new(), &[Step { source: &source, options: options(1, 1) }], 3);
    println!("{n} states");
}

#[test]
fn growth_and_reorganisation() {
    let (rounds, n_mixes) = if support::soak() { (6, 8) } else { (1, 1) };
    for round in 0..rounds {
        let mut chain = ChainBuilder::mature(100 + round);
        chain.add_blocks(6, 6);
        let start = Arc::new(ReplayStorage::default());
        let source = source_of(&chain.blocks);
        run(start.clone(), &source.source, &IndexOptions::default()).unwrap();
        let mut rival = chain.fork(7 + round);
        chain.add_blocks(2, 5);
        let longer = source_of(&chain.blocks);
        rival.add_blocks(3, 5);
        let both = with_rival(&chain, &rival);
        let steps = [
            Step { source: &longer, options: options(1, 2500) },
            Step { source: &both, options: IndexOptions { ahead_bytes: 1, ..options(6000, 1500) } },
        ];
        let n = crash_everywhere(start.files(), &steps, n_mixes);
        println!("round {round}: {n} states");
        assert!(n > 500, "only {n} states");
    }
}
