//! 32-byte hashes and the hash functions of Bitcoin.

pub mod lanes;

use ripemd::Ripemd160;
use sha2::{Digest, Sha256};

/// A 32-byte hash in internal byte order (the reverse of what is shown).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(transparent)]
pub struct Hash32(pub [u8; 32]);

impl Hash32 {
    /// Reads the 64-hex display form.
    #[must_use]
    pub fn from_display(text: &str) -> Option<Hash32> {
        let mut bytes: [u8; 32] = from_hex(text)?.try_into().ok()?;
        bytes.reverse();
        Some(Hash32(bytes))
    }

    /// The 64-hex display form.
    #[must_use]
    pub fn to_display(self) -> String {
        let mut bytes = self.0;
        bytes.reverse();
        to_hex(&bytes)
    }
}

impl std::fmt::Debug for Hash32 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.to_display())
    }
}

impl std::fmt::Display for Hash32 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.to_display())
    }
}

/// Lower-case hex of `bytes`.
#[must_use]
pub fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|b| [DIGITS[usize::from(b >> 4)] as char, DIGITS[usize::from(b & 15)] as char]).collect()
}

/// The bytes of a hex string of either case; `None` if it is not one.
#[must_use]
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    let digit = |c: u8| (c as char).to_digit(16).map(|d| d as u8);
    text.as_bytes().chunks_exact(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

/// SHA-256.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// SHA-256 of SHA-256.
#[must_use]
pub fn sha256d(bytes: &[u8]) -> [u8; 32] {
    sha256(&sha256(bytes))
}

/// SHA-256 of SHA-256 of the concatenation of `parts`.
#[must_use]
pub fn sha256d_parts(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    sha256(&<[u8; 32]>::from(hasher.finalize()))
}

/// RIPEMD-160 of SHA-256.
#[must_use]
pub fn hash160(bytes: &[u8]) -> [u8; 20] {
    Ripemd160::digest(sha256(bytes)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers() {
        assert_eq!(to_hex(&sha256d(b"")), "5df6e0e2761359d30a8275058e299fcc0381534545f55cf43e41983f5d4c9456");
        assert_eq!(to_hex(&hash160(b"")), "b472a266d0bd89c13706a4132ccfb16f7c3b9fcb");
        assert_eq!(sha256d_parts(&[b"a", b"bc"]), sha256d(b"abc"));
        assert_eq!(from_hex("0g"), None);
        assert_eq!(Hash32::from_display(&Hash32([7; 32]).to_display()), Some(Hash32([7; 32])));
    }
}
