//! One thing is damaged at a time, and the step that has to notice names the file.

#![allow(clippy::unwrap_used)] // a test may panic

mod check_support;

use std::collections::BTreeSet;

use check_support::memory::run_sections;
use check_support::{
    complete, edit_manifest, forge_sums, names, partial, problems, reorganised, report, snapshot, MemoryStorage,
};
use coalface_core::ids::{NONE_U32, NONE_U64};
use coalface_core::store::layout::{all_columns, ColumnInfo};
use coalface_core::store::manifest::Manifest;

/// Columns that have rows, with their number.
fn columns(storage: &MemoryStorage) -> Vec<(ColumnInfo, u64)> {
    let counts = *snapshot(storage).unwrap().counts();
    all_columns(&counts).into_iter().filter(|(_, rows)| *rows > 0).collect()
}

fn flip(storage: &MemoryStorage, file: &str, at: usize, mask: u8) {
    storage.change(file, |bytes| bytes[at] ^= mask);
}

fn set<const W: usize>(storage: &MemoryStorage, file: &str, row: usize, bytes: [u8; W]) {
    storage.change(file, |file| file[row * W..][..W].copy_from_slice(&bytes));
}

#[test]
fn a_flipped_byte_of_a_column_is_found_by_its_checksum() {
    for sound in [complete(), partial()] {
        for (column, rows) in columns(&sound) {
            let len = rows as usize * column.width;
            for at in [0, len / 2, len - 1] {
                let storage = (*sound).clone();
                flip(&storage, &column.file(), at, 0x10);
                let report = report(&storage);
                if column.stamped {
                    assert!(!report.is_ok(), "{} byte {at}", column.key());
                } else {
                    assert!(names(&report, "checksums", &column.file()), "{} byte {at}", column.key());
                }
            }
        }
    }
}

/// Columns of which some change is possible that nothing but the checksum shows: what the header does not commit to
/// without the transactions, unspent outputs of coinbases, and what has unknown values beside it in a partial chain.
const ONLY_CHECKSUMS: [&str; 16] = [
    "block.coinbase_end",
    "block.file_no",
    "block.offset",
    "external.txid",
    "external.vout",
    "heap.coinbase",
    "heap.op_return",
    "heap.op_return_end",
    "input.sequence",
    "input.spend_flags",
    "key_link.key_hash",
    "key_link.role",
    "output.value_sat",
    "tx.first_input",
    "tx.locktime",
    "tx.version",
];

#[test]
fn what_rows_mean_shows_damage_behind_forged_checksums() {
    let mut unseen = BTreeSet::new();
    for sound in [complete(), partial()] {
        for (column, rows) in columns(&sound) {
            for row in [0, rows / 2, rows - 1] {
                let storage = (*sound).clone();
                flip(&storage, &column.file(), row as usize * column.width, 0x01);
                forge_sums(&storage);
                let report = report(&storage);
                assert!(problems(&report).iter().all(|(step, _)| *step != "checksums"), "{}", column.key());
                if report.is_ok() {
                    unseen.insert(column.key());
                }
            }
        }
    }
    let unexpected: Vec<_> = unseen.iter().filter(|key| !ONLY_CHECKSUMS.contains(&key.as_str())).collect();
    assert_eq!(unexpected, Vec::<&String>::new());
}

#[test]
fn a_flipped_byte_of_a_run_is_found() {
    for sound in [complete(), partial(), reorganised()] {
        let manifest = Manifest::read(&*sound).unwrap().unwrap();
        let mut kinds = BTreeSet::new();
        for run in &manifest.runs {
            kinds.insert(run.kind.clone());
            let file = format!("runs/{}", run.file);
            let [keys, values, extra] = run_sections(&run.kind, &sound.files()[&file]);
            // The middle of values and extras, the last key, and a place of the directory.
            let places = [keys.end - 1, keys.start + 5, values.start + values.len() / 2, extra.start + extra.len() / 2];
            for at in places.into_iter().filter(|at| *at < sound.files()[&file].len()) {
                let storage = (*sound).clone();
                flip(&storage, &file, at, 0x04);
                assert!(names(&report(&storage), "checksums", &file), "{file}");
                forge_sums(&storage);
                let report = report(&storage);
                let step = match run.kind.as_str() {
                    "txid" => "txid_index",
                    "address" | "address_output" => "address_index",
                    "strict_child" => "forest",
                    _ => "external_index",
                };
                // Of entries that a reorganisation took back nothing but the checksum is known.
                let has_orphans = run.clip != coalface_core::store::manifest::Clip::at(&manifest.counts);
                let found = report.step(step).unwrap().n_problems > 0 || names(&report, "checksums", &file);
                assert!(found || has_orphans, "{file}: {:?}", problems(&report));
            }
            for at in [0, 8, 16, 24, 32, 40, 41, 50, 60] {
                let storage = (*sound).clone();
                flip(&storage, &file, at, 0x01);
                let error = snapshot(&storage).unwrap_err();
                assert_eq!(error.code(), "store_corrupt");
                assert!(error.to_string().contains(&file), "{error}");
            }
        }
        assert!(kinds.len() >= 4, "{kinds:?}");
    }
}

