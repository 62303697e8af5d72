//! A slow, plain reader of block files, written from the formats and not from the writer.

#![allow(dead_code, reason = "each test that reads blocks uses a part of this")]

use std::path::Path;

use coalface_core::hash::sha256d;

/// txid and vout.
pub type Outpoint = ([u8; 32], u32);

pub struct Input {
    pub outpoint: Outpoint,
    pub script_sig: Vec<u8>,
    pub witness: Vec<Vec<u8>>,
}

pub struct Output {
    pub value_sat: u64,
    pub script: Vec<u8>,
}

pub struct Tx {
    pub txid: [u8; 32],
    pub wtxid: [u8; 32],
    pub inputs: Vec<Input>,
    pub outputs: Vec<Output>,
    pub locktime: u32,
    pub n_bytes: usize,
    pub n_stripped: usize,
}

pub struct Block {
    pub header: [u8; 80],
    pub txs: Vec<Tx>,
    pub weight_wu: usize,
}

impl Block {
    pub fn hash(&self) -> [u8; 32] {
        sha256d(&self.header)
    }

    pub fn word(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.header[at..at + 4].try_into().expect("four bytes"))
    }
}

struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, n: usize) -> &'a [u8] {
        let (head, rest) = self.0.split_at(n);
        self.0 = rest;
        head
    }

    fn number(&mut self, n: usize) -> u64 {
        self.take(n).iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    fn compact(&mut self) -> usize {
        let (number, least) = match self.number(1) {
            0xfd => (self.number(2), 0xfd),
            0xfe => (self.number(4), 0x1_0000),
            0xff => (self.number(8), 0x1_0000_0000),
            small => (small, 0),
        };
        assert!(number >= least, "not the shortest form");
        number as usize
    }

    fn bytes(&mut self) -> Vec<u8> {
        let n = self.compact();
        self.take(n).to_vec()
    }

    fn tx(&mut self) -> Tx {
        let whole = self.0;
        let version = self.take(4);
        let segwit = self.0[0] == 0;
        if segwit {
            assert_eq!(self.take(2), [0, 1]);
        }
        let body = self.0;
        let n_inputs = self.compact();
        let mut inputs: Vec<Input> = (0..n_inputs)
            .map(|_| {
                let txid = self.take(32).try_into().expect("32 bytes");
                let outpoint = (txid, self.number(4) as u32);
                let script_sig = self.bytes();
                self.take(4);
                Input { outpoint, script_sig, witness: Vec::new() }
            })
            .collect();
        let n_outputs = self.compact();
        let outputs = (0..n_outputs).map(|_| Output { value_sat: self.number(8), script: self.bytes() }).collect();
        let body = &body[..body.len() - self.0.len()];
        if segwit {
            for input in &mut inputs {
                input.witness = (0..self.compact()).map(|_| self.bytes()).collect();
            }
            assert!(inputs.iter().any(|input| !input.witness.is_empty()), "marker without a witness");
        }
        let locktime = self.take(4);
        let whole = &whole[..whole.len() - self.0.len()];
        let stripped = [version, body, locktime].concat();
        Tx {
            txid: sha256d(&stripped),
            wtxid: sha256d(whole),
            inputs,
            outputs,
            locktime: u32::from_le_bytes(locktime.try_into().expect("four bytes")),
            n_bytes: whole.len(),
            n_stripped: stripped.len(),
        }
    }

    fn block(&mut self) -> Block {
        let header = self.take(80).try_into().expect("80 bytes");
        let before = self.0.len();
        let n = self.compact();
        let base = 80 + before - self.0.len();
        let txs: Vec<Tx> = (0..n).map(|_| self.tx()).collect();
        assert!(self.0.is_empty(), "bytes after the last transaction");
        let weight_wu = 4 * base + txs.iter().map(|tx| 3 * tx.n_stripped + tx.n_bytes).sum::<usize>();
        Block { header, txs, weight_wu }
    }
}

/// Merkle root the textbook way.
pub fn merkle_root(mut level: Vec<[u8; 32]>) -> [u8; 32] {
    while level.len() > 1 {
        level = level.chunks(2).map(|pair| sha256d(&[pair[0], pair[pair.len() - 1]].concat())).collect();
    }
    level[0]
}

/// Raw bytes of each `blkNNNNN.dat`, obfuscated as they are.
pub fn files(folder: &Path) -> Vec<Vec<u8>> {
    (0..)
        .map_while(|n| match std::fs::read(folder.join(format!("blk{n:05}.dat"))) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => panic!("{error}"),
        })
        .collect()
}

/// All blocks in the order of the files, and the number of bytes after the last record of the last file.
pub fn blocks(folder: &Path) -> (Vec<Block>, usize) {
    let key = std::fs::read(folder.join("xor.dat")).unwrap_or_else(|_| vec![0; 8]);
    assert_eq!(key.len(), 8);
    let (mut blocks, mut tail) = (Vec::new(), 0);
    for raw in files(folder) {
        assert_eq!(tail, 0, "only the last file may have a tail");
        let plain: Vec<u8> = raw.iter().enumerate().map(|(at, byte)| byte ^ key[at % 8]).collect();
        let mut cursor = Cursor(&plain);
        while !cursor.0.is_empty() && cursor.0[..4] == [0xfa, 0xbf, 0xb5, 0xda] {
            cursor.take(4);
            let n = cursor.number(4) as usize;
            blocks.push(Cursor(cursor.take(n)).block());
        }
        tail = cursor.0.len();
        assert!(raw[raw.len() - tail..].iter().all(|byte| *byte == 0), "a tail is raw zeros");
    }
    (blocks, tail)
}
