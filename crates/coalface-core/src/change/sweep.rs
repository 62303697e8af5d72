//! Judgements of all transactions of a store, for measurement and calibration.

use std::ops::ControlFlow;

use rayon::prelude::*;

use super::gate::Refusal;
use super::judge::{judged_at, Judge};
use super::rule::N_RULES;
use super::weights::Weights;
use crate::ids::TxNum;
use crate::lookup::place::outputs_of;
use crate::lookup::Bound;
use crate::store::Snapshot;
use crate::{Error, Result};

/// The votes about one output that can be spent, and what was decided about its transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutputVotes {
    /// Its transaction.
    pub tx: TxNum,
    /// Its row.
    pub output: u64,
    /// Rules that keep it, a bit each.
    pub kept_by: u32,
    /// Rules that rule it out.
    pub ruled_out_by: u32,
    /// Log-odds, if it is the one that stands out.
    pub log_odds_millinats: Option<i32>,
    /// Why it ties nothing although it stands out.
    pub refusal: Option<Refusal>,
}

/// Blocks that are judged at once, on all threads.
const TURN_BLOCKS: u64 = 256;

/// Calls `each` with the judgements of every transaction of the first blocks of `bound`, in chain order: those of a block as
/// of the block that stands [`LAG_BLOCKS`](super::LAG_BLOCKS) behind it. Blocks that are too recent are left out.
///
/// `progress` is told blocks done and all blocks, and says whether to go on.
///
/// # Errors
/// If the store contradicts itself; [`Error::Cancelled`] if `progress` says so.
pub fn sweep_judgements(
    snapshot: &Snapshot,
    bound: &Bound,
    weights: &Weights,
    progress: &dyn Fn(u64, u64) -> ControlFlow<()>,
    mut each: impl FnMut(OutputVotes),
) -> Result<()> {
    let end = bound.blocks.saturating_sub(super::LAG_BLOCKS);
    let mut start = 0;
    while start < end {
        if progress(start, end).is_break() {
            return Err(Error::Cancelled);
        }
        snapshot.check_fresh()?;
        let stop = start.saturating_add(TURN_BLOCKS).min(end);
        let made: Vec<Result<Vec<OutputVotes>>> = (start..stop)
            .into_par_iter()
            .map_init(|| Judge::new(snapshot), |judge, block| of_block(judge, snapshot, block, weights))
            .collect();
        for found in made {
            found?.into_iter().for_each(&mut each);
        }
        start = stop;
    }
    Ok(())
}

fn of_block(state: &mut Judge, snapshot: &Snapshot, block: u64, weights: &Weights) -> Result<Vec<OutputVotes>> {
    let Some(bound) = judged_at(snapshot, block) else { return Ok(Vec::new()) };
    let txs = Bound::blocks(snapshot, block).txs..Bound::blocks(snapshot, block + 1).txs;
    let mut found = Vec::new();
    for tx in txs {
        let tx = tx as TxNum;
        let Ok(judgement) = state.judge(snapshot, tx, &bound, weights)? else { continue };
        let first = outputs_of(snapshot, tx).start;
        for n in judgement.spendable.iter() {
            let (mut kept_by, mut ruled_out_by) = (0u32, 0u32);
            for (bit, vote) in judgement.votes.iter().enumerate().take(N_RULES) {
                kept_by |= u32::from(vote.keeps.contains(n)) << bit;
                ruled_out_by |= u32::from(vote.rules_out.contains(n)) << bit;
            }
            let is_best = judgement.decision.best == Some(n);
            found.push(OutputVotes {
                tx,
                output: first + u64::from(n),
                kept_by,
                ruled_out_by,
                log_odds_millinats: is_best.then_some(judgement.decision.log_odds_millinats),
                refusal: judgement.refusal.filter(|_| is_best),
            });
        }
    }
    Ok(found)
}
