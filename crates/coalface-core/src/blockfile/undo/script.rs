//! Bitcoin Core's compressed scripts (`compressor.cpp`).
//!
//! A number says what follows: 0 a key hash (P2PKH), 1 a script hash (P2SH), 2 and 3 the x of a compressed key, 4 and 5
//! the x of an uncompressed key whose y is even or odd (P2PK), n a script of n − 6 bytes.

use k256::elliptic_curve::sec1::ToSec1Point;

use super::error::UndoError;
use super::reader::Reader;
use crate::script::instructions::{OP_CHECKSIG, OP_DUP, OP_EQUAL, OP_EQUALVERIFY, OP_HASH160, OP_RETURN};

/// Numbers that stand for templates.
const N_TEMPLATES: u64 = 6;

/// Longest script that can be run, and so be spent (Bitcoin Core `MAX_SCRIPT_SIZE`).
const MAX_SCRIPT_BYTES: u64 = 10_000;

impl Reader<'_> {
    /// Appends the next script to `scripts`.
    pub(super) fn script(&mut self, scripts: &mut Vec<u8>) -> Result<(), UndoError> {
        let at = self.at;
        let kind = self.varint("kind of a script")?;
        match kind {
            0 => {
                scripts.extend_from_slice(&[OP_DUP, OP_HASH160, 20]);
                scripts.extend_from_slice(self.take(20, "key hash")?);
                scripts.extend_from_slice(&[OP_EQUALVERIFY, OP_CHECKSIG]);
            }
            1 => {
                scripts.extend_from_slice(&[OP_HASH160, 20]);
                scripts.extend_from_slice(self.take(20, "script hash")?);
                scripts.push(OP_EQUAL);
            }
            2 | 3 => {
                scripts.extend_from_slice(&[33, kind as u8]);
                scripts.extend_from_slice(self.take(32, "compressed key")?);
                scripts.push(OP_CHECKSIG);
            }
            4 | 5 => {
                let mut compressed = [kind as u8 - 2; 33];
                compressed[1..].copy_from_slice(self.take(32, "uncompressed key")?);
                let Ok(key) = k256::PublicKey::from_sec1_bytes(&compressed) else {
                    self.at = at;
                    return Err(self.error("uncompressed key", kind, "the x of a point of secp256k1"));
                };
                scripts.push(65);
                scripts.extend_from_slice(key.to_sec1_point(false).as_bytes());
                scripts.push(OP_CHECKSIG);
            }
            _ => {
                let len = kind - N_TEMPLATES;
                if len > MAX_SCRIPT_BYTES {
                    self.at = at;
                    return Err(self.error("length of a script", len, "10,000 bytes: a longer one is never spent"));
                }
                let script = self.take(len as usize, "script")?;
                if script.first() == Some(&OP_RETURN) {
                    self.at = at;
                    let first = u64::from(OP_RETURN);
                    return Err(self.error("first byte of a script", first, "another: OP_RETURN is never spent"));
                }
                scripts.extend_from_slice(script);
            }
        }
        Ok(())
    }

    /// Passes over the next script without looking into it.
    pub(super) fn skip_script(&mut self) -> Result<(), UndoError> {
        let len = match self.varint("kind of a script")? {
            0 | 1 => 20,
            2..N_TEMPLATES => 32,
            kind => kind - N_TEMPLATES,
        };
        self.take(usize::try_from(len).unwrap_or(usize::MAX), "script").map(drop)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may panic
pub(super) mod tests {
    use super::super::varint::tests::varint;
    use super::*;
    use crate::hash::from_hex;

    /// As Bitcoin Core `CompressScript`, then its serialisation.
    pub fn compress_script(script: &[u8]) -> Vec<u8> {
        let is_on_curve = |key: &[u8]| k256::PublicKey::from_sec1_bytes(key).is_ok();
        match script {
            [OP_DUP, OP_HASH160, 20, hash @ .., OP_EQUALVERIFY, OP_CHECKSIG] if hash.len() == 20 => {
                [&[0], hash].concat()
            }
            [OP_HASH160, 20, hash @ .., OP_EQUAL] if hash.len() == 20 => [&[1], hash].concat(),
            [33, key @ .., OP_CHECKSIG] if key.len() == 33 && matches!(key[0], 2 | 3) => key.to_vec(),
            [65, key @ .., OP_CHECKSIG] if key.len() == 65 && key[0] == 4 && is_on_curve(key) => {
                [&[4 | (key[64] & 1)], &key[1..33]].concat()
            }
            _ => [varint(script.len() as u64 + N_TEMPLATES), script.to_vec()].concat(),
        }
    }

    fn decompress(bytes: &[u8]) -> Result<Vec<u8>, UndoError> {
        let mut scripts = vec![7];
        let mut reader = Reader { bytes, at: 0 };
        reader.script(&mut scripts)?;
        assert_eq!(reader.left(), 0);
        let mut skipped = Reader { bytes, at: 0 };
        skipped.skip_script().unwrap();
        assert_eq!(skipped.left(), 0);
        assert_eq!(scripts[0], 7);
        Ok(scripts.split_off(1))
    }

    /// Uncompressed keys of the genesis block and of block 9, with odd and even y among their negatives.
    fn keys() -> Vec<Vec<u8>> {
        let texts = [
            "04678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5f",
            "0411db93e1dcdb8a016b49840f8c53bc1eb68a382e97b1482ecad7b148a6909a5cb2e0eaddfb84ccf9744464f82e160bfa9b8b64f9d4c03f999b8643f656b412a3",
        ];
        let mut keys: Vec<Vec<u8>> = texts.iter().map(|text| from_hex(text).unwrap()).collect();
        for n in 0..2 {
            let other = [&[(keys[n][64] & 1 ^ 1) + 2], &keys[n][1..33]].concat();
            let point = k256::PublicKey::from_sec1_bytes(&other).unwrap();
            keys.push(point.to_sec1_point(false).as_bytes().to_vec());
        }
        keys
    }

    #[test]
    fn round_trips() {
        let mut scripts: Vec<Vec<u8>> = vec![vec![], vec![0x51], vec![0xff; 10_000], vec![33; 35], vec![65; 67]];
        scripts.push([&[0x76, 0xa9, 20][..], &[5; 20], &[0x88, 0xac]].concat());
        scripts.push([&[0xa9, 20][..], &[5; 20], &[0x87]].concat());
        scripts.push([&[0x00, 20][..], &[5; 20]].concat());
        scripts.push([&[0x51, 32][..], &[5; 32]].concat());
        scripts.extend([2, 3].map(|first| [&[33, first][..], &[5; 32], &[0xac]].concat()));
        // Hybrid keys, and one that is not on the curve, are kept whole.
        scripts.extend([4, 6, 7].map(|first| [&[65, first][..], &[5; 64], &[0xac]].concat()));
        for key in keys() {
            let script = [&[65][..], &key, &[0xac]].concat();
            assert_eq!(compress_script(&script).len(), 33);
            scripts.push(script);
        }
        for script in scripts {
            assert_eq!(decompress(&compress_script(&script)).as_ref(), Ok(&script));
        }
    }

    #[test]
    fn refuses_what_cannot_be_spent_or_be() {
        let too_long = [varint(10_001 + N_TEMPLATES), vec![1; 10_001]].concat();
        let op_return = [varint(2 + N_TEMPLATES), vec![OP_RETURN, 1]].concat();
        let not_on_curve = [&[4][..], &[5; 32]].concat();
        let not_in_field = [&[5][..], &[0xff; 32]].concat();
        for bytes in [too_long, op_return, not_in_field, not_on_curve, vec![0, 1], vec![4, 1], vec![], varint(u64::MAX)]
        {
            let mut reader = Reader { bytes: &bytes, at: 0 };
            assert!(reader.script(&mut Vec::new()).is_err(), "{bytes:?}");
        }
    }
}