#[test]
fn a_short_file_is_named_when_the_store_is_opened() {
    let sound = partial();
    let manifest = Manifest::read(&*sound).unwrap().unwrap();
    let runs = manifest.runs.iter().map(|run| format!("runs/{}", run.file));
    for file in columns(&sound).iter().map(|(column, _)| column.file()).chain(runs) {
        let storage = (*sound).clone();
        storage.change(&file, |bytes| _ = bytes.pop());
        let error = snapshot(&storage).unwrap_err();
        assert_eq!(error.code(), "store_corrupt", "{file}");
        assert!(error.to_string().contains(&format!("`{file}`")), "{error}");
    }
}

#[test]
fn ids_out_of_range() {
    let sound = partial();
    let cases: [(&str, &str, &[u8]); 14] = [
        ("structure", "columns/block.first_tx", &7_000_000u32.to_le_bytes()),
        ("structure", "columns/block.first_address", &7_000_000u32.to_le_bytes()),
        ("structure", "columns/tx.first_input", &(1u32 << 30).to_le_bytes()),
        ("structure", "columns/tx.first_output", &(u32::MAX - 1).to_le_bytes()),
        ("ranges", "columns/input.spent_output_high", &[0x42]),
        ("ranges", "columns/input.address_id", &(NONE_U32 - 1).to_le_bytes()),
        ("ranges", "columns/output.address_id", &(NONE_U32 - 1).to_le_bytes()),
        ("ranges", "columns/external.spent_by", &(1u64 << 40).to_le_bytes()),
        ("ranges", "columns/heap.op_return_output", &(1u64 << 40).to_le_bytes()),
        ("addresses", "columns/address.kind", &[200]),
        ("addresses", "columns/rank.address", &(NONE_U32 - 1).to_le_bytes()),
        ("key_links", "columns/key_link.address_id", &(NONE_U32 - 1).to_le_bytes()),
        ("key_links", "columns/key_link.tx_num", &(NONE_U32 - 1).to_le_bytes()),
        ("ranks", "columns/rank.output", &(NONE_U32 - 1).to_le_bytes()),
    ];
    for (step, file, bytes) in cases {
        let storage = (*sound).clone();
        storage.change(file, |column| column[..bytes.len()].copy_from_slice(bytes));
        forge_sums(&storage);
        let report = report(&storage);
        let file = file.replace("_high", "_low"); // a cell in two files is named by the first
        assert!(names(&report, step, &file), "{file}: {:?}", problems(&report));
        let problem = problems(&report).into_iter().find(|(_, problem)| problem.file == file).unwrap().1;
        assert_eq!((problem.row, problem.offset), (Some(0), 0), "{problem:?}");
    }
}

