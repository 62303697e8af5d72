//! Segwit addresses (BIP-0173, BIP-0350).

use bech32::primitives::checksum::Engine;
use bech32::primitives::decode::{SegwitHrpstringError, UncheckedHrpstring};
use bech32::{Bech32, Bech32m, Checksum, Fe32};

use super::decode::bad_character;
use super::error::WitnessProgramProblem;
use super::{AddressError, AddressKey};
use crate::context::shown;
use crate::network::Network;

/// Human-readable parts of Bitcoin, and the networks that use them.
const PREFIXES: [(&str, &str); 3] = [("bc", "mainnet"), ("tb", "testnet3, testnet4 or signet"), ("bcrt", "regtest")];

/// Reads a segwit address; `None` if the text does not start as one of Bitcoin's does.
pub(super) fn decode_bech32(network: Network, text: &str) -> Option<Result<AddressKey, AddressError>> {
    let (prefix, data) = text.split_once('1')?;
    let (hrp, found) = PREFIXES.into_iter().find(|(hrp, _)| hrp.eq_ignore_ascii_case(prefix))?;
    Some(check_characters(text, data).and_then(|()| decode_known(text)).and_then(|key| {
        if hrp == network.bech32_hrp() {
            Ok(key)
        } else {
            Err(AddressError::WrongNetwork { found, expected: network.name() })
        }
    }))
}

/// The error for a text with the shape of bech32 but an unknown human-readable part; `None` if it has not that shape.
pub(super) fn decode_foreign_bech32(text: &str) -> Option<AddressError> {
    let (prefix, data) = text.rsplit_once('1')?;
    if prefix.is_empty() || data.len() < 6 || check_characters(text, data).is_err() {
        return None;
    }
    let parsed = UncheckedHrpstring::new(text).ok()?;
    let shown_text = shown(text);
    if parsed.has_valid_checksum::<Bech32>() || parsed.has_valid_checksum::<Bech32m>() {
        Some(AddressError::NotBitcoin { text: shown_text, looks_like: "it is bech32 with the prefix of another chain" })
    } else if data.len() >= 38 {
        Some(AddressError::Bech32Checksum { text: shown_text, suspect_position: None })
    } else {
        None
    }
}

fn check_characters(text: &str, data: &str) -> Result<(), AddressError> {
    bad_character(text, |c| c.is_ascii_graphic())?;
    let data_start = text.len() - data.len();
    if let Some((at, character)) = data.char_indices().find(|&(_, c)| Fe32::from_char(c).is_err()) {
        return Err(AddressError::BadCharacter { position: data_start + at, character });
    }
    let mut letters = text.char_indices().filter(|(_, c)| c.is_ascii_alphabetic());
    let is_upper = letters.next().is_some_and(|(_, c)| c.is_ascii_uppercase());
    match letters.find(|(_, c)| c.is_ascii_uppercase() != is_upper) {
        Some((position, _)) => Err(AddressError::MixedCase { position }),
        None => Ok(()),
    }
}

/// Reads a text whose human-readable part is one of Bitcoin's and whose characters are right.
fn decode_known(text: &str) -> Result<AddressKey, AddressError> {
    let bad_checksum = |suspect_position| AddressError::Bech32Checksum { text: shown(text), suspect_position };
    let parsed = UncheckedHrpstring::new(text).map_err(|_| bad_checksum(None))?;
    let (checked, variant) = if parsed.has_valid_checksum::<Bech32>() {
        (parsed.remove_checksum::<Bech32>(), "bech32")
    } else if parsed.has_valid_checksum::<Bech32m>() {
        (parsed.remove_checksum::<Bech32m>(), "bech32m")
    } else {
        // Bech32 is for version 0, written q, bech32m for the rest; that character itself may be the wrong one.
        let is_v0 = parsed.data_part_ascii().first().is_some_and(|c| c.eq_ignore_ascii_case(&b'q'));
        let (as_bech32, as_bech32m) = (suspect::<Bech32>(&parsed, text), suspect::<Bech32m>(&parsed, text));
        return Err(bad_checksum(if is_v0 { as_bech32.or(as_bech32m) } else { as_bech32m.or(as_bech32) }));
    };
    let bad_program = |problem| AddressError::BadWitnessProgram { problem };
    let Some(&first) = checked.data_part_ascii_no_checksum().first() else {
        return Err(bad_program(WitnessProgramProblem::NoData));
    };
    let version = Fe32::from_char(char::from(first)).map_or(u8::MAX, Fe32::to_u8);
    if version > 16 {
        return Err(bad_program(WitnessProgramProblem::Version { version }));
    }
    let expected = if version == 0 { "bech32" } else { "bech32m" };
    if variant != expected {
        return Err(AddressError::WrongBech32Variant { version, found: variant, expected });
    }
    let len = (checked.data_part_ascii_no_checksum().len() - 1) * 5 / 8;
    let program = checked.validate_segwit().map_err(|error| {
        bad_program(match error {
            SegwitHrpstringError::WitnessLength(_) => WitnessProgramProblem::Length { version, len },
            SegwitHrpstringError::NoData => WitnessProgramProblem::NoData,
            _ => WitnessProgramProblem::Padding,
        })
    })?;
    let mut script = [0; 42];
    let mut script_len = 2;
    script[0] = if version == 0 { 0 } else { 0x50 + version };
    for (cell, byte) in script[2..].iter_mut().zip(program.byte_iter()) {
        *cell = byte;
        script_len += 1;
    }
    script[1] = (script_len - 2) as u8;
    let (kind, range) = crate::script::classify(&script[..script_len]);
    Ok(AddressKey::of(kind, &script[range]))
}

/// Position of the one character whose change would make the checksum right; at most one can (BIP-0173).
///
/// The checksum is linear, so one wrong character changes the residue by an amount that depends only on the change and
/// on the number of characters after it. The corrector of the `bech32` crate (0.12) is not used: it panics on some texts.
fn suspect<Ck: Checksum<MidstateRepr = u32>>(parsed: &UncheckedHrpstring<'_>, text: &str) -> Option<usize> {
    let data = parsed.data_part_ascii();
    let mut whole = Engine::<Ck>::new();
    whole.input_hrp(parsed.hrp());
    for &character in data {
        whole.input_fe(Fe32::from_char(char::from(character)).ok()?);
    }
    let wanted = whole.residue() ^ Ck::TARGET_RESIDUE;
    (1..32u8).filter_map(|change| Fe32::try_from(change).ok()).find_map(|change| {
        let (mut changed, mut unchanged) = (Engine::<Ck>::new(), Engine::<Ck>::new());
        changed.input_fe(change);
        unchanged.input_fe(Fe32::Q);
        let from_end = (0..data.len()).find(|_| {
            let is_found = changed.residue() ^ unchanged.residue() == wanted;
            changed.input_fe(Fe32::Q);
            unchanged.input_fe(Fe32::Q);
            is_found
        })?;
        Some(text.len() - 1 - from_end)
    })
}
