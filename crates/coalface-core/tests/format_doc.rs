//! `docs/format.md` lists every column, count, group and run kind as the code has them.

#![allow(clippy::unwrap_used)] // a test may panic

use std::collections::BTreeSet;

use coalface_core::hash::Hash32;
use coalface_core::script::{AddressKey, Kind};
use coalface_core::store::key::Salt;
use coalface_core::store::layout::{all_columns, Counts, FORMAT, GROUPS};
use coalface_core::store::manifest::Manifest;
use coalface_core::store::run::RunKind;

fn text() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/format.md")).unwrap()
}

/// Cells of the rows of the table whose head starts with these cells.
fn table(text: &str, head: &str) -> Vec<Vec<String>> {
    let start = text.find(head).unwrap_or_else(|| panic!("no table `{head}`"));
    let rows = text[start..].lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

#[test]
fn columns() {
    let mut documented = BTreeSet::new();
    for row in table(&text(), "| group | column | type |") {
        assert_eq!(row.len(), 7, "{row:?}");
        let width: usize = row[3].parse().unwrap();
        let of_type = match row[2].as_str() {
            "u8" => 1,
            "u16" => 2,
            "u32" => 4,
            "u64" | "i64" => 8,
            "hash" => 32,
            "bytes" => width,
            other => panic!("type {other}"),
        };
        assert_eq!(width, of_type, "{row:?}");
        let inserted = documented.insert((format!("{}.{}", row[0], row[1]), width, row[4] == "S"));
        assert!(inserted, "{row:?} is there twice");
    }
    let all = all_columns(&Counts::default());
    let existing = all.into_iter().map(|(column, _)| (column.key(), column.width, column.stamped)).collect();
    assert_eq!(documented, existing);
}

/// The order of columns is part of the digests.
#[test]
fn columns_in_order() {
    let documented: Vec<String> =
        table(&text(), "| group | column | type |").iter().map(|row| format!("{}.{}", row[0], row[1])).collect();
    let existing: Vec<String> = all_columns(&Counts::default()).iter().map(|(column, _)| column.key()).collect();
    assert_eq!(documented, existing);
}

/// Every column has as many rows as the table says.
#[test]
fn row_counts() {
    let names: Vec<String> =
        serde_json::to_value(Counts::default()).unwrap().as_object().unwrap().keys().cloned().collect();
    for row in table(&text(), "| group | column | type |") {
        let name = row[5].trim_start_matches('⌈').trim_end_matches(" / 64⌉").trim_end_matches(" / 256⌉");
        assert!(names.iter().any(|other| other == name), "{row:?}");
        let mut counts = serde_json::to_value(Counts::default()).unwrap();
        counts[name] = 130.into();
        let counts: Counts = serde_json::from_value(counts).unwrap();
        let key = format!("{}.{}", row[0], row[1]);
        let rows = all_columns(&counts).into_iter().find(|(column, _)| column.key() == key).unwrap().1;
        let per_row = if row[5].ends_with(" / 64⌉") {
            64
        } else if name == row[5] {
            1
        } else {
            256
        };
        assert_eq!(rows, 130u64.div_ceil(per_row), "{row:?}");
    }
}

#[test]
fn counts() {
    let documented: BTreeSet<String> = table(&text(), "| count | rows |")
        .iter()
        .flat_map(|row| row[0].split(", ").map(|name| name.trim_matches('`').to_owned()).collect::<Vec<_>>())
        .collect();
    let counts = serde_json::to_value(Counts::default()).unwrap();
    assert_eq!(documented, counts.as_object().unwrap().keys().cloned().collect());
}

#[test]
fn run_kinds() {
    let documented: Vec<(String, String)> =
        table(&text(), "| kind | number | key |").into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    let existing: Vec<(String, String)> =
        RunKind::ALL.iter().map(|kind| (kind.name().to_owned(), (*kind as u64).to_string())).collect();
    assert_eq!(documented, existing);
}

#[test]
fn script_kinds() {
    let documented: Vec<(String, String)> =
        table(&text(), "| number | kind | payload").into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    let existing: Vec<(String, String)> =
        Kind::ALL.iter().map(|kind| ((*kind as u8).to_string(), kind.name().to_owned())).collect();
    assert_eq!(documented, existing);
}

#[test]
fn the_example_is_a_manifest() {
    let text = text();
    let start = text.find("```json").unwrap() + 7;
    let example = &text[start..start + text[start..].find("```").unwrap()];
    let manifest: Manifest = serde_json::from_str(example).unwrap();
    assert_eq!(manifest.format, FORMAT);
    let groups = GROUPS.iter().map(|(name, version)| ((*name).to_owned(), *version)).collect();
    assert_eq!(manifest.groups, groups);
    let fields: BTreeSet<String> = table(&text, "| field | meaning |").into_iter().map(|row| row[0].clone()).collect();
    let manifest = serde_json::to_value(manifest).unwrap();
    let existing = manifest.as_object().unwrap().keys().map(|name| format!("`{name}`")).collect();
    assert_eq!(fields, existing);
}

/// "SipHash-1-3 over one byte with the kind of the address followed by its key bytes", written out.
fn sip_1_3(key: [u8; 16], bytes: &[u8]) -> u64 {
    let word = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().unwrap());
    let (k0, k1) = (word(&key[..8]), word(&key[8..]));
    let mut v = [
        k0 ^ 0x736f_6d65_7073_6575,
        k1 ^ 0x646f_7261_6e64_6f6d,
        k0 ^ 0x6c79_6765_6e65_7261,
        k1 ^ 0x7465_6462_7974_6573,
    ];
    let round = |v: &mut [u64; 4]| {
        v[0] = v[0].wrapping_add(v[1]);
        v[1] = v[1].rotate_left(13) ^ v[0];
        v[0] = v[0].rotate_left(32);
        v[2] = v[2].wrapping_add(v[3]);
        v[3] = v[3].rotate_left(16) ^ v[2];
        v[0] = v[0].wrapping_add(v[3]);
        v[3] = v[3].rotate_left(21) ^ v[0];
        v[2] = v[2].wrapping_add(v[1]);
        v[1] = v[1].rotate_left(17) ^ v[2];
        v[2] = v[2].rotate_left(32);
    };
    let mut padded = bytes.to_vec();
    padded.resize(bytes.len() / 8 * 8 + 7, 0);
    padded.push(bytes.len() as u8);
    for chunk in padded.chunks_exact(8) {
        v[3] ^= word(chunk);
        round(&mut v);
        v[0] ^= word(chunk);
    }
    v[2] ^= 0xff;
    (0..3).for_each(|_| round(&mut v));
    v[0] ^ v[1] ^ v[2] ^ v[3]
}

#[test]
fn salted_keys() {
    let salt: [u8; 16] = std::array::from_fn(|n| n as u8 * 11);
    let txid: [u8; 32] = std::array::from_fn(|n| n as u8 * 7);
    assert_eq!(Salt(salt).txid(&Hash32(txid)), sip_1_3(salt, &txid));
    for (kind, payload) in [(Kind::P2pkh, &txid[..20]), (Kind::P2tr, &txid[..]), (Kind::Anchor, &[])] {
        let bytes = [&[kind as u8][..], payload].concat();
        assert_eq!(Salt(salt).address(&AddressKey::of(kind, payload)), sip_1_3(salt, &bytes), "{}", kind.name());
    }
}
