//! The kinds of output script.

/// Kind of an output script. The numbers are stored and frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// A public key and OP_CHECKSIG.
    P2pk = 0,
    /// Hash of a public key.
    P2pkh = 1,
    /// Hash of a redeem script (BIP-0016).
    P2sh = 2,
    /// Bare m-of-n OP_CHECKMULTISIG (BIP-0011, with up to 20 keys).
    Multisig = 3,
    /// Witness version 0, 20 bytes (BIP-0141).
    P2wpkh = 4,
    /// Witness version 0, 32 bytes (BIP-0141).
    P2wsh = 5,
    /// Witness version 1, 32 bytes (BIP-0341).
    P2tr = 6,
    /// Pay to anchor: witness version 1, bytes `4e73`; anyone may spend it.
    Anchor = 7,
    /// Any other witness program of version 1 to 16.
    WitnessUnknown = 8,
    /// Starts with OP_RETURN: unspendable, has no address.
    OpReturn = 9,
    /// None of the others.
    Nonstandard = 10,
    /// No bytes at all: anyone may spend it.
    Empty = 11,
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

    /// Name used in answers and in `script:<kind>:…` addresses.
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

    /// The kind with that number.
    #[must_use]
    pub fn from_u8(number: u8) -> Option<Kind> {
        Kind::ALL.get(usize::from(number)).copied()
    }

    /// The kind with that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether outputs of this kind have an address: all but OP_RETURN.
    #[must_use]
    pub fn has_address(self) -> bool {
        self != Kind::OpReturn
    }

    /// Whether the address has a standard encoding; the others are shown as `script:<kind>:<sha256 of the script>`.
    #[must_use]
    pub fn has_standard_encoding(self) -> bool {
        !matches!(self, Kind::P2pk | Kind::Multisig | Kind::OpReturn | Kind::Nonstandard | Kind::Empty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_lead_back() {
        for (number, kind) in Kind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, number);
            assert_eq!(Kind::from_u8(number as u8), Some(kind));
            assert_eq!(Kind::from_name(kind.name()), Some(kind));
        }
        assert_eq!(Kind::from_u8(12), None);
        assert_eq!(Kind::from_u8(255), None);
        assert_eq!(Kind::from_name("P2PK"), None);
        assert_eq!(Kind::ALL.into_iter().filter(|kind| !kind.has_address()).collect::<Vec<_>>(), [Kind::OpReturn]);
    }
}
