//! Small regtest chains, mined on the spot, and folders to write them to.

#![allow(dead_code, clippy::unwrap_used)] // every test file uses its own part; a test may panic

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use coalface_core::blockfile::{
    meets_target, BlockFileError, BlockFileWriter, BlockRef, Header, Scan, Source, SourceOptions, Tail, WriterOptions,
    XorKey,
};
use coalface_core::hash::{from_hex, sha256d, Hash32};
use coalface_core::network::Network;

pub const EASY_BITS: u32 = 0x207f_ffff;
pub const KEY: [u8; 8] = [0x9f, 0x01, 0x77, 0xee, 0x10, 0x00, 0xc4, 0x5b];

/// A serialized block with its header and hash.
#[derive(Clone)]
pub struct TestBlock {
    pub raw: Vec<u8>,
    pub header: Header,
    pub hash: Hash32,
}

/// Serialized genesis block: its only tx is the same on all networks (Bitcoin Core `CreateGenesisBlock`).
pub fn genesis(network: Network) -> TestBlock {
    let (time_unix, bits, nonce) = match network {
        Network::Mainnet => (1_231_006_505, 0x1d00_ffff, 2_083_236_893),
        Network::Testnet3 => (1_296_688_602, 0x1d00_ffff, 414_098_458),
        Network::Regtest => (1_296_688_602, EASY_BITS, 2),
        other => panic!("{} has no genesis block here", other.name()),
    };
    let tx = from_hex(concat!(
        "01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff001d010445",
        "5468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e",
        "64206261696c6f757420666f722062616e6b73ffffffff0100f2052a01000000434104678afdb0fe5548271967f1a67130b7",
        "105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac",
        "00000000"
    ))
    .unwrap();
    let merkle_root = Hash32(sha256d(&tx));
    let header = Header { version: 1, prev: Hash32::default(), merkle_root, time_unix, bits, nonce };
    let block = assemble(header, &tx);
    assert_eq!(block.hash, network.genesis_hash());
    block
}

/// How to mine one block.
#[derive(Clone, Copy)]
pub struct Recipe {
    pub version: i32,
    pub height: Option<u32>,
    pub time_unix: u32,
    pub bits: u32,
    pub salt: u8,
}

impl Default for Recipe {
    fn default() -> Self {
        Recipe { version: 0x2000_0000, height: None, time_unix: 1_700_000_000, bits: EASY_BITS, salt: 0 }
    }
}

/// Mines a block of one coinbase tx on `prev`.
pub fn mine(prev: Hash32, recipe: Recipe) -> TestBlock {
    let mut script = match recipe.height {
        None => vec![],
        Some(height @ 1..=16) => vec![0x50 + height as u8],
        Some(height) => {
            let mut number = height.to_le_bytes().to_vec();
            while number.last() == Some(&0) {
                number.pop();
            }
            if number.last().is_some_and(|last| last & 0x80 != 0) {
                number.push(0);
            }
            number.insert(0, number.len() as u8);
            number
        }
    };
    script.extend([0x00, 1, recipe.salt]);
    let mut tx = vec![2, 0, 0, 0, 1];
    tx.extend([0; 32]);
    tx.extend([0xff; 4]);
    tx.push(script.len() as u8);
    tx.extend(&script);
    tx.extend([0xff; 4]);
    tx.push(1);
    tx.extend(5_000_000_000u64.to_le_bytes());
    tx.extend([1, 0x6a]); // OP_RETURN
    tx.extend([0; 4]);
    let merkle_root = Hash32(sha256d(&tx));
    let Recipe { version, time_unix, bits, .. } = recipe;
    let mut header = Header { version, prev, merkle_root, time_unix, bits, nonce: 0 };
    while !meets_target(Header::hash(&header.serialize()), bits, EASY_BITS) {
        header.nonce += 1;
    }
    assemble(header, &tx)
}

/// Mines `n` blocks on `prev`, ten minutes apart; the first says that it has height `first_height`.
pub fn chain(prev: &TestBlock, first_height: u32, n: u32, salt: u8) -> Vec<TestBlock> {
    let mut blocks: Vec<TestBlock> = Vec::new();
    for i in 0..n {
        let parent = blocks.last().unwrap_or(prev);
        let time_unix = parent.header.time_unix + 600;
        blocks.push(mine(parent.hash, Recipe { height: Some(first_height + i), time_unix, salt, ..Recipe::default() }));
    }
    blocks
}

/// The regtest genesis block and `n` blocks on it.
pub fn from_genesis(n: u32) -> Vec<TestBlock> {
    let genesis = genesis(Network::Regtest);
    let mut blocks = vec![genesis.clone()];
    blocks.extend(chain(&genesis, 1, n, 0));
    blocks
}

fn assemble(header: Header, tx: &[u8]) -> TestBlock {
    let bytes = header.serialize();
    let mut raw = bytes.to_vec();
    raw.push(1);
    raw.extend(tx);
    TestBlock { raw, header, hash: Header::hash(&bytes) }
}

/// Magic, length and block.
pub fn record(network: Network, block: &TestBlock) -> Vec<u8> {
    let mut bytes = network.magic().to_vec();
    bytes.extend((block.raw.len() as u32).to_le_bytes());
    bytes.extend(&block.raw);
    bytes
}

/// Records of regtest blocks.
pub fn records(blocks: &[TestBlock]) -> Vec<u8> {
    blocks.iter().flat_map(|block| record(Network::Regtest, block)).collect()
}

pub fn key() -> XorKey {
    XorKey::new(KEY).unwrap()
}

/// `plain` as it lies on disk.
pub fn hidden(mut plain: Vec<u8>) -> Vec<u8> {
    key().apply(0, &mut plain);
    plain
}

/// Writes `blocks` as a node would.
pub fn write(folder: &Path, network: Network, options: WriterOptions, blocks: &[TestBlock]) {
    let mut writer = BlockFileWriter::create(folder.to_path_buf(), network, options).unwrap();
    for block in blocks {
        writer.append(&block.raw).unwrap();
    }
    writer.finish(Tail::Keep).unwrap();
}

pub fn open(path: &Path) -> Result<Source, BlockFileError> {
    Source::open(&[path.to_path_buf()], &SourceOptions::default())
}

pub fn open_as(path: &Path, network: Network) -> Result<Source, BlockFileError> {
    Source::open(&[path.to_path_buf()], &SourceOptions { network: Some(network), skip_damaged: false })
}

pub fn scan(source: &Source) -> Result<Scan, BlockFileError> {
    source.scan(&|_| ControlFlow::Continue(()))
}

/// The scan of one block file with these bytes, with or without skipping damage.
pub fn scan_bytes(bytes: &[u8], skip_damaged: bool) -> Result<Scan, BlockFileError> {
    let folder = tempfile::tempdir().unwrap();
    let path = put(folder.path(), "blk00000.dat", bytes);
    let source = Source::open(&[path], &SourceOptions { network: None, skip_damaged })?;
    scan(&source)
}

pub fn put(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, bytes).unwrap();
    path
}

pub fn hashes(blocks: &[TestBlock]) -> Vec<Hash32> {
    blocks.iter().map(|block| block.hash).collect()
}

pub fn found(blocks: &[BlockRef]) -> Vec<Hash32> {
    blocks.iter().map(|block| block.hash).collect()
}

pub fn code<T>(result: Result<T, BlockFileError>) -> &'static str {
    result.map(|_| ()).expect_err("an error").code()
}
