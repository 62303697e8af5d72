//! Output scripts of every kind and what spends them. Signatures have the right shape and no meaning.

use coalface_core::hash::{hash160, sha256};

/// A spending condition: a kind and which key it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lock {
    pub kind: u8,
    pub key: u16,
}

pub const N_KINDS: u8 = 16;
pub const P2PKH: u8 = 0;
pub const OP_RETURN: u8 = 15;

fn compressed(key: u16) -> Vec<u8> {
    [&[2 + (key % 2) as u8][..], &sha256(&key.to_le_bytes())].concat()
}

fn uncompressed(key: u16) -> Vec<u8> {
    [&[4][..], &sha256(&key.to_le_bytes()), &sha256(&key.to_be_bytes())].concat()
}

fn signature(key: u16) -> Vec<u8> {
    let mut half = sha256(&[key.to_le_bytes(), [7, 7]].concat()).to_vec();
    half[0] = 0x11;
    [&[0x30, 68, 2, 32][..], &half, &[2, 32], &half, &[1]].concat()
}

fn push(bytes: &[u8]) -> Vec<u8> {
    match bytes.len() {
        0..=75 => [&[bytes.len() as u8][..], bytes].concat(),
        _ => [&[0x4c, bytes.len() as u8][..], bytes].concat(),
    }
}

fn multisig(key: u16) -> Vec<u8> {
    [&[0x51][..], &push(&compressed(key)), &push(&compressed(key + 1000)), &[0x52, 0xae]].concat()
}

fn program(version: u8, bytes: &[u8]) -> Vec<u8> {
    let opcode = if version == 0 { 0 } else { 0x50 + version };
    [&[opcode, bytes.len() as u8][..], bytes].concat()
}

impl Lock {
    pub fn script(self) -> Vec<u8> {
        let key = self.key;
        let p2sh = |redeem: &[u8]| [&[0xa9, 20][..], &hash160(redeem), &[0x87]].concat();
        match self.kind {
            P2PKH => [&[0x76, 0xa9, 20][..], &hash160(&compressed(key)), &[0x88, 0xac]].concat(),
            1 => [push(&compressed(key)), vec![0xac]].concat(),
            2 => [push(&uncompressed(key)), vec![0xac]].concat(),
            3 => p2sh(&multisig(key)),
            4 => p2sh(&program(0, &hash160(&compressed(key)))),
            5 => p2sh(&program(0, &sha256(&multisig(key)))),
            6 => multisig(key),
            7 => program(0, &hash160(&compressed(key))),
            8 => program(0, &sha256(&multisig(key))),
            9 => program(1, &sha256(&compressed(key))),
            10 => program(1, &[0x4e, 0x73]),
            11 => program(2 + (key % 15) as u8, &sha256(&key.to_le_bytes())[..20]),
            12 => vec![0x51, 0x75, 0x51, (key % 200) as u8],
            13 => Vec::new(),
            14 => [&[0x76, 0xa9, 20][..], &hash160(&uncompressed(key)), &[0x88, 0xac]].concat(),
            _ => [&[0x6a][..], &push(&key.to_le_bytes())].concat(),
        }
    }

    /// scriptSig and witness.
    pub fn unlock(self) -> (Vec<u8>, Vec<Vec<u8>>) {
        let key = self.key;
        let signature = signature(key);
        match self.kind {
            P2PKH => ([push(&signature), push(&compressed(key))].concat(), vec![]),
            14 => ([push(&signature), push(&uncompressed(key))].concat(), vec![]),
            1 | 2 => (push(&signature), vec![]),
            3 => ([vec![0], push(&signature), push(&multisig(key))].concat(), vec![]),
            4 => (push(&program(0, &hash160(&compressed(key)))), vec![signature, compressed(key)]),
            5 => (push(&program(0, &sha256(&multisig(key)))), vec![vec![], signature, multisig(key)]),
            6 => ([vec![0], push(&signature)].concat(), vec![]),
            7 => (vec![], vec![signature, compressed(key)]),
            8 => (vec![], vec![vec![], signature, multisig(key)]),
            9 => (vec![], vec![vec![5; 64]]),
            11 => (vec![], vec![vec![1]]),
            _ => (vec![], vec![]),
        }
    }
}
