//! What must hold for any bytes. One function a fuzz target; `fuzz/` and the test `fuzz_corpus` call them.

#![allow(dead_code, clippy::unwrap_used)] // each includer calls its own; a broken promise may panic

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use coalface_core::blockfile::parse::{ParsedBlock, Span};
use coalface_core::blockfile::undo::{Undo, UndoFiles};
use coalface_core::blockfile::{plan, BlockRef, Header, OrderRules, Source, SourceOptions, XorKey};
use coalface_core::coinjoin::{judge, Eras, Exclusion};
use coalface_core::hash::Hash32;
use coalface_core::io::replay::{Files, ReplayStorage};
use coalface_core::link::load::fault_of_bytes;
use coalface_core::network::Network;
use coalface_core::script::address::{decode, encode};
use coalface_core::script::{
    classify, output_keys, revealed_address, revealed_keys, spend_flags, to_script, AddressKey, Kind, Witness,
};
use coalface_core::store::digest::digests;
use coalface_core::store::key::Salt;
use coalface_core::store::{Snapshot, StoreWriter};
use coalface_core::tx_json;
use coalface_core::units::is_money;

/// A block is read to its last byte, or the error names a byte of it.
pub fn block(data: &[u8]) {
    let mut block = ParsedBlock::default();
    match block.parse(data) {
        Err(error) => assert!(error.offset <= data.len(), "{error}"),
        Ok(()) => check_parsed(&block, data),
    }
    // Into arrays that hold another block already; and every rule that needs no other block.
    let fault = fault_of_bytes(&mut block, data);
    if let Some(fault) = fault {
        assert!(!fault.to_string().is_empty() && !fault.code().is_empty());
    }
}

fn check_parsed(block: &ParsedBlock, data: &[u8]) {
    let (n_txs, n_inputs, n_outputs) = (block.txid.len(), block.prev_txid.len(), block.script.len());
    assert_eq!(block.size_bytes as usize, data.len());
    assert_eq!(block.hash, Header::hash(data.first_chunk().unwrap()));
    for len in [block.version.len(), block.locktime.len(), block.flags.len(), block.tx_weight_wu.len()] {
        assert_eq!(len, n_txs);
    }
    for len in [block.prev_vout.len(), block.sequence.len(), block.script_sig.len(), block.witness.len()] {
        assert_eq!(len, n_inputs);
    }
    assert_eq!(block.value_sat.len(), n_outputs);
    for (firsts, n) in [(&block.first_input, n_inputs), (&block.first_output, n_outputs)] {
        assert_eq!((firsts.len(), firsts[0], firsts[n_txs] as usize), (n_txs + 1, 0, n));
        assert!(firsts.windows(2).all(|pair| pair[0] < pair[1]), "no transaction without inputs or outputs");
    }
    let count_bytes = match n_txs {
        0..=0xfc => 1,
        0xfd..=0xffff => 3,
        _ => 5,
    };
    let tx_bytes: usize = block.tx_size_bytes.iter().map(|size| *size as usize).sum();
    assert_eq!(80 + count_bytes + tx_bytes, data.len());
    let tx_weight: usize = block.tx_weight_wu.iter().map(|weight| *weight as usize).sum();
    assert_eq!((80 + count_bytes) * 4 + tx_weight, block.weight_wu as usize);
    let inside = |span: &Span| span.start <= span.end && span.end as usize <= data.len();
    assert!([&block.script_sig, &block.witness, &block.script].into_iter().flatten().all(inside));
    assert_eq!((block.tx_span.len(), block.tx_body.len()), (n_txs, n_txs));
    let _ = block.witness_commitment_holds(data);
    for witness in &block.witness {
        let mut items = Witness::new(witness.of(data)).iter();
        items.by_ref().for_each(drop);
        assert!(!items.is_broken(), "what the parser accepts as a witness reads as one");
    }
}

/// Kind and payload lead back to the script; its address leads back to its key.
pub fn script(data: &[u8]) {
    let (kind, range) = classify(data);
    assert!(range.start <= range.end && range.end <= data.len());
    let payload = &data[range];
    assert_eq!(to_script(kind, payload).as_deref(), Some(data));
    let key = AddressKey::of(kind, payload);
    assert_eq!(AddressKey::from_bytes(kind, key.as_bytes()), key);
    for network in Network::ALL {
        let text = encode(network, kind, payload);
        assert_eq!(text.is_some(), kind.has_address());
        if let Some(text) = text {
            assert_eq!(decode(network, &text), Ok(key), "{text}");
        }
    }
    output_keys(kind, payload, &mut Vec::new());
}

/// What is decoded encodes to a text that decodes to the same.
pub fn address(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for network in Network::ALL {
        match decode(network, &text) {
            Ok(key) => {
                let again = key.to_text(network).unwrap();
                assert_eq!(decode(network, &again), Ok(key), "{again}");
            }
            Err(error) => assert!(!error.to_string().is_empty() && !error.code().is_empty()),
        }
    }
}

