//! Opening, checking and asking a store of random damage: an error or an answer, never a panic, never for ever.

#![allow(clippy::unwrap_used)] // a test may panic

mod check_support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use check_support::chain::Rng;
use check_support::{complete, forge_sums, partial, reorganised, snapshot, MemoryStorage};
use coalface_core::forest::{cluster_size, explain, members, root_of};
use coalface_core::lookup::history::History;
use coalface_core::lookup::{self, Bound};
use coalface_core::network::Network;
use coalface_core::store::check::check;
use coalface_core::store::digest::digests;
use coalface_core::store::key::Salt;
use coalface_core::store::run::RunKind;
use coalface_core::store::{Snapshot, StoreWriter};
use coalface_core::taint::{trace, Boundary, Method, Part, TraceOptions};

const SEEDS: u64 = 400;
const ALL_SEEDS_WITHIN: Duration = Duration::from_secs(120);

/// Damages one to four places: bytes, words (set to numbers that hurt), stretches, or lengths.
fn damage(storage: &MemoryStorage, rng: &mut Rng) {
    let files: Vec<(String, usize)> =
        storage.files().into_iter().map(|(name, bytes)| (name, bytes.len())).filter(|(_, len)| *len > 0).collect();
    for _ in 0..1 + rng.below(4) {
        let (file, len) = &files[rng.below(files.len() as u64) as usize];
        if file == "manifest.json" && rng.below(4) > 0 {
            continue; // its damage rarely gets past the parser
        }
        storage.change(file, |bytes| {
            let at = rng.below(*len as u64) as usize;
            let at = at.min(bytes.len());
            match rng.below(8) {
                0 => bytes.truncate(at),
                1 | 2 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << rng.below(8)),
                3 => bytes.iter_mut().skip(at).take(256).for_each(|byte| *byte = rng.next() as u8),
                _ => {
                    let words = [0, 1, 2, u64::MAX, u64::MAX - 1, 1 << 63, 1 << 32, 0x7fff_ffff, rng.below(300)];
                    let word = words[rng.below(words.len() as u64) as usize].to_le_bytes();
                    let at = at / 4 * 4;
                    let width = 4 + 4 * rng.below(2) as usize;
                    bytes.iter_mut().skip(at).take(width).zip(word).for_each(|(byte, new)| *byte = new);
                }
            }
        });
    }
}

fn ask(snapshot: &Snapshot, rng: &mut Rng) {
    let counts = *snapshot.counts();
    for blocks in 0..=counts.blocks.min(200) {
        let _ = snapshot.counts_at(blocks);
    }
    for txid in snapshot.columns.tx_txid.iter().take(50) {
        let _ = snapshot.find_tx(txid, counts.txs);
    }
    for output in [0, counts.outputs / 2, counts.outputs, u64::MAX, rng.next()] {
        let _ = snapshot.spent_by(output, counts.inputs);
    }
    let some = |rng: &mut Rng| rng.below(counts.addresses.max(1) + 2) as u32;
    for n in 0..100 {
        let id = if n == 0 { u32::MAX } else { some(rng) };
        if let Some(key) = snapshot.address_key(id) {
            let _ = snapshot.find_address(&key);
        }
        let bound = rng.below(counts.txs + 1);
        let _ = root_of(snapshot, id, bound);
        let _ = cluster_size(snapshot, id, bound);
        let mut n = 0u64;
        members(snapshot, id, counts.txs, &mut |_| {
            n += 1;
            true
        });
        assert!(n <= counts.addresses + 1);
        let _ = explain(snapshot, id, some(rng), counts.txs, 50);
        for kind in [RunKind::AddressOutput, RunKind::AddressExternal, RunKind::StrictChild] {
            let _ = snapshot.entries(kind, u64::from(id)).count();
        }
    }
}

