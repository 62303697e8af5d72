//! The fuzz targets over a seeded random corpus, so that they run without a fuzzer; and a second parser's opinion.

#![allow(clippy::unwrap_used)] // a test may panic

#[path = "support/fuzz_bodies.rs"]
mod fuzz_bodies;
mod support;

use std::ops::ControlFlow as Flow;
use std::sync::Arc;

use bitcoin_slices::bsl::{Block, Transaction, TxIn, TxOut};
use bitcoin_slices::{Visit, Visitor};
use coalface_core::blockfile::parse::ParsedBlock;
use coalface_core::hash::{sha256d_parts, Hash32};
use coalface_core::io::replay::ReplayStorage;
use coalface_core::network::Network;
use coalface_core::synth::{write_bulk, BulkOptions};
use rayon::prelude::*;
use support::lock::{Lock, N_KINDS};
use support::undo::{coins_of, framed, record};
use support::{open_source, options, run, source_of, ChainBuilder, Rng};

fn n_rounds(short: u64) -> u64 {
    if support::soak() {
        short * 50
    } else {
        short
    }
}

/// Changes a few bytes, cuts, repeats or joins.
fn mutate(rng: &mut Rng, bytes: &mut Vec<u8>, other: &[u8]) {
    for _ in 0..1 + rng.below(4) {
        if bytes.is_empty() {
            bytes.push(rng.next() as u8);
        }
        let at = rng.below(bytes.len());
        match rng.below(7) {
            0 => bytes[at] ^= 1 << rng.below(8),
            1 => bytes[at] = [0, 1, 0xfc, 0xfd, 0xfe, 0xff][rng.below(6)],
            2 => bytes.truncate(at),
            3 => _ = bytes.remove(at),
            4 => bytes.insert(at, rng.next() as u8),
            5 => bytes[at] = rng.next() as u8,
            _ => {
                let from = rng.below(other.len().max(1)).min(other.len());
                let piece = &other[from..other.len().min(from + 9)];
                bytes.splice(at..at, piece.iter().copied());
            }
        }
    }
}

fn blocks(seed: u64) -> Vec<Vec<u8>> {
    let mut chain = ChainBuilder::mature(seed);
    chain.add_blocks(12, 8);
    chain.blocks.into_iter().map(|block| block.raw).collect()
}

#[test]
fn blocks_and_a_second_parser() {
    let corpus = blocks(1);
    corpus.iter().for_each(|raw| assert!(agree(raw), "a valid block"));
    (0..n_rounds(20_000)).into_par_iter().for_each(|seed| {
        let mut rng = Rng::new(seed);
        let mut raw = corpus[corpus.len() - 1 - rng.below(13)].clone();
        let other = rng.below(corpus.len());
        mutate(&mut rng, &mut raw, &corpus[other]);
        fuzz_bodies::block(&raw);
        agree(&raw);
    });
}

#[test]
fn bulk_blocks_and_a_second_parser() {
    let folder = tempfile::tempdir().unwrap();
    write_bulk(folder.path(), &BulkOptions { n_txs: 5_000, ..BulkOptions::default() }, &|_| true).unwrap();
    let source = open_source(folder.path(), false).unwrap();
    let scan = source.scan(&|_| Flow::Continue(())).unwrap();
    assert!(scan.blocks.len() > 100);
    let mut raw = Vec::new();
    for block in &scan.blocks {
        source.read_block(block, &mut raw).unwrap();
        assert!(agree(&raw));
    }
}

#[derive(Default)]
struct Seen {
    n_txs: usize,
    txids: Vec<Hash32>,
    weights: Vec<u64>,
    prev: Vec<Vec<u8>>,
    scripts: Vec<(u64, Vec<u8>)>,
    witness: Vec<Vec<u8>>,
}

impl Visitor for Seen {
    fn visit_block_begin(&mut self, total_transactions: usize) {
        self.n_txs = total_transactions;
    }
    fn visit_transaction(&mut self, tx: &Transaction) -> Flow<()> {
        let (version, body, locktime) = tx.txid_preimage();
        self.txids.push(Hash32(sha256d_parts(&[version, body, locktime])));
        self.weights.push(tx.weight());
        Flow::Continue(())
    }
    fn visit_tx_in(&mut self, _vin: usize, tx_in: &TxIn) -> Flow<()> {
        self.prev.push([tx_in.prevout().as_ref(), tx_in.script_sig()].concat());
        Flow::Continue(())
    }
    fn visit_tx_out(&mut self, _vout: usize, tx_out: &TxOut) -> Flow<()> {
        self.scripts.push((tx_out.value(), tx_out.script_pubkey().to_vec()));
        Flow::Continue(())
    }
    fn visit_witness_element(&mut self, _n: usize, element: &[u8]) {
        self.witness.push(element.to_vec());
    }
}

