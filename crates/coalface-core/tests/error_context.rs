//! Every error of the engine tells its facts one by one. The lists of variants are matches without a wildcard, so that
//! a new variant does not compile until it stands here, and then needs an example.

#![allow(clippy::unwrap_used)] // a test may panic

use std::io;
use std::path::PathBuf;

use coalface_core::blockfile::parse::ParseError;
use coalface_core::blockfile::BlockFileError;
use coalface_core::bulk::MemoryError;
use coalface_core::hash::Hash32;
use coalface_core::io::IoError;
use coalface_core::network::Network;
use coalface_core::rule_set::RuleSetError;
use coalface_core::script::address::WitnessProgramProblem;
use coalface_core::script::AddressError;
use coalface_core::store::StoreError;
use coalface_core::synth::BulkError;
use coalface_core::taint::TraceError;
use coalface_core::tx_json::TxJsonError;
use coalface_core::{Context, ContextValue, Error};

/// Fails to compile if a variant is missing from the list, and fails if one of the list is missing from the examples.
macro_rules! every_variant {
    ($examples:expr, [$($variant:pat),+ $(,)?]) => {
        for (example, _) in &$examples {
            match example { $($variant => (),)+ }
        }
        $(assert!($examples.iter().any(|(example, _)| matches!(example, $variant)), "{}", stringify!($variant));)+
    };
}

fn io_error() -> IoError {
    IoError::new("open", "store/tx/txid", io::Error::from_raw_os_error(13))
}

const IO: &[&str] = &["path", "action", "reason", "os_error"];

/// The facts have the names expected, once each, and values that fit in a line.
fn assert_facts(error: impl Into<Error>, names: &[&str]) {
    let error: Error = error.into();
    let context = error.context();
    assert_eq!(context.iter().map(|(name, _)| *name).collect::<Vec<_>>(), names, "{error}");
    for (name, value) in &context {
        assert_eq!(context.iter().filter(|(other, _)| other == name).count(), 1, "{name}");
        if let ContextValue::Text(text) = value {
            assert!(text.chars().count() <= 80, "{name}: {text}");
        }
    }
}

fn fact(context: &Context, name: &str) -> ContextValue {
    context.iter().find(|(other, _)| *other == name).unwrap().1.clone()
}

