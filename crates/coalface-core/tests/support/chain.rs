//! Blocks, and a builder of random valid chains: same-block spends, reused addresses, sweeps, all script kinds.

use coalface_core::blockfile::{meets_target, Header};
use coalface_core::hash::{from_hex, sha256d_parts, Hash32};
use coalface_core::network::Network;
use coalface_core::units::subsidy_sat;

use super::lock::{Lock, N_KINDS, OP_RETURN, P2PKH};
use super::rng::Rng;
use super::tx::{compact_size, merkle, Tx, TxIn, TxOut};

pub const EASY_BITS: u32 = 0x207f_ffff;
pub const MATURITY: u32 = 100;

#[derive(Clone, Debug)]
pub struct TestBlock {
    pub raw: Vec<u8>,
    pub header: Header,
    pub hash: Hash32,
    pub height: u32,
    pub txs: Vec<Tx>,
}

/// An unspent output.
#[derive(Clone, Debug)]
pub struct Coin {
    pub txid: Hash32,
    pub vout: u32,
    pub value_sat: i64,
    pub lock: Lock,
    /// Height from which it may be spent.
    pub spendable_at: u32,
}

impl Coin {
    pub fn spend(&self) -> TxIn {
        let (script_sig, mut witness) = self.lock.unlock();
        // Before segwit the outer script alone was enough, and shows no key.
        if matches!(self.lock.kind, 4 | 5) && self.txid.0[0] < 100 {
            witness.clear();
        }
        TxIn { prev_txid: self.txid, prev_vout: self.vout, script_sig, witness, sequence: 0xffff_ffff }
    }
}

pub fn subsidy(height: u32) -> i64 {
    subsidy_sat(height, Network::Regtest.halving_interval())
}

pub fn height_push(height: u32) -> Vec<u8> {
    if (1..=16).contains(&height) {
        return vec![0x50 + height as u8];
    }
    let mut number = height.to_le_bytes().to_vec();
    while number.last() == Some(&0) {
        number.pop();
    }
    if number.last().is_some_and(|last| last & 0x80 != 0) {
        number.push(0);
    }
    [&[number.len() as u8][..], &number].concat()
}

/// A coinbase that pays `value_sat`; `salt` tells it from others of its height.
pub fn coinbase(height: u32, salt: u32, value_sat: i64, script: Vec<u8>) -> Tx {
    let script_sig = [height_push(height), vec![4], salt.to_le_bytes().to_vec()].concat();
    let input =
        TxIn { prev_txid: Hash32::default(), prev_vout: u32::MAX, script_sig, witness: vec![], sequence: 0xffff_ffff };
    Tx { version: 2, inputs: vec![input], outputs: vec![TxOut { value_sat, script }], locktime: 0 }
}

/// Makes the coinbase in front commit to the witnesses (BIP-0141), if there are any.
pub fn commit_to_witnesses(txs: &mut [Tx]) {
    if txs.iter().any(Tx::has_witness) {
        let leaves = std::iter::once(Hash32::default()).chain(txs[1..].iter().map(Tx::wtxid)).collect();
        let hash = sha256d_parts(&[&merkle(leaves).0, &[9; 32]]);
        txs[0].inputs[0].witness = vec![vec![9; 32]];
        let script = [&[0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed][..], &hash].concat();
        txs[0].outputs.push(TxOut { value_sat: 0, script });
    }
}

/// Mines `txs`, taken as they are, on `prev`.
pub fn mine(prev: &TestBlock, txs: Vec<Tx>) -> TestBlock {
    let root = merkle(txs.iter().map(Tx::txid).collect());
    mine_with_root(prev, txs, root)
}

pub fn mine_with_root(prev: &TestBlock, txs: Vec<Tx>, merkle_root: Hash32) -> TestBlock {
    let time_unix = prev.header.time_unix + 600;
    let header = Header { version: 0x2000_0000, prev: prev.hash, merkle_root, time_unix, bits: EASY_BITS, nonce: 0 };
    seal(header, prev.height + 1, txs)
}

pub fn seal(mut header: Header, height: u32, txs: Vec<Tx>) -> TestBlock {
    while !meets_target(Header::hash(&header.serialize()), EASY_BITS, EASY_BITS) {
        header.nonce += 1;
    }
    let bytes = header.serialize();
    let mut raw = bytes.to_vec();
    raw.extend(compact_size(txs.len()));
    txs.iter().for_each(|tx| raw.extend(tx.bytes()));
    TestBlock { raw, header, hash: Header::hash(&bytes), height, txs }
}

/// The regtest genesis block (Bitcoin Core `CreateGenesisBlock`).
pub fn genesis() -> TestBlock {
    let script_sig = from_hex(concat!(
        "04ffff001d0104455468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66",
        "207365636f6e64206261696c6f757420666f722062616e6b73"
    ));
    let script = from_hex(concat!(
        "4104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384d",
        "f7ba0b8d578a4c702b6bf11d5fac"
    ));
    let mut tx = coinbase(0, 0, 5_000_000_000, script.unwrap());
    tx.version = 1;
    tx.inputs[0].script_sig = script_sig.unwrap();
    let header = Header {
        version: 1,
        prev: Hash32::default(),
        merkle_root: tx.txid(),
        time_unix: 1_296_688_602,
        bits: EASY_BITS,
        nonce: 2,
    };
    let block = seal(header, 0, vec![tx]);
    assert_eq!(block.hash, Network::Regtest.genesis_hash());
    block
}

/// A growing valid chain. A clone is a fork.
#[derive(Clone)]
pub struct ChainBuilder {
    pub rng: Rng,
    pub blocks: Vec<TestBlock>,
    pub coins: Vec<Coin>,
    n_keys: usize,
    next_salt: u32,
}

