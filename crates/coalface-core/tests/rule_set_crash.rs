//! A crash at every operation of a set that is made, grown and reorganised; and files that are not what they should be.

#![allow(clippy::unwrap_used)] // a test may panic

mod rule_set_support;
mod support;

use std::collections::BTreeMap;
use std::sync::Arc;

use coalface_core::io::replay::{Files, Operation, ReplayStorage};
use coalface_core::link::IndexOptions;
use coalface_core::rule_set::explain::explain;
use coalface_core::rule_set::writer::bring_up;
use coalface_core::rule_set::{verify, BuildOptions, SetView};
use coalface_core::store::Snapshot;
use rule_set_support::{assert_sound, build, digest_of, files_of, fresh, open, snapshot_of, tiny, wide};
use support::{in_pool, run, source_of, ChainBuilder, Rng};

/// Brings the set in `files` to `snapshot` and crashes at every operation. Every state reads as the set before or after,
/// and each that goes on from there ends like a fresh one.
fn crash_everywhere(files: Files, snapshot: &Snapshot, options: &BuildOptions, old: &Snapshot) -> (Files, usize) {
    let rules = wide();
    let storage = Arc::new(ReplayStorage::new(files.clone()));
    in_pool(1, || build(&storage, snapshot, &rules, options));
    let (_, goal) = fresh(snapshot, &rules);
    let before = digest_of(files, old, &rules);
    let mut disk = storage.disk_at_start();
    let mut states: BTreeMap<Files, usize> = BTreeMap::new();
    for (at, operation) in std::iter::once(None).chain(storage.operations().into_iter().map(Some)).enumerate() {
        operation.iter().for_each(|operation: &Operation| disk.apply(operation));
        for state in disk.states(3, at as u64) {
            states.entry(state).or_insert(at);
        }
    }
    let n_states = states.len();
    for (state, at) in states {
        let found = digest_of(state.clone(), snapshot, &rules);
        assert!(found == before || found.as_ref() == Some(&goal), "operation {at}: neither the old nor the new state");
        let storage = Arc::new(ReplayStorage::new(state));
        build(&storage, snapshot, &rules, options);
        let view = open(&storage, snapshot, &rules);
        assert_eq!(verify::digest(&view).unwrap(), goal, "operation {at}");
        let named: Vec<&str> = view.manifest.files().collect();
        let left = |file: &&String| file.contains('-') && !named.contains(&file.as_str());
        assert_eq!(storage.files().keys().filter(left).count(), 0, "operation {at}: files are left behind");
        assert_sound(&storage, snapshot, &rules, &format!("operation {at}"));
    }
    (storage.files(), n_states)
}

#[test]
fn a_crash_leaves_the_old_set_or_the_new_one() {
    let mut base = ChainBuilder::mature(1);
    base.add_blocks(10, 8);
    let (mut ours, mut rival) = (base.fork(1), base.fork(2));
    ours.add_blocks(6, 8);
    rival.add_blocks(8, 8);
    let store = Arc::new(ReplayStorage::default());
    let all: Vec<_> = ours.blocks.iter().chain(&rival.blocks[base.blocks.len()..]).cloned().collect();
    let (mut files, mut n_states, mut old) = (Files::new(), 0, None);
    for (n, blocks) in [&base.blocks[..105], &base.blocks, &ours.blocks, &all].into_iter().enumerate() {
        run(store.clone(), &source_of(blocks).source, &IndexOptions::default()).unwrap();
        let snapshot = Snapshot::open(&*store).unwrap().unwrap();
        let options = tiny(Some(n % 2 == 0));
        let (left, n) = crash_everywhere(files, &snapshot, &options, old.as_ref().unwrap_or(&snapshot));
        (files, old) = (left, Some(snapshot));
        n_states += n;
    }
    assert!(n_states > 60, "only {n_states} states");
}

