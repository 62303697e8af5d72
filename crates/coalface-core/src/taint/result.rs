//! The answer of a trace, as arrays.

use super::boundary::Boundary;
use super::coin::Run;
use super::options::Part;
use crate::ids::TxNum;

/// An output where the trace ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terminal {
    /// The output; outside a partial chain its row with [`crate::ids::EXTERNAL_BIT`].
    pub output: u64,
    /// Tainted part of its value.
    pub tainted_sat: i64,
    /// Why here.
    pub boundary: Boundary,
    /// Whether some of it went through a transaction that may be a CoinJoin.
    pub is_mixed: bool,
}

/// Transactions that the trace went through: backward, the last one first. Rows of transaction `n` are those from
/// `first_input[n]` up to `first_input[n + 1]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hops {
    /// Transactions.
    pub txs: Vec<TxNum>,
    /// Tainted part of the fee: what it took, or what it was asked for.
    pub fee_sat: Vec<i64>,
    /// Tainted outputs that they spend.
    pub inputs: Side,
    /// Tainted outputs that they make.
    pub outputs: Side,
}

/// Outputs on one side of the hops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// First row of each hop, and the end.
    pub first: Vec<u64>,
    /// Outputs.
    pub output: Vec<u64>,
    /// Their tainted parts.
    pub sat: Vec<i64>,
}

impl Default for Side {
    fn default() -> Self {
        Side { first: vec![0], output: Vec::new(), sat: Vec::new() }
    }
}

impl Side {
    pub(super) fn add(&mut self, rows: &[(u64, i64)]) {
        self.output.extend(rows.iter().map(|row| row.0));
        self.sat.extend(rows.iter().map(|row| row.1));
        self.first.push(self.output.len() as u64);
    }

    fn bytes(&self) -> u64 {
        ((self.first.capacity() + self.output.capacity() + self.sat.capacity()) * 8) as u64
    }
}

/// Where the value went, or came from.
///
/// Margins of every method but poison: origins = terminals + lost to fees + met again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TraceResult {
    /// Parts that the trace started from, ascending, none overlapping another.
    pub origins: Vec<Part>,
    /// Where it ended, ascending by output.
    pub terminals: Vec<Terminal>,
    /// Places of coins in terminals, if asked for: those of terminal `n` from `first_run[n]` up to `first_run[n + 1]`.
    pub runs: Vec<Run>,
    /// See `runs`.
    pub first_run: Vec<u64>,
    /// What it went through, if asked for.
    pub hops: Hops,
    /// Transactions that it went through.
    pub n_txs: u64,
    /// Taint that fees took, and that no coinbase claimed where fees are followed.
    pub lost_to_fees_sat: i64,
    /// Taint that came to an origin, where it is counted already.
    pub met_again_sat: i64,
    /// Bytes that waited on disk.
    pub spilled_bytes: u64,
}

impl TraceResult {
    /// Bytes that it takes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let hops = &self.hops;
        let hop_bytes = hops.txs.capacity() * 4 + hops.fee_sat.capacity() * 8;
        let runs = self.runs.capacity() * size_of::<Run>() + self.first_run.capacity() * 8;
        (self.terminals.capacity() * size_of::<Terminal>() + hop_bytes + runs) as u64
            + hops.inputs.bytes()
            + hops.outputs.bytes()
    }
}
