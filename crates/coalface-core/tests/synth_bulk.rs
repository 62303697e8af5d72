//! Bulk chains, re-checked block by block with a reader of their own.

mod bulk_reader;

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::path::Path;

use bulk_reader::{blocks, files, merkle_root, Block, Outpoint, Tx};
use coalface_core::hash::{hash160, sha256, sha256d, Hash32};
use coalface_core::network::Network;
use coalface_core::synth::{write_bulk, BulkOptions, BulkSummary, Kind, ERAS};

fn options() -> BulkOptions {
    BulkOptions { seed: 7, n_txs: 30_000, block_weight_wu: 400_000, threads: 1, ..BulkOptions::default() }
}

fn write(folder: &Path, options: &BulkOptions) -> BulkSummary {
    write_bulk(folder, options, &|_| true).expect("a chain")
}

fn temporary() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

struct Coin {
    value_sat: u64,
    script: Vec<u8>,
    height: u32,
    coinbase: bool,
}

#[derive(Default)]
struct Seen {
    kinds: HashMap<Kind, u64>,
    scripts: HashSet<Vec<u8>>,
    n_reused: u64,
    n_same_block: u64,
    n_inputs: u64,
    n_outputs: u64,
    n_txs: u64,
    n_spends_proved: u64,
    n_txs_with_data: u64,
    ages: Vec<u32>,
    short_claims: u64,
}

fn kind(script: &[u8]) -> Kind {
    match *script {
        [] => Kind::Empty,
        [0x6a, ..] => Kind::OpReturn,
        [0x76, 0xa9, 20, .., 0x88, 0xac] if script.len() == 25 => Kind::P2pkh,
        [0xa9, 20, .., 0x87] if script.len() == 23 => Kind::P2sh,
        [0, 20, ..] if script.len() == 22 => Kind::P2wpkh,
        [0, 32, ..] if script.len() == 34 => Kind::P2wsh,
        [0x51, 32, ..] if script.len() == 34 => Kind::P2tr,
        [0x51, 2, 0x4e, 0x73] => Kind::Anchor,
        [0x52..=0x60, n, ..] if script.len() == 2 + usize::from(n) => Kind::WitnessUnknown,
        [33, 2..=3, .., 0xac] if script.len() == 35 => Kind::P2pk,
        [65, 4, .., 0xac] if script.len() == 67 => Kind::P2pk,
        [0x51..=0x53, 33, .., 0xae] => Kind::Multisig,
        _ => Kind::Nonstandard,
    }
}

/// Items of a script that only pushes.
fn pushes(mut script: &[u8]) -> Vec<&[u8]> {
    let mut items = Vec::new();
    while let Some((&opcode, rest)) = script.split_first() {
        let (n, skip) = match opcode {
            0..=75 => (usize::from(opcode), 0),
            0x4c => (usize::from(rest[0]), 1),
            0x4d => (usize::from(u16::from_le_bytes([rest[0], rest[1]])), 2),
            0x51..=0x60 => (0, 0),
            _ => panic!("opcode {opcode:#x} in a scriptSig"),
        };
        items.push(&rest[skip..skip + n]);
        script = &rest[skip + n..];
    }
    items
}

/// Checks that key or script of the spend hash to what the output holds; says whether there was a hash to check.
fn check_spend(script: &[u8], script_sig: &[u8], witness: &[Vec<u8>]) -> bool {
    let is_key = |key: &[u8]| matches!((key.len(), key[0]), (33, 2 | 3) | (65, 4));
    let segwit = |program: &[u8], witness: &[Vec<u8>]| {
        let last = witness.last().expect("an item");
        match program.len() {
            22 => assert!(hash160(last) == program[2..] && is_key(last) && witness.len() == 2),
            34 => assert_eq!(sha256(last), program[2..]),
            n => panic!("a program of {n} bytes"),
        }
    };
    match kind(script) {
        Kind::P2pkh => {
            let items = pushes(script_sig);
            assert!(items.len() == 2 && is_key(items[1]) && hash160(items[1]) == script[3..23]);
            assert!((70..=72).contains(&items[0].len()) && witness.is_empty());
        }
        Kind::P2sh => {
            let items = pushes(script_sig);
            let redeem = items[items.len() - 1];
            assert_eq!(hash160(redeem), script[2..22]);
            if redeem[0] == 0 {
                assert_eq!(items.len(), 1);
                segwit(redeem, witness);
            }
        }
        Kind::P2wpkh | Kind::P2wsh => {
            assert!(script_sig.is_empty());
            segwit(script, witness);
        }
        Kind::P2tr => {
            assert!(script_sig.is_empty());
            match witness {
                [signature] => assert!(matches!(signature.len(), 64 | 65)),
                [_, _, control] => assert_eq!(control.len() % 32, 1),
                _ => panic!("{} items", witness.len()),
            }
            return false;
        }
        _ => return false,
    }
    true
}

