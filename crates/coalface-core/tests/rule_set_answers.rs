//! What is asked of a set beside clusters: fewest steps, why not, what changed, and what another set makes of it. Each is
//! compared with the slow and obvious way.

#![allow(clippy::unwrap_used)] // a test may panic

mod rule_set_support;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use coalface_core::io::replay::ReplayStorage;
use coalface_core::link::IndexOptions;
use coalface_core::lookup::place::inputs_of;
use coalface_core::lookup::Bound;
use coalface_core::rule_set::apart::apart;
use coalface_core::rule_set::diff::{divided, set_anchors, strict_anchors};
use coalface_core::rule_set::edge::Scratch;
use coalface_core::rule_set::merges::merges;
use coalface_core::rule_set::multi_input::is_left_alone;
use coalface_core::rule_set::shortest::shortest;
use coalface_core::rule_set::ties::ties_of_tx;
use coalface_core::rule_set::{verify, ClustersAt, Rule, RuleSet, SetView};
use coalface_core::store::Snapshot;
use rule_set_support::{build, fresh, open, partition, plain, snapshot_of, tiny, wide};
use support::{run, source_of, ChainBuilder};

struct Built {
    snapshot: Snapshot,
    view: SetView,
    bound: Bound,
}

fn built(seed: u64, rules: &RuleSet) -> Built {
    let mut chain = ChainBuilder::mature(seed);
    chain.add_blocks(25, 12);
    let snapshot = snapshot_of(&source_of(&chain.blocks).source);
    let view = open(&fresh(&snapshot, rules).0, &snapshot, rules);
    let bound = Bound::tip(&snapshot);
    Built { snapshot, view, bound }
}

/// Addresses by the transaction and rule that tie them, all at once.
fn groups(built: &Built, rules: &RuleSet) -> Vec<BTreeSet<u32>> {
    let as_of = built.view.as_of(&built.snapshot, &built.bound).unwrap();
    let mut groups = Vec::new();
    for tx in 0..built.snapshot.counts().txs as u32 {
        let edges = ties_of_tx(&built.snapshot, rules, &as_of, tx, &mut Scratch::default()).unwrap();
        let inputs: BTreeSet<u32> =
            edges.iter().filter(|edge| edge.rule == Rule::MultiInput).flat_map(|edge| [edge.from, edge.to]).collect();
        for edge in edges.iter().filter(|edge| edge.rule != Rule::MultiInput) {
            groups.push(BTreeSet::from([edge.from, edge.to]));
            if edge.rule == Rule::Change && inputs.contains(&edge.from) {
                groups.extend(inputs.iter().map(|input| BTreeSet::from([*input, edge.to])));
            }
        }
        groups.push(inputs);
    }
    groups
}

fn distance(groups: &[BTreeSet<u32>], a: u32, b: u32) -> usize {
    let (mut reached, mut steps) = (BTreeSet::from([a]), 0);
    while !reached.contains(&b) {
        let next: BTreeSet<u32> =
            groups.iter().filter(|group| !group.is_disjoint(&reached)).flatten().copied().collect();
        let before = reached.len();
        reached.extend(next);
        assert!(reached.len() > before, "{a} and {b} are not tied");
        steps += 1;
    }
    steps
}

