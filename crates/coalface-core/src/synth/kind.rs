//! Kinds of output script that a bulk chain holds.

/// Kind of an output script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// `<key> OP_CHECKSIG`.
    P2pk,
    /// Key hash, base58 form.
    P2pkh,
    /// Script hash (BIP-0016), wrapped segwit among them.
    P2sh,
    /// Bare `m <key>… n OP_CHECKMULTISIG`.
    Multisig,
    /// Witness version 0, key hash (BIP-0141).
    P2wpkh,
    /// Witness version 0, script hash (BIP-0141).
    P2wsh,
    /// Witness version 1, 32 bytes (BIP-0341).
    P2tr,
    /// Pay-to-anchor, witness version 1, `4e73` (BIP-0433).
    Anchor,
    /// A later witness version.
    WitnessUnknown,
    /// Data carrier, never spendable.
    OpReturn,
    /// Anything else.
    Nonstandard,
    /// No script at all.
    Empty,
}

impl Kind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Kind; 12] = [
        Kind::P2pk,
        Kind::P2pkh,
        Kind::P2sh,
        Kind::Multisig,
        Kind::P2wpkh,
        Kind::P2wsh,
        Kind::P2tr,
        Kind::Anchor,
        Kind::WitnessUnknown,
        Kind::OpReturn,
        Kind::Nonstandard,
        Kind::Empty,
    ];

    /// Name used in answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::P2pk => "p2pk",
            Kind::P2pkh => "p2pkh",
            Kind::P2sh => "p2sh",
            Kind::Multisig => "multisig",
            Kind::P2wpkh => "p2wpkh",
            Kind::P2wsh => "p2wsh",
            Kind::P2tr => "p2tr",
            Kind::Anchor => "anchor",
            Kind::WitnessUnknown => "witness_unknown",
            Kind::OpReturn => "op_return",
            Kind::Nonstandard => "nonstandard",
            Kind::Empty => "empty",
        }
    }
}

/// Number of outputs of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KindCounts([u64; Kind::ALL.len()]);

impl KindCounts {
    /// Counts one output more.
    pub(super) fn add(&mut self, kind: Kind) {
        self.0[kind as usize] += 1;
    }

    /// Number of outputs of that kind.
    #[must_use]
    pub fn get(&self, kind: Kind) -> u64 {
        self.0[kind as usize]
    }

    /// Every kind with its number of outputs.
    pub fn iter(&self) -> impl Iterator<Item = (Kind, u64)> + '_ {
        Kind::ALL.into_iter().map(|kind| (kind, self.get(kind)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_in_the_order_of_their_numbers() {
        assert!(Kind::ALL.iter().enumerate().all(|(i, kind)| *kind as usize == i));
    }
}