/// The height at the start of a coinbase's scriptSig, read as BIP-0034 says.
fn coinbase_height(script_sig: &[u8]) -> u32 {
    match script_sig[0] {
        opcode @ 0x51..=0x60 => u32::from(opcode - 0x50),
        n => script_sig[1..=usize::from(n)].iter().rev().fold(0, |height, byte| height << 8 | u32::from(*byte)),
    }
}

fn check_header(block: &Block, height: u32, prev: [u8; 32], times: &mut Vec<u32>) {
    let leaves: Vec<_> = block.txs.iter().map(|tx| tx.txid).collect();
    assert_eq!(leaves.iter().collect::<HashSet<_>>().len(), leaves.len());
    assert_eq!(block.header[36..68], merkle_root(leaves));
    assert_eq!(block.header[4..36], prev);
    assert_eq!(block.word(72), 0x207f_ffff);
    let mut shown = block.hash();
    shown.reverse();
    let mut target = [0; 32];
    target[..3].copy_from_slice(&[0x7f, 0xff, 0xff]);
    assert!(shown <= target);
    if height > 0 {
        assert_eq!(block.word(0), 0x2000_0000);
        let mut last: Vec<u32> = times.iter().rev().take(11).copied().collect();
        last.sort_unstable();
        assert!(block.word(68) > last[last.len() / 2]);
    }
    times.push(block.word(68));
}

fn check_commitment(block: &Block) {
    let prefix = [0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed];
    let coinbase = &block.txs[0];
    let commitment = coinbase.outputs.iter().rev().find(|output| output.script.starts_with(&prefix));
    if !block.txs[1..].iter().any(|tx| tx.txid != tx.wtxid) {
        assert!(commitment.is_none() && coinbase.inputs[0].witness.is_empty());
        return;
    }
    let reserved = &coinbase.inputs[0].witness;
    assert_eq!(*reserved, [vec![0; 32]]);
    let wtxids = std::iter::once([0; 32]).chain(block.txs[1..].iter().map(|tx| tx.wtxid)).collect();
    let expected = sha256d(&[merkle_root(wtxids), [0; 32]].concat());
    assert_eq!(commitment.expect("a commitment").script[6..], expected);
}

fn spend(tx: &Tx, height: u32, coins: &mut HashMap<Outpoint, Coin>, seen: &mut Seen) -> u64 {
    assert!(tx.locktime < height);
    let mut input_sat = 0;
    for input in &tx.inputs {
        let coin = coins.remove(&input.outpoint).expect("an existing, unspent output");
        assert!(!coin.coinbase || height - coin.height >= 100, "immature");
        seen.n_spends_proved += u64::from(check_spend(&coin.script, &input.script_sig, &input.witness));
        seen.n_same_block += u64::from(coin.height == height);
        seen.ages.push(height - coin.height);
        input_sat += coin.value_sat;
    }
    seen.n_txs_with_data += u64::from(tx.outputs.iter().any(|output| kind(&output.script) == Kind::OpReturn));
    input_sat
}

