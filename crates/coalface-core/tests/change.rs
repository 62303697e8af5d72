//! Change rules over whole stores: damaged bytes are an error or an answer, never a panic; threads change nothing.

#![allow(clippy::unwrap_used)] // a test may panic

mod support;

use std::ops::ControlFlow;
use std::sync::Arc;

use coalface_core::change::{sweep_judgements, OutputVotes, FITTED};
use coalface_core::io::replay::ReplayStorage;
use coalface_core::lookup::Bound;
use coalface_core::store::Snapshot;
use coalface_core::{Error, Result};
use rayon::prelude::*;
use support::{options, run, source_of, ChainBuilder, Rng};

fn judged(snapshot: &Snapshot) -> Result<Vec<OutputVotes>> {
    let mut found = Vec::new();
    let go_on = |_, _| ControlFlow::Continue(());
    sweep_judgements(snapshot, &Bound::tip(snapshot), &FITTED, &go_on, |row| found.push(row))?;
    Ok(found)
}

/// Files of a store in which some transactions are old enough to be judged.
fn store() -> Arc<ReplayStorage> {
    let mut chain = ChainBuilder::mature(2);
    chain.add_blocks(30, 6);
    chain.add_blocks(150, 0);
    let storage = Arc::new(ReplayStorage::default());
    run(storage.clone(), &source_of(&chain.blocks).source, &options(20_000, 5_000)).unwrap();
    storage
}

#[test]
fn threads_and_callers_who_stop() {
    let snapshot = Snapshot::open(&*store()).unwrap().unwrap();
    let whole = judged(&snapshot).unwrap();
    assert!(whole.len() > 50, "{}", whole.len());
    assert!(whole.windows(2).all(|pair| pair[0].output < pair[1].output), "chain order");
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(alone.install(|| judged(&snapshot)).unwrap(), whole);
    let stop = |_, _| ControlFlow::Break(());
    let stopped = sweep_judgements(&snapshot, &Bound::tip(&snapshot), &FITTED, &stop, |_| ());
    assert!(matches!(stopped, Err(Error::Cancelled)));
}

#[test]
fn damaged_bytes_never_panic() {
    let files = store().files();
    let names: Vec<&String> = files.keys().filter(|name| files[*name].len() > 1).collect();
    let n_seeds = if support::soak() { 10_000 } else { 300 };
    (0..n_seeds).into_par_iter().for_each(|seed| {
        let mut rng = Rng::new(seed);
        let mut damaged = files.clone();
        let content = damaged.get_mut(names[rng.below(names.len())]).unwrap();
        for _ in 0..1 + rng.below(8) {
            let at = rng.below(content.len());
            content[at] = if rng.chance(50) { 0xff } else { rng.next() as u8 };
        }
        if let Ok(Some(snapshot)) = Snapshot::open(&ReplayStorage::new(damaged)) {
            if let Err(error) = judged(&snapshot) {
                assert!(!error.to_string().is_empty(), "seed {seed}");
            }
        }
    });
}
