//! Regtest chains with spends of every script kind. Signatures are made up: scripts are not executed.

use coalface_core::blockfile::merkle::merkle_root;
use coalface_core::blockfile::{meets_target, Header};
use coalface_core::hash::{from_hex, hash160, sha256d, Hash32};
use coalface_core::network::Network;

const EASY_BITS: u32 = 0x207f_ffff;
const SUBSIDY_SAT: i64 = 2_500_000_000; // never above what any height of these chains may claim

/// Same numbers every time.
#[derive(Clone)]
pub struct Rng(pub u64);

impl Rng {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
}

#[derive(Clone)]
struct Coin {
    txid: Hash32,
    vout: u32,
    value_sat: i64,
    owner: u64,
    /// Height from which on it may be spent.
    from: u32,
}

/// Serialized blocks, and what is needed to go on.
#[derive(Clone)]
pub struct Chain {
    pub blocks: Vec<Vec<u8>>,
    tips: Vec<(Hash32, u32, Vec<Coin>)>,
    rng: Rng,
}

fn key(owner: u64) -> Vec<u8> {
    let mut key = vec![2 + (owner % 2) as u8];
    key.extend(sha256d(&owner.to_le_bytes()));
    key
}

fn redeem(owner: u64) -> Vec<u8> {
    let mut script = vec![0x51];
    for key in [key(owner), key(owner + 1)] {
        script.push(33);
        script.extend(key);
    }
    script.extend([0x52, 0xae]);
    script
}

/// Output script of an owner; owners stand for one address each.
fn script(owner: u64) -> Vec<u8> {
    let key = key(owner);
    let hash = hash160(&key);
    let wide = sha256d(&key);
    let framed = |prefix: &[u8], body: &[u8], suffix: &[u8]| [prefix, body, suffix].concat();
    match owner % 16 {
        0 => framed(&[0xa9, 20], &hash160(&redeem(owner)), &[0x87]),
        1 => framed(&[0, 20], &hash, &[]),
        2 => framed(&[0, 32], &wide, &[]),
        3 => framed(&[0x51, 32], &wide, &[]),
        4 => framed(&[33], &key, &[0xac]),
        5 => redeem(owner),
        6 => framed(&[0x52, 32], &wide, &[]),
        7 => framed(&[4], &wide[..4], &[0x75, 0x51]),
        8 => vec![0x51, 2, 0x4e, 0x73],
        9 => Vec::new(),
        10 => framed(&[0x6a, 32], &wide, &[]),
        _ => framed(&[0x76, 0xa9, 20], &hash, &[0x88, 0xac]),
    }
}

fn is_spendable(owner: u64) -> bool {
    owner % 16 != 10
}

fn script_sig(owner: u64) -> Vec<u8> {
    let mut signature = vec![0x30, 68, 2, 32];
    signature.extend([0x11; 32]);
    signature.extend([2, 32]);
    signature.extend([0x22; 32]);
    signature.push(1);
    let push = |bytes: &[u8]| [&[bytes.len() as u8][..], bytes].concat();
    match owner % 16 {
        0 => [vec![0], push(&signature), push(&redeem(owner))].concat(),
        4 => push(&signature),
        5 => [vec![0], push(&signature)].concat(),
        11..=15 => [push(&signature), push(&key(owner))].concat(),
        _ => Vec::new(),
    }
}

fn compact_size(n: usize) -> Vec<u8> {
    match n {
        0..=0xfc => vec![n as u8],
        _ => [&[0xfd][..], &(n as u16).to_le_bytes()].concat(),
    }
}

struct Input {
    txid: Hash32,
    vout: u32,
    script: Vec<u8>,
    sequence: u32,
}

fn transaction(inputs: &[Input], outputs: &[(i64, Vec<u8>)]) -> Vec<u8> {
    let mut tx = vec![2, 0, 0, 0];
    tx.extend(compact_size(inputs.len()));
    for input in inputs {
        tx.extend(input.txid.0);
        tx.extend(input.vout.to_le_bytes());
        tx.extend(compact_size(input.script.len()));
        tx.extend(&input.script);
        tx.extend(input.sequence.to_le_bytes());
    }
    tx.extend(compact_size(outputs.len()));
    for (value_sat, script) in outputs {
        tx.extend(value_sat.to_le_bytes());
        tx.extend(compact_size(script.len()));
        tx.extend(script);
    }
    tx.extend([0; 4]);
    tx
}

fn genesis() -> Vec<u8> {
    let coinbase = from_hex(concat!(
        "01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff001d010445",
        "5468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e",
        "64206261696c6f757420666f722062616e6b73ffffffff0100f2052a01000000434104678afdb0fe5548271967f1a67130b7",
        "105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac",
        "00000000"
    ))
    .unwrap();
    let merkle_root = Hash32(sha256d(&coinbase));
    let header = Header {
        version: 1,
        prev: Hash32::default(),
        merkle_root,
        time_unix: 1_296_688_602,
        bits: EASY_BITS,
        nonce: 2,
    };
    assert_eq!(Header::hash(&header.serialize()), Network::Regtest.genesis_hash());
    [&header.serialize()[..], &[1], &coinbase].concat()
}

impl Chain {
    /// The genesis block and `n` blocks on it. From height 102 on they spend.
    pub fn complete(n: u32, seed: u64) -> Chain {
        let genesis = genesis();
        let tip = Header::hash(genesis[..80].try_into().unwrap());
        let mut chain = Chain { blocks: vec![genesis], tips: vec![(tip, 1_700_000_000, Vec::new())], rng: Rng(seed) };
        chain.grow(n, true);
        chain
    }

