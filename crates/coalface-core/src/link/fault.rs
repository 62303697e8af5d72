//! Why a block that can be read is not indexed.

use thiserror::Error;

use crate::hash::Hash32;

/// A broken rule. Scripts are not executed: a fault is about structure, work and value only.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[allow(missing_docs, reason = "the messages name every field")]
pub enum Fault {
    /// The transactions are not those that the header commits to.
    #[error("merkle root is {found}, the header says {expected}")]
    MerkleRoot { found: Hash32, expected: Hash32 },
    /// CVE-2012-2459: the same root as a shorter list of transactions.
    #[error("two equal neighbours in the merkle tree (CVE-2012-2459)")]
    MutatedMerkle,
    /// BIP-0141.
    #[error("the coinbase does not commit to the witnesses (BIP-0141)")]
    WitnessCommitment,
    /// The block's bytes cannot be read.
    #[error("unreadable: {0}")]
    Unreadable(crate::blockfile::parse::ParseError),
    /// The first transaction is none, or another one is.
    #[error("transaction {n} {what}")]
    Coinbase { n: usize, what: &'static str },
    /// Above 4,000,000 weight units.
    #[error("weight is {weight_wu}, at most {allowed_wu} allowed")]
    Weight { weight_wu: u64, allowed_wu: u64 },
    /// An amount outside 0 to 21 million bitcoin.
    #[error("transaction {txid}: amount {value_sat} sat is not between 0 and {allowed_sat}")]
    Amount { txid: Hash32, value_sat: i64, allowed_sat: i64 },
    /// Spends what does not exist (or cannot be spent: the genesis coinbase, OP_RETURN).
    #[error("transaction {txid} input {n}: output {prev_txid}:{prev_vout} does not exist")]
    MissingOutput { txid: Hash32, n: usize, prev_txid: Hash32, prev_vout: u32 },
    /// Spends what is spent.
    #[error("transaction {txid} input {n}: output {prev_txid}:{prev_vout} is spent already")]
    SpentOutput { txid: Hash32, n: usize, prev_txid: Hash32, prev_vout: u32 },
    /// Spends a coinbase too early.
    #[error("transaction {txid} input {n}: the coinbase it spends is {depth} blocks deep, {allowed} needed")]
    ImmatureCoinbase { txid: Hash32, n: usize, depth: u32, allowed: u32 },
    /// Pays out more than it takes in.
    #[error("transaction {txid}: pays {out_sat} sat, its inputs hold {in_sat}")]
    Overspent { txid: Hash32, in_sat: i64, out_sat: i64 },
    /// The miner took too much.
    #[error("the coinbase pays {out_sat} sat, subsidy and fees are {allowed_sat}")]
    CoinbaseTooLarge { out_sat: i64, allowed_sat: i64 },
    /// BIP-0030.
    #[error("transaction {txid} exists already with unspent outputs (BIP-0030)")]
    DuplicateTxid { txid: Hash32 },
    /// A header rule that needs the ancestors.
    #[error("{0}")]
    Header(String),
}

impl Fault {
    /// Whether another copy of the same block may be sound, so that the refusal is not remembered as final.
    #[must_use]
    pub fn is_of_copy(&self) -> bool {
        matches!(
            self,
            Fault::MerkleRoot { .. } | Fault::MutatedMerkle | Fault::WitnessCommitment | Fault::Unreadable(_)
        )
    }

    /// Stable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Fault::MerkleRoot { .. } => "merkle_root",
            Fault::MutatedMerkle => "mutated_merkle",
            Fault::WitnessCommitment => "witness_commitment",
            Fault::Unreadable(_) => "unreadable",
            Fault::Coinbase { .. } => "coinbase",
            Fault::Weight { .. } => "weight",
            Fault::Amount { .. } => "amount",
            Fault::MissingOutput { .. } => "missing_output",
            Fault::SpentOutput { .. } => "spent_output",
            Fault::ImmatureCoinbase { .. } => "immature_coinbase",
            Fault::Overspent { .. } => "overspent",
            Fault::CoinbaseTooLarge { .. } => "coinbase_too_large",
            Fault::DuplicateTxid { .. } => "duplicate_txid",
            Fault::Header(_) => "header",
        }
    }
}
