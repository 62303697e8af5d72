//! From the text of an address to its identity.

use super::bech32_text::{decode_bech32, decode_foreign_bech32};
use super::{AddressError, AddressKey, SCRIPT_PREFIX};
use crate::context::shown;
use crate::hash::{from_hex, sha256, to_hex};
use crate::network::Network;
use crate::script::Kind;

/// Longest text of an address in bytes (BIP-0173; `script:` texts have 83 at most).
pub const MAX_TEXT_BYTES: usize = 90;

/// Bytes of a base58check address, version byte included.
const BASE58_BYTES: usize = 21;

const TEST_NETWORKS: &str = "testnet3, testnet4, signet or regtest";

/// Identity of the address that `text` writes.
///
/// Any text is safe. Bech32 may be all upper case (BIP-0173). Blanks around the text are an error, not trimmed.
/// Testnet3, testnet4 and signet share all their prefixes, and regtest shares the base58check ones: those cannot be
/// told apart. Standard encodings carry checksums, `script:` texts do not.
///
/// # Errors
/// [`AddressError`] says what is wrong, and tells a mistyped address from one of another network or chain.
pub fn decode(network: Network, text: &str) -> Result<AddressKey, AddressError> {
    if text.is_empty() {
        return Err(AddressError::Empty);
    }
    if text.len() > MAX_TEXT_BYTES {
        return Err(AddressError::TooLong { len: text.len(), max: MAX_TEXT_BYTES });
    }
    if let Some(rest) = text.strip_prefix(SCRIPT_PREFIX) {
        return decode_script(rest);
    }
    bad_character(text, |c| c.is_ascii_graphic())?;
    if text.starts_with("0x") || text.starts_with("0X") {
        let looks_like = "it looks like an Ethereum address or hash";
        return Err(AddressError::NotBitcoin { text: shown(text), looks_like });
    }
    if let Some(answer) = decode_bech32(network, text) {
        return answer;
    }
    decode_base58(network, text).map_err(|error| match error {
        AddressError::BadCharacter { .. } | AddressError::Base58Checksum { .. } => {
            decode_foreign_bech32(text).unwrap_or(error)
        }
        _ => error,
    })
}

/// Fails at the first character that is not allowed.
pub(super) fn bad_character(text: &str, is_allowed: impl Fn(char) -> bool) -> Result<(), AddressError> {
    match text.chars().enumerate().find(|&(_, character)| !is_allowed(character)) {
        Some((position, character)) => Err(AddressError::BadCharacter { position, character }),
        None => Ok(()),
    }
}

fn is_base58(character: char) -> bool {
    character.is_ascii_alphanumeric() && !matches!(character, '0' | 'O' | 'I' | 'l')
}

fn decode_base58(network: Network, text: &str) -> Result<AddressKey, AddressError> {
    bad_character(text, is_base58)?;
    let wrong_length = |len: usize| AddressError::WrongLength { len, expected: BASE58_BYTES };
    let bytes = match base58ck::decode_check(text) {
        Ok(bytes) => bytes,
        Err(error) => {
            // Text that is too long even for the largest address is not quoted: it may be a mistyped private key.
            let len = base58ck::decode(text).map_or(0, |bytes| bytes.len().saturating_sub(4));
            if error.incorrect_checksum().is_some() && len.abs_diff(BASE58_BYTES) <= 4 {
                return Err(AddressError::Base58Checksum { text: shown(text) });
            }
            return Err(wrong_length(len));
        }
    };
    let Some((&version, hash)) = bytes.split_first() else { return Err(wrong_length(0)) };
    let (kind, is_mainnet) = match version {
        0x00 => (Kind::P2pkh, true),
        0x05 => (Kind::P2sh, true),
        0x6f => (Kind::P2pkh, false),
        0xc4 => (Kind::P2sh, false),
        _ => return Err(AddressError::UnknownVersion { version }),
    };
    if bytes.len() != BASE58_BYTES {
        return Err(wrong_length(bytes.len()));
    }
    if is_mainnet != (network == Network::Mainnet) {
        let found = if is_mainnet { Network::Mainnet.name() } else { TEST_NETWORKS };
        return Err(AddressError::WrongNetwork { found, expected: network.name() });
    }
    Ok(AddressKey::from_bytes(kind, hash))
}

/// Reads what follows `script:`.
fn decode_script(rest: &str) -> Result<AddressKey, AddressError> {
    let (name, hex) = rest.split_once(':').unwrap_or((rest, ""));
    let kind = Kind::from_name(name)
        .filter(|kind| kind.has_address() && !kind.has_standard_encoding())
        .ok_or_else(|| AddressError::UnknownScriptKind { name: shown(name) })?;
    let hash =
        from_hex(hex).filter(|bytes| bytes.len() == 32).ok_or_else(|| AddressError::BadHex { text: shown(hex) })?;
    if kind != Kind::Empty {
        Ok(AddressKey::from_bytes(kind, &hash))
    } else if hash == sha256(&[]) {
        Ok(AddressKey::of(Kind::Empty, &[]))
    } else {
        Err(AddressError::NotTheEmptyScript { found: shown(&to_hex(&hash)) })
    }
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