#[test]
fn swapped_and_lost_spends() {
    let sound = complete();
    let file = "columns/output.spent_by_low";
    let high = "columns/output.spent_by_high";
    let low_of = |value: u64| (value as u32).to_le_bytes();
    let (columns, inputs) = {
        let snapshot = snapshot(&sound).unwrap();
        (snapshot.columns.clone(), snapshot.counts().inputs)
    };
    let spent: Vec<usize> =
        (0..columns.output_spent_by.len()).filter(|n| columns.output_spent_by.get(*n) < inputs).collect();
    let (a, b) = (spent[0], spent[spent.len() - 1]);
    let storage = (*sound).clone();
    set(&storage, file, a, low_of(columns.output_spent_by.get(b)));
    set(&storage, file, b, low_of(columns.output_spent_by.get(a)));
    let found = report(&storage);
    assert!(names(&found, "spends", file) && problems(&found).iter().all(|(step, _)| *step == "spends"));
    assert_eq!(found.step("spends").unwrap().n_problems, 4);
    assert_eq!(found.step("spends").unwrap().problems[0].row, Some(a as u64));
    let storage = (*sound).clone();
    set(&storage, high, a, [0xff]);
    let found = report(&storage);
    assert!(names(&found, "spends", file) && found.step("values").unwrap().problems[0].code == "conservation");
    // A cell above the bound reads as NONE now, but not for ever.
    let unspent = (0..columns.output_spent_by.len()).find(|n| columns.output_spent_by.get(*n) == NONE_U64).unwrap();
    let storage = (*sound).clone();
    set(&storage, file, unspent, low_of(inputs + 3));
    set(&storage, high, unspent, [0]);
    let found = report(&storage);
    assert_eq!(found.step("spends").unwrap().problems[0].code, "stray_stamp");
    storage.change("columns/output.spent_by_low", |_| ());
    coalface_core::io::Storage::write_at(&storage, "journal", 0, b"x").unwrap();
    assert!(report(&storage).is_ok(), "a commit may be under way");
}

#[test]
fn a_damaged_forest() {
    let sound = complete();
    let (parents, links) = ("columns/cluster_strict.parent", "columns/cluster_strict.link_tx");
    let columns = snapshot(&sound).unwrap().columns.clone();
    let linked: Vec<usize> =
        (0..columns.strict_parent.len()).filter(|id| columns.strict_link_tx.get(*id) != NONE_U32).collect();
    assert!(linked.len() > 5, "{linked:?}");
    let (child, parent) = (linked[0], columns.strict_parent.get(linked[0]));
    // A cycle: the parent becomes a child of its child.
    let storage = (*sound).clone();
    set(&storage, parents, parent as usize, (child as u32).to_le_bytes());
    set(&storage, links, parent as usize, columns.strict_link_tx.get(child).to_le_bytes());
    let found = report(&storage);
    assert!(names(&found, "forest", parents), "{:?}", problems(&found));
    assert!(found.step("forest").unwrap().problems.iter().any(|problem| problem.code == "forest_depth"));
    // An address that is its own parent.
    let storage = (*sound).clone();
    set(&storage, parents, child, (child as u32).to_le_bytes());
    assert!(names(&report(&storage), "forest", parents));
    // Half of a stamped pair.
    let root = (0..columns.strict_parent.len()).find(|id| columns.strict_link_tx.get(*id) == NONE_U32).unwrap();
    let storage = (*sound).clone();
    set(&storage, parents, root, 0u32.to_le_bytes());
    assert_eq!(report(&storage).step("forest").unwrap().problems[0].code, "stray_stamp");
    // A link that names another transaction, and two whose transactions are swapped.
    let storage = (*sound).clone();
    let tx = columns.strict_link_tx.get(child);
    set(&storage, links, child, (tx - 1).to_le_bytes());
    assert!(names(&report(&storage), "forest", links));
    let other = *linked.iter().find(|id| columns.strict_link_tx.get(**id) != tx).unwrap();
    let storage = (*sound).clone();
    set(&storage, links, child, columns.strict_link_tx.get(other).to_le_bytes());
    set(&storage, links, other, tx.to_le_bytes());
    assert!(report(&storage).step("forest").unwrap().n_problems >= 2);
}

#[test]
fn edited_counts() {
    let sound = complete();
    let fields = [
        "blocks",
        "txs",
        "inputs",
        "outputs",
        "externals",
        "addresses",
        "key_links",
        "op_returns",
        "p2pkh",
        "p2sh",
        "p2wpkh",
        "p2wsh",
        "p2tr",
        "scripts",
        "script_bytes",
        "op_return_bytes",
        "coinbase_bytes",
    ];
    for field in fields {
        for change in [-1i64, 1, 1 << 20, 1 << 50, i64::MAX] {
            let storage = (*sound).clone();
            let mut is_changed = true;
            edit_manifest(&storage, |manifest| {
                let mut counts = serde_json::to_value(manifest.counts).unwrap();
                let value = counts[field].as_u64().unwrap().checked_add_signed(change);
                is_changed = value.is_some();
                counts[field] = value.unwrap_or_default().into();
                manifest.counts = serde_json::from_value(counts).unwrap();
            });
            if is_changed {
                if let Ok(snapshot) = snapshot(&storage) {
                    let report = report(&storage);
                    assert!(!report.is_ok(), "{field} {change:+}: {:?}", snapshot.counts());
                }
            }
        }
    }
}

