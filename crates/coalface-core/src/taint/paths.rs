//! How value may have come from some outputs to others: the shortest way, the widest, and the one that arrives first.
//!
//! Everything that poison reaches is a way: a way says "could", never "how much". One pass over the hops in chain order
//! finds, for every output reached, the way with fewest transactions and the one whose narrowest output is widest.

use std::collections::HashMap;

use super::boundary::Boundary;
use super::options::{Method, Part, TraceOptions};
use super::pass::Progress;
use super::result::TraceResult;
use super::trace::trace;
use crate::store::Snapshot;
use crate::Result;

/// A way: outputs, each but the first made by the transaction that spends the one before it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Way {
    /// From an origin to a target.
    pub outputs: Vec<u64>,
    /// The value of the narrowest of them: no more can have gone this way.
    pub width_sat: i64,
}

/// The ways between two sets of outputs; empty ones if there are none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ways {
    /// Fewest transactions; of equal ones the earliest target.
    pub shortest: Way,
    /// The widest; of equal ones the shortest.
    pub largest: Way,
    /// To the earliest target; the shortest of these.
    pub earliest: Way,
    /// Targets that are reached.
    pub n_targets: u64,
    /// Transactions that were followed.
    pub n_txs: u64,
    /// Whether the limit of transactions cut the search short.
    pub is_cut: bool,
}

#[derive(Clone, Copy)]
struct Reached {
    n_txs: u32,
    before: u64,
    width_sat: i64,
    wide_before: u64,
}

/// Output before an origin.
const START: u64 = u64::MAX;

/// Finds ways from `parts` to outputs in `targets`, with the stops and limits of `options`.
///
/// # Errors
/// As [`trace`].
pub fn ways(
    snapshot: &Snapshot,
    parts: &[Part],
    targets: &[u64],
    options: &TraceOptions,
    progress: Progress<'_>,
) -> Result<Ways> {
    let mut options = TraceOptions { method: Method::Poison, is_backward: false, keep_hops: true, ..options.clone() };
    // What the caller stops at otherwise stays a stop; a target is one of its own.
    options.stop_outputs.extend(targets.iter().map(|output| (*output, Boundary::Unspent)));
    let found = trace(snapshot, parts, &options, progress)?;
    let reached = reach(snapshot, &found);
    let mut targets: Vec<u64> = targets.to_vec();
    targets.sort_unstable();
    targets.dedup();
    targets.retain(|output| reached.contains_key(output));
    let mut ways = Ways {
        n_targets: targets.len() as u64,
        n_txs: found.n_txs,
        is_cut: found.terminals.iter().any(|terminal| terminal.boundary == Boundary::Limit),
        ..Ways::default()
    };
    let of = |output: &u64| reached.get(output).copied();
    if let Some(output) = targets.first() {
        ways.earliest = way(snapshot, &reached, *output, |at| at.before);
    }
    let shortest = targets.iter().min_by_key(|output| of(output).map(|at| (at.n_txs, **output)));
    if let Some(output) = shortest {
        ways.shortest = way(snapshot, &reached, *output, |at| at.before);
    }
    let largest = targets
        .iter()
        .max_by_key(|output| of(output).map(|at| (at.width_sat, std::cmp::Reverse((at.n_txs, **output)))));
    if let Some(output) = largest {
        ways.largest = way(snapshot, &reached, *output, |at| at.wide_before);
    }
    Ok(ways)
}

fn reach(snapshot: &Snapshot, found: &TraceResult) -> HashMap<u64, Reached> {
    let values = &snapshot.columns.output_value_sat;
    let mut reached: HashMap<u64, Reached> = HashMap::new();
    for part in &found.origins {
        let at =
            reached.entry(part.output).or_insert(Reached { n_txs: 0, before: START, width_sat: 0, wide_before: START });
        at.width_sat = at.width_sat.saturating_add(part.len_sat);
    }
    let hops = &found.hops;
    for n in 0..hops.txs.len() {
        let row = |side: &super::result::Side| side.first[n] as usize..side.first[n + 1] as usize;
        let inputs = &hops.inputs.output[row(&hops.inputs)];
        let known = || inputs.iter().filter_map(|output| reached.get(output).map(|at| (*output, *at)));
        let Some((before, short)) = known().min_by_key(|(output, at)| (at.n_txs, *output)) else { continue };
        let wide = known().max_by_key(|(output, at)| (at.width_sat, std::cmp::Reverse((at.n_txs, *output))));
        let (wide_before, widest) = wide.unwrap_or((before, short));
        for output in &hops.outputs.output[row(&hops.outputs)] {
            let value = values.get(*output as usize).copied().unwrap_or(0);
            reached.entry(*output).or_insert(Reached {
                n_txs: short.n_txs + 1,
                before,
                width_sat: widest.width_sat.min(value),
                wide_before,
            });
        }
    }
    reached
}

fn way(snapshot: &Snapshot, reached: &HashMap<u64, Reached>, to: u64, before: impl Fn(&Reached) -> u64) -> Way {
    let mut outputs = vec![to];
    let mut width_sat = i64::MAX;
    while let Some(at) = outputs.last().and_then(|output| reached.get(output)) {
        let last = outputs[outputs.len() - 1];
        let start = before(at) == START;
        let value = snapshot.columns.output_value_sat.get(last as usize).copied().unwrap_or(0);
        width_sat = width_sat.min(if start { at.width_sat } else { value });
        // Chain order: an output's source has a smaller number, so the walk ends; a damaged store must not make it turn.
        if start || before(at) >= last {
            break;
        }
        outputs.push(before(at));
    }
    outputs.reverse();
    Way { outputs, width_sat }
}
