//! Gathers the flags of one input.

use super::instructions::Instructions;
use super::key::{is_compressed_key, is_key};
use super::kind::Kind;
use super::multisig::Multisig;
use super::signature::{schnorr_hash_type, DerSignature, HashType};
use super::spend::SpendFlags;
use super::witness::Witness;

/// Flags seen so far.
#[derive(Debug, Default)]
pub(super) struct Scan {
    flags: u32,
    has_der: bool,
    has_high_r: bool,
}

impl Scan {
    pub fn set(&mut self, mask: u32) {
        self.flags |= mask;
    }

    pub fn inner_kind(&mut self, kind: Kind) {
        self.set(kind as u32 + 1);
    }

    /// Looks at the first `n` items of a witness for DER signatures and keys.
    pub fn items(&mut self, witness: Witness<'_>, n: usize) {
        witness.iter().take(n).for_each(|item| self.element(item));
    }

    /// Looks at the first `n` elements that a scriptSig pushes.
    pub fn pushes(&mut self, script_sig: &[u8], n: usize) {
        Instructions::new(script_sig).filter_map(|i| i.pushed).take(n).for_each(|element| self.element(element));
    }

    /// Looks at the first `n` items of a taproot witness.
    pub fn schnorr_items(&mut self, witness: Witness<'_>, n: usize) {
        for hash_type in witness.iter().take(n).filter_map(schnorr_hash_type) {
            match hash_type {
                HashType(0) => self.set(SpendFlags::SIGNATURE | SpendFlags::SIGHASH_DEFAULT),
                written_out => self.hash_type(written_out),
            }
        }
    }

    /// Notes a redeem or witness script: its kind, the keys in it, and m and n.
    pub fn inner_script(&mut self, kind: Kind, script: &[u8]) {
        self.inner_kind(kind);
        if kind == Kind::Multisig {
            if let Some(multisig) = Multisig::parse(script) {
                self.set(u32::from(multisig.m) << SpendFlags::M_SHIFT | u32::from(multisig.n) << SpendFlags::N_SHIFT);
            }
        }
        Instructions::new(script).filter_map(|i| i.pushed).for_each(|element| self.key(element));
    }

    pub fn finish(self) -> SpendFlags {
        let low_r = if self.has_der && !self.has_high_r { SpendFlags::ALL_LOW_R } else { 0 };
        SpendFlags(self.flags | low_r)
    }

    fn element(&mut self, element: &[u8]) {
        match DerSignature::parse(element) {
            Some(signature) => {
                self.has_der = true;
                self.has_high_r |= !signature.is_low_r();
                self.hash_type(signature.hash_type);
            }
            None => self.key(element),
        }
    }

    fn key(&mut self, element: &[u8]) {
        if is_compressed_key(element) {
            self.set(SpendFlags::COMPRESSED_KEY);
        } else if is_key(element) {
            self.set(SpendFlags::UNCOMPRESSED_KEY);
        }
    }

    /// Notes a signature with a hash type byte; an undefined type acts as ALL.
    fn hash_type(&mut self, hash_type: HashType) {
        self.set(SpendFlags::SIGNATURE);
        self.set(match hash_type.0 & 0x1f {
            2 => SpendFlags::SIGHASH_NONE,
            3 => SpendFlags::SIGHASH_SINGLE,
            _ => SpendFlags::SIGHASH_ALL,
        });
        if hash_type.0 & 0x80 != 0 {
            self.set(SpendFlags::SIGHASH_ANYONECANPAY);
        }
    }
}
