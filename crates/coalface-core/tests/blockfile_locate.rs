//! From paths to files, keys and networks.

#![allow(clippy::unwrap_used)] // a test may panic

mod blockfile_support;

use blockfile_support::*;
use coalface_core::blockfile::{BlockFileError, FileKind, MissingFiles, Source, SourceOptions, WriterOptions};
use coalface_core::network::Network;

#[test]
fn a_data_directory_of_one_network() {
    let blocks = from_genesis(3);
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    std::fs::create_dir_all(root.join("blocks")).unwrap(); // empty: counts for nothing
    let options = WriterOptions { key: Some(key()), ..WriterOptions::default() };
    write(&root.join("regtest/blocks"), Network::Regtest, options, &blocks);
    put(root, "wallet.dat", b"never opened");
    let file = root.join("regtest/blocks/blk00000.dat");
    for path in [root, &root.join("regtest"), &root.join("regtest/blocks"), &file] {
        for source in [open(path).unwrap(), open_as(path, Network::Regtest).unwrap()] {
            assert_eq!(source.network(), Some(Network::Regtest));
            assert_eq!(found(&scan(&source).unwrap().blocks), hashes(&blocks));
        }
        assert_eq!(code(open_as(path, Network::Signet)), "source_wrong_network");
    }
    let twice = Source::open(&[root.to_path_buf(), file], &SourceOptions::default()).unwrap();
    assert_eq!(twice.files().len(), 1, "the same file counts once");
}

#[test]
fn a_data_directory_of_several_networks() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(&root.join("blocks"), Network::Mainnet, WriterOptions::default(), &[genesis(Network::Mainnet)]);
    write(&root.join("testnet3/blocks"), Network::Testnet3, WriterOptions::default(), &[genesis(Network::Testnet3)]);
    match open(root) {
        Err(error @ BlockFileError::SeveralNetworks { .. }) => {
            assert!(error.to_string().contains("mainnet, testnet3"), "{error}");
            assert!(error.hint().unwrap().contains("--network"));
        }
        other => panic!("{other:?}"),
    }
    for network in [Network::Mainnet, Network::Testnet3] {
        let source = open_as(root, network).unwrap();
        assert_eq!(scan(&source).unwrap().blocks[0].hash, network.genesis_hash());
    }
    assert_eq!(code(open_as(root, Network::Signet)), "source_several_networks");
    let both = [root.join("blocks"), root.join("testnet3/blocks")];
    match Source::open(&both, &SourceOptions::default()) {
        Err(BlockFileError::MixedNetworks { before: Network::Mainnet, found: Network::Testnet3, .. }) => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn keys_that_are_wrong() {
    let bytes = hidden(records(&from_genesis(3)));
    let folder = tempfile::tempdir().unwrap();
    let file = put(folder.path(), "blk00000.dat", &bytes);
    for path in [folder.path(), &file] {
        let error = open(path).unwrap_err();
        assert!(error.to_string().starts_with("xor.dat missing or wrong"), "{error}");
        assert!(error.to_string().contains("no key"), "{error}");
        put(folder.path(), "xor.dat", &[1; 8]);
        let error = open(path).unwrap_err();
        assert_eq!(error.code(), "source_xor_key_missing_or_wrong");
        assert!(error.to_string().contains("after decoding"), "{error}");
        for len in [0, 7, 9] {
            put(folder.path(), "xor.dat", &KEY.repeat(2)[..len]);
            match open(path) {
                Err(BlockFileError::BadKeyFile { len: found, .. }) => assert_eq!(found, len as u64),
                other => panic!("{other:?}"),
            }
        }
        std::fs::remove_file(folder.path().join("xor.dat")).unwrap();
        std::fs::create_dir(folder.path().join("xor.dat")).unwrap();
        assert_eq!(code(open(path)), "source_bad_xor_key_file");
        std::fs::remove_dir(folder.path().join("xor.dat")).unwrap();
        std::os::unix::fs::symlink("xor.dat", folder.path().join("xor.dat")).unwrap(); // cannot be read, even by root
        assert_eq!(code(open(path)), "io");
        std::fs::remove_file(folder.path().join("xor.dat")).unwrap();
        put(folder.path(), "xor.dat", &KEY);
        assert_eq!(scan(&open(path).unwrap()).unwrap().blocks.len(), 4);
        std::fs::remove_file(folder.path().join("xor.dat")).unwrap();
    }
    put(folder.path(), "blk00000.dat", &records(&from_genesis(1)));
    put(folder.path(), "xor.dat", &[0; 8]);
    assert_eq!(scan(&open(&file).unwrap()).unwrap().blocks.len(), 2, "a key of zeros hides nothing");
}

#[test]
fn missing_files_are_noted() {
    let folder = tempfile::tempdir().unwrap();
    let blocks = from_genesis(20);
    write(folder.path(), Network::Regtest, WriterOptions { key: None, max_file_bytes: 1 }, &blocks);
    for number in [0, 1, 7, 12, 13] {
        std::fs::remove_file(folder.path().join(format!("blk{number:05}.dat"))).unwrap();
    }
    put(folder.path(), "blk4000000000.dat", b"");
    let scan = scan(&open(folder.path()).unwrap()).unwrap();
    let gap = |first, last| MissingFiles { folder: folder.path().to_path_buf(), first, last };
    assert_eq!(scan.missing_files, [gap(7, 7), gap(12, 13), gap(21, 3_999_999_999)]);
    assert_eq!(scan.blocks.len(), 16);
}

#[test]
fn file_order_is_that_of_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let blocks = from_genesis(2);
    put(folder.path(), "blk100000.dat", &records(&blocks[2..]));
    put(folder.path(), "blk99999.dat", &records(&blocks[1..2]));
    put(folder.path(), "blk00000.dat", &records(&blocks[..1]));
    put(folder.path(), "rev00000.dat", b"not looked at");
    put(folder.path(), "x.blk", b"not looked at either");
    std::fs::create_dir(folder.path().join("blk00001.dat")).unwrap();
    assert_eq!(found(&scan(&open(folder.path()).unwrap()).unwrap().blocks), hashes(&blocks));
}