/// What answers are made of.
fn look_up(snapshot: &Snapshot, rng: &mut Rng) {
    let counts = *snapshot.counts();
    for n in 0..60 {
        let bound = Bound::blocks(snapshot, rng.below(counts.blocks + 2));
        let tx = rng.below(counts.txs + 2) as u32;
        let _ = lookup::tx::tx(snapshot, tx, &bound);
        let _ = lookup::block::block(snapshot, rng.below(counts.blocks + 2) as usize);
        let _ = lookup::tx::outpoint(snapshot, rng.below(counts.outputs + 2));
        let id = rng.below(counts.addresses.max(1)) as u32;
        let _ = lookup::tx::address_text(snapshot, id);
        let _ = lookup::address::totals(snapshot, id, &bound);
        if let Ok(mut history) = History::new(snapshot.clone(), id, bound, 10) {
            while let Ok(Some(_)) = history.next_window() {}
        }
        let _ = lookup::coverage::segments(snapshot, &bound);
        if n % 10 == 0 {
            for method in Method::ALL {
                let options = TraceOptions {
                    max_txs: 1_000,
                    is_backward: rng.below(2) == 0,
                    stops: vec![(id, Boundary::Service)],
                    stop_at_coinjoins: n % 20 == 0,
                    follow_fees: rng.below(2) == 0,
                    keep_runs: true,
                    ..TraceOptions::new(bound, method)
                };
                let parts: Vec<Part> = [rng.below(counts.outputs + 1), 0]
                    .map(|output| {
                        let value = snapshot.columns.output_value_sat.get(output as usize);
                        Part { output, start_sat: 0, len_sat: value.copied().unwrap_or(1) }
                    })
                    .to_vec();
                let _ = trace(snapshot, &parts, &options, &|_| std::ops::ControlFlow::Continue(()));
            }
        }
    }
}

/// Recovery and a reorganisation of a damaged store, and what it then is.
fn take_back(storage: MemoryStorage, rng: &mut Rng) {
    let storage = Arc::new(storage);
    let Ok(mut writer) = StoreWriter::open(storage.clone(), Network::Regtest, || Ok(Salt([0; 16]))) else { return };
    let blocks = writer.snapshot().counts().blocks;
    if writer.move_bound(rng.below(blocks + 1)).is_ok() {
        let _ = check(&*storage, writer.snapshot(), &|_| std::ops::ControlFlow::Continue(()));
    }
}

#[test]
fn any_bytes_are_answered() {
    let sound = [complete(), partial(), reorganised()];
    let start = Instant::now();
    let (mut opened, mut failed) = (0, 0);
    for seed in 0..SEEDS {
        let storage = (*sound[seed as usize % 3]).clone();
        let mut rng = Rng(seed);
        damage(&storage, &mut rng);
        if seed % 2 == 0 && snapshot(&storage).is_ok() {
            forge_sums(&storage);
        }
        let Ok(snapshot) = snapshot(&storage) else { continue };
        opened += 1;
        let report = check(&storage, &snapshot, &|_| std::ops::ControlFlow::Continue(()));
        failed += u64::from(report.is_ok_and(|report| !report.is_ok()));
        ask(&snapshot, &mut rng);
        look_up(&snapshot, &mut rng);
        let _ = digests(&storage, &snapshot);
        take_back(storage, &mut rng);
    }
    assert!(start.elapsed() < ALL_SEEDS_WITHIN, "{:?}", start.elapsed());
    assert!(opened > SEEDS / 2 && failed > SEEDS / 3, "{opened} opened, {failed} of them damaged");
}

/// Members that are listed twice at every level would be walked 2^depth times.
#[test]
fn a_hostile_forest_is_walked_once() {
    let storage = (*complete()).clone();
    let addresses = snapshot(&storage).unwrap().counts().addresses;
    check_support::memory::replace_children(&storage, addresses);
    let snapshot = snapshot(&storage).unwrap();
    let mut n = 0u64;
    let all = members(&snapshot, 0, u64::MAX, &mut |_| {
        n += 1;
        true
    });
    assert!(!all && n <= addresses + 1, "{n} of {addresses}");
}
