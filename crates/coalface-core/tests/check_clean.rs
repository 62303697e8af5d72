//! A sound store has nothing to report, whatever way it came to be.

#![allow(clippy::unwrap_used)] // a test may panic

mod check_support;

use std::ops::ControlFlow;
use std::sync::Arc;

use check_support::{add, complete, partial, problems, reorganised, report, snapshot, Chain, MemoryStorage};
use coalface_core::io::Storage;
use coalface_core::store::check::check;
use coalface_core::store::digest::digests;
use coalface_core::store::key::Salt;
use coalface_core::store::StoreWriter;

#[test]
fn sound_stores() {
    for (name, storage) in [("complete", complete()), ("partial", partial()), ("reorganised", reorganised())] {
        let report = report(&storage);
        assert_eq!(problems(&report), [], "{name}");
        assert!(report.is_ok() && report.notes.is_empty(), "{name}");
        let counts = *snapshot(&storage).unwrap().counts();
        assert!(counts.key_links > 0 && counts.op_returns > 0 && counts.scripts > 0, "{name}: {counts:?}");
        assert!(report.steps.iter().all(|step| step.rows > 0 || step.name == "external_index"), "{name}");
        let figures = report.figures.unwrap();
        assert_eq!(figures.outputs_sat, figures.spent_sat + figures.unspent_sat);
        assert_eq!(figures.unknown_fees > 0, name == "partial");
        if name != "partial" {
            assert_eq!(figures.unspent_sat, figures.created_sat);
            assert!(figures.created_sat < figures.subsidy_sat && figures.unspendable_sat >= 5_000_000_000);
        }
    }
}

#[test]
fn a_reorganised_store_equals_a_fresh_one() {
    let old = Chain::complete(130, 1);
    let fresh = Arc::new(MemoryStorage::default());
    add(&fresh, &Chain::complete_from(&old, 112, 140, 9).blocks);
    let reorganised = reorganised();
    let digest = |storage: &MemoryStorage| digests(storage, &snapshot(storage).unwrap()).unwrap();
    assert_eq!(digest(&fresh), digest(&reorganised));
}

/// Every bound of a store is a store.
#[test]
fn a_store_that_was_moved_back() {
    for sound in [complete(), partial()] {
        let blocks = snapshot(&sound).unwrap().counts().blocks;
        for bound in (0..blocks).step_by(7).chain([blocks - 1]) {
            let storage = Arc::new((*sound).clone());
            let salt = || unreachable!("the store exists");
            let mut writer =
                StoreWriter::open(storage.clone(), coalface_core::network::Network::Regtest, salt).unwrap();
            writer.move_bound(bound).unwrap();
            let report = report(&storage);
            assert_eq!(problems(&report), [], "{bound} of {blocks}");
        }
    }
}

#[test]
fn an_empty_store() {
    let storage = Arc::new(MemoryStorage::default());
    StoreWriter::open(storage.clone(), coalface_core::network::Network::Regtest, || Ok(Salt([1; 16]))).unwrap();
    let report = report(&storage);
    assert_eq!(problems(&report), []);
}

#[test]
fn an_interrupted_commit_is_a_note() {
    let storage = complete();
    storage.write_at("journal", 0, b"CFJOURN1").unwrap();
    storage.write_at("runs/txid-99999999-1.run", 0, b"x").unwrap();
    let report = report(&storage);
    assert!(report.is_ok());
    let codes: Vec<_> = report.notes.iter().map(|note| (note.code, note.file.as_str())).collect();
    assert_eq!(codes, [("interrupted_commit", "journal"), ("unneeded_file", "runs/txid-99999999-1.run")]);
}

#[test]
fn files_may_be_longer_than_needed() {
    let storage = complete();
    for file in storage.files().into_keys().filter(|file| file.starts_with("columns/")) {
        storage.change(&file, |bytes| bytes.extend([0x5a; 100]));
    }
    assert_eq!(problems(&report(&storage)), []);
}

#[test]
fn a_check_can_be_stopped() {
    let storage = complete();
    let snapshot = snapshot(&storage).unwrap();
    let stop = |progress: coalface_core::store::check::CheckProgress| match progress.step {
        "values" => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    assert_eq!(check(&*storage, &snapshot, &stop).unwrap_err().code(), "cancelled");
}
