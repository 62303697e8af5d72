//! Bitcoin Core's `VARINT` (`serialize.h`): base 128, most significant group first, each continued group one less.

use super::error::UndoError;
use super::reader::Reader;

impl Reader<'_> {
    /// The next varint.
    pub(super) fn varint(&mut self, what: &'static str) -> Result<u64, UndoError> {
        let at = self.at;
        let mut value = 0u64;
        loop {
            let byte = self.take(1, what)?[0];
            if value > u64::MAX >> 7 {
                self.at = at;
                return Err(self.error(what, value, "a varint of at most 64 bits"));
            }
            value = value << 7 | u64::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                return Ok(value);
            }
            value = match value.checked_add(1) {
                Some(value) => value,
                None => {
                    self.at = at;
                    return Err(self.error(what, value, "a varint of at most 64 bits"));
                }
            };
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// As Bitcoin Core `WriteVarInt`.
    pub fn varint(mut value: u64) -> Vec<u8> {
        let mut bytes = vec![(value & 0x7f) as u8];
        while value > 0x7f {
            value = (value >> 7) - 1;
            bytes.push((value & 0x7f) as u8 | 0x80);
        }
        bytes.reverse();
        bytes
    }

    #[test]
    fn round_trips() {
        let edges = [0, 1, 0x7f, 0x80, 0x407f, 0x4080, u64::MAX >> 7, (u64::MAX >> 7) + 1, u64::MAX - 1, u64::MAX];
        let random = (0..64).flat_map(|bit| [1u64 << bit, (1u64 << bit).wrapping_mul(0x9e37_79b9_7f4a_7c15)]);
        for value in edges.into_iter().chain(random) {
            let bytes = varint(value);
            let mut reader = Reader { bytes: &bytes, at: 0 };
            assert_eq!(reader.varint("it"), Ok(value), "{value}");
            assert_eq!(reader.left(), 0);
        }
        // Bitcoin Core `serialize_tests.cpp`, `varints_bitpatterns`.
        assert_eq!(varint(0x80), [0x80, 0x00]);
        assert_eq!(varint(0x1234), [0xa3, 0x34]);
        assert_eq!(varint(0xffff), [0x82, 0xfe, 0x7f]);
        assert_eq!(varint(u64::MAX), [0x80, 0xfe, 0xfe, 0xfe, 0xfe, 0xfe, 0xfe, 0xfe, 0xfe, 0x7f]);
    }

    #[test]
    fn refuses_what_is_too_long_or_cut() {
        for bytes in [&[0xff; 11][..], &[0x80, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], &[0x80], &[]] {
            let mut reader = Reader { bytes, at: 0 };
            assert!(reader.varint("it").is_err(), "{bytes:?}");
            assert!(reader.at <= bytes.len());
        }
    }
}
