//! Why undo data is not used. None of it ends a run: without undo data a block is as good as before.

use thiserror::Error;

use crate::blockfile::BlockFileError;
use crate::hash::Hash32;

/// An undo record that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("byte {offset} of the record: {what} is {received}, allowed {allowed}")]
pub struct UndoError {
    /// Position in the record, behind magic and length.
    pub offset: usize,
    /// What was being read.
    pub what: &'static str,
    /// What stood there.
    pub received: u64,
    /// What could have stood there.
    pub allowed: &'static str,
}

/// Why an undo file, or a part of one, is not used.
#[derive(Debug, Error)]
pub enum UndoFault {
    /// Files and devices.
    #[error(transparent)]
    File(#[from] BlockFileError),
    /// A file that ends before a record does.
    #[error("the record runs past the end of the file")]
    Unfinished,
    /// Bytes that are no record.
    #[error("no record starts here: what lies before the next one, if any, is skipped")]
    Damaged,
    /// A record whose checksum is right and whose content is not.
    #[error(transparent)]
    Unreadable(#[from] UndoError),
    /// No checksum holds, though the record looks as if it belonged to a block that has no other.
    #[error("the checksum does not hold for block {block}, whose counts the record has")]
    Checksum {
        /// The block.
        block: Hash32,
    },
    /// Other transactions than the block's.
    #[error("holds {found} transactions or other inputs than block {block}, which needs {expected} transactions")]
    Counts {
        /// The block.
        block: Hash32,
        /// Transactions in the record.
        found: usize,
        /// Transactions of the block without its coinbase.
        expected: usize,
    },
    /// A transaction that would spend more than it has.
    #[error("transaction {txid} would spend {out_sat} sat and have {in_sat}")]
    Overspent {
        /// The transaction.
        txid: Hash32,
        /// Value of its inputs by the record.
        in_sat: i64,
        /// Value of its outputs.
        out_sat: i64,
    },
    /// A sum of values that is no amount of money.
    #[error("the inputs of transaction {txid} would hold {value_sat} sat, allowed {allowed_sat} sat")]
    Amount {
        /// The transaction.
        txid: Hash32,
        /// The sum.
        value_sat: i64,
        /// The largest amount.
        allowed_sat: i64,
    },
    /// A coinbase that would claim more than it may.
    #[error("the coinbase of block {block} would claim {out_sat} sat, allowed {allowed_sat} sat")]
    CoinbaseTooLarge {
        /// The block.
        block: Hash32,
        /// Value of its outputs.
        out_sat: i64,
        /// Subsidy and fees by the record.
        allowed_sat: i64,
    },
    /// A hash that the spend does not show the preimage of.
    #[error("input {n} of transaction {txid} shows another key or script than its output asks for")]
    Script {
        /// The transaction.
        txid: Hash32,
        /// The input.
        n: usize,
    },
    /// Another value than that of an output in the store.
    #[error(
        "input {n} of transaction {txid} would hold {value_sat} sat, the output that it spends holds {expected_sat}"
    )]
    Value {
        /// The transaction.
        txid: Hash32,
        /// The input.
        n: usize,
        /// Value by the record.
        value_sat: i64,
        /// Value of the output.
        expected_sat: i64,
    },
    /// More than one record that could be the block's.
    #[error("another record fits block {block} as well")]
    Ambiguous {
        /// The block.
        block: Hash32,
    },
}

impl UndoFault {
    /// Stable name. (Not `code`: it is told in a report and never raised.)
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            UndoFault::File(error) => error.code(),
            UndoFault::Unfinished => "undo_unfinished",
            UndoFault::Damaged => "undo_damaged",
            UndoFault::Unreadable(_) => "undo_unreadable",
            UndoFault::Checksum { .. } => "undo_checksum",
            UndoFault::Counts { .. } => "undo_counts",
            UndoFault::Overspent { .. } => "undo_overspent",
            UndoFault::Amount { .. } => "undo_amount",
            UndoFault::CoinbaseTooLarge { .. } => "undo_coinbase_too_large",
            UndoFault::Script { .. } => "undo_script",
            UndoFault::Value { .. } => "undo_value",
            UndoFault::Ambiguous { .. } => "undo_ambiguous",
        }
    }
}
