//! The bytes of a record, read one after the other.

use super::error::UndoError;

pub(super) struct Reader<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    pub(super) fn error(&self, what: &'static str, received: u64, allowed: &'static str) -> UndoError {
        UndoError { offset: self.at, what, received, allowed }
    }

    pub(super) fn take(&mut self, len: usize, what: &'static str) -> Result<&'a [u8], UndoError> {
        if len > self.left() {
            return Err(self.error(what, len as u64, "no more than the bytes left in the record"));
        }
        let taken = &self.bytes[self.at..self.at + len];
        self.at += len;
        Ok(taken)
    }

    /// A compact size in its shortest form.
    pub(super) fn compact_size(&mut self, what: &'static str) -> Result<u64, UndoError> {
        let at = self.at;
        let first = self.take(1, what)?[0];
        let (len, least) = match first {
            0..=0xfc => return Ok(u64::from(first)),
            0xfd => (2, 0xfd),
            0xfe => (4, 0x1_0000),
            0xff => (8, 0x1_0000_0000),
        };
        let mut bytes = [0; 8];
        bytes[..len].copy_from_slice(self.take(len, what)?);
        let value = u64::from_le_bytes(bytes);
        if value < least {
            self.at = at;
            return Err(self.error(what, value, "the shortest form of a compact size"));
        }
        Ok(value)
    }

    /// A count of things that take at least `least_bytes` each.
    pub(super) fn count(&mut self, what: &'static str, least_bytes: usize) -> Result<usize, UndoError> {
        let at = self.at;
        let value = self.compact_size(what)?;
        match usize::try_from(value) {
            Ok(count) if count <= self.left() / least_bytes => Ok(count),
            _ => {
                self.at = at;
                Err(self.error(what, value, "no more than fit in the bytes left in the record"))
            }
        }
    }
}
