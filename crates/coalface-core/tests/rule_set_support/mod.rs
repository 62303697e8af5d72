//! Sets over small chains: a change rule for tests, sets in memory, and the slow way to say who is one.

#![allow(dead_code, clippy::unwrap_used)] // each includer uses its own; a test may panic

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use coalface_core::blockfile::Source;
use coalface_core::io::replay::{Files, ReplayStorage};
use coalface_core::link::IndexOptions;
use coalface_core::lookup::place::{inputs_of, outputs_of};
use coalface_core::lookup::Bound;
use coalface_core::rule_set::edge::Scratch;
use coalface_core::rule_set::files::SetFiles;
use coalface_core::rule_set::key_tie::KeyTie;
use coalface_core::rule_set::multi_input::{is_left_alone, MultiInput};
use coalface_core::rule_set::writer::bring_up;
use coalface_core::rule_set::{verify, BuildOptions, BuildReport, Edge, EdgeSource, Rule, RuleSet, SetView};
use coalface_core::store::{Snapshot, StoreError};
use coalface_core::Result;

use super::support;

/// Ties the payer to the last output that has an address, if it is spent by now: a rule that needs the future.
pub struct LastOutput;

impl EdgeSource for LastOutput {
    fn rule(&self) -> Rule {
        Rule::Change
    }

    fn edges(
        &self,
        snapshot: &Snapshot,
        bound: &Bound,
        tx: u32,
        scratch: &mut Scratch,
        edges: &mut Vec<Edge>,
    ) -> Result<(), StoreError> {
        let columns = &*snapshot.columns;
        let inputs = inputs_of(snapshot, tx).map(|input| columns.input_address[input as usize]);
        let Some(from) = inputs.into_iter().find(|id| *id != u32::MAX) else { return Ok(()) };
        if is_left_alone(snapshot, tx, scratch)? {
            return Ok(());
        }
        let last = outputs_of(snapshot, tx).rev().find(|output| columns.output_address[*output as usize] != u32::MAX);
        if let Some(output) = last.filter(|output| snapshot.spent_by(*output, bound.inputs).is_some()) {
            let to = columns.output_address[output as usize];
            edges.push(Edge { from, to, tx, stamp: tx, rule: Rule::Change, score: 250 });
        }
        Ok(())
    }
}

pub fn plain() -> RuleSet {
    RuleSet { name: "plain", version: 1, at_once: vec![Box::new(MultiInput)], later: vec![], lag_blocks: 3 }
}

pub fn keyed() -> RuleSet {
    let at_once: Vec<Box<dyn EdgeSource>> = vec![Box::new(MultiInput), Box::new(KeyTie)];
    RuleSet { name: "keyed", at_once, ..plain() }
}

pub fn wide() -> RuleSet {
    RuleSet { name: "wide", later: vec![Box::new(LastOutput)], ..keyed() }
}

/// Options under which a small set has everything that a large one has.
pub fn tiny(is_dense: Option<bool>) -> BuildOptions {
    BuildOptions { max_replayed: 5, buried_blocks: 4, window_bytes: 200, is_dense }
}

pub fn snapshot_of(source: &Source) -> Snapshot {
    let storage = Arc::new(ReplayStorage::default());
    support::run(storage.clone(), source, &IndexOptions::default()).unwrap();
    Snapshot::open(&*storage).unwrap().unwrap()
}

pub fn files_of(storage: &Arc<ReplayStorage>, rules: &RuleSet) -> SetFiles {
    SetFiles::new(storage.clone(), rules.name)
}

pub fn build(
    storage: &Arc<ReplayStorage>,
    snapshot: &Snapshot,
    rules: &RuleSet,
    options: &BuildOptions,
) -> BuildReport {
    bring_up(&files_of(storage, rules), snapshot, rules, options, &|_| ControlFlow::Continue(())).unwrap()
}

pub fn open(storage: &Arc<ReplayStorage>, snapshot: &Snapshot, rules: &RuleSet) -> SetView {
    SetView::open(&files_of(storage, rules), snapshot, rules).unwrap()
}

pub fn fresh(snapshot: &Snapshot, rules: &RuleSet) -> (Arc<ReplayStorage>, String) {
    let storage = Arc::new(ReplayStorage::default());
    build(&storage, snapshot, rules, &BuildOptions::default());
    let digest = verify::digest(&open(&storage, snapshot, rules)).unwrap();
    (storage, digest)
}

/// Digest of a set; `None` if there is none.
pub fn digest_of(files: Files, snapshot: &Snapshot, rules: &RuleSet) -> Option<String> {
    let storage = Arc::new(ReplayStorage::new(files));
    match SetView::open(&files_of(&storage, rules), snapshot, rules) {
        Ok(view) => Some(verify::digest(&view).unwrap()),
        Err(error) if error.code() == "not_found_rule_set" => None,
        Err(error) => panic!("{error}"),
    }
}

pub fn assert_sound(storage: &Arc<ReplayStorage>, snapshot: &Snapshot, rules: &RuleSet, what: &str) {
    let found = verify::verify(&files_of(storage, rules), snapshot, rules, &|_| ControlFlow::Continue(()));
    found.unwrap_or_else(|error| panic!("{what}: {error}"));
}

/// Members of every cluster of the first `blocks` blocks, by anchor, as the set tells it.
pub fn partition(view: &SetView, snapshot: &Snapshot, blocks: u64) -> BTreeMap<u32, Vec<u32>> {
    let as_of = view.as_of(snapshot, &Bound::blocks(snapshot, blocks)).unwrap();
    let n = snapshot.counts_at(blocks).unwrap().addresses as u32;
    let mut all = BTreeMap::<u32, Vec<u32>>::new();
    for id in 0..n {
        let root = view.root_of(id, as_of.links).unwrap();
        let (size, anchor) = view.cluster(root, as_of.links).unwrap();
        all.entry(anchor).or_default().push(id);
        if id == root {
            let mut members = Vec::new();
            assert!(view
                .members(root, as_of.links, &mut |id, _| {
                    members.push(id);
                    true
                })
                .unwrap());
            members.sort_unstable();
            assert_eq!((members.len(), members[0]), (size as usize, anchor));
        }
    }
    all
}
