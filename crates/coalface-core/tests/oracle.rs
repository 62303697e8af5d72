//! A slow, obvious index of the same chain: links, fees, addresses and clusters equal the store's, row by row.

#![allow(clippy::unwrap_used)] // a test may panic

mod support;

use std::collections::HashMap;
use std::sync::Arc;

use coalface_core::coinjoin::{judge, Eras};
use coalface_core::forest::{cluster_size, explain, members, root_of};
use coalface_core::hash::Hash32;
use coalface_core::ids::{NONE_SAT, NONE_U32, NONE_U64};
use coalface_core::io::replay::ReplayStorage;
use coalface_core::link::IndexOptions;
use coalface_core::script::{classify, to_script, AddressKey, SpendFlags};
use coalface_core::store::run::RunKind;
use coalface_core::store::Snapshot;
use coalface_core::tx_view::{InputView, OutputView, TxHead, ViewBuffers};
use rayon::prelude::*;
use support::tx::Tx;
use support::{assert_clean, options, run, source_of, ChainBuilder, Rng, TestBlock};

/// All that the naive index knows; vectors are in chain order.
#[derive(Default)]
struct Naive {
    txids: Vec<Hash32>,
    fees: Vec<Option<i64>>,
    /// Per input: the output it spends, and the script of that.
    spends: Vec<Option<usize>>,
    outputs: Vec<(i64, Vec<u8>)>,
    spent_by: Vec<Option<usize>>,
    /// Scripts in order of first appearance, with their first output.
    scripts: Vec<(Vec<u8>, usize)>,
    ids: HashMap<Vec<u8>, usize>,
    /// Which scripts are under one control, as lists that are appended to each other, after each transaction's number.
    clusters: Vec<Vec<usize>>,
    cluster_of: Vec<usize>,
    /// Latest output number of an outpoint.
    outpoints: HashMap<(Hash32, u32), usize>,
}

impl Naive {
    fn of(blocks: &[TestBlock]) -> Naive {
        let mut naive = Naive::default();
        for block in blocks {
            block.txs.iter().enumerate().for_each(|(n, tx)| naive.add(tx, n == 0));
        }
        naive
    }

    fn add(&mut self, tx: &Tx, is_coinbase: bool) {
        let txid = tx.txid();
        let mut in_sat = 0;
        let (mut payers, mut spent_outputs) = (Vec::new(), Vec::new());
        for input in &tx.inputs {
            let spent = self.outpoints.remove(&(input.prev_txid, input.prev_vout));
            assert_eq!(spent.is_none(), is_coinbase);
            if let Some(output) = spent {
                in_sat += self.outputs[output].0;
                self.spent_by[output] = Some(self.spends.len());
                payers.push(self.ids[&self.outputs[output].1]);
                spent_outputs.push(self.outputs[output].clone());
            }
            self.spends.push(spent);
        }
        self.fees.push((!is_coinbase).then(|| in_sat - tx.out_sat()));
        self.txids.push(txid);
        for (vout, output) in (0..).zip(&tx.outputs) {
            self.outpoints.insert((txid, vout), self.outputs.len());
            if output.script.first() != Some(&0x6a) && !self.ids.contains_key(&output.script) {
                self.ids.insert(output.script.clone(), self.scripts.len());
                self.cluster_of.push(self.clusters.len());
                self.clusters.push(vec![self.scripts.len()]);
                self.scripts.push((output.script.clone(), self.outputs.len()));
            }
            self.outputs.push((output.value_sat, output.script.clone()));
            self.spent_by.push(None);
        }
        payers.sort_unstable();
        payers.dedup();
        if payers.len() > 1 && !is_left_alone(&spent_outputs, tx) {
            payers.iter().skip(1).for_each(|other| self.unite(payers[0], *other));
        }
    }

    fn unite(&mut self, a: usize, b: usize) {
        let (to, from) = (self.cluster_of[a], self.cluster_of[b]);
        if to != from {
            let moved = std::mem::take(&mut self.clusters[from]);
            moved.iter().for_each(|script| self.cluster_of[*script] = to);
            self.clusters[to].extend(moved);
        }
    }
}

/// Whether the detectors, given a view made here from raw scripts, leave a transaction alone.
fn is_left_alone(spent: &[(i64, Vec<u8>)], tx: &Tx) -> bool {
    let mut numbers = HashMap::new();
    let mut number = |script: &[u8]| {
        let next = numbers.len() as u32;
        let kind = classify(script).0;
        (if kind.has_address() { *numbers.entry(script.to_vec()).or_insert(next) } else { NONE_U32 }, kind)
    };
    let mut buffers = ViewBuffers::default();
    for (value_sat, script) in spent {
        let ((address, kind), value_sat) = (number(script), Some(*value_sat));
        let spend_flags = SpendFlags::NONE;
        buffers.inputs.push(InputView { value_sat, address, kind: Some(kind), sequence: 0, spend_flags });
    }
    for (n, output) in (0..).zip(&tx.outputs) {
        let (address, kind) = number(&output.script);
        buffers.outputs.push(OutputView { value_sat: output.value_sat, address, kind, n });
    }
    judge(buffers.view(TxHead::default()), Eras::Off).outcome.is_excluded
}

fn store_of(blocks: &[TestBlock], options: &IndexOptions, cut: usize) -> Snapshot {
    let storage = Arc::new(ReplayStorage::default());
    run(storage.clone(), &source_of(&blocks[..cut]).source, options).unwrap();
    let report = run(storage.clone(), &source_of(blocks).source, options).unwrap();
    assert_eq!(report.facts.refused, []);
    assert_clean(&*storage, "the store that is compared");
    Snapshot::open(&*storage).unwrap().unwrap()
}

