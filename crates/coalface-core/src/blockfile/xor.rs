//! The key that Bitcoin Core (28 and later) hides its block files behind.

use std::io;
use std::path::Path;

use super::BlockFileError;
use crate::io::IoError;

/// Name of the key file, beside the block files it belongs to.
pub(super) const KEY_FILE: &str = "xor.dat";

/// Eight bytes, not all zero; the byte at file offset `i` is XORed with byte `i mod 8` of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct XorKey([u8; 8]);

impl XorKey {
    /// The key of those bytes; `None` if all are zero, which hides nothing.
    #[must_use]
    pub fn new(bytes: [u8; 8]) -> Option<XorKey> {
        (bytes != [0; 8]).then_some(XorKey(bytes))
    }

    /// The bytes of the key.
    #[must_use]
    pub fn bytes(self) -> [u8; 8] {
        self.0
    }

    /// The key of the block files in `folder`; `None` if it has no key file or one of zeros.
    ///
    /// # Errors
    /// The key file cannot be read, or does not hold exactly eight bytes.
    pub fn load(folder: &Path) -> Result<Option<XorKey>, BlockFileError> {
        let path = folder.join(KEY_FILE);
        let meta = match std::fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other.map_err(|error| IoError::new("look at", &path, error))?,
        };
        if !meta.is_file() || meta.len() != 8 {
            return Err(BlockFileError::BadKeyFile { path, len: meta.len() });
        }
        let bytes = std::fs::read(&path).map_err(|error| IoError::new("read", &path, error))?;
        let key = <[u8; 8]>::try_from(bytes.as_slice())
            .map_err(|_| BlockFileError::BadKeyFile { path, len: bytes.len() as u64 })?;
        Ok(XorKey::new(key))
    }

    /// Hides or reveals `bytes`, which lie at `file_offset` of their file.
    pub fn apply(self, file_offset: u64, bytes: &mut [u8]) {
        let mut key = self.0;
        key.rotate_left((file_offset % 8) as usize); // below 8
        let word = u64::from_ne_bytes(key);
        let mut words = bytes.chunks_exact_mut(8);
        for chunk in &mut words {
            let mut eight = [0; 8];
            eight.copy_from_slice(chunk);
            chunk.copy_from_slice(&(u64::from_ne_bytes(eight) ^ word).to_ne_bytes());
        }
        for (byte, key) in words.into_remainder().iter_mut().zip(key) {
            *byte ^= key;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may panic
mod tests {
    use super::*;

    #[test]
    fn equals_the_definition_in_every_phase() {
        let key = XorKey::new([1, 2, 4, 8, 16, 32, 64, 128]).unwrap();
        for offset in (0..20).chain([u64::MAX - 3]) {
            for len in 0..40 {
                let plain: Vec<u8> = (0..len).map(|i| i as u8 ^ 0x5a).collect();
                let mut hidden = plain.clone();
                key.apply(offset, &mut hidden);
                for (i, byte) in hidden.iter().enumerate() {
                    let phase = (offset % 8 + i as u64) % 8;
                    assert_eq!(*byte, plain[i] ^ key.0[phase as usize]);
                }
                key.apply(offset, &mut hidden);
                assert_eq!(hidden, plain);
            }
        }
        assert_eq!(XorKey::new([0; 8]), None);
    }
}