fn check_block(block: &Block, height: u32, coins: &mut HashMap<Outpoint, Coin>, seen: &mut Seen) {
    let mut fees_sat = 0;
    // The coinbase comes last here: nothing in its own block may spend it.
    for tx in block.txs[1..].iter().chain(&block.txs[..1]) {
        let coinbase = tx.txid == block.txs[0].txid;
        let output_sat: u64 = tx.outputs.iter().map(|output| output.value_sat).sum();
        if coinbase {
            assert_eq!((tx.inputs.len(), tx.inputs[0].outpoint), (1, ([0; 32], u32::MAX)));
            let allowed = (5_000_000_000u64 >> (height / 150).min(63)) + fees_sat;
            assert!(output_sat <= allowed && allowed - output_sat <= 1_000);
            seen.short_claims += u64::from(output_sat < allowed);
            if height > 0 {
                assert_eq!(coinbase_height(&tx.inputs[0].script_sig), height);
            }
            assert!((2..=100).contains(&tx.inputs[0].script_sig.len()));
        } else {
            let input_sat = spend(tx, height, coins, seen);
            fees_sat += input_sat.checked_sub(output_sat).expect("no money from nothing");
        }
        seen.n_inputs += tx.inputs.len() as u64;
        for (vout, output) in (0..).zip(&tx.outputs) {
            let kind = kind(&output.script);
            *seen.kinds.entry(kind).or_default() += 1;
            seen.n_outputs += 1;
            if kind != Kind::OpReturn {
                seen.n_reused += u64::from(!seen.scripts.insert(output.script.clone()));
                if height > 0 {
                    let coin = Coin { value_sat: output.value_sat, script: output.script.clone(), height, coinbase };
                    assert!(coins.insert((tx.txid, vout), coin).is_none());
                }
            }
        }
    }
    seen.n_txs += block.txs.len() as u64;
}

/// Re-checks the whole chain against everything that a node would, scripts aside.
fn check_chain(folder: &Path, options: &BulkOptions, summary: &BulkSummary) -> (Seen, Vec<Block>) {
    let (blocks, _) = blocks(folder);
    let (mut coins, mut seen, mut times) = (HashMap::new(), Seen::default(), Vec::new());
    let mut prev = [0; 32];
    for (height, block) in (0..).zip(&blocks) {
        check_header(block, height, prev, &mut times);
        check_commitment(block);
        check_block(block, height, &mut coins, &mut seen);
        assert!(block.weight_wu as u64 <= options.block_weight_wu);
        prev = block.hash();
    }
    assert_eq!(Hash32(blocks[0].hash()), Network::Regtest.genesis_hash());
    assert_eq!(summary.tip_hash, Hash32(prev));
    assert_eq!(u64::from(summary.tip_height) + 1, blocks.len() as u64);
    assert_eq!(summary.n_blocks, blocks.len() as u64);
    assert_eq!(Some(&summary.tip_time_unix), times.last());
    assert_eq!((summary.n_txs, summary.n_inputs, summary.n_outputs), (seen.n_txs, seen.n_inputs, seen.n_outputs));
    assert_eq!(summary.n_txs, options.n_txs);
    assert_eq!(summary.n_addresses, seen.scripts.len() as u64);
    for (kind, n) in summary.kinds.iter() {
        assert_eq!(n, seen.kinds.get(&kind).copied().unwrap_or(0), "{}", kind.name());
    }
    (seen, blocks)
}