fn compare(naive: &Naive, store: &Snapshot, seed: u64) {
    let columns = &*store.columns;
    let none = |n: u64| (n != NONE_U64).then_some(n as usize);
    assert_eq!(&columns.tx_txid[..], &naive.txids[..], "seed {seed}");
    let fees: Vec<Option<i64>> = columns.tx_fee_sat.iter().map(|fee| (*fee != NONE_SAT).then_some(*fee)).collect();
    assert_eq!(fees, naive.fees, "seed {seed}");
    let spends: Vec<_> = columns.input_spent_output.iter().map(none).collect();
    assert_eq!(spends, naive.spends, "seed {seed}");
    let n_outputs = naive.outputs.len();
    let spent_by: Vec<_> = (0..n_outputs).map(|n| none(columns.output_spent_by.get(n))).collect();
    assert_eq!(spent_by, naive.spent_by, "seed {seed}");
    assert_eq!(store.counts().addresses as usize, naive.scripts.len(), "seed {seed}");
    for (n, (value_sat, script)) in naive.outputs.iter().enumerate() {
        assert_eq!(columns.output_value_sat[n], *value_sat);
        let id = naive.ids.get(script).map_or(NONE_U32, |id| *id as u32);
        assert_eq!(columns.output_address[n], id, "seed {seed}, output {n}");
    }
    for (n, spent) in naive.spends.iter().enumerate() {
        let address = spent.map_or(NONE_U32, |output| columns.output_address[output]);
        assert_eq!(columns.input_address[n], address);
    }
    for (id, (script, first_output)) in naive.scripts.iter().enumerate() {
        let (kind, payload) = store.address_payload(id as u32).unwrap();
        assert_eq!(to_script(kind, payload).as_ref(), Some(script), "seed {seed}");
        assert_eq!(columns.address_first_output.at(id) as usize, *first_output);
        let (kind, range) = classify(script);
        assert_eq!(store.find_address(&AddressKey::of(kind, &script[range])), Some(id as u32));
        let listed: Vec<usize> =
            store.entries(RunKind::AddressOutput, id as u64).map(|entry| entry.value as usize).collect();
        let expected: Vec<usize> = (0..n_outputs).filter(|n| naive.outputs[*n].1 == *script).collect();
        assert_eq!(listed, expected, "seed {seed}");
    }
    for (n, txid) in naive.txids.iter().enumerate() {
        let last = naive.txids.iter().rposition(|other| other == txid).unwrap();
        assert_eq!(store.find_tx(txid, u64::MAX), Some(last as u32), "seed {seed}, tx {n}");
    }
    let tx_bound = store.counts().txs;
    compare_clusters(naive, store, tx_bound, seed);
}

fn compare_clusters(naive: &Naive, store: &Snapshot, bound: u64, seed: u64) {
    for cluster in naive.clusters.iter().filter(|cluster| !cluster.is_empty()) {
        let root = root_of(store, cluster[0] as u32, bound).unwrap();
        let mut found = Vec::new();
        assert!(members(store, root, bound, &mut |id| {
            found.push(id as usize);
            true
        }));
        found.sort_unstable();
        let mut expected = cluster.clone();
        expected.sort_unstable();
        // Later addresses are not in the naive index of an earlier height, and alone in the store as of then.
        assert_eq!(found, expected, "seed {seed}, bound {bound}");
        assert_eq!(cluster_size(store, root, bound) as usize, cluster.len(), "seed {seed}, bound {bound}");
        let (a, b) = (cluster[0] as u32, cluster[cluster.len() - 1] as u32);
        let (ties, more) = explain(store, a, b, bound, 10_000).unwrap().unwrap();
        assert!(!more && ties.len() < cluster.len().max(1));
        let mut at = a;
        for tie in &ties {
            assert_eq!(tie.from, at, "seed {seed}");
            let first = store.columns.tx_first_input.at(tie.tx as usize) as usize;
            let end = store.columns.tx_first_input.get(tie.tx as usize + 1).map_or(naive.spends.len(), |n| n as usize);
            let payers = &store.columns.input_address[first..end.max(first)];
            assert!(payers.contains(&tie.from) && payers.contains(&tie.to), "seed {seed}");
            at = tie.to;
        }
        assert_eq!(at, b, "seed {seed}");
    }
}

#[test]
fn equals_the_naive_index() {
    let n_seeds = if support::soak() { 3_000 } else { 250 };
    (0..n_seeds).into_par_iter().for_each(|seed| {
        let mut chain = ChainBuilder::mature(1_000 + seed);
        chain.add_blocks(4 + (seed % 9) as u32, 2 + seed as usize % 14);
        let blocks = &chain.blocks;
        let mut rng = Rng::new(seed);
        let options = match seed % 3 {
            0 => IndexOptions::default(),
            1 => options(1, 2_000),
            _ => IndexOptions { max_table_bytes: 0, ..options(3_000, 1) },
        };
        let store = store_of(blocks, &options, 1 + rng.below(blocks.len()));
        compare(&Naive::of(blocks), &store, seed);
        // As of an earlier height the forest is that of the shorter chain.
        let height = 100 + rng.below(blocks.len() - 100);
        let naive = Naive::of(&blocks[..=height]);
        compare_clusters(&naive, &store, naive.txids.len() as u64, seed);
        let counts = store.counts_at(height as u64 + 1).unwrap();
        let shorter = store_of(&blocks[..=height], &IndexOptions::default(), 1);
        assert_eq!(counts, *shorter.counts(), "seed {seed}: rows as of height {height}");
    });
}
