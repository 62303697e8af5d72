//! Addresses by number: scripts and keys are derived from seed and number, so that none need be remembered. The number
//! that goes around holds kind and form too.

use crate::hash::{hash160, sha256};

use super::era::{choose, Era};
use super::kind::Kind;
use super::rng::Rng;

/// What a script is made of, beyond its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
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

impl Form {
    /// All forms; a packed number holds a position in here.
    const ALL: [Form; 13] = [
        Form::Plain,
        Form::Uncompressed,
        Form::WrappedKey,
        Form::WrappedMultisig,
        Form::SingleKeyScript,
        Form::AnyoneCanSpend,
        Form::HashLock,
        Form::Broken,
        Form::MultisigOf(1, 2),
        Form::MultisigOf(1, 3),
        Form::MultisigOf(2, 2),
        Form::MultisigOf(2, 3),
        Form::MultisigOf(3, 4),
    ];

    /// The form of a new address of that kind.
    fn draw(kind: Kind, era: &Era, rng: &mut Rng) -> Form {
        let pick = rng.below(10_000);
        match kind {
            Kind::P2pkh if pick < era.uncompressed => Form::Uncompressed,
            Kind::P2pk if pick < era.uncompressed.max(5_000) => Form::Uncompressed,
            Kind::P2sh => choose(era.p2sh, |(share, _)| *share, pick).map_or(Form::WrappedKey, |(_, form)| *form),
            Kind::P2wsh if pick < 8_000 => Form::MultisigOf(2, 3),
            Kind::P2wsh if pick < 8_500 => Form::MultisigOf(3, 4),
            Kind::P2wsh => Form::SingleKeyScript,
            Kind::Multisig if pick < 6_000 => Form::MultisigOf(1, 2),
            Kind::Multisig if pick < 8_000 => Form::MultisigOf(1, 3),
            Kind::Multisig => Form::MultisigOf(2, 3),
            Kind::Nonstandard if pick < 3_000 => Form::AnyoneCanSpend,
            Kind::Nonstandard if pick < 7_000 => Form::HashLock,
            Kind::Nonstandard => Form::Broken,
            _ => Form::Plain,
        }
    }
}

/// Bits of a packed number that count; kind and form stand above.
const NUMBER_BITS: u32 = 48;

/// An address of a chain.
#[derive(Clone, Debug)]
pub(super) struct Address {
    pub(super) kind: Kind,
    pub(super) form: Form,
    material: Rng,
}

impl Address {
    /// Packs the number `number`, below 2^48, with the kind, and with a form as they are in that era.
    pub(super) fn pack(number: u64, kind: Kind, era: &Era, rng: &mut Rng) -> u64 {
        Self::pack_as(number, kind, Form::draw(kind, era, rng))
    }

    /// Packs the number `number`, below 2^48, with kind and form.
    pub(super) fn pack_as(number: u64, kind: Kind, form: Form) -> u64 {
        let form = Form::ALL.iter().position(|one| *one == form).unwrap_or(0) as u64;
        number | (kind as u64) << NUMBER_BITS | form << (NUMBER_BITS + 8)
    }

    /// The kind in a packed number.
    pub(super) fn kind_of(packed: u64) -> Kind {
        Kind::ALL[(packed >> NUMBER_BITS & 0xff) as usize % Kind::ALL.len()]
    }

    /// Derives the address: the same for the same seed and packed number.
    pub(super) fn derive(seed: u64, packed: u64) -> Address {
        let kind = Address::kind_of(packed);
        let form = Form::ALL[(packed >> (NUMBER_BITS + 8)) as usize % Form::ALL.len()];
        let number = packed & ((1 << NUMBER_BITS) - 1);
        Address { kind, form, material: Rng::new(seed ^ 0x0061_6464_7265_7373, number) }
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
    use super::super::era::LATEST;
    use super::*;

    fn packed(number: u64) -> u64 {
        let mut rng = Rng::new(1, number);
        Address::pack(number, Kind::ALL[number as usize % Kind::ALL.len()], LATEST, &mut rng)
    }

    #[test]
    fn is_the_same_each_time_and_differs_by_seed() {
        let script = |seed, number| {
            let mut out = Vec::new();
            Address::derive(seed, packed(number)).script(&mut out);
            out
        };
        assert!((0..1000).all(|number| script(5, number) == script(5, number)));
        assert_ne!(
            (0..20).map(|n| script(5, n)).collect::<Vec<_>>(),
            (0..20).map(|n| script(6, n)).collect::<Vec<_>>()
        );
    }

    #[test]
    fn packing_keeps_kind_and_form() {
        for kind in Kind::ALL {
            for form in Form::ALL {
                let address = Address::derive(1, Address::pack_as((1 << 48) - 1, kind, form));
                assert_eq!((address.kind, address.form), (kind, form));
            }
        }
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
