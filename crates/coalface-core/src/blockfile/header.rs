//! The 80 bytes that name a block and carry its proof of work.

use crate::hash::{sha256d, Hash32};

/// A block header, as serialized by Bitcoin Core (`primitives/block.h`).
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Version, or bits of it that signal (BIP-0009).
    pub version: i32,
    /// Hash of the parent; zero in a genesis block.
    pub prev: Hash32,
    /// Root of the merkle tree of the txids.
    pub merkle_root: Hash32,
    /// The miner's clock, in seconds since 1970.
    pub time_unix: u32,
    /// Target in compact form (`nBits`).
    pub bits: u32,
    /// What the miner varied.
    pub nonce: u32,
}

impl Header {
    /// Serialized length in bytes.
    pub const LEN: usize = 80;

    /// Reads a header; every 80 bytes are one.
    #[must_use]
    pub fn parse(bytes: &[u8; 80]) -> Header {
        Header {
            version: i32::from_le_bytes(array(bytes, 0)),
            prev: Hash32(array(bytes, 4)),
            merkle_root: Hash32(array(bytes, 36)),
            time_unix: u32::from_le_bytes(array(bytes, 68)),
            bits: u32::from_le_bytes(array(bytes, 72)),
            nonce: u32::from_le_bytes(array(bytes, 76)),
        }
    }

    /// The 80 bytes of this header.
    #[must_use]
    pub fn serialize(&self) -> [u8; 80] {
        let mut bytes = [0; 80];
        bytes[0..4].copy_from_slice(&self.version.to_le_bytes());
        bytes[4..36].copy_from_slice(&self.prev.0);
        bytes[36..68].copy_from_slice(&self.merkle_root.0);
        bytes[68..72].copy_from_slice(&self.time_unix.to_le_bytes());
        bytes[72..76].copy_from_slice(&self.bits.to_le_bytes());
        bytes[76..80].copy_from_slice(&self.nonce.to_le_bytes());
        bytes
    }

    /// The block's hash: SHA-256 twice over the header.
    #[must_use]
    pub fn hash(bytes: &[u8; 80]) -> Hash32 {
        Hash32(sha256d(bytes))
    }
}

fn array<const N: usize>(bytes: &[u8; 80], at: usize) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(&bytes[at..at + N]);
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may panic
mod tests {
    use super::*;
    use crate::hash::from_hex;

    #[test]
    fn mainnet_genesis() {
        let bytes: [u8; 80] = from_hex(concat!(
            "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e",
            "67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c"
        ))
        .unwrap()
        .try_into()
        .unwrap();
        let header = Header::parse(&bytes);
        assert_eq!((header.version, header.time_unix, header.bits), (1, 1_231_006_505, 0x1d00_ffff));
        assert_eq!(header.nonce, 2_083_236_893);
        assert_eq!(header.serialize(), bytes);
        assert_eq!(Header::hash(&bytes), crate::network::Network::Mainnet.genesis_hash());
    }
}
