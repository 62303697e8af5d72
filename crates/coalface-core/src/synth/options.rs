//! What a bulk chain shall be like.

use std::path::PathBuf;

use crate::ids::MAX_TX;
use crate::units::MAX_BLOCK_WEIGHT_WU;

use super::era::{Era, LATEST};
use super::error::BulkError;

/// Options of [`write_bulk`](super::write_bulk). Equal options give equal bytes; `threads` changes nothing.
#[derive(Clone, Debug)]
pub struct BulkOptions {
    /// Everything random follows from it.
    pub seed: u64,
    /// Number of transactions of the chain, exactly: genesis and coinbases count, and the last block is cut short.
    /// The first 101 are genesis and lone coinbases, since nothing else is mature yet.
    pub n_txs: u64,
    /// What the chain is like; `None` runs through all eras, each for an equal part of the transactions.
    pub era: Option<&'static Era>,
    /// Folder for the truth: who owns what; made if there is none. `None` writes no truth.
    pub truth: Option<PathBuf>,
    /// Largest weight of a block, 40,000 to 4,000,000. Most eras fill most blocks up to 4,000,000.
    pub block_weight_wu: u64,
    /// Key of `xor.dat`; `None` writes neither the file nor any obfuscation, as Bitcoin Core before 28.
    pub xor_key: Option<[u8; 8]>,
    /// Largest size of one block file (a larger single block still gets its own file).
    pub max_file_bytes: u64,
    /// Leaves the last file's tail preallocated with raw zeros up to a multiple of 16 MiB, as a running node does.
    pub preallocate_tail: bool,
    /// About how many unspent outputs are kept for spending: 64 bytes of memory each, up to twice that while compacting
    /// is due. Beyond that the oldest are forgotten, and stay unspent. At least 1,000.
    pub max_unspent: u64,
    /// 1 does all in the calling thread, 2 or more hash and write in a second one.
    pub threads: usize,
    /// Stale branches, spread over the chain: of one block mostly, of two each fourth.
    pub n_stale_branches: u64,
    /// Coinbases that come twice, with the same txid, in blocks of version 1. Each takes about a hundred blocks, and they
    /// end when the subsidy does.
    pub n_duplicate_coinbases: u64,
    /// Transactions of nearly one megabyte, 6,700 inputs into one output. They need full blocks.
    pub n_megabyte_txs: u64,
    /// Transactions of 20,000 outputs. They need full blocks.
    pub n_wide_txs: u64,
    /// Outputs to one single address, 1,000 in a transaction.
    pub n_flood_outputs: u64,
}

impl Default for BulkOptions {
    fn default() -> Self {
        BulkOptions {
            seed: 0,
            n_txs: 100_000,
            era: Some(LATEST),
            truth: None,
            block_weight_wu: MAX_BLOCK_WEIGHT_WU,
            xor_key: None,
            max_file_bytes: 128 << 20, // Bitcoin Core `node/blockstorage.h`, `MAX_BLOCKFILE_SIZE`
            preallocate_tail: false,
            max_unspent: 1 << 20,
            threads: 2,
            n_stale_branches: 0,
            n_duplicate_coinbases: 0,
            n_megabyte_txs: 0,
            n_wide_txs: 0,
            n_flood_outputs: 0,
        }
    }
}

impl BulkOptions {
    /// Checks every option's range.
    ///
    /// # Errors
    /// [`BulkError::OptionOutOfRange`] names the first option that is outside.
    pub(super) fn check(&self) -> Result<(), BulkError> {
        let least_weight_wu = match (self.n_megabyte_txs | self.n_wide_txs, self.n_flood_outputs) {
            (1.., _) => MAX_BLOCK_WEIGHT_WU,
            (0, 1..) => 200_000,
            (0, 0) => 40_000,
        };
        let threads = u64::try_from(self.threads).unwrap_or(u64::MAX);
        for (option, value, least, most) in [
            ("n_txs", self.n_txs, 1, MAX_TX),
            ("block_weight_wu", self.block_weight_wu, least_weight_wu, MAX_BLOCK_WEIGHT_WU),
            ("max_file_bytes", self.max_file_bytes, 1, 1 << 40),
            ("max_unspent", self.max_unspent, 1_000, 1 << 30),
            ("threads", threads, 1, 1 << 16),
            ("n_stale_branches", self.n_stale_branches, 0, 1 << 20),
            ("n_duplicate_coinbases", self.n_duplicate_coinbases, 0, 1 << 10),
            ("n_megabyte_txs", self.n_megabyte_txs, 0, 1 << 10),
            ("n_wide_txs", self.n_wide_txs, 0, 1 << 10),
            ("n_flood_outputs", self.n_flood_outputs, 0, 1 << 30),
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
