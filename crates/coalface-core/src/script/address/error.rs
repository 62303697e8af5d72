//! Why a text is not an address of the network asked for.

use thiserror::Error;

use crate::context::shown;
use crate::Context;

/// SHA-256 of no bytes, in hex.
const EMPTY_SCRIPT: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Why a text is not an address of the network asked for. Positions count characters from 0.
///
/// A text received is kept as [`shown`](crate::context::shown) allows: short, and never if it may be a private key.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AddressError {
    /// No text at all.
    #[error("an address is expected, the text is empty")]
    Empty,
    /// Longer than any address.
    #[error("the text has {len} bytes, an address has at most {max}")]
    TooLong {
        /// Bytes received.
        len: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// A character that this kind of address cannot hold.
    #[error("character {character:?} at position {position} cannot stand in an address")]
    BadCharacter {
        /// Which character, from 0.
        position: usize,
        /// The character.
        character: char,
    },
    /// Base58check whose checksum is wrong: mistyped, not unknown.
    #[error("the checksum of `{text}` is wrong (base58check)")]
    Base58Checksum {
        /// The text received.
        text: String,
    },
    /// Bech32 or bech32m whose checksum is wrong: mistyped, not unknown.
    #[error("the checksum of `{text}` is wrong (bech32)")]
    Bech32Checksum {
        /// The text received.
        text: String,
        /// Where one wrong character would explain it. A guess, to look at; never to be corrected automatically.
        suspect_position: Option<usize>,
    },
    /// An address of another Bitcoin network.
    #[error("an address of {found}, but {expected} is asked")]
    WrongNetwork {
        /// The network or networks that use the address's prefix.
        found: &'static str,
        /// The network asked for.
        expected: &'static str,
    },
    /// Right base58check checksum, but not Bitcoin's version byte.
    #[error("the base58check version byte is {version:#04x}, which is no Bitcoin address")]
    UnknownVersion {
        /// The version byte.
        version: u8,
    },
    /// Base58check of a wrong length.
    #[error("the text holds {len} bytes, an address holds {expected}")]
    WrongLength {
        /// Bytes held, without checksum.
        len: usize,
        /// Bytes of an address, version byte included.
        expected: usize,
    },
    /// Bech32 with upper and lower case.
    #[error("upper and lower case are mixed; the first change is at position {position}")]
    MixedCase {
        /// First character whose case differs from those before it.
        position: usize,
    },
    /// Bech32 where bech32m is due or the reverse (BIP-0350).
    #[error("witness version {version} is written in {expected}, this is {found}")]
    WrongBech32Variant {
        /// Witness version.
        version: u8,
        /// `bech32` or `bech32m`.
        found: &'static str,
        /// `bech32` or `bech32m`.
        expected: &'static str,
    },
    /// Right checksum, but no witness program that BIP-0141 allows.
    #[error("no witness program: {problem}")]
    BadWitnessProgram {
        /// What is wrong.
        problem: WitnessProgramProblem,
    },
    /// `script:<kind>:…` with a kind that does not exist or is written otherwise.
    #[error("`{name}` is no script kind that is written as script:<kind>:<hash>")]
    UnknownScriptKind {
        /// The name received.
        name: String,
    },
    /// `script:<kind>:…` without 64 hex digits.
    #[error("`{text}` is not the SHA-256 of a script in 64 hex digits")]
    BadHex {
        /// What stands there.
        text: String,
    },
    /// `script:empty:…` with another hash than that of no bytes.
    #[error("there is only one empty script, and {found} is not its SHA-256")]
    NotTheEmptyScript {
        /// The hash received, in hex.
        found: String,
    },
    /// Something of another chain.
    #[error("`{text}` is no Bitcoin address: {looks_like}")]
    NotBitcoin {
        /// The text received.
        text: String,
        /// What it looks like.
        looks_like: &'static str,
    },
}

/// What is wrong with a witness program whose checksum is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum WitnessProgramProblem {
    /// Nothing between prefix and checksum.
    #[error("there is no data")]
    NoData,
    /// Versions end at 16.
    #[error("version {version} is above 16")]
    Version {
        /// Witness version.
        version: u8,
    },
    /// Programs have 2 to 40 bytes, those of version 0 20 or 32.
    #[error("{len} bytes are not allowed in version {version}")]
    Length {
        /// Witness version.
        version: u8,
        /// Bytes of the program.
        len: usize,
    },
    /// Bits left over that are not zero or too many.
    #[error("the padding is wrong")]
    Padding,
}

