//! Undo files, written anew from Bitcoin Core's `undo.h` and `compressor.cpp`.
//!
//! Keys of test chains lie on no curve, so that uncompressed ones are kept whole, as Core does with such.

use std::collections::HashMap;

use coalface_core::blockfile::XorKey;
use coalface_core::hash::{sha256d_parts, Hash32};
use coalface_core::network::Network;

use super::tx::compact_size;
use super::TestBlock;

pub fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = vec![(value & 0x7f) as u8];
    while value > 0x7f {
        value = (value >> 7) - 1;
        bytes.push((value & 0x7f) as u8 | 0x80);
    }
    bytes.reverse();
    bytes
}

pub fn compress_amount(mut sat: u64) -> u64 {
    if sat == 0 {
        return 0;
    }
    let mut exponent = 0;
    while sat.is_multiple_of(10) && exponent < 9 {
        (sat, exponent) = (sat / 10, exponent + 1);
    }
    if exponent < 9 {
        1 + (sat / 10 * 9 + sat % 10 - 1) * 10 + exponent
    } else {
        1 + (sat - 1) * 10 + 9
    }
}

pub fn compress_script(script: &[u8]) -> Vec<u8> {
    match script {
        [0x76, 0xa9, 20, hash @ .., 0x88, 0xac] if hash.len() == 20 => [&[0], hash].concat(),
        [0xa9, 20, hash @ .., 0x87] if hash.len() == 20 => [&[1], hash].concat(),
        [33, key @ .., 0xac] if key.len() == 33 && matches!(key[0], 2 | 3) => key.to_vec(),
        _ => [varint(script.len() as u64 + 6), script.to_vec()].concat(),
    }
}

/// A spent output: height and whether a coinbase made it, value, script.
pub type Coin = (u32, bool, i64, Vec<u8>);

pub fn coin_bytes((height, is_coinbase, value_sat, script): &Coin) -> Vec<u8> {
    let mut bytes = varint(u64::from(*height) * 2 + u64::from(*is_coinbase));
    if *height > 0 {
        bytes.push(0);
    }
    bytes.extend(varint(compress_amount(*value_sat as u64)));
    bytes.extend(compress_script(script));
    bytes
}

/// The undo data of every block of a chain, as (block, coins of each transaction but the coinbase).
pub fn coins_of(blocks: &[TestBlock]) -> Vec<Vec<Vec<Coin>>> {
    let mut made: HashMap<(Hash32, u32), Coin> = HashMap::new();
    let mut all = Vec::new();
    for block in blocks {
        let mut of_block = Vec::new();
        for (n, tx) in block.txs.iter().enumerate() {
            if n > 0 {
                of_block.push(tx.inputs.iter().map(|i| made[&(i.prev_txid, i.prev_vout)].clone()).collect());
            }
            for (vout, output) in (0..).zip(&tx.outputs) {
                made.insert((tx.txid(), vout), (block.height, n == 0, output.value_sat, output.script.clone()));
            }
        }
        all.push(of_block);
    }
    all
}

pub fn record(coins: &[Vec<Coin>]) -> Vec<u8> {
    let mut bytes = compact_size(coins.len());
    for tx in coins {
        bytes.extend(compact_size(tx.len()));
        tx.iter().for_each(|coin| bytes.extend(coin_bytes(coin)));
    }
    bytes
}

/// Magic, length, record and checksum.
pub fn framed(prev: &Hash32, record: &[u8]) -> Vec<u8> {
    let checksum = sha256d_parts(&[&prev.0, record]);
    [&Network::Regtest.magic()[..], &(record.len() as u32).to_le_bytes(), record, &checksum].concat()
}

/// An undo file with these records.
pub fn file(records: &[Vec<u8>], key: Option<XorKey>) -> Vec<u8> {
    let mut bytes = records.concat();
    if let Some(key) = key {
        key.apply(0, &mut bytes);
    }
    bytes
}
