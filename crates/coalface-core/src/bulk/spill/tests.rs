use std::collections::BTreeMap;
use std::path::PathBuf;

use super::*;
use crate::io::replay::ReplayStorage;
use crate::io::FolderStorage;

type Row = [u32; 3];

fn rows(n: u32) -> impl Iterator<Item = (usize, Row)> {
    (0..n).map(|n| {
        let mixed = n.wrapping_mul(2_654_435_761);
        ((mixed >> 29) as usize, [n, mixed, mixed ^ n])
    })
}

fn spilled(storage: &dyn Storage, n: u32, budget: usize) -> Spill {
    let mut writer = SpillWriter::create(storage, "rows", 8, budget).unwrap();
    for (partition, row) in rows(n) {
        writer.push(partition, &row).unwrap();
    }
    writer.finish().unwrap()
}

#[test]
fn comes_back_in_order_at_any_budget() {
    let mut expected: BTreeMap<usize, Vec<Row>> = BTreeMap::new();
    rows(9_000).for_each(|(partition, row)| expected.entry(partition).or_default().push(row));
    for budget in [0, 40_000, 77_777, 1 << 20, usize::MAX] {
        let storage = ReplayStorage::new(Default::default());
        let spill = spilled(&storage, 9_000, budget);
        assert_eq!(spill.records(), 9_000);
        for partition in 0..8 {
            let found = spill.load::<Row>(&storage, partition).unwrap();
            assert_eq!(found, expected[&partition]);
            assert_eq!(spill.partitions()[partition].records, found.len() as u64);
        }
        assert!(spill.load::<Row>(&storage, 8).unwrap().is_empty(), "no such partition");
        let text = serde_json::to_string(&spill).unwrap();
        assert_eq!(serde_json::from_str::<Spill>(&text).unwrap(), spill);
        spill.sync(&storage).unwrap();
        spill.remove(&storage).unwrap();
        assert!(storage.list(FOLDER).unwrap().is_empty());
    }
}

#[test]
fn threads_may_append() {
    let folder = tempfile::tempdir().unwrap();
    let storage = FolderStorage::new(PathBuf::from(folder.path()));
    let writer = SpillWriter::create(&storage, "shared", 3, 0).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4u64 {
            let writer = &writer;
            scope.spawn(move || {
                for n in 0..200u64 {
                    let records: Vec<u64> = (0..n).map(|at| thread << 32 | n << 16 | at).collect();
                    writer.append((n % 3) as usize, &records).unwrap();
                }
            });
        }
    });
    let spill = writer.finish().unwrap();
    let mut all: Vec<u64> = (0..3).flat_map(|part| spill.load::<u64>(&storage, part).unwrap()).collect();
    all.sort_unstable();
    assert_eq!(all.len(), 4 * 199 * 100);
    all.dedup();
    assert_eq!(all.len(), 4 * 199 * 100, "each once");
}

#[test]
fn records_of_varying_length_are_never_split() {
    let storage = ReplayStorage::new(Default::default());
    let mut writer = SpillWriter::create(&storage, "long", 1, 0).unwrap();
    let tails: Vec<Vec<u8>> = (0..300usize).map(|n| vec![n as u8; if n == 7 { 100_000 } else { n * 11 }]).collect();
    for tail in &tails {
        writer.push_with_tail(0, &(tail.len() as u32), tail).unwrap();
    }
    let too_long = writer.push_with_tail(0, &0u32, &vec![0; MAX_CHUNK_BYTES]).unwrap_err();
    assert_eq!(too_long.code(), "limit_store_rows");
    let spill = writer.finish().unwrap();
    let mut reader = spill.reader(&storage, 0);
    let mut found = Vec::new();
    while let Some(mut bytes) = reader.next_chunk().unwrap() {
        while let Some((head, rest)) = bytes.split_first_chunk::<4>() {
            let (tail, rest) = rest.split_at(u32::from_le_bytes(*head) as usize);
            found.push(tail.to_vec());
            bytes = rest;
        }
    }
    assert_eq!(found, tails);
    assert_eq!(spill.load::<[u8; 13]>(&storage, 0).unwrap_err().code(), "store_corrupt", "other records");
}

#[test]
fn every_damaged_byte_is_found() {
    let storage = ReplayStorage::new(Default::default());
    let spill = spilled(&storage, 3_000, 0);
    let file = spill.file(2);
    let whole = storage.read(&file).unwrap().unwrap();
    assert!(whole.len() > MIN_BUFFER_BYTES, "more than one chunk");
    let load = || spill.load::<Row>(&storage, 2);
    for at in (0..whole.len()).step_by(37).chain(0..20).chain(whole.len() - 3..whole.len()) {
        storage.write_at(&file, at as u64, &[whole[at] ^ 0x40]).unwrap();
        let error = load().unwrap_err();
        assert_eq!(error.code(), "store_corrupt", "byte {at}");
        assert!(error.to_string().contains(&file));
        storage.write_at(&file, at as u64, &whole[at..=at]).unwrap();
    }
    assert!(load().is_ok());
    for length in [0, 5, 16, 100, whole.len() - 1] {
        storage.remove(&file).unwrap();
        storage.write_at(&file, 0, &whole[..length]).unwrap();
        assert_eq!(load().unwrap_err().code(), "store_corrupt", "cut to {length}");
    }
    storage.remove(&file).unwrap();
    assert_eq!(load().unwrap_err().code(), "store_corrupt", "gone");
    // Another partition's file is no substitute.
    let other = storage.read(&spill.file(3)).unwrap().unwrap();
    storage.write_at(&file, 0, &other).unwrap();
    assert_eq!(load().unwrap_err().code(), "store_corrupt");
}

#[test]
fn a_new_spill_forgets_the_old_one() {
    let storage = ReplayStorage::new(Default::default());
    spilled(&storage, 3_000, 0);
    let spill = SpillWriter::create(&storage, "rows", 2, 0).unwrap().finish().unwrap();
    assert!(storage.list(FOLDER).unwrap().is_empty());
    assert_eq!((spill.records(), spill.bytes()), (0, 0));
    spill.sync(&storage).unwrap();
    assert!(SpillWriter::create(&storage, "rows", MAX_PARTITIONS + 1, 0).is_err());
    spilled(&storage, 10, 0);
    remove_all(&storage).unwrap();
    assert!(storage.list(FOLDER).unwrap().is_empty());
}