impl AddressError {
    /// Stable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            AddressError::Empty => "invalid_address_empty",
            AddressError::TooLong { .. } => "invalid_address_too_long",
            AddressError::BadCharacter { .. } => "invalid_address_bad_character",
            AddressError::Base58Checksum { .. } => "invalid_address_base58_checksum",
            AddressError::Bech32Checksum { .. } => "invalid_address_bech32_checksum",
            AddressError::WrongNetwork { .. } => "invalid_address_wrong_network",
            AddressError::UnknownVersion { .. } => "invalid_address_unknown_version",
            AddressError::WrongLength { .. } => "invalid_address_wrong_length",
            AddressError::MixedCase { .. } => "invalid_address_mixed_case",
            AddressError::WrongBech32Variant { .. } => "invalid_address_wrong_bech32_variant",
            AddressError::BadWitnessProgram { .. } => "invalid_address_bad_witness_program",
            AddressError::UnknownScriptKind { .. } => "invalid_address_unknown_script_kind",
            AddressError::BadHex { .. } => "invalid_address_bad_hex",
            AddressError::NotTheEmptyScript { .. } => "invalid_address_not_the_empty_script",
            AddressError::NotBitcoin { .. } => "invalid_address_not_bitcoin",
        }
    }

    /// Its facts one by one.
    #[must_use]
    pub fn context(&self) -> Context {
        let address = |text: &str| ("address", shown(text).into());
        match self {
            AddressError::Empty => vec![("address", "".into())],
            AddressError::TooLong { len, max } => vec![("received", (*len).into()), ("allowed", (*max).into())],
            AddressError::BadCharacter { position, character } => {
                vec![("position", (*position).into()), ("received", character.to_string().into())]
            }
            AddressError::Base58Checksum { text } => vec![address(text), ("encoding", "base58check".into())],
            AddressError::Bech32Checksum { text, suspect_position } => {
                let mut facts = vec![address(text), ("encoding", "bech32".into())];
                facts.extend(suspect_position.map(|position| ("suspect_position", position.into())));
                facts
            }
            AddressError::WrongNetwork { found, expected } => {
                vec![("received", (*found).into()), ("allowed", (*expected).into())]
            }
            AddressError::UnknownVersion { version } => vec![("received", u32::from(*version).into())],
            AddressError::WrongLength { len, expected } => {
                vec![("received", (*len).into()), ("allowed", (*expected).into())]
            }
            AddressError::MixedCase { position } => vec![("position", (*position).into())],
            AddressError::WrongBech32Variant { version, found, expected } => vec![
                ("witness_version", u32::from(*version).into()),
                ("received", (*found).into()),
                ("allowed", (*expected).into()),
            ],
            AddressError::BadWitnessProgram { problem } => vec![("problem", problem.to_string().into())],
            AddressError::UnknownScriptKind { name } => vec![("received", shown(name).into())],
            AddressError::BadHex { text } => {
                vec![("received", shown(text).into()), ("allowed", "64 hex digits".into())]
            }
            AddressError::NotTheEmptyScript { found } => {
                vec![("received", shown(found).into()), ("allowed", EMPTY_SCRIPT.into())]
            }
            AddressError::NotBitcoin { text, looks_like } => vec![address(text), ("problem", (*looks_like).into())],
        }
    }

    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            AddressError::Empty | AddressError::TooLong { .. } => "give one address",
            AddressError::BadCharacter { .. } => "look for a typing error, blanks or a letter taken for a digit",
            AddressError::Bech32Checksum { suspect_position: Some(position), .. } => {
                return Some(format!("compare it with its source; the character at position {position} may be wrong"));
            }
            AddressError::Base58Checksum { .. } | AddressError::Bech32Checksum { .. } => {
                "one or more characters are wrong or missing: compare it with its source"
            }
            AddressError::WrongNetwork { .. } => "ask the store that holds that network",
            AddressError::UnknownVersion { version } => return Some(version_hint(*version)),
            AddressError::WrongLength { .. } => "it is base58, but no address: perhaps a key or a hash of another kind",
            AddressError::MixedCase { .. } => "write it all in lower case, then compare it with its source",
            AddressError::WrongBech32Variant { .. } => {
                "whatever wrote it does not follow BIP-0350: get the address from its source again"
            }
            AddressError::BadWitnessProgram { .. } => {
                "nothing can be paid to it: get the address from its source again"
            }
            AddressError::UnknownScriptKind { .. } => {
                "p2pk, multisig, nonstandard and empty are written so; the other kinds have standard addresses"
            }
            AddressError::BadHex { .. } => "copy the whole text: script:<kind>:<64 hex digits>",
            AddressError::NotTheEmptyScript { .. } => {
                return Some(format!("its hash is {EMPTY_SCRIPT}"));
            }
            AddressError::NotBitcoin { .. } => "only Bitcoin is indexed here",
        };
        Some(hint.to_owned())
    }
}

/// What base58check version bytes other than Bitcoin's address versions usually mean.
fn version_hint(version: u8) -> String {
    let meaning = match version {
        0x41 => "it looks like a Tron address",
        0x30 | 0x32 => "it looks like a Litecoin address",
        0x1e | 0x16 => "it looks like a Dogecoin address",
        0x4c | 0x10 => "it looks like a Dash address",
        0x80 | 0xef => "it looks like a private key: do not pass it on",
        _ => "it is of another chain, or no address at all",
    };
    format!("{meaning}; only Bitcoin is indexed here")
}
