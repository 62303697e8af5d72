//! Transactions and their serialization, written anew from BIP-0144 so that the engine's parser has a second opinion.

use coalface_core::hash::{sha256d, Hash32};

#[derive(Clone, Debug)]
pub struct TxIn {
    pub prev_txid: Hash32,
    pub prev_vout: u32,
    pub script_sig: Vec<u8>,
    pub witness: Vec<Vec<u8>>,
    pub sequence: u32,
}

#[derive(Clone, Debug)]
pub struct TxOut {
    pub value_sat: i64,
    pub script: Vec<u8>,
}

#[derive(Clone, Debug)]
pub struct Tx {
    pub version: u32,
    pub inputs: Vec<TxIn>,
    pub outputs: Vec<TxOut>,
    pub locktime: u32,
}

pub fn compact_size(n: usize) -> Vec<u8> {
    match n {
        0..=0xfc => vec![n as u8],
        0xfd..=0xffff => [&[0xfd][..], &(n as u16).to_le_bytes()].concat(),
        _ => [&[0xfe][..], &(n as u32).to_le_bytes()].concat(),
    }
}

fn sized(bytes: &[u8], out: &mut Vec<u8>) {
    out.extend(compact_size(bytes.len()));
    out.extend(bytes);
}

impl Tx {
    pub fn has_witness(&self) -> bool {
        self.inputs.iter().any(|input| !input.witness.is_empty())
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.serialize(self.has_witness())
    }

    fn serialize(&self, with_witness: bool) -> Vec<u8> {
        let mut out = self.version.to_le_bytes().to_vec();
        if with_witness {
            out.extend([0, 1]);
        }
        out.extend(compact_size(self.inputs.len()));
        for input in &self.inputs {
            out.extend(input.prev_txid.0);
            out.extend(input.prev_vout.to_le_bytes());
            sized(&input.script_sig, &mut out);
            out.extend(input.sequence.to_le_bytes());
        }
        out.extend(compact_size(self.outputs.len()));
        for output in &self.outputs {
            out.extend(output.value_sat.to_le_bytes());
            sized(&output.script, &mut out);
        }
        if with_witness {
            for input in &self.inputs {
                out.extend(compact_size(input.witness.len()));
                input.witness.iter().for_each(|item| sized(item, &mut out));
            }
        }
        out.extend(self.locktime.to_le_bytes());
        out
    }

    pub fn txid(&self) -> Hash32 {
        Hash32(sha256d(&self.serialize(false)))
    }

    pub fn wtxid(&self) -> Hash32 {
        Hash32(sha256d(&self.bytes()))
    }

    pub fn out_sat(&self) -> i64 {
        self.outputs.iter().map(|output| output.value_sat).sum()
    }
}

/// Root of the merkle tree, the plain way.
pub fn merkle(mut level: Vec<Hash32>) -> Hash32 {
    while level.len() > 1 {
        if level.len() % 2 == 1 {
            level.push(level[level.len() - 1]);
        }
        level = level.chunks(2).map(|pair| Hash32(sha256d(&[pair[0].0, pair[1].0].concat()))).collect();
    }
    level[0]
}
