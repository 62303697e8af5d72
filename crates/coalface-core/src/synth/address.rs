//! Addresses by number: scripts and keys are derived from seed and number, so that none need be remembered.

use crate::hash::{hash160, sha256};

use super::kind::Kind;
use super::rng::Rng;

/// Share of each kind among new addresses, of 10,000, in the order they are tried.
const KIND_SHARES: [(Kind, u64); 11] = [
    (Kind::P2wpkh, 3_800),
    (Kind::P2pkh, 2_250),
    (Kind::P2sh, 1_700),
    (Kind::P2tr, 1_350),
    (Kind::P2wsh, 750),
    (Kind::Multisig, 60),
    (Kind::P2pk, 40),
    (Kind::Nonstandard, 22),
    (Kind::Anchor, 15),
    (Kind::WitnessUnknown, 10),
    (Kind::Empty, 3),
];

/// What a script is made of, beyond its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Nothing to choose.
    Plain,
    /// A 65-byte key.
    Uncompressed,
    /// P2SH around P2WPKH.
    WrappedKey,
    /// P2SH around P2WSH around `m`-of-`n`.
    WrappedMultisig,
    /// `m`-of-`n`.
    MultisigOf(u8, u8),
    /// `<key> OP_CHECKSIG` as a witness script.
    SingleKeyScript,
    /// `OP_1` alone.
    AnyoneCanSpend,
    /// A hash lock.
    HashLock,
    /// A push beyond the script's end: never spendable.
    Broken,
}

/// The address number `number` of a chain.
#[derive(Clone, Debug)]
pub(super) struct Address {
    pub(super) kind: Kind,
    pub(super) form: Form,
    material: Rng,
}

impl Address {
    /// Derives the address: the same for the same seed and number.
    pub(super) fn derive(seed: u64, number: u64) -> Address {
        let mut rng = Rng::new(seed ^ 0x0061_6464_7265_7373, number);
        let mut pick = rng.below(10_000);
        let kind = KIND_SHARES
            .iter()
            .find(|(_, share)| match pick.checked_sub(*share) {
                Some(rest) => {
                    pick = rest;
                    false
                }
                None => true,
            })
            .map_or(Kind::P2wpkh, |(kind, _)| *kind);
        let pick = rng.below(100);
        let form = match (kind, pick) {
            (Kind::P2pk, 0..50) | (Kind::P2pkh, 0..10) => Form::Uncompressed,
            (Kind::P2sh, 0..50) => Form::WrappedKey,
            (Kind::P2sh, 50..65) => Form::WrappedMultisig,
            (Kind::P2sh, _) | (Kind::P2wsh, 0..85) => Form::MultisigOf(2, 3),
            (Kind::P2wsh, _) => Form::SingleKeyScript,
            (Kind::Multisig, 0..60) => Form::MultisigOf(1, 2),
            (Kind::Multisig, 60..80) => Form::MultisigOf(1, 3),
            (Kind::Multisig, _) => Form::MultisigOf(2, 3),
            (Kind::Nonstandard, 0..30) => Form::AnyoneCanSpend,
            (Kind::Nonstandard, 30..70) => Form::HashLock,
            (Kind::Nonstandard, _) => Form::Broken,
            _ => Form::Plain,
        };
        Address { kind, form, material: rng }
    }

    /// Whether the script is the same for every such address.
    pub(super) fn is_shared_script(&self) -> bool {
        matches!(self.kind, Kind::Anchor | Kind::Empty) || self.form == Form::AnyoneCanSpend
    }

    /// Whether any spender could satisfy the script.
    pub(super) fn is_spendable(&self) -> bool {
        self.form != Form::Broken
    }

    /// Appends the address's `i`th key (33 bytes, or 65 if uncompressed).
    pub(super) fn key(&self, i: u8, out: &mut Vec<u8>) {
        let mut rng = self.material.clone();
        for _ in 0..5 * u32::from(i) {
            rng.next(); // five words a key
        }
        let first = rng.next();
        if self.form == Form::Uncompressed {
            out.push(0x04);
            rng.append(64, out);
        } else {
            out.push(0x02 | (first & 1) as u8);
            rng.append(32, out);
        }
    }

    /// The 32 bytes that stand where a script holds one opaque value: taproot output, witness program, hash lock.
    pub(super) fn opaque(&self) -> [u8; 32] {
        self.material.clone().bytes()
    }

    /// The value whose SHA-256 a hash lock holds.
    pub(super) fn preimage(&self) -> [u8; 32] {
        self.opaque()
    }