#[test]
fn every_block_holds_and_shapes_are_plausible() {
    let folder = temporary();
    let options = options();
    let summary = write(folder.path(), &options);
    let (mut seen, blocks) = check_chain(folder.path(), &options, &summary);

    // Past the first blocks, which fan out what little is there.
    let settled = &blocks[110..];
    let mean = |f: &dyn Fn(&Tx) -> usize| {
        let txs = settled.iter().flat_map(|block| &block.txs[1..]);
        let (sum, n) = txs.fold((0, 0), |(sum, n), tx| (sum + f(tx), n + 1));
        sum as f64 / f64::from(n)
    };
    let (inputs, outputs, bytes) = (mean(&|tx| tx.inputs.len()), mean(&|tx| tx.outputs.len()), mean(&|tx| tx.n_bytes));
    println!("{inputs:.2} inputs, {outputs:.2} outputs, {bytes:.0} bytes a transaction; {summary:?}");
    assert!((1.8..2.2).contains(&inputs) && (2.1..2.6).contains(&outputs) && (440.0..640.0).contains(&bytes));

    let share = |part: u64, whole: u64| part as f64 / whole as f64;
    let addressed = seen.n_outputs - seen.kinds[&Kind::OpReturn];
    let reuse = share(seen.n_reused, addressed);
    assert!((0.40..0.55).contains(&reuse), "{reuse}");
    let same_block = share(seen.n_same_block, seen.ages.len() as u64);
    assert!((0.10..0.20).contains(&same_block), "{same_block}");
    let with_data = share(seen.n_txs_with_data, seen.n_txs);
    assert!((0.12..0.18).contains(&with_data), "{with_data}");
    let proved = share(seen.n_spends_proved, seen.ages.len() as u64);
    assert!(proved > 0.6, "{proved}");
    let short_claims = share(seen.short_claims, summary.n_blocks);
    assert!((0.01..0.1).contains(&short_claims), "{short_claims}");
    for kind in Kind::ALL {
        assert!(seen.kinds.get(&kind).is_some_and(|n| *n > 0), "no {}", kind.name());
    }
    seen.ages.sort_unstable();
    let at = |part: usize| seen.ages[seen.ages.len() * part / 100];
    println!("ages in blocks: median {}, 90 % {}, 99 % {}, most {:?}", at(50), at(90), at(99), seen.ages.last());
    assert!(at(50) <= 20 && at(99) > 4 * at(50));
    let most = |f: &dyn Fn(&Tx) -> usize| settled.iter().flat_map(|block| &block.txs[1..]).map(f).max();
    assert!(most(&|tx| tx.inputs.len()) > Some(40) && most(&|tx| tx.outputs.len()) > Some(40));
}

#[test]
fn every_era_holds() {
    for era in ERAS.iter().map(Some).chain([None]) {
        let folder = temporary();
        let options = BulkOptions { n_txs: 8_000, era, ..options() };
        let summary = write(folder.path(), &options);
        let (seen, _) = check_chain(folder.path(), &options, &summary);
        let name = era.map_or("history", |era| era.name);
        let has_witness = seen.kinds.contains_key(&Kind::P2wpkh);
        assert_eq!(has_witness, !matches!(name, "2011" | "2012" | "2013" | "2015" | "2016"), "{name}");
    }
}

#[test]
fn a_bounded_pool_stays_bounded() {
    let folder = temporary();
    let options = BulkOptions { seed: 8, max_unspent: 2_000, ..options() };
    let summary = write(folder.path(), &options);
    check_chain(folder.path(), &options, &summary);
    assert!((500..3_500).contains(&summary.n_unspent), "{}", summary.n_unspent);
}

#[test]
fn blocks_fill_up_to_the_limit_and_not_beyond() {
    for (n_txs, block_weight_wu, close_wu) in [(40_000, 4_000_000, 3_960_000), (3_000, 40_000, 22_000)] {
        let folder = temporary();
        let options = BulkOptions { seed: 9, n_txs, block_weight_wu, threads: 2, ..options() };
        let summary = write(folder.path(), &options);
        let (_, blocks) = check_chain(folder.path(), &options, &summary);
        assert!(blocks.iter().any(|block| block.weight_wu > close_wu));
    }
}

#[test]
fn short_chains_have_exactly_the_transactions_asked_for() {
    for n_txs in [1, 2, 17, 101, 102, 150] {
        let folder = temporary();
        let options = BulkOptions { n_txs, ..options() };
        let summary = write(folder.path(), &options);
        check_chain(folder.path(), &options, &summary);
    }
}