type Edit = fn(&mut Manifest);

#[test]
fn edited_manifests() {
    let sound = partial();
    let edits: [(&str, Edit); 6] = [
        ("files", |manifest| manifest.runs[0].clip.txs = u64::MAX),
        ("files", |manifest| manifest.chain.heights.extend([("zz".to_owned(), 5)])),
        ("files", |manifest| manifest.tails.extend([("no.column".to_owned(), 5)])),
        ("txid_index", |manifest| manifest.runs.retain(|run| run.kind != "txid")),
        ("address_index", |manifest| manifest.salt = "00".repeat(16)),
        ("forest", |manifest| manifest.runs.retain(|run| run.kind != "strict_child")),
    ];
    for (step, edit) in edits {
        let storage = (*sound).clone();
        edit_manifest(&storage, edit);
        let report = report(&storage);
        assert!(report.step(step).unwrap().n_problems > 0, "{step}: {:?}", problems(&report));
    }
    let storage = (*sound).clone();
    edit_manifest(&storage, |manifest| {
        let twice = manifest.runs[0].clone();
        manifest.runs.push(twice);
    });
    assert!(names(&report(&storage), "files", "manifest.json"));
    let storage = (*sound).clone();
    edit_manifest(&storage, |manifest| manifest.runs.reverse());
    assert!(problems(&report(&storage)).iter().any(|(_, problem)| problem.code == "index_order"));
}

#[test]
fn epochs() {
    let storage = (*complete()).clone();
    flip(&storage, "epoch", 0, 1);
    assert_eq!(snapshot(&storage).unwrap_err().code(), "stale_snapshot");
    storage.change("epoch", Vec::clear);
    assert!(names(&report(&storage), "files", "epoch"));
}

#[test]
fn long_lists_are_cut_but_counted() {
    let storage = (*complete()).clone();
    storage.change("columns/output.spent_by_high", |bytes| bytes.fill(0xff));
    let report = report(&storage);
    let step = report.step("spends").unwrap();
    assert_eq!(step.problems.len(), coalface_core::store::check::MAX_LISTED);
    assert!(step.n_problems > 20);
}

/// The small stores above have unfinished chunks only.
#[test]
fn every_full_chunk_has_its_checksum() {
    use coalface_core::io::Storage;
    use coalface_core::store::sums::{append, file, Sums, CHUNK_BYTES};
    let storage = MemoryStorage::default();
    let column = columns(&complete()).into_iter().find(|(column, _)| column.key() == "heap.coinbase").unwrap().0;
    let bytes: Vec<u8> = (0..3 * CHUNK_BYTES + 5).map(|n| (n * 7 % 253) as u8).collect();
    let appended = append(0, 0, &bytes);
    storage.write_at(&column.file(), 0, &bytes).unwrap();
    let full: Vec<u8> = appended.full.iter().flat_map(|sum| sum.to_le_bytes()).collect();
    storage.write_at(&file(&column), 0, &full).unwrap();
    let wrong = |storage: &MemoryStorage| -> Vec<String> {
        let sums = Sums::open(storage, &column, bytes.len() as u64, appended.tail).unwrap();
        assert_eq!(sums.len(), 4);
        (0..sums.len()).filter_map(|chunk| sums.verify_chunk(chunk).err()).map(|error| error.to_string()).collect()
    };
    assert_eq!(wrong(&storage), Vec::<String>::new());
    for chunk in 0..4 {
        let storage = storage.clone();
        flip(&storage, &column.file(), (chunk * CHUNK_BYTES) as usize + 3, 1);
        let [found] = &wrong(&storage)[..] else { panic!("one chunk") };
        assert!(found.contains(&format!("byte {}:", chunk * CHUNK_BYTES)), "{found}");
    }
    let short = storage.clone();
    short.change(&file(&column), |sums| _ = sums.pop());
    assert_eq!(Sums::open(&short, &column, bytes.len() as u64, appended.tail).unwrap_err().code(), "store_corrupt");
    flip(&storage, &file(&column), 4, 1);
    assert_eq!(wrong(&storage).len(), 1);
}