/// Whether our parser takes `raw`; what it takes, `bitcoin_slices` must see in the same way.
fn agree(raw: &[u8]) -> bool {
    let mut block = ParsedBlock::default();
    if block.parse(raw).is_err() {
        return false;
    }
    let mut seen = Seen::default();
    let parsed = Block::visit(raw, &mut seen).expect("the other parser takes it too");
    assert!(parsed.remaining().is_empty());
    assert_eq!((seen.n_txs, &seen.txids), (block.txid.len(), &block.txid));
    assert!(seen.weights.iter().zip(&block.tx_weight_wu).all(|(theirs, ours)| *theirs == u64::from(*ours)));
    let prev = (0..block.prev_txid.len())
        .map(|n| [&block.prev_txid[n].0[..], &block.prev_vout[n].to_le_bytes(), block.script_sig[n].of(raw)].concat());
    assert!(seen.prev.iter().cloned().eq(prev));
    let scripts = block.value_sat.iter().zip(&block.script).map(|(value, span)| (*value as u64, span.of(raw).to_vec()));
    assert!(seen.scripts.iter().cloned().eq(scripts));
    let ours = block.witness.iter().flat_map(|span| coalface_core::script::Witness::new(span.of(raw)).iter());
    assert!(seen.witness.iter().map(Vec::as_slice).eq(ours));
    true
}

#[test]
fn scripts_addresses_and_spends() {
    (0..n_rounds(100_000)).into_par_iter().for_each(|seed| {
        let mut rng = Rng::new(seed);
        let lock = Lock { kind: rng.below(N_KINDS as usize) as u8, key: rng.below(500) as u16 };
        let (script_sig, witness) = lock.unlock();
        let mut script = lock.script();
        fuzz_bodies::script(&script);
        mutate(&mut rng, &mut script, &script_sig);
        fuzz_bodies::script(&script);

        let mut spend = [&[script_sig.len() as u8][..], &script_sig, &[witness.len() as u8]].concat();
        witness.iter().for_each(|item| spend.extend([&[item.len() as u8][..], item].concat()));
        fuzz_bodies::spend(&spend);
        mutate(&mut rng, &mut spend, &script);
        fuzz_bodies::spend(&spend);

        let (kind, range) = coalface_core::script::classify(&script);
        let network = Network::ALL[rng.below(5)];
        let text = coalface_core::script::address::encode(network, kind, &script[range]).unwrap_or_default();
        let mut text = text.into_bytes();
        mutate(&mut rng, &mut text, b"1bc1qscript:p2pk:");
        fuzz_bodies::address(&text);
        let n_bytes = rng.below(80);
        let noise = rng.bytes(n_bytes);
        fuzz_bodies::script(&noise);
        fuzz_bodies::spend(&noise);
        fuzz_bodies::address(&noise);
    });
}

