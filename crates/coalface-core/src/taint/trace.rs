//! A forward trace: a queue of spending transactions in chain order, until every tainted satoshi has met a boundary.
//!
//! Chain order is topological, so when a transaction's turn comes all taint that reaches it is known. O(tainted
//! transactions × log), whatever the size of the chain.

use std::collections::{BTreeSet, HashMap};

use super::haircut::Draw;
use crate::blockfile::parse::tx_flags;
use crate::coinjoin::{Eras, Exclusion};
use crate::ids::{AddressId, TxNum, NONE_SAT, NONE_U32};
use crate::lookup::place::{inputs_of, outputs_of, tx_of_input, tx_of_output};
use crate::lookup::Bound;
use crate::script::Kind;
use crate::store::Snapshot;
use crate::tx_view::ViewBuffers;
use crate::{Error, Result};

/// Longest script that can run (Bitcoin Core `MAX_SCRIPT_SIZE`).
const MAX_SCRIPT_BYTES: usize = 10_000;

/// Why a trace stops at an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Boundary {
    /// Not spent as of the bound.
    Unspent,
    /// Pays an address that the caller named as a stop.
    Service,
    /// Spent by a transaction that may be a CoinJoin.
    Coinjoin,
    /// Cannot be spent by anybody (OP_RETURN, the genesis coinbase, a script too long to run).
    Burned,
    /// The limit of transactions was reached.
    Limit,
    /// Spent by a transaction with inputs of unknown value (partial chain).
    Coverage,
}

impl Boundary {
    /// All, in the order of totals.
    pub const ALL: [Boundary; 6] = [
        Boundary::Unspent,
        Boundary::Service,
        Boundary::Coinjoin,
        Boundary::Burned,
        Boundary::Limit,
        Boundary::Coverage,
    ];

    /// Name in answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Boundary::Unspent => "unspent",
            Boundary::Service => "service",
            Boundary::Coinjoin => "coinjoin",
            Boundary::Burned => "burned",
            Boundary::Limit => "limit",
            Boundary::Coverage => "coverage",
        }
    }
}

/// An output where the trace ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terminal {
    /// The output.
    pub output: u64,
    /// Tainted part of its value.
    pub tainted_sat: i64,
    /// Why here.
    pub boundary: Boundary,
}

/// One transaction that the trace went through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// The transaction.
    pub tx: TxNum,
    /// Tainted outputs that it spends, with the tainted part.
    pub inputs: Vec<(u64, i64)>,
    /// Tainted outputs that it makes, with the tainted part.
    pub outputs: Vec<(u64, i64)>,
    /// What its fee took.
    pub fee_sat: i64,
}

/// How to trace.
#[derive(Debug, Clone)]
pub struct TraceOptions {
    /// As of.
    pub bound: Bound,
    /// Stop after so many transactions.
    pub max_txs: u64,
    /// Addresses that are boundaries, ascending.
    pub stops: Vec<AddressId>,
    /// Whether transactions that may be CoinJoins are boundaries.
    pub stop_at_coinjoins: bool,
}

/// Where the value went. Margins: origins = terminals + lost to fees + met again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TraceResult {
    /// Outputs that the trace started from, ascending, with their values.
    pub origins: Vec<(u64, i64)>,
    /// Where it ended, ascending by output.
    pub terminals: Vec<Terminal>,
    /// What it went through, in chain order.
    pub hops: Vec<Hop>,
    /// Taint that fees took.
    pub lost_to_fees_sat: i64,
    /// Taint that came back to an origin, which counts once with its whole value.
    pub met_again_sat: i64,
}

/// Traces `origins` (output numbers below the bound) forward by haircut.
///
/// `progress` gets the number of transactions followed now and then and may stop the call.
///
/// # Errors
/// [`Error::Cancelled`], an origin that is not below the bound, or a store that contradicts itself.
pub fn trace(
    snapshot: &Snapshot,
    origins: &[u64],
    options: &TraceOptions,
    progress: &dyn Fn(u64) -> std::ops::ControlFlow<()>,
) -> Result<TraceResult> {
    let columns = &*snapshot.columns;
    let mut origins = origins.to_vec();
    origins.sort_unstable();
    origins.dedup();
    let limit = options.bound.outputs;
    if let Some(output) = origins.iter().find(|output| **output >= limit) {
        return Err(crate::store::StoreError::OutOfRange { what: "output", id: *output, limit }.into());
    }
    let mut trace = Trace {
        snapshot,
        options,
        tainted: HashMap::new(),
        queue: BTreeSet::new(),
        boundaries: HashMap::new(),
        exclusion: Exclusion::new(Eras::of(snapshot.network())),
        view: ViewBuffers::default(),
        result: TraceResult::default(),
    };
    trace.result.origins = origins.iter().map(|output| (*output, columns.output_value_sat[*output as usize])).collect();
    for (output, value) in trace.result.origins.clone() {
        trace.arrive(output, value, true)?;
    }
    let mut followed = 0;
    while let Some(tx) = trace.queue.pop_first() {
        if followed % 4096 == 0 && progress(followed).is_break() {
            return Err(Error::Cancelled);
        }
        if followed == options.max_txs {
            trace.queue.insert(tx);
            break;
        }
        trace.follow(tx)?;
        followed += 1;
    }
    let unfinished = std::mem::take(&mut trace.tainted);
    trace.result.terminals.extend(unfinished.into_iter().map(|(output, tainted_sat)| Terminal {
        output,
        tainted_sat,
        boundary: Boundary::Limit,
    }));
    trace.result.terminals.sort_unstable_by_key(|terminal| terminal.output);
    Ok(trace.result)
}

