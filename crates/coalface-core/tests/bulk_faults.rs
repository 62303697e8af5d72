//! Builds in bounded memory that are cut off: by a crash, a full disk, the user, or damage to what was spilled.

#![allow(clippy::unwrap_used)] // a test may panic

mod support;

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use coalface_core::blockfile::Source;
use coalface_core::io::replay::{Files, ReplayStorage};
use coalface_core::io::{IoError, Storage, View};
use coalface_core::link::{index, IndexOptions, IndexProgress};
use coalface_core::network::Network;
use coalface_core::store::StoreWriter;
use rayon::prelude::*;
use support::bulk::{assert_built, assert_equal, bulk, coarse, spills, tiny};
use support::{digests_of, fresh_digests, in_pool, run, source_of, ChainBuilder, Rng, TestSource, SALT};

const PHASES: [&str; 7] = ["parse", "join", "addresses", "spends", "rows", "forest", "runs"];

fn short_chain(seed: u64) -> TestSource {
    let mut chain = ChainBuilder::mature(seed);
    chain.add_blocks(8, 8);
    source_of(&chain.blocks)
}

/// A run that is stopped when `phase` is first told; returns the phases that were told.
fn stopped_in(storage: Arc<dyn Storage>, source: &Source, options: &IndexOptions, phase: &str) -> Vec<&'static str> {
    let seen = Mutex::new(Vec::new());
    let tell = |at: IndexProgress| {
        let IndexProgress::Bulk { phase: now, done, total } = at else { return ControlFlow::Continue(()) };
        assert!(done <= total, "{now}: {done} of {total}");
        let mut seen = seen.lock().unwrap();
        if seen.last() != Some(&now) {
            seen.push(now);
        }
        if now == phase {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let mut writer = StoreWriter::open(storage, Network::Regtest, || Ok(SALT)).unwrap();
    let done = index(source, &mut writer, options, &tell);
    if PHASES.contains(&phase) {
        assert_eq!(done.unwrap_err().code(), "cancelled");
    } else {
        done.unwrap();
    }
    seen.into_inner().unwrap()
}

#[test]
fn a_cancelled_build_goes_on_after_its_last_phase() {
    let source = short_chain(1);
    let expected = fresh_digests(&source.source);
    for (n, phase) in PHASES.iter().enumerate() {
        let storage = Arc::new(ReplayStorage::default());
        let told = stopped_in(storage.clone(), &source.source, &bulk(tiny()), phase);
        assert_eq!(told, PHASES[..=n], "up to {phase}");
        assert_eq!(digests_of(&*storage).unwrap(), fresh_digests(&source_of([]).source), "nothing is committed");
        let told = stopped_in(storage.clone(), &source.source, &bulk(tiny()), "none");
        // The forest and the runs have no checkpoint between them.
        let from = if n == 6 { 5 } else { n };
        assert_eq!(told, PHASES[from..], "after {phase}");
        assert_built(&storage, &expected, phase);
    }
}

#[test]
fn a_checkpoint_counts_for_its_own_plan_only() {
    let source = short_chain(2);
    let longer = short_chain(3);
    for (source_now, options) in [
        (&longer, bulk(tiny())),
        (&source, bulk(coarse())),
        (&source, IndexOptions::default()),
        (&longer, IndexOptions::default()),
    ] {
        let storage = Arc::new(ReplayStorage::default());
        stopped_in(storage.clone(), &source.source, &bulk(tiny()), "rows");
        assert!(!spills(&storage).is_empty());
        let told = stopped_in(storage.clone(), &source_now.source, &options, "none");
        assert!(told.is_empty() || told == PHASES, "{told:?}");
        assert_built(&storage, &fresh_digests(&source_now.source), "another plan");
    }
}

/// A storage that fails from some change on, like a disk that is full.
struct Full {
    inner: Arc<ReplayStorage>,
    left: AtomicUsize,
    free_bytes: u64,
}

impl Full {
    fn change(&self, path: &str) -> Result<(), IoError> {
        let left = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        left.map(drop).map_err(|_| IoError::new("write", path, ErrorKind::StorageFull.into()))
    }
}

impl Storage for Full {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, IoError> {
        self.inner.read(path)
    }
    fn len(&self, path: &str) -> Result<Option<u64>, IoError> {
        self.inner.len(path)
    }
    fn view(&self, path: &str, len: u64) -> Result<View, IoError> {
        self.inner.view(path, len)
    }
    fn write_at(&self, path: &str, offset: u64, bytes: &[u8]) -> Result<(), IoError> {
        self.change(path).inspect_err(|_| {
            // A part of it fits.
            let _ = self.inner.write_at(path, offset, &bytes[..bytes.len() / 2]);
        })?;
        self.inner.write_at(path, offset, bytes)
    }
    fn sync(&self, path: &str) -> Result<(), IoError> {
        self.change(path)?;
        self.inner.sync(path)
    }
    fn sync_folder(&self, path: &str) -> Result<(), IoError> {
        self.change(path)?;
        self.inner.sync_folder(path)
    }
    fn rename(&self, from: &str, to: &str) -> Result<(), IoError> {
        self.change(from)?;
        self.inner.rename(from, to)
    }
    fn remove(&self, path: &str) -> Result<(), IoError> {
        self.change(path)?;
        self.inner.remove(path)
    }
    fn list(&self, path: &str) -> Result<Vec<String>, IoError> {
        self.inner.list(path)
    }
    fn free_bytes(&self) -> Result<Option<u64>, IoError> {
        Ok(Some(self.free_bytes))
    }
}

#[test]
fn a_full_disk_keeps_finished_phases() {
    let source = short_chain(4);
    let expected = fresh_digests(&source.source);
    let whole = Arc::new(ReplayStorage::default());
    run(whole.clone(), &source.source, &bulk(coarse())).unwrap();
    let n_changes = whole.operations().len();
    (0..n_changes).into_par_iter().step_by(if support::soak() { 1 } else { 7 }).for_each(|left| {
        let inner = Arc::new(ReplayStorage::default());
        let full = Arc::new(Full { inner: inner.clone(), left: AtomicUsize::new(left), free_bytes: 1 << 40 });
        // The order of changes is not always the same: near the end it may still succeed.
        if let Err(error) = run(full, &source.source, &bulk(coarse())) {
            assert_eq!(error.code(), "disk_full", "{left}: {error}");
        }
        run(inner.clone(), &source.source, &bulk(coarse())).unwrap_or_else(|error| panic!("{left}: {error}"));
        assert_built(&inner, &expected, &format!("{left} of {n_changes}"));
    });
}

#[test]
fn a_disk_that_is_too_small_is_told_before() {
    let inner = Arc::new(ReplayStorage::default());
    let small = Arc::new(Full { inner: inner.clone(), left: AtomicUsize::new(usize::MAX), free_bytes: 1_000 });
    let error = run(small, &short_chain(5).source, &bulk(coarse())).unwrap_err();
    assert_eq!(error.code(), "disk_full");
    assert!(error.to_string().contains("1000 are free") && error.hint().is_some(), "{error}");
    assert_eq!(spills(&inner), [""; 0]);
}

#[test]
fn a_crash_at_every_operation() {
    let source = short_chain(6);
    let expected = fresh_digests(&source.source);
    let storage = Arc::new(ReplayStorage::default());
    in_pool(1, || run(storage.clone(), &source.source, &bulk(coarse()))).unwrap();
    let n = storage.operations().len();
    let empty = fresh_digests(&source_of([]).source);
    // All of what may have been kept of the operation and of those before is too much: a sample at each.
    let n_states = if support::soak() { 40 } else { 2 };
    let n_checked = AtomicUsize::new(0);
    (0..=n).into_par_iter().for_each(|at| {
        let mut rng = Rng::new(at as u64);
        let states = storage.states_after(at, 4, at as u64);
        let picked: BTreeSet<usize> = (0..n_states).map(|_| rng.below(states.len())).collect();
        for state in picked {
            let place = format!("operation {at} of {n}, state {state}");
            let after = Arc::new(ReplayStorage::new(states[state].clone()));
            let before = digests_of(&*after);
            let is_known = before.as_ref().is_none_or(|found| *found == empty || *found == expected);
            assert!(is_known, "{place}: neither the old nor the new state");
            run(after.clone(), &source.source, &bulk(coarse())).unwrap_or_else(|error| panic!("{place}: {error}"));
            assert_equal(&digests_of(&*after).unwrap(), &expected, &place);
            assert_eq!(spills(&after), [""; 0], "{place}");
            n_checked.fetch_add(1, Ordering::Relaxed);
        }
    });
    println!("{} states after {n} operations", n_checked.into_inner());
}

/// Files as they are when `phase` begins.
fn at_phase(source: &Source, phase: &str) -> Files {
    let storage = Arc::new(ReplayStorage::default());
    stopped_in(storage.clone(), source, &bulk(coarse()), phase);
    storage.files()
}

#[test]
fn damaged_spills_are_made_again() {
    let source = short_chain(7);
    let expected = fresh_digests(&source.source);
    let mut rng = Rng::new(1);
    for phase in &PHASES[1..] {
        let files = at_phase(&source.source, phase);
        for (path, content) in files.iter().filter(|(path, _)| path.starts_with("spill/")) {
            let mut flipped = content.clone();
            let bit = rng.below(flipped.len().max(1) * 8);
            flipped.get_mut(bit / 8).into_iter().for_each(|byte| *byte ^= 1 << (bit % 8));
            let shorter = content[..rng.below(content.len().max(1))].to_vec();
            for damaged in [Some(flipped), Some(shorter), None] {
                let what = format!("{phase}: {path} of {} bytes, {:?}", content.len(), damaged.as_ref().map(Vec::len));
                let mut files = files.clone();
                match damaged {
                    Some(bytes) => _ = files.insert(path.clone(), bytes),
                    None => _ = files.remove(path),
                }
                let storage = Arc::new(ReplayStorage::new(files));
                run(storage.clone(), &source.source, &bulk(coarse())).unwrap_or_else(|error| panic!("{what}: {error}"));
                assert_built(&storage, &expected, &what);
            }
        }
    }
}

/// Numbers of a checkpoint that somebody wrote with care, its checksum included: no panic, whatever comes of it.
#[test]
fn hostile_checkpoints() {
    let source = short_chain(8);
    let path = "spill/checkpoint".to_owned();
    let mut rng = Rng::new(2);
    for phase in &PHASES[1..] {
        let files = at_phase(&source.source, phase);
        let body = String::from_utf8(files[&path].clone()).unwrap().split_once('\n').unwrap().1.to_owned();
        let digits: Vec<usize> = (0..body.len()).filter(|n| body.as_bytes()[*n].is_ascii_digit()).collect();
        for _ in 0..if support::soak() { 2_000 } else { 40 } {
            let mut body = body.clone().into_bytes();
            for _ in 0..1 + rng.below(3) {
                body[digits[rng.below(digits.len())]] = b"0123456789"[rng.below(10)];
            }
            let mut text = format!("{:08x}\n", crc32fast::hash(&body)).into_bytes();
            text.extend(body);
            let mut files = files.clone();
            files.insert(path.clone(), text);
            let storage = Arc::new(ReplayStorage::new(files));
            match run(storage.clone(), &source.source, &bulk(coarse())) {
                Ok(_) => _ = digests_of(&*storage),
                Err(error) => assert!(!error.code().is_empty()),
            }
        }
    }
}