impl ChainBuilder {
    pub fn new(seed: u64) -> ChainBuilder {
        let mut rng = Rng::new(seed);
        let (n_keys, next_salt) = (3 + rng.below(60), rng.next() as u32);
        ChainBuilder { rng, blocks: vec![genesis()], coins: Vec::new(), n_keys, next_salt }
    }

    /// A chain whose first coinbases are mature.
    pub fn mature(seed: u64) -> ChainBuilder {
        let mut chain = ChainBuilder::new(seed);
        chain.add_blocks(MATURITY, 0);
        chain
    }

    pub fn tip(&self) -> &TestBlock {
        self.blocks.last().unwrap()
    }

    pub fn height(&self) -> u32 {
        self.tip().height
    }

    /// Another future than that of the chain it was cloned from.
    pub fn fork(&self, seed: u64) -> ChainBuilder {
        let mut fork = self.clone();
        fork.rng = Rng::new(seed);
        fork.next_salt = fork.next_salt.wrapping_add(0x1000_0000).wrapping_add(seed as u32);
        fork
    }

    pub fn add_blocks(&mut self, n: u32, max_txs: usize) {
        for _ in 0..n {
            let n_txs = self.rng.below(max_txs + 1);
            self.add_block(n_txs);
        }
    }

    pub fn random_lock(&mut self) -> Lock {
        let kind = if self.rng.chance(20) { P2PKH } else { self.rng.below(N_KINDS as usize) as u8 };
        Lock { kind, key: self.rng.below(self.n_keys) as u16 }
    }

    fn next_coinbase(&mut self, fees_sat: i64) -> (Tx, Lock) {
        let height = self.height() + 1;
        let lock = Lock { kind: self.rng.below(OP_RETURN as usize) as u8, key: self.rng.below(self.n_keys) as u16 };
        self.next_salt = self.next_salt.wrapping_add(1);
        let less = if self.rng.chance(10) { 1 } else { 0 };
        (coinbase(height, self.next_salt, subsidy(height) + fees_sat - less, lock.script()), lock)
    }

    /// Mines `n_txs` random transactions (fewer if nothing can be spent).
    pub fn add_block(&mut self, n_txs: usize) {
        let mut txs = Vec::new();
        let mut fees_sat = 0;
        for _ in 0..n_txs {
            if let Some((tx, fee_sat)) = self.random_tx() {
                txs.push(tx);
                fees_sat += fee_sat;
            }
        }
        self.mine(txs, fees_sat);
    }

    /// Mines `txs`, whose coins are already taken and given.
    pub fn mine(&mut self, mut txs: Vec<Tx>, fees_sat: i64) {
        let (coinbase, lock) = self.next_coinbase(fees_sat);
        let value_sat = coinbase.outputs[0].value_sat;
        txs.insert(0, coinbase);
        commit_to_witnesses(&mut txs);
        let block = mine(self.tip(), txs);
        let spendable_at = block.height + MATURITY;
        self.coins.push(Coin { txid: block.txs[0].txid(), vout: 0, value_sat, lock, spendable_at });
        self.blocks.push(block);
    }

    /// Takes a random coin that the next block may spend.
    pub fn take_coin(&mut self) -> Option<Coin> {
        let height = self.height() + 1;
        let ready: Vec<usize> = (0..self.coins.len()).filter(|n| self.coins[*n].spendable_at <= height).collect();
        if ready.is_empty() {
            return None;
        }
        // Late ones more often, so that chains of transactions within a block come up.
        let at = if self.rng.chance(40) { ready.len() - 1 } else { self.rng.below(ready.len()) };
        Some(self.coins.swap_remove(ready[at]))
    }

    fn random_tx(&mut self) -> Option<(Tx, i64)> {
        let n_inputs = match self.rng.below(20) {
            0 => 30,
            n => 1 + n / 6,
        };
        let coins: Vec<Coin> = (0..n_inputs).map_while(|_| self.take_coin()).collect();
        if coins.is_empty() {
            return None;
        }
        let mut left: i64 = coins.iter().map(|coin| coin.value_sat).sum();
        let fee_sat = if self.rng.chance(20) { 0 } else { (self.rng.next() % (left as u64 / 50 + 1)) as i64 };
        left -= fee_sat;
        let n_outputs = 1 + self.rng.below(5);
        let equal = self.rng.chance(25).then(|| left / n_outputs as i64);
        let mut outputs = Vec::new();
        let mut locks = Vec::new();
        for n in 0..n_outputs {
            let last = n + 1 == n_outputs;
            let part = equal.unwrap_or_else(|| (self.rng.next() % (left as u64 + 1)) as i64);
            let lock = if last { Lock { kind: P2PKH, ..self.random_lock() } } else { self.random_lock() };
            let value_sat = if last { left } else { part };
            left -= value_sat;
            outputs.push(TxOut { value_sat, script: lock.script() });
            locks.push(lock);
        }
        let mut inputs: Vec<TxIn> = coins.iter().map(Coin::spend).collect();
        inputs[0].sequence = self.rng.next() as u32;
        let tx = Tx { version: 1 + self.rng.below(2) as u32, inputs, outputs, locktime: self.rng.below(3) as u32 };
        self.give(&tx, &locks);
        Some((tx, fee_sat))
    }

    /// Makes the outputs of `tx` spendable at once.
    pub fn give(&mut self, tx: &Tx, locks: &[Lock]) {
        let txid = tx.txid();
        for ((vout, output), lock) in (0..).zip(&tx.outputs).zip(locks) {
            if lock.kind != OP_RETURN {
                self.coins.push(Coin { txid, vout, value_sat: output.value_sat, lock: *lock, spendable_at: 0 });
            }
        }
    }
}
