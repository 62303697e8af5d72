//! Public keys by their shape.

/// Length of a compressed public key in bytes.
pub const COMPRESSED_BYTES: usize = 33;
/// Length of an uncompressed or hybrid public key in bytes.
pub const UNCOMPRESSED_BYTES: usize = 65;

/// Whether `bytes` have the header and length of a public key (Bitcoin Core `CPubKey::ValidSize`).
///
/// Header 2 or 3 with 33 bytes, header 4, or 6 or 7 (hybrid), with 65. Whether the point lies on the curve is not
/// looked at: outputs that pay to points off the curve exist and are P2PK all the same.
#[must_use]
pub fn is_key(bytes: &[u8]) -> bool {
    match bytes.first() {
        Some(2 | 3) => bytes.len() == COMPRESSED_BYTES,
        Some(4 | 6 | 7) => bytes.len() == UNCOMPRESSED_BYTES,
        _ => false,
    }
}

/// Whether `bytes` have the shape of a compressed public key.
#[must_use]
pub fn is_compressed_key(bytes: &[u8]) -> bool {
    bytes.len() == COMPRESSED_BYTES && is_key(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_decides_the_length() {
        for header in 0..=255u8 {
            let bytes = [header; 65];
            assert_eq!(is_key(&bytes[..33]), matches!(header, 2 | 3), "{header}");
            assert_eq!(is_key(&bytes), matches!(header, 4 | 6 | 7), "{header}");
            assert!(!is_key(&bytes[..32]) && !is_key(&bytes[..34]) && !is_key(&bytes[..64]));
        }
        assert!(!is_key(&[]));
    }
}
