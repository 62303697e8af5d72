//! The identity of an address.

use sha2::{Digest, Sha256};

use crate::hash::sha256;
use crate::script::instructions::OP_CHECKSIG;
use crate::script::Kind;

/// Longest key in bytes: a witness program of 40 bytes with its two-byte frame.
const MAX_KEY_BYTES: usize = 42;

/// What makes an address one and the same: two output scripts have equal keys exactly if they are equal (but for
/// collisions of SHA-256), OP_RETURN excepted, which has no address.
///
/// The bytes are, for p2pk, multisig and nonstandard, the SHA-256 of the script; for anchor and empty none; for
/// witness_unknown the script; for the others the hash or key that the script holds.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AddressKey {
    kind: Kind,
    len: u8,
    bytes: [u8; MAX_KEY_BYTES],
}

impl AddressKey {
    /// Key of the output script that [`classify`](crate::script::classify()) took apart into `kind` and `payload`.
    ///
    /// Copies at most 42 bytes for kinds with a standard encoding, hashes the script for the others; never allocates.
    /// OP_RETURN gives one key without bytes for all, which callers must not store. A payload that does not fit its
    /// kind is no error here: bytes after the 42nd are ignored.
    #[must_use]
    pub fn of(kind: Kind, payload: &[u8]) -> AddressKey {
        match kind {
            Kind::P2pk => {
                let hasher = Sha256::new().chain_update([payload.len() as u8]).chain_update(payload);
                AddressKey::from_bytes(kind, &<[u8; 32]>::from(hasher.chain_update([OP_CHECKSIG]).finalize()))
            }
            Kind::Multisig | Kind::Nonstandard => AddressKey::from_bytes(kind, &sha256(payload)),
            Kind::Anchor | Kind::Empty | Kind::OpReturn => AddressKey::from_bytes(kind, &[]),
            Kind::P2pkh | Kind::P2sh | Kind::P2wpkh | Kind::P2wsh | Kind::P2tr | Kind::WitnessUnknown => {
                AddressKey::from_bytes(kind, payload)
            }
        }
    }

    /// Key of `kind` with exactly these key bytes, which is what [`AddressKey::as_bytes`] gave; 42 at most are kept.
    #[must_use]
    pub fn from_bytes(kind: Kind, key: &[u8]) -> AddressKey {
        let len = key.len().min(MAX_KEY_BYTES);
        let mut bytes = [0; MAX_KEY_BYTES];
        bytes[..len].copy_from_slice(&key[..len]);
        AddressKey { kind, len: len as u8, bytes }
    }

    /// The key bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// Whether the bytes are the payload of the script itself, not a hash of it.
    #[must_use]
    pub fn is_payload(&self) -> bool {
        matches!(self.kind, Kind::P2pkh | Kind::P2sh | Kind::P2wpkh | Kind::P2wsh | Kind::P2tr)
    }

    /// The kind of the address.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }
}

impl std::fmt::Debug for AddressKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.kind.name(), crate::hash::to_hex(self.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::classify::tests::samples;
    use crate::script::to_script;

    #[test]
    fn keys_follow_the_rule() {
        for (kind, payload) in samples() {
            let key = AddressKey::of(kind, &payload);
            let script = to_script(kind, &payload).unwrap();
            assert_eq!(key.kind(), kind);
            match kind {
                Kind::P2pk | Kind::Multisig | Kind::Nonstandard => assert_eq!(key.as_bytes(), sha256(&script)),
                Kind::Anchor | Kind::Empty | Kind::OpReturn => assert!(key.as_bytes().is_empty()),
                _ => assert_eq!(key.as_bytes(), payload),
            }
            assert_eq!(AddressKey::from_bytes(kind, key.as_bytes()), key);
        }
    }

    #[test]
    fn a_payload_that_does_not_fit_is_harmless() {
        for kind in Kind::ALL {
            for len in [0, 1, 41, 42, 43, 300, 1_000_000] {
                assert!(AddressKey::of(kind, &vec![1; len]).as_bytes().len() <= 42);
            }
        }
    }
}