    /// Appends the script that a P2SH or P2WSH output commits to, or the bare multisig script itself.
    pub(super) fn inner_script(&self, out: &mut Vec<u8>) {
        match self.form {
            Form::WrappedKey => {
                out.extend_from_slice(&[0x00, 0x14]);
                out.extend_from_slice(&self.key_hash());
            }
            Form::WrappedMultisig => {
                let mut script = Vec::with_capacity(105);
                self.multisig(2, 3, &mut script);
                out.extend_from_slice(&[0x00, 0x20]);
                out.extend_from_slice(&sha256(&script));
            }
            Form::MultisigOf(m, n) => self.multisig(m, n, out),
            _ => {
                out.push(33);
                self.key(0, out);
                out.push(0xac);
            }
        }
    }

    /// Appends `m <key>… n OP_CHECKMULTISIG`.
    pub(super) fn multisig(&self, m: u8, n: u8, out: &mut Vec<u8>) {
        out.push(0x50 + m);
        for i in 0..n {
            out.push(33);
            self.key(i, out);
        }
        out.extend_from_slice(&[0x50 + n, 0xae]);
    }

    fn key_hash(&self) -> [u8; 20] {
        let mut key = Vec::with_capacity(65);
        self.key(0, &mut key);
        hash160(&key)
    }

    fn inner_script_bytes(&self) -> Vec<u8> {
        let mut script = Vec::with_capacity(105);
        self.inner_script(&mut script);
        script
    }

    /// Appends the output script.
    pub(super) fn script(&self, out: &mut Vec<u8>) {
        match self.kind {
            Kind::P2pk => {
                out.push(if self.form == Form::Uncompressed { 65 } else { 33 });
                self.key(0, out);
                out.push(0xac);
            }
            Kind::P2pkh => {
                out.extend_from_slice(&[0x76, 0xa9, 0x14]);
                out.extend_from_slice(&self.key_hash());
                out.extend_from_slice(&[0x88, 0xac]);
            }
            Kind::P2sh => {
                out.extend_from_slice(&[0xa9, 0x14]);
                out.extend_from_slice(&hash160(&self.inner_script_bytes()));
                out.push(0x87);
            }
            Kind::Multisig => self.inner_script(out),
            Kind::P2wpkh => {
                out.extend_from_slice(&[0x00, 0x14]);
                out.extend_from_slice(&self.key_hash());
            }
            Kind::P2wsh => {
                out.extend_from_slice(&[0x00, 0x20]);
                out.extend_from_slice(&sha256(&self.inner_script_bytes()));
            }
            Kind::P2tr => {
                out.extend_from_slice(&[0x51, 0x20]);
                out.extend_from_slice(&self.opaque());
            }
            Kind::Anchor => out.extend_from_slice(&[0x51, 0x02, 0x4e, 0x73]),
            Kind::WitnessUnknown => {
                let program = self.opaque();
                let len = 20 + program[0] % 13; // at most 32 of the 40 bytes that BIP-0141 allows
                out.extend_from_slice(&[0x52 + program[1] % 15, len]);
                out.extend_from_slice(&program[..usize::from(len)]);
            }
            Kind::Nonstandard => match self.form {
                Form::AnyoneCanSpend => out.push(0x51),
                Form::HashLock => {
                    out.extend_from_slice(&[0xa8, 0x20]);
                    out.extend_from_slice(&sha256(&self.preimage()));
                    out.push(0x87);
                }
                _ => {
                    out.extend_from_slice(&[0x76, 0x4c, 0xff]);
                    out.extend_from_slice(&self.opaque());
                }
            },
            Kind::OpReturn | Kind::Empty => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_complete() {
        assert_eq!(KIND_SHARES.iter().map(|(_, share)| share).sum::<u64>(), 10_000);
    }

    #[test]
    fn is_the_same_each_time_and_differs_by_seed() {
        let script = |seed, number| {
            let mut out = Vec::new();
            Address::derive(seed, number).script(&mut out);
            out
        };
        assert!((0..1000).all(|number| script(5, number) == script(5, number)));
        assert_ne!(
            (0..20).map(|n| script(5, n)).collect::<Vec<_>>(),
            (0..20).map(|n| script(6, n)).collect::<Vec<_>>()
        );
    }

    #[test]
    fn keys_of_one_address_differ() {
        let address = Address::derive(1, 1);
        let keys: Vec<Vec<u8>> = (0..3)
            .map(|i| {
                let mut key = Vec::new();
                address.key(i, &mut key);
                key
            })
            .collect();
        assert!(keys[0] != keys[1] && keys[1] != keys[2] && keys[0][1..9] != keys[1][1..9]);
    }
}
