//! Salted 64-bit keys of the index runs: nobody who writes to the chain can aim at one bucket of one store.

use siphasher::sip::SipHasher13;
use std::hash::Hasher;

use crate::hash::Hash32;
use crate::script::AddressKey;

/// The store's salt: 16 bytes chosen at random when it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Salt(pub [u8; 16]);

impl Salt {
    /// Key of a transaction id (also used for the transaction of an external output).
    #[must_use]
    pub fn txid(&self, txid: &Hash32) -> u64 {
        SipHasher13::new_with_key(&self.0).hash(&txid.0)
    }

    /// Key of an address: its kind and its identifying bytes.
    #[must_use]
    pub fn address(&self, key: &AddressKey) -> u64 {
        let mut hasher = SipHasher13::new_with_key(&self.0);
        hasher.write_u8(key.kind() as u8);
        hasher.write(key.as_bytes());
        hasher.finish()
    }
}
