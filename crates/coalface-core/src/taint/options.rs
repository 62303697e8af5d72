//! What a trace is asked for.

use std::path::PathBuf;

use super::boundary::Boundary;
use crate::ids::AddressId;
use crate::lookup::Bound;

/// Accounting methods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// In proportion.
    Haircut,
    /// First in, first out.
    Fifo,
    /// Last in, first out.
    Lifo,
    /// Taint in, highest out.
    Tiho,
    /// Everything that is touched.
    Poison,
}

impl Method {
    /// All.
    pub const ALL: [Method; 5] = [Method::Haircut, Method::Fifo, Method::Lifo, Method::Tiho, Method::Poison];

    /// Name in answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Method::Haircut => "haircut",
            Method::Fifo => "fifo",
            Method::Lifo => "lifo",
            Method::Tiho => "tiho",
            Method::Poison => "poison",
        }
    }

    /// The method with that name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Method> {
        Method::ALL.into_iter().find(|method| method.name() == name)
    }
}

/// A part of an output, from which a trace starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// The output.
    pub output: u64,
    /// Satoshi before the part.
    pub start_sat: i64,
    /// Satoshi in it.
    pub len_sat: i64,
}

/// How to trace.
#[derive(Debug, Clone)]
pub struct TraceOptions {
    /// As of.
    pub bound: Bound,
    /// How value is handed on.
    pub method: Method,
    /// Whether to ask where value came from instead of where it went.
    pub is_backward: bool,
    /// Stop after so many transactions.
    pub max_txs: u64,
    /// Addresses that are boundaries.
    pub stops: Vec<(AddressId, Boundary)>,
    /// Outputs that are.
    pub stop_outputs: Vec<(u64, Boundary)>,
    /// Whether transactions that may be CoinJoins are boundaries; if not, everything behind them is marked as mixed.
    pub stop_at_coinjoins: bool,
    /// Whether taint goes through fees into the coinbase that collected them.
    pub follow_fees: bool,
    /// Whether the answer holds the transactions that value went through.
    pub keep_hops: bool,
    /// Whether the answer holds the places of coins in the outputs where they ended (FIFO, LIFO).
    pub keep_runs: bool,
    /// File for the transactions, a JSON document a line.
    pub edges: Option<PathBuf>,
    /// Memory to use.
    pub memory_bytes: u64,
    /// Folder for what does not fit into it.
    pub spill_folder: PathBuf,
}

impl TraceOptions {
    /// Forward by `method` to the bound: no stops but possible CoinJoins, every hop kept.
    #[must_use]
    pub fn new(bound: Bound, method: Method) -> TraceOptions {
        TraceOptions {
            bound,
            method,
            is_backward: false,
            max_txs: u64::MAX,
            stops: Vec::new(),
            stop_outputs: Vec::new(),
            stop_at_coinjoins: true,
            follow_fees: false,
            keep_hops: true,
            keep_runs: false,
            edges: None,
            memory_bytes: 4 << 30,
            spill_folder: std::env::temp_dir(),
        }
    }
}
