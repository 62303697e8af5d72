//! Named rule sets: however they were built, they are the same, and say what the chain says.

#![allow(clippy::unwrap_used)] // a test may panic

mod rule_set_support;
mod support;

use std::collections::BTreeSet;
use std::sync::Arc;

use coalface_core::forest;
use coalface_core::io::replay::ReplayStorage;
use coalface_core::link::IndexOptions;
use coalface_core::lookup::place::{inputs_of, outputs_of};
use coalface_core::rule_set::explain::explain;
use coalface_core::rule_set::{verify, Rule};
use coalface_core::store::Snapshot;
use rule_set_support::{assert_sound, build, fresh, keyed, open, partition, plain, snapshot_of, tiny, wide};
use support::{in_pool, run, source_of, ChainBuilder, Rng, TestBlock};

fn chain(seed: u64) -> ChainBuilder {
    let mut chain = ChainBuilder::mature(seed);
    chain.add_blocks(25, 12);
    chain
}

#[test]
fn runs_threads_and_the_way_of_growing_do_not_show() {
    let n_seeds = if support::soak() { 60 } else { 6 };
    for seed in 0..n_seeds {
        let chain = chain(seed);
        let n = chain.blocks.len();
        let mut rng = Rng::new(seed);
        let whole = snapshot_of(&source_of(&chain.blocks).source);
        for rules in [plain(), keyed(), wide()] {
            let (_, expected) = fresh(&whole, &rules);
            for is_dense in [Some(true), Some(false), None] {
                let mut cuts: Vec<usize> = (0..rng.below(8)).map(|_| 90 + rng.below(n - 90)).collect();
                cuts.push(n);
                cuts.sort_unstable();
                let store = Arc::new(ReplayStorage::default());
                let set = Arc::new(ReplayStorage::default());
                for cut in &cuts {
                    run(store.clone(), &source_of(&chain.blocks[..*cut]).source, &IndexOptions::default()).unwrap();
                    let snapshot = Snapshot::open(&*store).unwrap().unwrap();
                    let threads = 1 + rng.below(3);
                    in_pool(threads, || build(&set, &snapshot, &rules, &tiny(is_dense)));
                }
                let what = format!("seed {seed}, {}, cuts {cuts:?}, dense {is_dense:?}", rules.name);
                let snapshot = Snapshot::open(&*store).unwrap().unwrap();
                assert_eq!(verify::digest(&open(&set, &snapshot, &rules)).unwrap(), expected, "{what}");
                assert_sound(&set, &snapshot, &rules, &what);
            }
        }
    }
}

#[test]
fn a_bound_gives_what_was_known_then() {
    for seed in 10..14 {
        let chain = chain(seed);
        let whole = snapshot_of(&source_of(&chain.blocks).source);
        let rules = wide();
        let set = Arc::new(ReplayStorage::default());
        build(&set, &whole, &rules, &tiny(None));
        let view = open(&set, &whole, &rules);
        for blocks in [0, 1, 101, 104, 110, 118, chain.blocks.len() - 1] {
            if blocks == 0 {
                assert!(partition(&view, &whole, 0).is_empty());
                continue;
            }
            let then = snapshot_of(&source_of(&chain.blocks[..blocks]).source);
            let (storage, _) = fresh(&then, &rules);
            let (found, expected) = (
                partition(&view, &whole, blocks as u64),
                partition(&open(&storage, &then, &rules), &then, blocks as u64),
            );
            assert_eq!(found, expected, "seed {seed}, {blocks} blocks");
        }
    }
}

#[test]
fn multi_input_alone_is_the_forest_of_the_store() {
    for seed in 20..24 {
        let chain = chain(seed);
        let snapshot = snapshot_of(&source_of(&chain.blocks).source);
        let (set, _) = fresh(&snapshot, &plain());
        let view = open(&set, &snapshot, &plain());
        for blocks in [105, 115, chain.blocks.len() as u64] {
            let bound = coalface_core::lookup::Bound::blocks(&snapshot, blocks);
            let links = view.as_of(&snapshot, &bound).unwrap().links;
            for id in 0..snapshot.counts_at(blocks).unwrap().addresses as u32 {
                let root = forest::root_of(&snapshot, id, bound.txs).unwrap();
                assert_eq!(view.root_of(id, links).unwrap(), root);
                assert_eq!(view.cluster(root, links).unwrap().0, forest::cluster_size(&snapshot, root, bound.txs));
            }
        }
    }
}

#[test]
fn a_wider_set_never_separates_what_a_narrower_one_joins() {
    for seed in 30..38 {
        let chain = chain(seed);
        let snapshot = snapshot_of(&source_of(&chain.blocks).source);
        let blocks = chain.blocks.len() as u64;
        let all: Vec<_> = [plain(), keyed(), wide()]
            .iter()
            .map(|rules| partition(&open(&fresh(&snapshot, rules).0, &snapshot, rules), &snapshot, blocks))
            .collect();
        let mut sizes = BTreeSet::new();
        for pair in all.windows(2) {
            for members in pair[0].values() {
                let holds = |cluster: &Vec<u32>| members.iter().all(|id| cluster.binary_search(id).is_ok());
                assert!(pair[1].values().any(holds), "seed {seed}");
            }
            sizes.insert(pair[0].len());
            sizes.insert(pair[1].len());
        }
        assert!(sizes.len() > 1, "seed {seed}: the sets differ");
    }
}

