//! What the small programs share: reading block files, and the one line that each prints.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What a program found, so that its answer can be compared with what the chain is known to hold.
#[derive(Debug, Default, Clone, Copy)]
pub struct Answer {
    pub blocks: u64,
    pub txs: u64,
    pub inputs: u64,
    pub outputs: u64,
    /// Satoshi of all outputs.
    pub output_sat: u64,
    /// Satoshi of all outputs that an input spends; only of programs that link inputs to outputs.
    pub spent_sat: Option<u64>,
    /// First eight bytes of every txid, added up; only of programs that compute txids.
    pub txid_sum: Option<u64>,
}

impl Answer {
    /// Adds the first eight bytes of a txid in the order in which it was hashed.
    pub fn add_txid(&mut self, txid: &[u8]) {
        let mut first = [0; 8];
        first.copy_from_slice(&txid[..8]);
        self.txid_sum = Some(self.txid_sum.unwrap_or(0).wrapping_add(u64::from_le_bytes(first)));
    }

    /// Adds another part's answer.
    pub fn add(&mut self, other: &Answer) {
        self.blocks += other.blocks;
        self.txs += other.txs;
        self.inputs += other.inputs;
        self.outputs += other.outputs;
        self.output_sat += other.output_sat;
        self.spent_sat = sum(self.spent_sat, other.spent_sat, u64::wrapping_add);
        self.txid_sum = sum(self.txid_sum, other.txid_sum, u64::wrapping_add);
    }

    /// Prints the answer and the time since `start` as one line of JSON.
    pub fn print(&self, start: Instant) {
        let optional = |value: Option<u64>| value.map_or("null".to_owned(), |value| value.to_string());
        println!(
            "{{\"seconds\": {:.6}, \"blocks\": {}, \"txs\": {}, \"inputs\": {}, \"outputs\": {}, \"output_sat\": {}, \
             \"spent_sat\": {}, \"txid_sum\": {}}}",
            start.elapsed().as_secs_f64(),
            self.blocks,
            self.txs,
            self.inputs,
            self.outputs,
            self.output_sat,
            optional(self.spent_sat),
            optional(self.txid_sum),
        );
    }
}

fn sum(a: Option<u64>, b: Option<u64>, add: fn(u64, u64) -> u64) -> Option<u64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(add(a, b)),
        (a, b) => a.or(b),
    }
}

/// Argument number `n`, counted from 1.
pub fn argument(n: usize) -> String {
    std::env::args().nth(n).unwrap_or_else(|| panic!("argument {n} is missing"))
}

/// Block files of a folder, in order.
pub fn block_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
        if name.starts_with("blk") && name.ends_with(".dat") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// A block file's bytes, with the key of its folder taken off.
pub fn read_plain(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = fs::read(path)?;
    if let Ok(key) = fs::read(path.with_file_name("xor.dat")) {
        if let Ok(key) = <[u8; 8]>::try_from(key.as_slice()) {
            let word = u64::from_ne_bytes(key);
            let mut chunks = bytes.chunks_exact_mut(8);
            for chunk in &mut chunks {
                let mut copy = [0; 8];
                copy.copy_from_slice(chunk);
                chunk.copy_from_slice(&(u64::from_ne_bytes(copy) ^ word).to_ne_bytes());
            }
            for (byte, key) in chunks.into_remainder().iter_mut().zip(key) {
                *byte ^= key;
            }
        }
    }
    Ok(bytes)
}

/// Blocks in a block file's plain bytes, as (start, bytes); ends where no record follows.
pub fn blocks(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let magic = bytes.get(..4).unwrap_or(&[]);
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let head = rest.get(..8)?;
        if &head[..4] != magic || magic == [0; 4] {
            return None;
        }
        let size = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        let block = rest.get(8..8 + size)?;
        rest = &rest[8 + size..];
        Some(block)
    })
}