#[test]
fn of_the_engine() {
    let hash = Hash32::default();
    let source = ParseError { offset: 84, what: "number of inputs", received: 1 << 40, allowed: "1 to 90000" };
    let text = || "x".repeat(500);
    let damaged = || Error::DamagedBlock { file: "blk00000.dat".into(), offset: 8, hash, source: source.clone() };
    let examples: Vec<(Error, &[&str])> = vec![
        (Error::Io(io_error()), IO),
        (Error::Store(StoreError::Io(io_error())), IO),
        (Error::BlockFile(BlockFileError::Io(io_error())), IO),
        (Error::Bulk(BulkError::Io(io_error())), IO),
        (Error::Address(AddressError::Empty), &["address"]),
        (
            Error::RuleSet(RuleSetError::Unknown { name: "x".repeat(500), known: "keyed".into() }),
            &["received", "allowed"],
        ),
        (Error::RuleSet(RuleSetError::NotBuilt { name: "keyed".into(), path: "x".into() }), &["rule_set", "path"]),
        (
            Error::RuleSet(RuleSetError::OtherVersion { name: "keyed".into(), found: 1, known: 2 }),
            &["rule_set", "received", "allowed"],
        ),
        (Error::RuleSet(RuleSetError::OtherStore { path: "x".into() }), &["path"]),
        (Error::RuleSet(StoreError::Io(io_error()).into()), IO),
        (Error::Memory(MemoryError::TooLittle { received_bytes: 1, allowed_bytes: 2 }), &["received", "allowed"]),
        (
            Error::Memory(MemoryError::Disk { needed_bytes: 2, available_bytes: 1 }),
            &["needed_bytes", "available_bytes"],
        ),
        (Error::Trace(TraceError::NotDefined { method: "tiho" }), &["method"]),
        (Error::TxJson(TxJsonError::TooLarge { received: 2, allowed: 1 }), &["received", "allowed"]),
        (Error::TxJson(TxJsonError::Syntax { line: 1, column: 2, what: text() }), &["line", "column", "what"]),
        (Error::TxJson(TxJsonError::Empty), &[]),
        (Error::TxJson(TxJsonError::MissingPrevout { txid: text(), input: 0 }), &["txid", "input"]),
        (
            Error::TxJson(TxJsonError::Field { txid: text(), field: text(), received: text(), allowed: "hex" }),
            &["txid", "field", "received", "allowed"],
        ),
        (
            Error::TxJson(TxJsonError::Amount { txid: text(), field: text(), received: -1, allowed: "0" }),
            &["txid", "field", "received", "allowed"],
        ),
        (Error::TxJson(TxJsonError::Txid { received: text(), computed: text() }), &["received", "computed"]),
        (damaged(), &["path", "offset", "block_hash", "block_offset", "what", "received", "allowed"]),
        (Error::BlockGone { hash }, &["block_hash"]),
        (Error::Cancelled, &[]),
    ];
    every_variant!(
        examples,
        [
            Error::Io(_),
            Error::Store(_),
            Error::BlockFile(_),
            Error::Address(_),
            Error::Bulk(_),
            Error::RuleSet(RuleSetError::Unknown { .. }),
            Error::RuleSet(RuleSetError::NotBuilt { .. }),
            Error::RuleSet(RuleSetError::OtherVersion { .. }),
            Error::RuleSet(RuleSetError::OtherStore { .. }),
            Error::RuleSet(RuleSetError::Store(_)),
            Error::Memory(MemoryError::TooLittle { .. }),
            Error::Memory(MemoryError::Disk { .. }),
            Error::Trace(_),
            Error::TxJson(TxJsonError::TooLarge { .. }),
            Error::TxJson(TxJsonError::Syntax { .. }),
            Error::TxJson(TxJsonError::Empty),
            Error::TxJson(TxJsonError::MissingPrevout { .. }),
            Error::TxJson(TxJsonError::Field { .. }),
            Error::TxJson(TxJsonError::Amount { .. }),
            Error::TxJson(TxJsonError::Txid { .. }),
            Error::DamagedBlock { .. },
            Error::BlockGone { .. },
            Error::Cancelled,
        ]
    );
    for (error, names) in examples {
        assert_facts(error, names);
    }
    assert_eq!(fact(&damaged().context(), "offset"), ContextValue::Number(8));
    assert_eq!(fact(&damaged().context(), "received"), ContextValue::Number(1 << 40));
}

#[test]
fn of_the_store() {
    let path = || String::from("store");
    let corrupt = |what: &str| StoreError::Corrupt { file: "tx/txid".into(), offset: 4096, what: what.into() };
    let examples: Vec<(StoreError, &[&str])> = vec![
        (StoreError::NotAStore { path: path() }, &["path"]),
        (corrupt("bad checksum"), &["path", "offset", "what"]),
        (corrupt(&"x".repeat(500)), &["path", "offset", "what"]),
        (StoreError::UnsupportedFormat { found: 9, known: 2 }, &["received", "allowed"]),
        (StoreError::Locked { path: path() }, &["path"]),
        (StoreError::StaleSnapshot { opened: 3, now: 4 }, &["opened_epoch", "epoch"]),
        (StoreError::Full { what: "outputs", wanted: 9, limit: 8 }, &["what", "received", "allowed"]),
        (StoreError::WrongNetwork { store: "mainnet", source_network: "signet" }, &["received", "allowed"]),
        (StoreError::FolderInUse { file: "runs/x".into() }, &["file"]),
        (StoreError::UndependableFileSystem { path: path(), name: "NFS" }, &["path", "received"]),
        (StoreError::OutOfRange { what: "output", id: 9, limit: 8 }, &["what", "received", "n_rows"]),
        (StoreError::Io(io_error()), IO),
    ];
    every_variant!(
        examples,
        [
            StoreError::NotAStore { .. },
            StoreError::Corrupt { .. },
            StoreError::UnsupportedFormat { .. },
            StoreError::Locked { .. },
            StoreError::StaleSnapshot { .. },
            StoreError::Full { .. },
            StoreError::WrongNetwork { .. },
            StoreError::FolderInUse { .. },
            StoreError::UndependableFileSystem { .. },
            StoreError::OutOfRange { .. },
            StoreError::Io(_),
        ]
    );
    for (error, names) in examples {
        assert_facts(error, names);
    }
}