#[test]
fn the_fewest_steps_are_as_few_as_a_search_of_everything_finds() {
    let mut n_pairs = 0;
    for (seed, rules) in [(1, plain()), (2, plain()), (3, wide()), (4, wide())] {
        let built = built(seed, &rules);
        let clusters = ClustersAt::new(&built.snapshot, Some(&built.view), &built.bound).unwrap();
        let groups = groups(&built, &rules);
        for members in partition(&built.view, &built.snapshot, built.bound.blocks).values() {
            for pair in members.windows(2).take(40) {
                let found = shortest(&clusters, &rules, (pair[0], pair[1]), 100_000).unwrap();
                let Some(steps) = found.steps else { panic!("seed {seed}: {pair:?}: {found:?}") };
                assert!(!found.gave_up);
                let mut at = pair[0];
                for step in &steps {
                    assert_eq!(step.from, at);
                    at = step.to;
                }
                assert_eq!(at, pair[1]);
                // A key tie is found from one side only, so that a way may be longer; ways of other rules are not.
                let fewest = distance(&groups, pair[0], pair[1]);
                let has_key = rules.rules().any(|rule| rule == Rule::Key);
                assert!(steps.len() == fewest || (has_key && steps.len() > fewest), "seed {seed}: {pair:?}");
                n_pairs += 1;
                if fewest > 1 {
                    let short = shortest(&clusters, &rules, (pair[0], pair[1]), 1).unwrap();
                    assert!(short.gave_up && short.steps.is_none());
                }
            }
        }
    }
    assert!(n_pairs > 40, "{n_pairs}");
}

#[test]
fn what_was_left_alone_is_told() {
    let mut n_told = 0;
    for seed in 10..30 {
        let built = built(seed, &plain());
        let snapshot = &built.snapshot;
        for view in [None, Some(&built.view)] {
            let clusters = ClustersAt::new(snapshot, view, &built.bound).unwrap();
            for tx in 0..snapshot.counts().txs as u32 {
                let rows = inputs_of(snapshot, tx);
                let inputs = &snapshot.columns.input_address[rows.start as usize..rows.end as usize];
                let (a, b) = (inputs[0], inputs[inputs.len() - 1]);
                if a == u32::MAX || clusters.root_of(a).unwrap() == clusters.root_of(b).unwrap() {
                    continue;
                }
                assert!(is_left_alone(snapshot, tx, &mut Scratch::default()).unwrap());
                let found = apart(&clusters, (a, b), 10_000).unwrap();
                assert!(!found.gave_up && found.left_alone.iter().any(|meeting| meeting.tx == tx));
                n_told += 1;
                for common in &found.common {
                    assert!(common.n_a > 0 && common.n_b > 0);
                }
            }
        }
    }
    assert!(n_told > 4, "{n_told}");
}

#[test]
fn merges_lead_from_the_clusters_of_one_block_to_those_of_another() {
    for seed in 40..44 {
        let built = built(seed, &wide());
        for (from, to) in [(0, 126), (105, 126), (110, 118)] {
            let links = |blocks| built.view.links_at(blocks).unwrap();
            let (found, n_found) = merges(&built.view, links(from), links(to), 1, usize::MAX).unwrap();
            assert_eq!((found.len() as u64, n_found), (u64::from(links(to) - links(from)), n_found));
            let sizes = |blocks| -> BTreeMap<u32, usize> {
                let all = partition(&built.view, &built.snapshot, blocks);
                all.into_iter().map(|(anchor, members)| (anchor, members.len())).collect()
            };
            let mut named = sizes(from);
            for merge in &found {
                assert!(merge.anchor < merge.lost_anchor);
                assert_eq!(
                    named.insert(merge.anchor, (merge.size + merge.lost_size) as usize).unwrap_or(1),
                    merge.size as usize
                );
                assert_eq!(named.remove(&merge.lost_anchor).unwrap_or(1), merge.lost_size as usize);
            }
            let after = sizes(to);
            // Addresses that came later stand alone unless a link says otherwise.
            named.extend(after.iter().filter(|(_, size)| **size == 1).map(|(anchor, _)| (*anchor, 1)));
            assert_eq!(named, after, "seed {seed}, {from} to {to}");
            let (few, n_all) = merges(&built.view, links(from), links(to), 2, 1).unwrap();
            let expected = found.iter().filter(|merge| merge.size.min(merge.lost_size) >= 2).count();
            assert_eq!((few.len(), n_all as usize), (expected.min(1), expected));
        }
    }
}

