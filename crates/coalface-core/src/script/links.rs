//! Public keys that tie an address to other addresses of the same key.

use super::kind::Kind;
use super::multisig::Multisig;
use super::shape::Pushes;
use super::witness::Witness;
use super::{classify, classify::witness_program};
use crate::hash::{hash160, sha256};

/// How an address depends on a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum KeyRole {
    /// The key alone spends it.
    Single = 0,
    /// One of the keys of a multisig, 1-of-1 included.
    MultisigMember = 1,
}

/// A public key that an address rests on.
///
/// The hash is of the key *as serialised*: the compressed and the uncompressed form of one key have different hashes,
/// as they have different P2PKH addresses, and are not tied together here (that would need curve arithmetic, which
/// shows one owner but no reuse of one form). P2WPKH and P2PKH of the compressed form share one hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyLink {
    /// HASH160 of the serialised key: the payload of its P2PKH and P2WPKH addresses.
    pub key_hash: [u8; 20],
    /// What the key is to the address.
    pub role: KeyRole,
}

/// Adds the keys that an output script shows by itself: those of P2PK and of bare multisig.
///
/// P2PKH and P2WPKH add nothing: their payload is the key hash already. At most 20 links; a key that a multisig lists
/// twice is added twice.
pub fn output_keys(kind: Kind, payload: &[u8], out: &mut Vec<KeyLink>) {
    match kind {
        Kind::P2pk => out.push(KeyLink { key_hash: hash160(payload), role: KeyRole::Single }),
        Kind::Multisig => multisig_keys(payload, out),
        _ => {}
    }
}

/// Adds the keys that tie a spent address to other addresses: those of [`output_keys`], and those that the spend shows.
///
/// Spends of P2SH and P2WSH show a script. It is used only if it hashes to `payload`, so no link rests on a guess.
/// Looked into are multisig, P2PK and P2PKH (whose hash is taken as it stands), inside P2SH, P2WSH or both; and P2WPKH
/// inside P2SH. Other scripts and taproot add nothing. At most 20 links.
pub fn revealed_keys(spent: Kind, payload: &[u8], script_sig: &[u8], witness: Witness<'_>, out: &mut Vec<KeyLink>) {
    match spent {
        Kind::P2sh => {
            let Some(redeem) = Pushes::read(script_sig).last.filter(|redeem| hash160(redeem) == payload) else {
                return;
            };
            match witness_program(redeem) {
                Some((0, program)) if program.len() == 32 => witness_script_keys(program, witness, out),
                Some((0, program)) => out.extend(program.try_into().ok().map(single)),
                _ => template_keys(redeem, out),
            }
        }
        Kind::P2wsh => witness_script_keys(payload, witness, out),
        _ => output_keys(spent, payload, out),
    }
}

fn single(key_hash: [u8; 20]) -> KeyLink {
    KeyLink { key_hash, role: KeyRole::Single }
}

fn witness_script_keys(program: &[u8], witness: Witness<'_>, out: &mut Vec<KeyLink>) {
    if let Some(script) = witness.last().filter(|script| sha256(script) == program) {
        template_keys(script, out);
    }
}

fn template_keys(script: &[u8], out: &mut Vec<KeyLink>) {
    match classify(script) {
        (Kind::P2pkh, range) => out.extend(script[range].try_into().ok().map(single)),
        (kind, range) => output_keys(kind, &script[range], out),
    }
}

fn multisig_keys(script: &[u8], out: &mut Vec<KeyLink>) {
    if let Some(multisig) = Multisig::parse(script) {
        out.extend(multisig.keys().map(|key| KeyLink { key_hash: hash160(key), role: KeyRole::MultisigMember }));
    }
}

#[cfg(test)]
#[path = "links_tests.rs"]
mod tests;