#[test]
fn same_options_give_the_same_bytes_for_any_number_of_threads() {
    let small = BulkOptions { n_txs: 5_000, ..options() };
    let bytes = |options: &BulkOptions| {
        let folder = temporary();
        let summary = write(folder.path(), options);
        (files(folder.path()), summary)
    };
    let first = bytes(&small);
    assert_eq!(first, bytes(&small));
    assert_eq!(first, bytes(&BulkOptions { threads: 2, ..small.clone() }));
    assert_eq!(first, bytes(&BulkOptions { threads: 8, ..small.clone() }));
    assert_ne!(first.1.tip_hash, bytes(&BulkOptions { seed: 8, ..small }).1.tip_hash);
}

#[test]
fn bytes_do_not_change_unnoticed() {
    // A change of any share or of the order of draws changes every chain: figures measured on one do not compare then.
    let folder = temporary();
    let summary = write(folder.path(), &BulkOptions { n_txs: 5_000, ..options() });
    let tip = "18302394bb39b4c3d30b8a7903b560f91b113876e784a08860eebfe0a2417a46";
    assert_eq!(summary.tip_hash.to_display(), tip);
}

#[test]
fn framing_is_that_of_a_node() {
    let plain = temporary();
    let base = BulkOptions { n_txs: 5_000, ..options() };
    let plain_summary = write(plain.path(), &base);

    let folder = temporary();
    let key = [0x9a, 1, 0, 0xff, 7, 0x31, 0x80, 0x55];
    let options = BulkOptions { xor_key: Some(key), max_file_bytes: 500_000, preallocate_tail: true, ..base };
    let summary = write(folder.path(), &options);
    assert_eq!(summary.tip_hash, plain_summary.tip_hash);
    check_chain(folder.path(), &options, &summary);
    assert!(!plain.path().join("xor.dat").exists());
    assert_eq!(std::fs::read(folder.path().join("xor.dat")).expect("a key"), key);

    let all = files(folder.path());
    let (last, full) = all.split_last().expect("files");
    assert!(all.len() > 3 && all.len() == summary.n_files as usize);
    assert!(full.iter().all(|file| file.len() <= 500_000));
    assert_eq!(last.len() % (16 << 20), 0);
    let (_, tail) = blocks(folder.path());
    let n_bytes = all.iter().map(Vec::len).sum::<usize>() - tail;
    assert_eq!((n_bytes as u64, plain_summary.n_bytes), (summary.n_bytes, summary.n_bytes));
}

#[test]
fn refuses_a_folder_in_use_and_bad_options() {
    let folder = temporary();
    let small = BulkOptions { n_txs: 3, ..options() };
    write(folder.path(), &small);
    let before = files(folder.path());
    let error = write_bulk(folder.path(), &small, &|_| true).expect_err("in use");
    assert_eq!(error.code(), "usage_folder_in_use");
    assert!(error.hint().is_some());
    assert_eq!(files(folder.path()), before);
    let error = write_bulk(&folder.path().join("new"), &BulkOptions { n_txs: 0, ..small }, &|_| true);
    assert_eq!(error.expect_err("no transaction").code(), "usage_option_out_of_range");
    assert!(!folder.path().join("new").exists());
}

#[test]
fn a_failed_write_and_a_stop_are_told() {
    for threads in [1, 2] {
        let folder = temporary();
        let in_the_way = folder.path().join("file");
        std::fs::write(&in_the_way, b"").expect("a file");
        let options = BulkOptions { threads, ..options() };
        let error = write_bulk(&in_the_way, &options, &|_| true).expect_err("not a folder");
        assert_eq!(error.code(), "io");

        let calls = Cell::new(0);
        let stop = |n_txs: u64| {
            calls.set(calls.get() + 1);
            n_txs < 50
        };
        let error = write_bulk(&folder.path().join("blocks"), &options, &stop).expect_err("stopped");
        assert_eq!((error.code(), calls.get()), ("cancelled", 49));

        // A file appears where the second block file must go: the sealer fails in the middle.
        let options = BulkOptions { max_file_bytes: 100_000, ..options };
        let late = folder.path().join("late");
        let block_it = |_| {
            let _ = std::fs::create_dir(late.join("blk00003.dat"));
            true
        };
        let error = write_bulk(&late, &options, &block_it).expect_err("a folder in the way");
        assert_eq!(error.code(), "io");
    }
}
