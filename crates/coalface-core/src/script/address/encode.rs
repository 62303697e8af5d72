//! From a script to the text of its address.

use base58ck::Base58CkString;
use bech32::{segwit, Fe32, Hrp};

use super::{AddressKey, SCRIPT_PREFIX};
use crate::hash::{sha256, to_hex};
use crate::network::Network;
use crate::script::classify::{witness_program, ANCHOR_SCRIPT};
use crate::script::Kind;

/// Text of the address of an output script, given as the kind and payload of [`classify`](crate::script::classify()).
///
/// Base58check for p2pkh and p2sh, bech32 for witness version 0 (BIP-0173), bech32m for the later ones (BIP-0350),
/// always in lower case; `script:<kind>:<sha256 of the script in hex>` for p2pk, multisig, nonstandard and empty.
/// `None` for op_return, which has no address, and for a payload whose length does not fit its kind.
#[must_use]
pub fn encode(network: Network, kind: Kind, payload: &[u8]) -> Option<String> {
    let is_fitting = match kind {
        Kind::P2pk => matches!(payload.len(), 33 | 65),
        Kind::Anchor | Kind::Empty => payload.is_empty(),
        Kind::WitnessUnknown => payload.len() <= 42,
        _ => true,
    };
    if is_fitting {
        AddressKey::of(kind, payload).to_text(network)
    } else {
        None
    }
}

impl AddressKey {
    /// Text of this address on `network`, as [`encode`] gives it; the key is all that is needed.
    ///
    /// `None` for op_return and for key bytes that no script of the kind has.
    #[must_use]
    pub fn to_text(&self, network: Network) -> Option<String> {
        let bytes = self.as_bytes();
        match (self.kind(), bytes.len()) {
            (Kind::P2pkh, 20) => Some(base58(network.p2pkh_version(), bytes)),
            (Kind::P2sh, 20) => Some(base58(network.p2sh_version(), bytes)),
            (Kind::P2wpkh, 20) | (Kind::P2wsh, 32) => segwit_text(network, 0, bytes),
            (Kind::P2tr, 32) => segwit_text(network, 1, bytes),
            (Kind::Anchor, 0) => segwit_text(network, 1, &ANCHOR_SCRIPT[2..]),
            (Kind::WitnessUnknown, _) => {
                let (version, program) = witness_program(bytes)?;
                segwit_text(network, version, program)
            }
            (Kind::P2pk | Kind::Multisig | Kind::Nonstandard, 32) => Some(script_text(self.kind(), bytes)),
            (Kind::Empty, 0) => Some(script_text(Kind::Empty, &sha256(&[]))),
            _ => None,
        }
    }
}

fn base58(version: u8, hash: &[u8]) -> String {
    let mut bytes = [0; 21];
    bytes[0] = version;
    bytes[1..].copy_from_slice(hash);
    Base58CkString::encode_unbounded(&bytes).as_str().to_owned()
}

fn segwit_text(network: Network, version: u8, program: &[u8]) -> Option<String> {
    let hrp = Hrp::parse(network.bech32_hrp()).expect("the five networks have valid human-readable parts");
    segwit::encode(hrp, Fe32::try_from(version).ok()?, program).ok()
}

fn script_text(kind: Kind, script_hash: &[u8]) -> String {
    format!("{SCRIPT_PREFIX}{}:{}", kind.name(), to_hex(script_hash))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::from_hex;
    use crate::script::{classify, to_script};

    fn text(network: Network, script_hex: &str) -> Option<String> {
        let script = from_hex(script_hex).unwrap();
        let (kind, range) = classify(&script);
        encode(network, kind, &script[range])
    }

    /// Segwit rows: BIP-0173, BIP-0350 (the test vectors) and BIP-0341; the others as noted.
    #[test]
    fn known_addresses() {
        let cases = [
            // The genesis block's key, as an address (shown by every explorer).
            ("76a91462e907b15cbf27d5425399ebf6f0fb50ebb88f1888ac", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
            // The burn address: a hash of twenty zeros.
            ("76a914000000000000000000000000000000000000000088ac", "1111111111111111111114oLvT2"),
            // A made-up hash.
            ("a91489abcdefabbaabbaabbaabbaabbaabbaabbaabba87", "3EExK1K1TF3v7zsFtQHt14XqexCwgmXM1y"),
            ("0014751e76e8199196d454941c45d1b3a323f1433bd6", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"),
            (
                "00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262",
                "bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3",
            ),
            (
                "512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
                "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
            ),
            // Pay to anchor, Bitcoin Core 28 release notes.
            ("51024e73", "bc1pfeessrawgf"),
            ("6002751e", "bc1sw50qgdz25j"),
            ("5210751e76e8199196d454941c45d1b3a323", "bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs"),
            ("", "script:empty:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            // OP_TRUE; sha256(0x51).
            ("51", "script:nonstandard:4ae81572f06e1b88fd5ced7a1a000945432e83e1551e6f721ee9c00b8cc33260"),
        ];
        for (script, want) in cases {
            assert_eq!(text(Network::Mainnet, script).as_deref(), Some(want), "{script}");
        }
        assert_eq!(text(Network::Mainnet, "6a0401020304"), None);
    }

    #[test]
    fn networks_differ() {
        let p2wpkh = "0014751e76e8199196d454941c45d1b3a323f1433bd6";
        for network in [Network::Testnet3, Network::Testnet4, Network::Signet] {
            assert_eq!(text(network, p2wpkh).unwrap(), "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx");
            assert_eq!(text(network, "51024e73").unwrap(), "tb1pfees9rn5nz");
        }
        assert_eq!(text(Network::Regtest, "51024e73").unwrap(), "bcrt1pfeesnyr2tx");
        // The two base58check examples are those of the Bitcoin wiki's list of address prefixes.
        let p2pkh = "76a914243f1394f44554f4ce3fd68649c19adc483ce92488ac";
        assert_eq!(text(Network::Regtest, p2pkh).unwrap(), "mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn");
        let p2sh = "a9144e9f39ca4688ff102128ea4ccda34105324305b087";
        assert_eq!(text(Network::Testnet3, p2sh).unwrap(), "2MzQwSSnBHWHqSAqtTVQ6v47XtaisrJa1Vc");
    }

    #[test]
    fn a_payload_that_does_not_fit_has_no_text() {
        for kind in Kind::ALL {
            for len in [1, 3, 19, 21, 31, 43, 64, 100] {
                if !matches!(kind, Kind::Multisig | Kind::Nonstandard) {
                    assert_eq!(encode(Network::Mainnet, kind, &vec![1; len]), None, "{kind:?} {len}");
                }
            }
        }
        assert!(to_script(Kind::P2pk, &[2; 33]).is_some());
        assert!(encode(Network::Mainnet, Kind::P2pk, &[2; 33]).unwrap().starts_with("script:p2pk:"));
    }
}