/// A scriptSig (its length is the first byte) and a witness (the rest).
pub fn spend(data: &[u8]) {
    let Some((len, rest)) = data.split_first() else { return };
    let (script_sig, witness) = rest.split_at(rest.len().min(usize::from(*len)));
    let witness = Witness::new(witness);
    assert!(witness.len() <= rest.len());
    assert!(witness.iter().map(<[u8]>::len).sum::<usize>() <= rest.len());
    assert_eq!(witness.last(), witness.iter().last());
    let mut keys = Vec::new();
    for kind in [None].into_iter().chain(Kind::ALL.map(Some)) {
        let _ = spend_flags(kind, script_sig, witness);
        if let Some(kind) = kind {
            revealed_keys(kind, script_sig, script_sig, witness, &mut keys);
        }
    }
    if let Some(revealed) = revealed_address(script_sig, witness) {
        let key = revealed.address_key();
        let text = encode(Network::Mainnet, revealed.kind, revealed.payload()).unwrap();
        assert_eq!(decode(Network::Mainnet, &text), Ok(key));
        revealed_keys(revealed.kind, revealed.payload(), script_sig, witness, &mut keys);
    }
}

/// A store without rows.
pub fn empty_store() -> Files {
    let storage = Arc::new(ReplayStorage::default());
    StoreWriter::open(storage.clone(), Network::Regtest, || Ok(Salt([7; 16]))).unwrap();
    storage.files()
}

/// Patches a file of a store (which one, where, with what) and opens it; every answer is one or an error.
pub fn store(files: &Files, data: &[u8]) {
    let mut files = files.clone();
    let Some((which, rest)) = data.split_first() else { return };
    match which {
        0 => _ = files.insert("manifest.json".to_owned(), rest.to_vec()),
        1 => _ = files.insert("journal".to_owned(), rest.to_vec()),
        2 => _ = files.insert("epoch".to_owned(), rest.to_vec()),
        _ => {
            let Some((offset, bytes)) = rest.split_first_chunk() else { return };
            let names: Vec<String> = files.keys().cloned().collect();
            let content = files.get_mut(&names[usize::from(*which) % names.len()]).unwrap();
            let offset = u32::from_le_bytes(*offset) as usize % (content.len() + 1);
            let end = content.len().min(offset + bytes.len());
            content[offset..end].copy_from_slice(&bytes[..end - offset]);
        }
    }
    let storage = Arc::new(ReplayStorage::new(files));
    match Snapshot::open(&*storage) {
        Ok(Some(snapshot)) => _ = digests(&*storage, &snapshot),
        Ok(None) => {}
        Err(error) => assert!(!error.to_string().is_empty() && !error.code().is_empty()),
    }
    if let Ok(mut writer) = StoreWriter::open(storage.clone(), Network::Regtest, || Ok(Salt([7; 16]))) {
        let blocks = writer.snapshot().counts().blocks;
        _ = writer.move_bound(blocks / 2);
        _ = Snapshot::open(&*storage);
    }
}

/// A key (eight bytes) and a block file: every record found lies within it and reads back.
pub fn records(folder: &std::path::Path, data: &[u8]) {
    let Some((key, rest)) = data.split_first_chunk() else { return };
    if let Some(key) = XorKey::new(*key) {
        let mut hidden = rest.to_vec();
        key.apply(3, &mut hidden);
        key.apply(3, &mut hidden);
        assert_eq!(hidden, rest);
        std::fs::write(folder.join("xor.dat"), key.bytes()).unwrap();
    } else {
        _ = std::fs::remove_file(folder.join("xor.dat"));
    }
    let path = folder.join("blk00000.dat");
    std::fs::write(&path, rest).unwrap();
    for skip_damaged in [false, true] {
        let Ok(source) = Source::open(std::slice::from_ref(&path), &SourceOptions { network: None, skip_damaged })
        else {
            continue;
        };
        let Ok(scan) = source.scan(&|_| ControlFlow::Continue(())) else {
            // What may be skipped is; only another network's records cannot.
            continue;
        };
        let mut end = 0;
        let mut raw = Vec::new();
        for block in &scan.blocks {
            assert!(block.offset >= end, "records overlap");
            end = block.offset + u64::from(block.len);
            assert!(end <= rest.len() as u64);
            source.read_block(block, &mut raw).unwrap();
            assert_eq!(raw.len(), block.len as usize);
        }
        for span in scan.damaged.iter().chain(&scan.unfinished) {
            assert!(span.start < span.end && span.end <= rest.len() as u64);
        }
    }
}