    /// `n` blocks on the genesis block, of which the first `common` are those of `other`.
    pub fn complete_from(other: &Chain, common: usize, n: u32, seed: u64) -> Chain {
        let (blocks, tips) = (other.blocks[..=common].to_vec(), other.tips[..=common].to_vec());
        let mut chain = Chain { blocks, tips, rng: Rng(seed) };
        chain.grow(n - common as u32, true);
        chain
    }

    /// `n` blocks on a block that is not there, whose heights nothing tells, spending also what is not there.
    pub fn partial(n: u32, seed: u64) -> Chain {
        let tip = Hash32([0xab; 32]);
        let mut chain = Chain { blocks: Vec::new(), tips: vec![(tip, 1_700_000_000, Vec::new())], rng: Rng(seed) };
        chain.grow(n, false);
        chain
    }

    fn grow(&mut self, n: u32, is_complete: bool) {
        for _ in 0..n {
            let (prev, time_unix, mut coins) = self.tips.last().unwrap().clone();
            let height = self.tips.len() as u32;
            let mut txs = vec![Vec::new()];
            let mut fees = 0;
            let n_txs = if !is_complete || height > 101 { 1 + self.rng.below(4) } else { 0 };
            for _ in 0..n_txs {
                if let Some((tx, fee)) = self.payment(&mut coins, height, !is_complete) {
                    txs.push(tx);
                    fees += fee;
                }
            }
            txs[0] = self.coinbase(&mut coins, height, fees, is_complete);
            let hashes: Vec<Hash32> = txs.iter().map(|tx| Hash32(sha256d(tx))).collect();
            let version = if is_complete { 4 } else { 1 };
            let (merkle_root, time_unix) = (merkle_root(&hashes).0, time_unix + 600);
            let mut header = Header { version, prev, merkle_root, time_unix, bits: EASY_BITS, nonce: 0 };
            while !meets_target(Header::hash(&header.serialize()), EASY_BITS, EASY_BITS) {
                header.nonce += 1;
            }
            let mut block = header.serialize().to_vec();
            block.extend(compact_size(txs.len()));
            block.extend(txs.concat());
            self.tips.push((Header::hash(&header.serialize()), time_unix, coins));
            self.blocks.push(block);
        }
    }

    fn owner(&mut self) -> u64 {
        self.rng.below(64)
    }

    fn coinbase(&mut self, coins: &mut Vec<Coin>, height: u32, fees: i64, is_complete: bool) -> Vec<u8> {
        let mut script = if is_complete { vec![3] } else { vec![4, 0xff] };
        script.extend(&height.to_le_bytes()[..3]);
        if is_complete && height < 0x8000 {
            script = if height <= 16 {
                vec![0x50 + height as u8]
            } else if height < 0x80 {
                vec![1, height as u8]
            } else {
                vec![2, height as u8, (height >> 8) as u8]
            };
        }
        script.extend([3, 1, 2, self.rng.below(200) as u8]);
        let owner = self.owner() / 16 * 16 + 11;
        let value_sat = SUBSIDY_SAT + fees - self.rng.below(2) as i64;
        let input = Input { txid: Hash32::default(), vout: u32::MAX, script, sequence: u32::MAX };
        let tx = transaction(&[input], &[(value_sat, self::script(owner)), (0, self::script(10))]);
        coins.push(Coin { txid: Hash32(sha256d(&tx)), vout: 0, value_sat, owner, from: height + 100 });
        tx
    }

    fn payment(&mut self, coins: &mut Vec<Coin>, height: u32, with_external: bool) -> Option<(Vec<u8>, i64)> {
        let mut inputs = Vec::new();
        let mut in_sat = 0;
        for _ in 0..1 + self.rng.below(4) {
            let ready: Vec<usize> = (0..coins.len()).filter(|n| coins[*n].from <= height).collect();
            if ready.is_empty() {
                break;
            }
            let coin = coins.swap_remove(ready[self.rng.below(ready.len() as u64) as usize]);
            in_sat += coin.value_sat;
            let sequence = if self.rng.below(3) == 0 { 0 } else { u32::MAX };
            inputs.push(Input { txid: coin.txid, vout: coin.vout, script: script_sig(coin.owner), sequence });
        }
        let mut fee = 1_000;
        if with_external && (inputs.is_empty() || self.rng.below(2) == 0) {
            let txid = Hash32(sha256d(&self.rng.next().to_le_bytes()));
            let owner = self.owner();
            inputs.push(Input { txid, vout: self.rng.below(3) as u32, script: script_sig(owner), sequence: 0 });
            in_sat += 1_000_000;
            fee = 0; // not known
        }
        if inputs.is_empty() || in_sat < 10_000 {
            return None;
        }
        let n = 2 + self.rng.below(4) as i64;
        let owners: Vec<u64> = (0..n).map(|_| self.owner()).collect();
        let each = (in_sat - 1_000) / (n + 1);
        let mut values: Vec<i64> = (0..n - 1).map(|k| each + k % 2 * 7).collect();
        values.push(in_sat - 1_000 - values.iter().sum::<i64>());
        let outputs: Vec<(i64, Vec<u8>)> = values.iter().zip(&owners).map(|(v, owner)| (*v, script(*owner))).collect();
        let tx = transaction(&inputs, &outputs);
        let txid = Hash32(sha256d(&tx));
        for ((vout, value_sat), owner) in (0..).zip(values).zip(owners) {
            if is_spendable(owner) {
                coins.push(Coin { txid, vout, value_sat, owner, from: height });
            }
        }
        Some((tx, fee))
    }
}
