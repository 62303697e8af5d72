//! Regtest's first block (Bitcoin Core `kernel/chainparams.cpp`, `CreateGenesisBlock`).

use crate::hash::sha256d;
use crate::units::COIN_SAT;

use super::encode;

/// Time in the header.
pub(super) const TIME_UNIX: u32 = 1_296_688_602;
/// Target in compact form, of this block and of every regtest block.
pub(super) const BITS: u32 = 0x207f_ffff;
const NONCE: u32 = 2;
const HEADLINE: &[u8] = b"The Times 03/Jan/2009 Chancellor on brink of second bailout for banks";
const PAYEE_KEY: [u8; 65] = [
    0x04, 0x67, 0x8a, 0xfd, 0xb0, 0xfe, 0x55, 0x48, 0x27, 0x19, 0x67, 0xf1, 0xa6, 0x71, 0x30, 0xb7, 0x10, 0x5c, 0xd6,
    0xa8, 0x28, 0xe0, 0x39, 0x09, 0xa6, 0x79, 0x62, 0xe0, 0xea, 0x1f, 0x61, 0xde, 0xb6, 0x49, 0xf6, 0xbc, 0x3f, 0x4c,
    0xef, 0x38, 0xc4, 0xf3, 0x55, 0x04, 0xe5, 0x1e, 0xc1, 0x12, 0xde, 0x5c, 0x38, 0x4d, 0xf7, 0xba, 0x0b, 0x8d, 0x57,
    0x8a, 0x4c, 0x70, 0x2b, 0x6b, 0xf1, 0x1d, 0x5f,
];

/// The whole block as a node stores it, without framing. Its output is unspendable: it is in no node's unspent set.
pub(super) fn block() -> Vec<u8> {
    let mut coinbase = vec![1, 0, 0, 0, 1];
    coinbase.extend_from_slice(&[0; 32]);
    coinbase.extend_from_slice(&[0xff; 4]);
    let mut script_sig = vec![0x04, 0xff, 0xff, 0x00, 0x1d, 0x01, 0x04];
    encode::push(HEADLINE, &mut script_sig);
    encode::sized(&script_sig, &mut coinbase);
    coinbase.extend_from_slice(&[0xff; 4]);
    coinbase.push(1);
    coinbase.extend_from_slice(&(50 * COIN_SAT).to_le_bytes());
    encode::sized(&script(), &mut coinbase);
    coinbase.extend_from_slice(&[0; 4]);

    let mut block = vec![1, 0, 0, 0];
    block.extend_from_slice(&[0; 32]);
    block.extend_from_slice(&sha256d(&coinbase));
    for field in [TIME_UNIX, BITS, NONCE] {
        block.extend_from_slice(&field.to_le_bytes());
    }
    block.push(1);
    block.extend_from_slice(&coinbase);
    block
}

/// The output script of its coinbase.
pub(super) fn script() -> Vec<u8> {
    let mut script = Vec::new();
    encode::push(&PAYEE_KEY, &mut script);
    script.push(0xac);
    script
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::Hash32;
    use crate::network::Network;

    #[test]
    fn has_the_known_hash() {
        let block = block();
        assert_eq!(block.len(), 285);
        assert_eq!(Hash32(sha256d(&block[..80])), Network::Regtest.genesis_hash());
    }
}
