//! One undo record: the outputs that the transactions of a block spend, but for its coinbase.

use super::amount::decompress_amount;
use super::error::UndoError;
use super::reader::Reader;
use crate::blockfile::parse::Span;
use crate::hash::{sha256d_parts, Hash32};
use crate::units::is_money;

/// Bytes of the checksum behind a record.
pub(super) const CHECKSUM_BYTES: usize = 32;

/// Shortest form of a spent output: height, amount and kind of script.
const LEAST_COIN_BYTES: usize = 3;

/// Outputs spent by one block, in the order of its inputs, without that of the coinbase.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Undo {
    /// First output of each transaction, and the number of outputs at the end.
    pub first: Vec<u32>,
    /// Per output.
    pub value_sat: Vec<i64>,
    script: Vec<Span>,
    scripts: Vec<u8>,
}

/// Whether the checksum behind a record holds for a block with this parent.
pub(super) fn checksum_holds(prev: &Hash32, record: &[u8], checksum: &[u8]) -> bool {
    sha256d_parts(&[&prev.0, record]) == *checksum
}

impl Undo {
    /// Reads `record` (without its checksum) into `self`, whose memory is used again.
    ///
    /// Memory: at most 17 bytes a byte of the record.
    ///
    /// # Errors
    /// [`UndoError`] at the first byte that cannot belong to a record, or if bytes are left over.
    pub fn parse(&mut self, record: &[u8]) -> Result<(), UndoError> {
        self.clear();
        let mut reader = Reader { bytes: record, at: 0 };
        for _ in 0..reader.count("number of transactions", 1 + LEAST_COIN_BYTES)? {
            self.first.push(self.value_sat.len() as u32);
            for _ in 0..reader.count("number of inputs", LEAST_COIN_BYTES)? {
                reader.height()?;
                let at = reader.at;
                let code = reader.varint("amount")?;
                let value_sat =
                    decompress_amount(code).and_then(|sat| i64::try_from(sat).ok()).filter(|s| is_money(*s));
                let Some(value_sat) = value_sat else {
                    reader.at = at;
                    return Err(reader.error("amount, compressed", code, "0 to 21 million bitcoin"));
                };
                self.value_sat.push(value_sat);
                let start = self.scripts.len() as u32;
                reader.script(&mut self.scripts)?;
                self.script.push(Span { start, end: self.scripts.len() as u32 });
            }
        }
        self.first.push(self.value_sat.len() as u32);
        match reader.left() {
            0 => Ok(()),
            left => Err(reader.error("number of bytes left over", left as u64, "0")),
        }
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.first.clear();
        self.value_sat.clear();
        self.script.clear();
        self.scripts.clear();
    }

    /// Number of transactions.
    #[must_use]
    pub fn n_txs(&self) -> usize {
        self.first.len().saturating_sub(1)
    }

    /// Script of output `n`.
    #[must_use]
    pub fn script(&self, n: usize) -> &[u8] {
        self.script[n].of(&self.scripts)
    }
}

/// Number of transactions of the record that starts with `start`, and the [`shape`] of its counts if `start` is all of it.
pub(super) fn counts_of(start: &[u8], len: usize) -> Option<(u32, u32)> {
    let mut reader = Reader { bytes: start, at: 0 };
    if start.len() < len {
        // The count stands in the first bytes, what it counts in the rest of the record.
        let n_txs = reader.compact_size("number of transactions").ok()?;
        return u32::try_from(n_txs).ok().filter(|n_txs| *n_txs as usize <= len).map(|n_txs| (n_txs, 0));
    }
    let n_txs = reader.count("number of transactions", 1).ok()?;
    let mut counts = Vec::new();
    for _ in 0..n_txs {
        let n_coins = reader.count("number of inputs", LEAST_COIN_BYTES).ok()?;
        for _ in 0..n_coins {
            reader.height().ok()?;
            reader.varint("amount").ok()?;
            reader.skip_script().ok()?;
        }
        counts.push(n_coins as u32);
    }
    Some((n_txs as u32, shape(counts.into_iter())))
}

/// A number, never 0, that is the same for equal sequences of input counts (FNV-1a).
pub(super) fn shape(counts: impl Iterator<Item = u32>) -> u32 {
    let hash = counts
        .flat_map(u32::to_le_bytes)
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash.max(1)
}

impl Reader<'_> {
    /// Height and coinbase bit of a spent output, which nothing needs. Behind a height other than 0 stands what was the
    /// version of the transaction and is 0 since Bitcoin Core 0.15.
    fn height(&mut self) -> Result<(), UndoError> {
        let at = self.at;
        let code = self.varint("height and coinbase bit")?;
        if code > u64::from(u32::MAX) {
            self.at = at;
            return Err(self.error("height and coinbase bit", code, "32 bits"));
        }
        if code >> 1 > 0 {
            self.varint("transaction version")?;
        }
        Ok(())
    }
}
