//! Records in files: keys, tails, cuts, damage.

#![allow(clippy::unwrap_used)] // a test may panic

mod blockfile_support;

use std::ops::ControlFlow;

use blockfile_support::*;
use coalface_core::blockfile::{
    BlockFileError, BlockFileWriter, FileSpan, Tail, WriterOptions, MAX_BLOCK_BYTES, PREALLOCATION_BYTES,
};
use coalface_core::network::Network;

#[test]
fn what_a_writer_writes_a_source_reads() {
    let blocks = from_genesis(40);
    for (key, max_file_bytes) in [(None, 128 << 20), (Some(key()), 128 << 20), (Some(key()), 1000), (None, 1)] {
        for tail in [Tail::Keep, Tail::Truncate] {
            let folder = tempfile::tempdir().unwrap();
            let options = WriterOptions { key, max_file_bytes };
            let mut writer = BlockFileWriter::create(folder.path().join("blocks"), Network::Regtest, options).unwrap();
            let places: Vec<(u32, u64)> = blocks.iter().map(|block| writer.append(&block.raw).unwrap()).collect();
            writer.finish(tail).unwrap();

            let source = open(folder.path()).unwrap();
            assert_eq!(source.network(), Some(Network::Regtest));
            assert!(source.files().iter().all(|file| file.key == key));
            let last = source.files().last().unwrap();
            let last_len = std::fs::metadata(&last.path).unwrap().len();
            assert_eq!(last_len.is_multiple_of(PREALLOCATION_BYTES), tail == Tail::Keep);
            let scan = scan(&source).unwrap();
            assert_eq!(found(&scan.blocks), hashes(&blocks));
            assert!(scan.unfinished.is_empty() && scan.bad_pow.is_empty() && scan.missing_files.is_empty());
            let mut raw = Vec::new();
            for ((found, block), place) in scan.blocks.iter().zip(&blocks).zip(places) {
                assert_eq!((found.file, found.offset), place);
                assert_eq!((found.header, found.len as usize), (block.header, block.raw.len()));
                source.read_block(found, &mut raw).unwrap();
                assert_eq!(raw, block.raw);
            }
            let heights: Vec<_> = scan.blocks.iter().map(|block| block.coinbase_height).collect();
            assert_eq!(heights[0], Some(0x1d00_ffff)); // early coinbases start with `bits`; their version is 1
            assert_eq!(heights[1..], (1..41).map(Some).collect::<Vec<_>>());
        }
    }
}

#[test]
fn a_record_may_be_cut_anywhere() {
    let blocks = from_genesis(3);
    let whole = records(&blocks);
    let last = whole.len() - record(Network::Regtest, &blocks[3]).len();
    for cut in last..=whole.len() {
        for zeros in [0, 100_000] {
            let mut bytes = whole[..cut].to_vec();
            bytes.resize(cut + zeros, 0);
            let scan = scan_bytes(&bytes, false).unwrap();
            // With zeros behind it a record whose length was written is whole by its frame: a merkle root tells.
            let (is_framed, is_whole) = (cut > last + 4, cut == whole.len());
            if zeros == 0 || !is_framed || is_whole {
                assert_eq!(scan.blocks.len(), if is_whole { 4 } else { 3 }, "{cut} {zeros}");
                let unfinished = FileSpan { file: 0, start: last as u64, end: bytes.len() as u64 };
                let expected = if is_whole || cut == last { vec![] } else { vec![unfinished] };
                assert_eq!(scan.unfinished, expected, "{cut} {zeros}");
            }
        }
    }
}

#[test]
fn empty_files_are_empty() {
    for bytes in [vec![], vec![0; 3], vec![0; 8], vec![0; 1 << 20]] {
        assert!(scan_bytes(&bytes, false).unwrap().blocks.is_empty());
    }
}