#[test]
fn a_difference_names_what_one_set_divides() {
    for seed in 50..54 {
        let (narrow, broad) = (built(seed, &plain()), built(seed, &wide()));
        let snapshot = &narrow.snapshot;
        let of = |built: &Built| {
            let as_of = built.view.as_of(snapshot, &built.bound).unwrap();
            set_anchors(snapshot, &built.view, &as_of).unwrap()
        };
        let (of_narrow, of_broad) = (of(&narrow), of(&broad));
        assert_eq!(strict_anchors(snapshot, &narrow.bound).unwrap(), of_narrow);
        let (split, n_split) = divided(snapshot, &narrow.bound, &of_narrow, &of_broad, 100).unwrap();
        assert!(split.is_empty() && n_split == 0, "the wider set keeps together what the narrower one does");
        let (merged, n_merged) = divided(snapshot, &narrow.bound, &of_broad, &of_narrow, 1000).unwrap();
        assert_eq!(merged.len() as u64, n_merged);
        let (small, big) = (
            partition(&narrow.view, snapshot, narrow.bound.blocks),
            partition(&broad.view, snapshot, narrow.bound.blocks),
        );
        let unspent = |members: &[u32]| -> i64 {
            let columns = &*snapshot.columns;
            let is_held = |output: &u64| {
                members.contains(&columns.output_address[*output as usize])
                    && snapshot.spent_by(*output, u64::MAX).is_none()
            };
            (0..snapshot.counts().outputs).filter(is_held).map(|output| columns.output_value_sat[output as usize]).sum()
        };
        for cluster in &merged {
            let members = &big[&cluster.anchor];
            assert_eq!((members.len() as u32, unspent(members)), (cluster.size, cluster.value_sat));
            let parts: Vec<_> = small.values().filter(|part| members.contains(&part[0])).collect();
            assert_eq!(parts.len() as u32, cluster.n_parts);
            for part in &cluster.parts {
                let members = &small[&part.anchor];
                assert_eq!((members.len() as u32, unspent(members)), (part.size, part.value_sat));
            }
        }
        let divided_ones = big.values().filter(|members| !small.values().any(|part| part == *members)).count();
        assert_eq!(divided_ones as u64, n_merged);
    }
}

/// The sets of this release, over a chain that is longer than their wait.
#[test]
fn the_sets_of_this_release_grow_as_a_fresh_build_does() {
    let mut chain = ChainBuilder::mature(60);
    chain.add_blocks(190, 5);
    let n = chain.blocks.len();
    let store = Arc::new(ReplayStorage::default());
    let sets: Vec<_> = RuleSet::all().into_iter().map(|rules| (Arc::new(ReplayStorage::default()), rules)).collect();
    for end in [150, 246, 270, n] {
        run(store.clone(), &source_of(&chain.blocks[..end]).source, &IndexOptions::default()).unwrap();
        let snapshot = Snapshot::open(&*store).unwrap().unwrap();
        for (set, rules) in &sets {
            build(set, &snapshot, rules, &tiny(Some(false)));
        }
    }
    let snapshot = Snapshot::open(&*store).unwrap().unwrap();
    let mut before: Option<BTreeMap<u32, Vec<u32>>> = None;
    for (set, rules) in &sets {
        let view = open(set, &snapshot, rules);
        assert_eq!(verify::digest(&view).unwrap(), fresh(&snapshot, rules).1, "{}", rules.name);
        let clusters = partition(&view, &snapshot, n as u64);
        for members in before.iter().flat_map(BTreeMap::values) {
            assert!(clusters.values().any(|wider| members.iter().all(|id| wider.contains(id))), "{}", rules.name);
        }
        before = Some(clusters);
    }
    assert_eq!(RuleSet::named("none").unwrap_err().code(), "usage_rule_set");
    assert_eq!(RuleSet::named("keyed").unwrap().label(), "keyed/1");
}