/// Asks everything of a set; whatever the bytes, there is an answer or an error.
fn ask_everything(storage: &Arc<ReplayStorage>, snapshot: &Snapshot) -> Result<(), String> {
    let rules = wide();
    let files = files_of(storage, &rules);
    let view = SetView::open(&files, snapshot, &rules).map_err(|error| {
        assert!(!error.code().is_empty() && !error.to_string().is_empty());
        error.code().to_owned()
    })?;
    let blocks = view.common_blocks(snapshot);
    let mut failed = None;
    let mut note = |result: Result<(), coalface_core::store::StoreError>| {
        if let Err(error) = result {
            failed = Some(error.code().to_owned());
        }
    };
    let links = view.links_at(blocks).unwrap_or(u32::MAX);
    for id in (0..snapshot.counts().addresses as u32).step_by(3) {
        note(view.root_of(id, links).and_then(|root| {
            view.cluster(root, links)?;
            view.members(root, links, &mut |_, _| true).map(|_| ())
        }));
        note(explain(&view, id, id / 2, links, 50).map(|_| ()));
    }
    note(verify::digest(&view).map(|_| ()));
    if let Err(error) = verify::verify(&files, snapshot, &rules, &|_| std::ops::ControlFlow::Continue(())) {
        failed = Some(error.code().to_owned());
    }
    if let Err(error) = bring_up(&files, snapshot, &rules, &tiny(None), &|_| std::ops::ControlFlow::Continue(())) {
        failed = Some(error.code().to_owned());
    }
    failed.map_or(Ok(()), Err)
}

#[test]
fn damaged_files_are_told_and_break_nothing() {
    let mut chain = ChainBuilder::mature(3);
    chain.add_blocks(20, 10);
    let snapshot = snapshot_of(&source_of(&chain.blocks).source);
    let set = Arc::new(ReplayStorage::default());
    build(&set, &snapshot, &wide(), &tiny(None));
    let sound = set.files();
    assert_eq!(ask_everything(&set, &snapshot), Ok(()));
    assert!(sound.keys().any(|file| file.starts_with("forest-")));
    let mut rng = Rng::new(9);
    let n_rounds = if support::soak() { 4000 } else { 250 };
    let mut told = 0;
    for _ in 0..n_rounds {
        let mut files = sound.clone();
        let names: Vec<String> = files.keys().cloned().collect();
        let name = names[rng.below(names.len())].clone();
        let content = files.get_mut(&name).unwrap();
        match rng.below(4) {
            0 => content.truncate(rng.below(content.len())),
            1 => {
                let at = rng.below(content.len());
                content[at] ^= 1 << rng.below(8);
            }
            2 => {
                let (at, bytes) = (rng.below(content.len()), [0xff; 4]);
                let end = content.len().min(at + 4);
                content[at..end].copy_from_slice(&bytes[..end - at]);
            }
            _ => {
                let (a, b) = (rng.below(content.len()), rng.below(content.len()));
                content.swap(a, b);
            }
        }
        let changed = *content != sound[&name];
        let storage = Arc::new(ReplayStorage::new(files));
        match ask_everything(&storage, &snapshot) {
            Ok(()) => assert!(!changed || name == "manifest.json", "damage in {name} is not seen"),
            Err(code) => {
                told += 1;
                assert!(
                    ["store_corrupt", "store_unsupported", "store_unsupported_rule_set", "store_corrupt_rule_set"]
                        .contains(&code.as_str()),
                    "{name}: {code}"
                );
            }
        }
    }
    assert!(told * 10 > n_rounds * 6, "{told} of {n_rounds}");
}

#[test]
fn a_set_of_another_store_or_of_other_rules_is_refused() {
    let mut chain = ChainBuilder::mature(4);
    chain.add_blocks(4, 4);
    let snapshot = snapshot_of(&source_of(&chain.blocks).source);
    let (set, _) = fresh(&snapshot, &wide());
    let mut newer = wide();
    newer.version = 2;
    let error = SetView::open(&files_of(&set, &newer), &snapshot, &newer).unwrap_err();
    assert_eq!(error.code(), "store_unsupported_rule_set");
    assert!(error.hint().is_some() && error.context().len() == 3);
    let mut files = set.files();
    let text = String::from_utf8(files["manifest.json"].clone()).unwrap();
    let salt = &snapshot.manifest.salt;
    files.insert("manifest.json".into(), text.replace(salt, &"00".repeat(16)).into_bytes());
    let other = Arc::new(ReplayStorage::new(files));
    let error = SetView::open(&files_of(&other, &wide()), &snapshot, &wide()).unwrap_err();
    assert_eq!(error.code(), "store_corrupt_rule_set");
    let empty = Arc::new(ReplayStorage::default());
    assert_eq!(SetView::open(&files_of(&empty, &wide()), &snapshot, &wide()).unwrap_err().code(), "not_found_rule_set");
}