#[test]
fn loose_blocks() {
    let folder = tempfile::tempdir().unwrap();
    let blocks = from_genesis(3);
    for (i, block) in blocks.iter().enumerate() {
        put(folder.path(), &format!("{i}.blk"), &block.raw);
    }
    put(folder.path(), "README", b"not looked at");
    match open(folder.path()) {
        Err(error @ BlockFileError::TooEasy { network: Network::Mainnet, bits: EASY_BITS, .. }) => {
            assert!(error.hint().unwrap().contains("--network"));
        }
        other => panic!("{other:?}"),
    }
    let source = open_as(folder.path(), Network::Regtest).unwrap();
    assert!(source.files().iter().all(|file| file.kind == FileKind::Loose));
    let all = scan(&source).unwrap();
    assert_eq!(found(&all.blocks), hashes(&blocks));
    let mut raw = Vec::new();
    source.read_block(&all.blocks[2], &mut raw).unwrap();
    assert_eq!(raw, blocks[2].raw);
    let one = open_as(&folder.path().join("2.blk"), Network::Regtest).unwrap();
    assert_eq!(found(&scan(&one).unwrap().blocks), [blocks[2].hash]);

    put(folder.path(), "4.blk", &blocks[3].raw[..80]);
    assert_eq!(code(open_as(folder.path(), Network::Regtest)), "source_not_a_block");
    let options = SourceOptions { network: Some(Network::Regtest), skip_damaged: true };
    let skipped = scan(&Source::open(&[folder.path().to_path_buf()], &options).unwrap()).unwrap();
    assert_eq!((skipped.blocks.len(), skipped.damaged.len()), (4, 1));

    put(folder.path(), "blk00000.dat", &records(&blocks[..1]));
    assert_eq!(open(folder.path()).unwrap().files().len(), 1, "blk*.dat go before *.blk");
}

#[test]
fn a_mainnet_genesis_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = put(folder.path(), "any-name", &genesis(Network::Mainnet).raw);
    assert_eq!(open(&path).unwrap().network(), Some(Network::Mainnet));
}

#[test]
fn paths_without_blocks() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(code(open(folder.path())), "source_no_block_files");
    assert_eq!(code(open(&folder.path().join("none"))), "file_not_found");
    assert_eq!(code(open(std::path::Path::new("/dev/null"))), "source_no_block_files");
    let text = put(folder.path(), "text", b"hello");
    assert_eq!(code(open(&text)), "source_not_a_block");
    assert_eq!(open(&put(folder.path(), "empty", b"")).unwrap().network(), None);
    // A folder that even root cannot read.
    std::os::unix::fs::symlink("blocks", folder.path().join("blocks")).unwrap();
    assert_eq!(code(open(folder.path())), "io");
    std::fs::remove_file(folder.path().join("blocks")).unwrap();
    std::fs::create_dir(folder.path().join("blocks")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path().join("blocks/blk00000.dat")).unwrap();
    assert_eq!(code(open(folder.path())), "file_not_found");
}