#[test]
fn a_tail_that_is_not_all_zero_is_damage() {
    let mut bytes = hidden(records(&from_genesis(2)));
    let end = bytes.len() as u64;
    bytes.resize(bytes.len() + 300_000, 0);
    *bytes.last_mut().unwrap() = 1;
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "xor.dat", &KEY);
    put(folder.path(), "blk00000.dat", &bytes);
    match scan(&open(folder.path()).unwrap()) {
        Err(BlockFileError::BadMagic { offset, found, .. }) => {
            assert_eq!(offset, end);
            let phase = (end % 8) as usize;
            let mut key = KEY;
            key.rotate_left(phase);
            assert_eq!(found, key, "decoded zeros are the key, in its phase");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_flipped_magic_is_damage_and_can_be_skipped() {
    let blocks = from_genesis(6);
    let mut bytes = records(&blocks);
    let start = records(&blocks[..3]).len();
    let next = records(&blocks[..4]).len();
    bytes[start + 1] ^= 0x10;
    let error = scan_bytes(&bytes, false).unwrap_err();
    assert_eq!(error.code(), "source_block_file_damaged");
    let text = error.to_string();
    assert!(text.contains(&format!("at byte {start}")) && text.contains("faaf") && text.contains("fabfb5da"), "{text}");
    assert!(error.hint().unwrap().contains("--skip-damaged"));

    let scan = scan_bytes(&bytes, true).unwrap();
    assert_eq!(scan.damaged, [FileSpan { file: 0, start: start as u64, end: next as u64 }]);
    let mut expected = hashes(&blocks);
    expected.remove(3);
    assert_eq!(found(&scan.blocks), expected);
}

#[test]
fn absurd_lengths_are_damage() {
    let blocks = from_genesis(6);
    let start = records(&blocks[..3]).len();
    for len in [0, 1, 80, MAX_BLOCK_BYTES + 1, u32::MAX] {
        let mut bytes = records(&blocks);
        bytes[start + 4..start + 8].copy_from_slice(&len.to_le_bytes());
        match scan_bytes(&bytes, false) {
            Err(BlockFileError::BadLength { offset, found, .. }) => {
                assert_eq!((offset, found), (start as u64 + 4, len));
            }
            other => panic!("{other:?}"),
        }
        let scan = scan_bytes(&bytes, true).unwrap();
        assert_eq!(scan.blocks.len(), 6);
        assert_eq!(scan.damaged.len(), 1);
    }
}

#[test]
fn resynchronising_is_not_fooled_by_a_bare_magic() {
    let blocks = from_genesis(4);
    let magic = Network::Regtest.magic();
    let mut bytes = records(&blocks[..2]);
    let start = bytes.len() as u64;
    bytes.extend([1, 2, 3]);
    for _ in 0..200_000 {
        bytes.extend(magic);
        bytes.extend(200u32.to_le_bytes()); // a possible length, but no header follows
    }
    let end = bytes.len() as u64;
    bytes.extend(records(&blocks[2..]));
    let scan = scan_bytes(&bytes, true).unwrap();
    assert_eq!(found(&scan.blocks), hashes(&blocks));
    assert_eq!(scan.damaged, [FileSpan { file: 0, start, end }]);
    let cut = scan_bytes(&bytes[..end as usize], true).unwrap();
    assert_eq!(cut.damaged, [FileSpan { file: 0, start, end }]);
}

#[test]
fn damage_between_all_records_can_be_skipped() {
    let genesis = genesis(Network::Regtest);
    let mut bytes = Vec::new();
    for i in 0..50_000u32 {
        bytes.extend(record(Network::Regtest, &genesis));
        bytes.extend(if i % 2 == 0 { [0; 9] } else { [7; 9] });
    }
    let scan = scan_bytes(&bytes, true).unwrap();
    assert_eq!((scan.blocks.len(), scan.damaged.len()), (50_000, 50_000));
}

#[test]
fn flipped_bytes_never_panic() {
    let blocks = from_genesis(2);
    let whole = records(&blocks);
    for at in 0..whole.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] ^= flip;
            for skip_damaged in [false, true] {
                if let Ok(scan) = scan_bytes(&bytes, skip_damaged) {
                    assert!(scan.blocks.len() <= 3);
                }
            }
        }
    }
}