#[test]
fn transactions_in_json() {
    let seed = include_bytes!("support/first_payment.json");
    fuzz_bodies::tx_json(seed);
    (0..n_rounds(5_000)).into_par_iter().for_each(|round| {
        let mut rng = Rng::new(round);
        let mut json = if rng.chance(20) { [&b"["[..], seed, b",", seed, b"]"].concat() } else { seed.to_vec() };
        if rng.chance(50) {
            // Without what was signed, so that a change of the rest is not found by the hash.
            let text = String::from_utf8_lossy(&json).replace("scriptsig", "scriptsi_");
            json = text.into_bytes();
        }
        mutate(&mut rng, &mut json, br#""value":2100000000000001,"prevout":null,"vin":[{}],-1e9"#);
        fuzz_bodies::tx_json(&json);
    });
}

#[test]
fn stores() {
    let mut chain = ChainBuilder::mature(2);
    chain.add_blocks(8, 8);
    let storage = Arc::new(ReplayStorage::default());
    run(storage.clone(), &source_of(&chain.blocks).source, &options(20_000, 5_000)).unwrap();
    let files = storage.files();
    let manifest = files["manifest.json"].clone();
    let manifest_at = files.keys().position(|name| name == "manifest.json").unwrap();
    let empty = fuzz_bodies::empty_store();
    (0..n_rounds(3_000)).into_par_iter().for_each(|seed| {
        let mut rng = Rng::new(seed);
        let n_bytes = rng.below(40);
        let noise = rng.bytes(n_bytes);
        // A digit of a count, any bytes of any file, a whole manifest, a journal.
        let digits: Vec<usize> = (0..manifest.len()).filter(|at| manifest[*at].is_ascii_digit()).collect();
        let digit = digits[rng.below(digits.len())] as u32;
        let digit = [&[manifest_at as u8][..], &digit.to_le_bytes(), &[b'0' + rng.below(10) as u8]].concat();
        let patch = [&[3 + rng.below(250) as u8][..], &noise].concat();
        let mut whole = manifest.clone();
        mutate(&mut rng, &mut whole, b"18446744073709551615");
        whole.insert(0, 0);
        for data in [digit, patch, whole, [&[1], &noise[..]].concat(), [&[2], &noise[..]].concat()] {
            fuzz_bodies::store(&files, &data);
            fuzz_bodies::store(&empty, &data);
        }
    });
}

#[test]
fn block_files() {
    let corpus = blocks(3);
    let magic = Network::Regtest.magic();
    (0..n_rounds(1_500)).into_par_iter().for_each(|seed| {
        let mut rng = Rng::new(seed);
        let key = if rng.chance(50) { [0; 8] } else { rng.next().to_le_bytes() };
        let mut file = Vec::new();
        for _ in 0..rng.below(6) {
            let raw = &corpus[rng.below(corpus.len())];
            file.extend([&magic[..], &(raw.len() as u32).to_le_bytes(), raw].concat());
        }
        mutate(&mut rng, &mut file, &magic);
        if let Some(key) = coalface_core::blockfile::XorKey::new(key) {
            key.apply(0, &mut file);
        }
        file.resize(file.len() + rng.below(200), 0);
        let folder = tempfile::tempdir().unwrap();
        fuzz_bodies::records(folder.path(), &[&key[..], &file].concat());
    });
}

#[test]
fn undo_records_and_files() {
    let mut chain = ChainBuilder::mature(9);
    chain.add_blocks(12, 8);
    let coins = coins_of(&chain.blocks);
    let spending = chain.blocks.iter().zip(&coins).filter(|(_, coins)| !coins.is_empty());
    let corpus: Vec<(Vec<u8>, Vec<u8>)> =
        spending.map(|(block, coins)| (record(coins), framed(&block.header.prev, &record(coins)))).collect();
    assert!(corpus.len() > 5);
    for (record, _) in &corpus {
        assert_eq!(coalface_core::blockfile::undo::Undo::default().parse(record), Ok(()));
    }
    (0..n_rounds(800)).into_par_iter().for_each(|seed| {
        let mut rng = Rng::new(seed);
        let (mut data, mut file) = (corpus[rng.below(corpus.len())].0.clone(), Vec::new());
        for _ in 0..rng.below(6) {
            file.extend(&corpus[rng.below(corpus.len())].1);
        }
        let other = &corpus[rng.below(corpus.len())].1;
        mutate(&mut rng, &mut data, other);
        mutate(&mut rng, &mut file, other);
        file.resize(file.len() + rng.below(200), 0);
        let folder = tempfile::tempdir().unwrap();
        fuzz_bodies::undo(folder.path(), &data);
        fuzz_bodies::undo(folder.path(), &file);
    });
}

#[test]
fn plans() {
    (0..n_rounds(50_000)).into_par_iter().for_each(|seed| {
        let mut rng = Rng::new(seed);
        let n = rng.below(30);
        let names = 2 + rng.below(20);
        let mut data = rng.bytes(n * 12);
        for block in data.chunks_exact_mut(12) {
            block[0] = rng.below(names) as u8;
            block[1] = if rng.chance(70) { block[0].wrapping_sub(1) } else { rng.below(names) as u8 };
        }
        fuzz_bodies::header_plan(&data);
    });
}
