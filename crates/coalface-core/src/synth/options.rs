//! What a bulk chain shall be like.

use crate::ids::MAX_TX;
use crate::units::MAX_BLOCK_WEIGHT_WU;

use super::error::BulkError;

/// Options of [`write_bulk`](super::write_bulk). Equal options give equal bytes; `threads` changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkOptions {
    /// Everything random follows from it.
    pub seed: u64,
    /// Number of transactions of the chain, exactly: genesis and coinbases count, and the last block is cut short.
    /// The first 101 are genesis and lone coinbases, since nothing else is mature yet.
    pub n_txs: u64,
    /// Largest weight of a block, 40,000 to 4,000,000. Seven of ten blocks are filled up to it, the rest less.
    pub block_weight_wu: u64,
    /// Key of `xor.dat`; `None` writes neither the file nor any obfuscation, as Bitcoin Core before 28.
    pub xor_key: Option<[u8; 8]>,
    /// Largest size of one block file (a larger single block still gets its own file).
    pub max_file_bytes: u64,
    /// Leaves the last file's tail preallocated with raw zeros up to a multiple of 16 MiB, as a running node does.
    pub preallocate_tail: bool,
    /// About how many unspent outputs are kept: 56 bytes of memory each, up to twice that while compacting is due.
    /// Near the limit more transactions consolidate. At least 1,000.
    pub max_unspent: u64,
    /// 1 does all in the calling thread, 2 or more hash and write in a second one.
    pub threads: usize,
}

impl Default for BulkOptions {
    fn default() -> Self {
        BulkOptions {
            seed: 0,
            n_txs: 100_000,
            block_weight_wu: MAX_BLOCK_WEIGHT_WU,
            xor_key: None,
            max_file_bytes: 128 << 20, // Bitcoin Core `node/blockstorage.h`, `MAX_BLOCKFILE_SIZE`
            preallocate_tail: false,
            max_unspent: 1 << 20,
            threads: 2,
        }
    }
}

impl BulkOptions {
    /// Checks every option's range.
    ///
    /// # Errors
    /// [`BulkError::OptionOutOfRange`] names the first option that is outside.
    pub(super) fn check(&self) -> Result<(), BulkError> {
        let threads = u64::try_from(self.threads).unwrap_or(u64::MAX);
        for (option, value, least, most) in [
            ("n_txs", self.n_txs, 1, MAX_TX),
            ("block_weight_wu", self.block_weight_wu, 40_000, MAX_BLOCK_WEIGHT_WU),
            ("max_file_bytes", self.max_file_bytes, 1, 1 << 40),
            ("max_unspent", self.max_unspent, 1_000, 1 << 30),
            ("threads", threads, 1, 1 << 16),
        ] {
            if value < least || value > most {
                return Err(BulkError::OptionOutOfRange { option, value, least, most });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_option_out_of_range() {
        assert!(BulkOptions::default().check().is_ok());
        let error =
            BulkOptions { block_weight_wu: 4_000_001, ..BulkOptions::default() }.check().expect_err("too heavy");
        assert_eq!(error.code(), "usage_option_out_of_range");
        assert_eq!(error.to_string(), "`block_weight_wu` is 4000001, allowed are 40000 to 4000000");
        assert!(BulkOptions { n_txs: 0, ..BulkOptions::default() }.check().is_err());
        assert!(BulkOptions { threads: 0, ..BulkOptions::default() }.check().is_err());
    }
}