#[test]
fn of_block_files() {
    let path = || PathBuf::from("blk00007.dat");
    let hash = Hash32::default();
    let (found, network, wanted) = (|| vec![1, 2, 3, 4], Network::Mainnet, Network::Signet);
    let mixed =
        BlockFileError::MixedNetworks { path: path(), offset: 9, found: network, before_path: path(), before: wanted };
    let examples: Vec<(BlockFileError, &[&str])> = vec![
        (BlockFileError::Io(io_error()), IO),
        (BlockFileError::Cancelled, &[]),
        (BlockFileError::NoBlockFiles { path: path() }, &["path"]),
        (BlockFileError::SeveralNetworks { path: path(), found: Network::ALL.to_vec() }, &["path", "received"]),
        (BlockFileError::WrongNetwork { path: path(), found: network, wanted }, &["path", "received", "allowed"]),
        (mixed, &["path", "offset", "received", "allowed", "allowed_by"]),
        (BlockFileError::BadKeyFile { path: path(), len: 7 }, &["path", "received", "allowed"]),
        (
            BlockFileError::UnknownMagic { path: path(), found: vec![7; 500], with_key: false },
            &["path", "offset", "received", "xor_key"],
        ),
        (BlockFileError::NotABlock { path: path(), len: 5 }, &["path", "received", "allowed"]),
        (
            BlockFileError::TooEasy { path: path(), bits: 1, allowed: 2, network },
            &["path", "received", "allowed", "network"],
        ),
        (
            BlockFileError::BadMagic { path: path(), offset: 9, found: found(), allowed: network.magic() },
            &["path", "offset", "received", "allowed"],
        ),
        (BlockFileError::BadLength { path: path(), offset: 9, found: 5 }, &["path", "offset", "received", "allowed"]),
        (BlockFileError::Changed { path: path(), offset: 9, hash }, &["path", "offset", "block_hash"]),
        (
            BlockFileError::ForeignBlock { hash, file: 3, len: 5, n_files: 1 },
            &["block_hash", "file_no", "size_bytes", "n_files"],
        ),
        (BlockFileError::UnwritableBlock { len: 5 }, &["received", "allowed"]),
    ];
    every_variant!(
        examples,
        [
            BlockFileError::Io(_),
            BlockFileError::Cancelled,
            BlockFileError::NoBlockFiles { .. },
            BlockFileError::SeveralNetworks { .. },
            BlockFileError::WrongNetwork { .. },
            BlockFileError::MixedNetworks { .. },
            BlockFileError::BadKeyFile { .. },
            BlockFileError::UnknownMagic { .. },
            BlockFileError::NotABlock { .. },
            BlockFileError::TooEasy { .. },
            BlockFileError::BadMagic { .. },
            BlockFileError::BadLength { .. },
            BlockFileError::Changed { .. },
            BlockFileError::ForeignBlock { .. },
            BlockFileError::UnwritableBlock { .. },
        ]
    );
    for (error, names) in examples {
        assert_facts(error, names);
    }
}

#[test]
fn of_addresses() {
    let text = || "q".repeat(500);
    let examples: Vec<(AddressError, &[&str])> = vec![
        (AddressError::Empty, &["address"]),
        (AddressError::TooLong { len: 91, max: 90 }, &["received", "allowed"]),
        (AddressError::BadCharacter { position: 2, character: '0' }, &["position", "received"]),
        (AddressError::Base58Checksum { text: text() }, &["address", "encoding"]),
        (AddressError::Bech32Checksum { text: text(), suspect_position: None }, &["address", "encoding"]),
        (
            AddressError::Bech32Checksum { text: text(), suspect_position: Some(4) },
            &["address", "encoding", "suspect_position"],
        ),
        (AddressError::WrongNetwork { found: "mainnet", expected: "regtest" }, &["received", "allowed"]),
        (AddressError::UnknownVersion { version: 0x80 }, &["received"]),
        (AddressError::WrongLength { len: 33, expected: 21 }, &["received", "allowed"]),
        (AddressError::MixedCase { position: 3 }, &["position"]),
        (
            AddressError::WrongBech32Variant { version: 1, found: "bech32", expected: "bech32m" },
            &["witness_version", "received", "allowed"],
        ),
        (AddressError::BadWitnessProgram { problem: WitnessProgramProblem::Padding }, &["problem"]),
        (AddressError::UnknownScriptKind { name: text() }, &["received"]),
        (AddressError::BadHex { text: text() }, &["received", "allowed"]),
        (AddressError::NotTheEmptyScript { found: text() }, &["received", "allowed"]),
        (AddressError::NotBitcoin { text: text(), looks_like: "another chain" }, &["address", "problem"]),
    ];
    every_variant!(
        examples,
        [
            AddressError::Empty,
            AddressError::TooLong { .. },
            AddressError::BadCharacter { .. },
            AddressError::Base58Checksum { .. },
            AddressError::Bech32Checksum { .. },
            AddressError::WrongNetwork { .. },
            AddressError::UnknownVersion { .. },
            AddressError::WrongLength { .. },
            AddressError::MixedCase { .. },
            AddressError::WrongBech32Variant { .. },
            AddressError::BadWitnessProgram { .. },
            AddressError::UnknownScriptKind { .. },
            AddressError::BadHex { .. },
            AddressError::NotTheEmptyScript { .. },
            AddressError::NotBitcoin { .. },
        ]
    );
    for (error, names) in examples {
        assert_facts(error, names);
    }
}