/// An undo record: read whole, or the error names a byte of it. And an undo file: its records lie within it and do not
/// overlap, whatever else it holds.
pub fn undo(folder: &std::path::Path, data: &[u8]) {
    let mut undo = Undo::default();
    match undo.parse(data) {
        Err(error) => assert!(error.offset <= data.len() && !error.to_string().is_empty(), "{error}"),
        Ok(()) => {
            assert_eq!((undo.first.len(), undo.first[0]), (undo.n_txs() + 1, 0));
            assert!(undo.first.windows(2).all(|pair| pair[0] <= pair[1]));
            assert_eq!(undo.first[undo.n_txs()] as usize, undo.value_sat.len());
            for (n, value_sat) in undo.value_sat.iter().enumerate() {
                assert!(is_money(*value_sat));
                let script = undo.script(n);
                assert!(script.len() <= 10_000 && classify(script).0.has_address());
            }
            assert!(undo.value_sat.len() * 3 <= data.len(), "memory is bounded by the record");
        }
    }
    let blocks = folder.join("blk00000.dat");
    std::fs::write(&blocks, Network::Regtest.magic()).unwrap();
    std::fs::write(folder.join("rev00000.dat"), data).unwrap();
    let options = SourceOptions { network: Some(Network::Regtest), skip_damaged: false };
    let files = UndoFiles::scan(&Source::open(&[blocks], &options).unwrap());
    let mut records = files.records().to_vec();
    records.sort_by_key(|record| record.offset);
    let mut end = 0;
    for record in records {
        assert!(record.offset >= end + 8 && record.len > 0);
        end = record.offset + u64::from(record.len) + 32;
        assert!(end <= data.len() as u64);
    }
    assert!(files.faults().all(|(_, offset, fault)| offset < data.len() as u64 && !fault.to_string().is_empty()));
}

/// Made-up headers, twelve bytes each: the plan is a set of chains of distinct blocks, and counts every block once.
pub fn header_plan(data: &[u8]) {
    let hash = |n: u8| Hash32([n; 32]);
    let network = Network::Regtest;
    let blocks: Vec<BlockRef> = data
        .chunks_exact(12)
        .map(|c| {
            let name = if c[0] == 1 { network.genesis_hash() } else { hash(c[0]) };
            let prev = if c[1] == 1 { network.genesis_hash() } else { hash(c[1]) };
            let bits = if c[2] < 200 { 0x207f_ffff } else { u32::from_le_bytes([c[3], c[4], c[5], c[2]]) };
            let time_unix = u32::from_le_bytes([c[6], c[7], c[8], 0]);
            let header = Header { prev, bits, time_unix, version: i32::from(c[9]), ..Header::default() };
            let coinbase_height = (c[10] > 100).then(|| u32::from(c[10]).wrapping_mul(u32::from(c[11])));
            BlockRef { hash: name, header, file: 0, offset: 0, len: 81, coinbase_height }
        })
        .collect();
    let refused: HashSet<Hash32> = data.iter().take(2).map(|n| hash(*n)).collect();
    let heights: HashMap<Hash32, u32> = data.iter().skip(2).take(2).map(|n| (hash(*n), u32::from(*n) << 24)).collect();
    let bad_copies: HashSet<usize> = data.iter().skip(4).take(2).map(|n| usize::from(*n)).collect();
    let rules = OrderRules { network, refused: &refused, heights: &heights, bad_copies: &bad_copies };
    let found = plan(&blocks, &rules);
    assert_eq!(found, plan(&blocks, &rules), "equal input, equal output");
    let mut seen = HashSet::new();
    let mut at = 0;
    for segment in &found.segments {
        assert!(segment.start == at && segment.end > at);
        at = segment.end;
        for pair in found.order[segment.clone()].windows(2) {
            assert_eq!(blocks[pair[1].block].header.prev, blocks[pair[0].block].hash);
            assert_eq!(pair[1].height, pair[0].height.map(|height| height + 1));
        }
    }
    assert_eq!(at, found.order.len());
    for planned in &found.order {
        let block = &blocks[planned.block];
        assert!(seen.insert(block.hash) && !refused.contains(&block.hash) && !bad_copies.contains(&planned.block));
    }
    let n_refused = blocks
        .iter()
        .enumerate()
        .filter(|(n, block)| refused.contains(&block.hash) && !bad_copies.contains(n))
        .map(|(_, block)| block.hash)
        .collect::<HashSet<_>>()
        .len();
    let contextual = found.contextual_refusals.iter().filter(|(hash, _)| !refused.contains(hash)).count();
    let distinct = blocks.iter().enumerate().filter(|(n, _)| !bad_copies.contains(n));
    let n_distinct = distinct.clone().map(|(_, block)| block.hash).collect::<HashSet<_>>().len();
    let counted = found.order.len() as u64 + found.stale + found.refused_descendants + contextual as u64;
    assert_eq!(counted + n_refused as u64, n_distinct as u64);
    assert_eq!(n_distinct as u64 + found.duplicates, distinct.count() as u64);
}

/// JSON that is read gives a view of which everything can be asked; else the error says what is wrong.
pub fn tx_json(data: &[u8]) {
    match tx_json::read(data) {
        Err(error) => assert!(!error.to_string().is_empty() && !error.code().is_empty()),
        Ok(txs) => {
            for tx in &txs {
                let view = tx.view();
                assert!(view.outputs.iter().all(|output| is_money(output.value_sat)));
                assert!(view.fee_sat.is_none_or(is_money) && !view.inputs.is_empty() && !view.outputs.is_empty());
                for eras in [Eras::Off, Eras::Mainnet] {
                    let judgement = judge(view, eras);
                    assert_eq!(judgement.anonymity_sets.len(), view.outputs.len());
                    assert_eq!(judgement.outcome.is_excluded, Exclusion::new(eras).is_excluded(view));
                }
            }
        }
    }
}