#[test]
fn a_reorganisation_leaves_nothing_behind() {
    let n_seeds = if support::soak() { 60 } else { 8 };
    for seed in 40..40 + n_seeds {
        let mut rng = Rng::new(seed);
        let mut base = ChainBuilder::mature(seed);
        base.add_blocks(8, 10);
        let (mut ours, mut rival) = (base.fork(seed + 1), base.fork(seed + 2));
        ours.add_blocks(2 + rng.below(12) as u32, 10);
        let first = ours.blocks.clone();
        while rival.height() <= ours.height() {
            rival.add_blocks(1, 10);
        }
        let second: Vec<TestBlock> = first.iter().chain(&rival.blocks[base.blocks.len()..]).cloned().collect();
        let n = ours.blocks.len();
        while ours.height() <= rival.height() {
            ours.add_blocks(1, 10);
        }
        let third: Vec<TestBlock> = second.iter().chain(&ours.blocks[n..]).cloned().collect();
        for rules in [keyed(), wide()] {
            for is_dense in [Some(true), Some(false)] {
                let store = Arc::new(ReplayStorage::default());
                let set = Arc::new(ReplayStorage::default());
                let mut before = None;
                for (blocks, chain) in [(&first, &first), (&second, &rival.blocks), (&third, &ours.blocks)] {
                    run(store.clone(), &source_of(blocks).source, &IndexOptions::default()).unwrap();
                    let snapshot = Snapshot::open(&*store).unwrap().unwrap();
                    let plain = snapshot_of(&source_of(chain).source);
                    if let Some(view) = before.take() {
                        // The set has not seen the reorganisation, and answers from what is left of it.
                        let common = coalface_core::rule_set::SetView::common_blocks(&view, &snapshot);
                        assert_eq!(common, base.blocks.len() as u64);
                        let (then, _) = fresh(&snapshot_of(&source_of(&base.blocks).source), &rules);
                        let expected = partition(&open(&then, &plain, &rules), &plain, common);
                        assert_eq!(partition(&view, &snapshot, common), expected);
                    }
                    build(&set, &snapshot, &rules, &tiny(is_dense));
                    let view = open(&set, &snapshot, &rules);
                    assert_eq!(verify::digest(&view).unwrap(), fresh(&plain, &rules).1, "seed {seed}");
                    assert_sound(&set, &snapshot, &rules, &format!("seed {seed}"));
                    before = Some(view);
                }
            }
        }
    }
}

#[test]
fn partial_chains_grow_and_are_completed() {
    for seed in 60..63 {
        let chain = chain(seed);
        let from = 106;
        let store = Arc::new(ReplayStorage::default());
        let set = Arc::new(ReplayStorage::default());
        let parts = [&chain.blocks[from..from + 5], &chain.blocks[from..], &chain.blocks[..]];
        for blocks in parts {
            run(store.clone(), &source_of(blocks).source, &IndexOptions::default()).unwrap();
            let snapshot = Snapshot::open(&*store).unwrap().unwrap();
            build(&set, &snapshot, &wide(), &tiny(None));
            let expected = fresh(&snapshot_of(&source_of(blocks).source), &wide()).1;
            assert_eq!(verify::digest(&open(&set, &snapshot, &wide())).unwrap(), expected, "seed {seed}");
        }
    }
}

#[test]
fn every_step_of_an_explanation_can_be_checked_by_hand() {
    let (mut n_steps, mut rules_seen) = (0, BTreeSet::new());
    for seed in 70..76 {
        let chain = chain(seed);
        let snapshot = snapshot_of(&source_of(&chain.blocks).source);
        let (set, _) = fresh(&snapshot, &wide());
        let view = open(&set, &snapshot, &wide());
        let columns = &*snapshot.columns;
        let blocks = chain.blocks.len() as u64;
        let links = view.links_at(blocks).unwrap();
        for members in partition(&view, &snapshot, blocks).values() {
            for pair in members.windows(2) {
                let (steps, has_more) = explain(&view, pair[0], pair[1], links, 1000).unwrap().unwrap();
                assert!(!has_more);
                let mut at = pair[0];
                for step in &steps {
                    assert_eq!(step.from, at);
                    at = step.to;
                    let spends = |id: u32| {
                        inputs_of(&snapshot, step.link.tx).any(|input| columns.input_address[input as usize] == id)
                    };
                    let pays = |id: u32| {
                        outputs_of(&snapshot, step.link.tx).any(|output| columns.output_address[output as usize] == id)
                    };
                    let (from, to) = (step.link.from, step.link.to);
                    match Rule::from_u8(step.link.rule).unwrap() {
                        Rule::MultiInput => assert!(spends(from) && spends(to)),
                        Rule::Change => assert!(spends(from) && pays(to) && step.link.score == 250),
                        Rule::Key => {}
                    }
                    rules_seen.insert(step.link.rule);
                    assert!(step.link.stamp >= step.link.tx);
                    n_steps += 1;
                }
                assert_eq!(at, pair[1]);
                let (short, has_more) = explain(&view, pair[0], pair[1], links, 0).unwrap().unwrap();
                assert!(short.is_empty() && has_more);
            }
        }
        let alone: Vec<u32> = partition(&view, &snapshot, blocks).into_keys().take(2).collect();
        assert_eq!(explain(&view, alone[0], alone[1], links, 9).unwrap(), None);
    }
    assert!(n_steps > 100 && rules_seen.len() == 3, "{n_steps} {rules_seen:?}");
}