#[test]
fn of_bulk_chains() {
    let examples: Vec<(BulkError, &[&str])> = vec![
        (
            BulkError::OptionOutOfRange { option: "threads", value: 0, least: 1, most: 64 },
            &["option", "received", "allowed"],
        ),
        (BulkError::FolderInUse { folder: "blocks".into(), file: "blk00000.dat".into() }, &["path", "file"]),
        (BulkError::ChainTooLong { height: 9 }, &["height"]),
        (BulkError::BlockFile(BlockFileError::UnwritableBlock { len: 3 }), &["received", "allowed"]),
        (BulkError::Io(io_error()), IO),
        (BulkError::Cancelled, &[]),
    ];
    every_variant!(
        examples,
        [
            BulkError::OptionOutOfRange { .. },
            BulkError::FolderInUse { .. },
            BulkError::ChainTooLong { .. },
            BulkError::BlockFile(_),
            BulkError::Io(_),
            BulkError::Cancelled,
        ]
    );
    for (error, names) in examples {
        assert_facts(error, names);
    }
}

#[test]
fn of_traces() {
    let file = || TraceError::File { path: "edges.jsonl".into(), source: io::Error::from_raw_os_error(13) };
    let examples: Vec<(TraceError, &[&str])> = vec![
        (TraceError::Part { start_sat: 1, end_sat: 9, value_sat: 8 }, &["start_sat", "received", "allowed"]),
        (TraceError::NotDefined { method: "tiho" }, &["method"]),
        (TraceError::TooLittle { received_bytes: 1, allowed_bytes: 2 }, &["received", "allowed"]),
        (TraceError::Memory { n_txs: 3, needed_bytes: 2, allowed_bytes: 1 }, &["n_txs", "received", "allowed"]),
        (file(), &["path", "what"]),
        (TraceError::Spill { path: "x.spill".into(), offset: 7 }, &["path", "offset"]),
    ];
    every_variant!(
        examples,
        [
            TraceError::Part { .. },
            TraceError::NotDefined { .. },
            TraceError::TooLittle { .. },
            TraceError::Memory { .. },
            TraceError::File { .. },
            TraceError::Spill { .. },
        ]
    );
    for (error, names) in examples {
        assert_facts(error, names);
    }
}

#[test]
fn a_private_key_typed_as_an_address_is_repeated_nowhere() {
    let hex = "0c28fca386c7a227600b2fe50b7cae11ec86d3bf1fbe471be89827e19d72aa1d";
    for text in [
        "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ",
        "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTK",
        "S6c56bnXQiBjk9mqSYE7ykVQ7NzrRy",
        "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5",
        &format!("0x{hex}"),
        &format!("script:p2pk:{}", &hex[1..]),
        &format!("script:empty:{hex}"),
        &format!("script:{hex}"),
    ] {
        let error: Error = coalface_core::script::address::decode(Network::Mainnet, text).unwrap_err().into();
        let told = format!("{error} {error:?} {:?} {:?}", error.context(), error.hint());
        let secret = text.rsplit(':').next().unwrap().trim_start_matches("0x");
        assert!(!told.contains(&secret[..20]), "{told}");
    }
}