struct Trace<'a> {
    snapshot: &'a Snapshot,
    options: &'a TraceOptions,
    /// Tainted outputs whose spending transaction waits in the queue.
    tainted: HashMap<u64, i64>,
    queue: BTreeSet<TxNum>,
    /// Transactions that are boundaries.
    boundaries: HashMap<TxNum, Boundary>,
    exclusion: Exclusion,
    view: ViewBuffers,
    result: TraceResult,
}

impl Trace<'_> {
    /// Taint has reached an output: it stops there, or its spending transaction gets a turn.
    fn arrive(&mut self, output: u64, tainted_sat: i64, is_origin: bool) -> Result<()> {
        if tainted_sat == 0 {
            return Ok(());
        }
        if !is_origin && self.result.origins.binary_search_by_key(&output, |origin| origin.0).is_ok() {
            self.result.met_again_sat = self.result.met_again_sat.saturating_add(tainted_sat);
            return Ok(());
        }
        let address = self.snapshot.columns.output_address[output as usize];
        let boundary = if address == NONE_U32 {
            Some(Boundary::Burned)
        } else if !is_origin && self.options.stops.binary_search(&address).is_ok() {
            Some(Boundary::Service)
        } else {
            match self.snapshot.spent_by(output, self.options.bound.inputs) {
                None if self.is_unspendable(output, address)? => Some(Boundary::Burned),
                None => Some(Boundary::Unspent),
                Some(input) => {
                    let tx = tx_of_input(self.snapshot, input)?;
                    let boundary = self.boundary_of_tx(tx)?;
                    if boundary.is_none() {
                        self.queue.insert(tx);
                    }
                    boundary
                }
            }
        };
        match boundary {
            Some(boundary) => self.result.terminals.push(Terminal { output, tainted_sat, boundary }),
            None => _ = self.tainted.insert(output, tainted_sat),
        }
        Ok(())
    }

    /// Whether nobody can ever spend an output with an address: the genesis coinbase, one that a repeated coinbase
    /// overwrote (before BIP-0030), a script that is too long to run.
    fn is_unspendable(&self, output: u64, address: AddressId) -> Result<bool> {
        let columns = &*self.snapshot.columns;
        let tx = tx_of_output(self.snapshot, output)?;
        if columns.tx_flags[tx as usize] & tx_flags::COINBASE != 0 {
            let is_genesis = tx == 0 && columns.block_hash.first() == Some(&self.snapshot.network().genesis_hash());
            let latest = self.snapshot.find_tx(&columns.tx_txid[tx as usize], self.options.bound.txs);
            if is_genesis || latest.is_some_and(|latest| latest > tx) {
                return Ok(true);
            }
        }
        let script = self.snapshot.address_payload(address);
        Ok(script.is_some_and(|(kind, payload)| kind == Kind::Nonstandard && payload.len() > MAX_SCRIPT_BYTES))
    }

    /// Why a trace stops before a transaction, if it does; found once for all of its inputs.
    fn boundary_of_tx(&mut self, tx: TxNum) -> Result<Option<Boundary>> {
        if self.queue.contains(&tx) {
            return Ok(None);
        }
        if let Some(boundary) = self.boundaries.get(&tx) {
            return Ok(Some(*boundary));
        }
        let boundary = self.judge_tx(tx)?;
        if let Some(boundary) = boundary {
            self.boundaries.insert(tx, boundary);
        }
        Ok(boundary)
    }

    fn judge_tx(&mut self, tx: TxNum) -> Result<Option<Boundary>> {
        if self.options.stop_at_coinjoins && self.exclusion.may_be_coinjoin(self.view.fill(self.snapshot, tx)?) {
            return Ok(Some(Boundary::Coinjoin));
        }
        Ok((self.snapshot.columns.tx_fee_sat[tx as usize] == NONE_SAT).then_some(Boundary::Coverage))
    }

    fn follow(&mut self, tx: TxNum) -> Result<()> {
        let columns = &*self.snapshot.columns;
        let mut inputs = Vec::new();
        let (mut tainted, mut total) = (0i64, columns.tx_fee_sat[tx as usize].max(0));
        for spent in inputs_of(self.snapshot, tx).filter_map(|n| columns.input_spent_output.get(n as usize)) {
            if let Some(sat) = self.tainted.remove(&spent) {
                inputs.push((spent, sat));
                tainted = tainted.saturating_add(sat);
            }
        }
        let outputs = outputs_of(self.snapshot, tx);
        for value in rows(&columns.output_value_sat, outputs.clone()) {
            total = total.saturating_add(*value);
        }
        // A sound store has tainted <= total; a damaged one must not make value.
        let mut draw = Draw::new(tainted.min(total), total);
        let mut hop = Hop { tx, inputs, outputs: Vec::new(), fee_sat: 0 };
        for output in outputs {
            let sat = draw.take(columns.output_value_sat[output as usize]);
            if sat > 0 {
                hop.outputs.push((output, sat));
                self.arrive(output, sat, false)?;
            }
        }
        hop.fee_sat = draw.take(i64::MAX);
        self.result.lost_to_fees_sat = self.result.lost_to_fees_sat.saturating_add(hop.fee_sat);
        self.result.hops.push(hop);
        Ok(())
    }
}

fn rows<T>(column: &[T], range: std::ops::Range<u64>) -> &[T] {
    column.get(range.start as usize..range.end as usize).unwrap_or(&[])
}