#[test]
fn a_header_without_work_is_noted_and_left_out() {
    let mut blocks = from_genesis(3);
    loop {
        let header = &mut blocks[2].header;
        header.nonce += 1;
        let bytes = header.serialize();
        blocks[2].hash = coalface_core::blockfile::Header::hash(&bytes);
        blocks[2].raw[..80].copy_from_slice(&bytes);
        if !coalface_core::blockfile::meets_target(blocks[2].hash, EASY_BITS, EASY_BITS) {
            break;
        }
    }
    let scan = scan_bytes(&records(&blocks), false).unwrap();
    assert_eq!(scan.blocks.len(), 3);
    let bad = scan.bad_pow[0];
    assert_eq!((scan.bad_pow.len(), bad.hash, bad.bits), (1, blocks[2].hash, EASY_BITS));
    assert_eq!(bad.offset, records(&blocks[..2]).len() as u64 + 8);
}

#[test]
fn another_network_within_a_file_is_refused() {
    let mut bytes = records(&from_genesis(2));
    let offset = bytes.len() as u64;
    bytes.extend(record(Network::Testnet3, &genesis(Network::Testnet3)));
    for skip_damaged in [false, true] {
        match scan_bytes(&bytes, skip_damaged) {
            Err(BlockFileError::MixedNetworks { offset: at, found: Network::Testnet3, .. }) => assert_eq!(at, offset),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_scan_does_not_depend_on_threads_and_can_be_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let blocks = from_genesis(200);
    write(folder.path(), Network::Regtest, WriterOptions { key: Some(key()), max_file_bytes: 2000 }, &blocks);
    let source = open(folder.path()).unwrap();
    for threads in [1, 2, 4] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let scan = pool.install(|| scan(&source)).unwrap();
        assert_eq!(found(&scan.blocks), hashes(&blocks));
    }
    let stopped =
        source.scan(&|now| if now.files_done > 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) });
    assert!(matches!(stopped, Err(BlockFileError::Cancelled)));
    let seen = std::sync::Mutex::new(Vec::new());
    let note = |now: coalface_core::blockfile::ScanProgress| {
        seen.lock().unwrap().push((now.n_records, now.files_done));
        ControlFlow::Continue(())
    };
    source.scan(&note).unwrap();
    let n_files = source.files().len();
    assert_eq!(seen.lock().unwrap().iter().max(), Some(&(201, n_files)));
}

#[test]
fn the_error_of_the_first_file_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let blocks = from_genesis(30);
    write(folder.path(), Network::Regtest, WriterOptions { key: None, max_file_bytes: 500 }, &blocks);
    for number in [9, 4, 7] {
        let path = folder.path().join(format!("blk{number:05}.dat"));
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[0] ^= 1;
        std::fs::write(&path, bytes).unwrap();
    }
    for _ in 0..20 {
        match scan(&open(folder.path()).unwrap()) {
            Err(BlockFileError::BadMagic { path, .. }) => assert!(path.ends_with("blk00004.dat")),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_changed_file_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let blocks = from_genesis(3);
    let path = put(folder.path(), "blk00000.dat", &records(&blocks));
    let source = open(&path).unwrap();
    let scan = scan(&source).unwrap();
    let mut raw = Vec::new();
    let mut foreign = scan.blocks[1].clone();
    foreign.file = 1;
    assert_eq!(code(source.read_block(&foreign, &mut raw)), "source_foreign_block");
    foreign.file = 0;
    foreign.len = u32::MAX;
    assert_eq!(code(source.read_block(&foreign, &mut raw)), "source_foreign_block");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[scan.blocks[1].offset as usize] ^= 1;
    bytes.truncate(scan.blocks[2].offset as usize + 50);
    std::fs::write(&path, bytes).unwrap();
    assert!(source.read_block(&scan.blocks[0], &mut raw).is_ok());
    assert_eq!(code(source.read_block(&scan.blocks[1], &mut raw)), "source_block_file_changed");
    assert_eq!(code(source.read_block(&scan.blocks[2], &mut raw)), "source_block_file_changed");
}

#[test]
fn a_writer_refuses_what_no_file_holds() {
    let folder = tempfile::tempdir().unwrap();
    let create = || BlockFileWriter::create(folder.path().into(), Network::Regtest, WriterOptions::default());
    let mut writer = create().unwrap();
    assert_eq!(code(writer.append(&[0; 80])), "source_unwritable_block");
    assert_eq!(code(writer.append(&vec![0; MAX_BLOCK_BYTES as usize + 1])), "source_unwritable_block");
    assert_eq!(code(create()), "io"); // it never writes over files
}
