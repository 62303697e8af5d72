//! One transaction of a store, from its columns to a judgement.

use super::decide::{decide, Decision};
use super::gate::{gate, Refusal};
use super::history::History;
use super::outputs::Outputs;
use super::rule::N_RULES;
use super::store_history::StoreHistory;
use super::vote::{votes, Vote};
use super::weights::Weights;
use crate::ids::{AddressId, TxNum};
use crate::lookup::place::place_of_tx;
use crate::lookup::Bound;
use crate::store::{Snapshot, StoreError};
use crate::tx_view::ViewBuffers;

/// Blocks after a transaction's own at which it is judged, once and for all.
///
/// A day of blocks. Longer waits see more outputs spent, but keep a rule set further behind the tip; the choice is not
/// tuned. Meiklejohn et al. (2013) waited a day, then a week.
pub const LAG_BLOCKS: u64 = 144;

/// What is kept from one judgement to the next: memory, and what is asked once a snapshot.
#[derive(Debug)]
pub struct Judge {
    /// Blocks from genesis on without a gap.
    complete_blocks: u64,
    view: ViewBuffers,
    history: StoreHistory,
}

/// Votes and decision about one transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judgement {
    /// Outputs that can be spent.
    pub spendable: Outputs,
    /// The votes, in the order of the rules.
    pub votes: [Vote; N_RULES],
    /// All together.
    pub decision: Decision,
    /// Why the chosen output ties nothing, whatever the log-odds; `None` if it may.
    pub refusal: Option<Refusal>,
    /// Address of the first input.
    pub payer: AddressId,
    /// Address of the chosen output.
    pub change: AddressId,
}

/// A tie between payer and change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// Address of the first input.
    pub payer: AddressId,
    /// Address of the change output.
    pub change: AddressId,
    /// Number of that output.
    pub output: u32,
    /// See [`Decision::log_odds_millinats`].
    pub log_odds_millinats: i32,
    /// See [`Decision::kept_by`].
    pub kept_by: u32,
}

/// Bound as of which the transactions of block row `block` are judged; `None` until so many blocks are there.
#[must_use]
pub fn judged_at(snapshot: &Snapshot, block: u64) -> Option<Bound> {
    let blocks = block.checked_add(LAG_BLOCKS + 1)?;
    (blocks <= snapshot.counts().blocks).then(|| Bound::blocks(snapshot, blocks))
}

impl Judge {
    /// For the transactions of a snapshot. O(blocks).
    #[must_use]
    pub fn new(snapshot: &Snapshot) -> Judge {
        let (hashes, parents) = (&snapshot.columns.block_hash[..], &snapshot.columns.block_prev_hash[..]);
        let complete_blocks = match hashes.first() {
            Some(first) if *first == snapshot.network().genesis_hash() => {
                (1..hashes.len()).find(|n| parents.get(*n) != hashes.get(n - 1)).unwrap_or(hashes.len()) as u64
            }
            _ => 0,
        };
        Judge { complete_blocks, view: ViewBuffers::default(), history: StoreHistory::default() }
    }

    /// Fills view and history of transaction `tx` as of `bound`, and calls `ask` with them.
    ///
    /// # Errors
    /// If the row is not in the store, or the store contradicts itself.
    pub fn with<T>(
        &mut self,
        snapshot: &Snapshot,
        tx: TxNum,
        bound: &Bound,
        ask: impl FnOnce(&crate::tx_view::TxView<'_>, &StoreHistory) -> T,
    ) -> Result<T, StoreError> {
        let place = place_of_tx(snapshot, tx);
        let view = self.view.fill_at(snapshot, tx, place.height, place.time_unix)?;
        self.history.read(snapshot, tx, bound, (place.block as u64) < self.complete_blocks)?;
        Ok(ask(&view, &self.history))
    }

    /// Judges transaction `tx` as of `bound`; the inner error says why it is left alone.
    ///
    /// # Errors
    /// If the row is not in the store, or the store contradicts itself.
    pub fn judge(
        &mut self,
        snapshot: &Snapshot,
        tx: TxNum,
        bound: &Bound,
        weights: &Weights,
    ) -> Result<Result<Judgement, Refusal>, StoreError> {
        let place = place_of_tx(snapshot, tx);
        let view = self.view.fill_at(snapshot, tx, place.height, place.time_unix)?;
        let spendable = match gate(&view) {
            Ok(spendable) => spendable,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let history = &mut self.history;
        history.read(snapshot, tx, bound, (place.block as u64) < self.complete_blocks)?;
        let votes = votes(&view, history);
        let decision = decide(&votes, spendable, weights);
        let Some(best) = decision.best else { return Ok(Err(Refusal::OneOutput)) };
        let used = history.address(best);
        let refusal =
            if history.is_of_payer(best) || super::reuse::pays_input(&view, view.outputs[best as usize].address) {
                Some(Refusal::AlreadyTied)
            } else if used.is_first_use != Some(true) {
                Some(Refusal::UsedBefore)
            } else if used.is_paid_again {
                Some(Refusal::PaidAgain)
            } else {
                None
            };
        let (payer, change) = (view.inputs[0].address, view.outputs[best as usize].address);
        Ok(Ok(Judgement { spendable, votes, decision, refusal, payer, change }))
    }

    /// The tie that transaction `tx` makes as of `bound` at `threshold_millinats`, or why it makes none.
    ///
    /// # Errors
    /// If the row is not in the store, or the store contradicts itself.
    pub fn edge(
        &mut self,
        snapshot: &Snapshot,
        tx: TxNum,
        bound: &Bound,
        weights: &Weights,
        threshold_millinats: i32,
    ) -> Result<Result<Edge, Refusal>, StoreError> {
        let found = match self.judge(snapshot, tx, bound, weights)? {
            Ok(found) => found,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if let Some(refusal) = found.refusal {
            return Ok(Err(refusal));
        }
        Ok(match found.decision.change(threshold_millinats) {
            Some(output) => Ok(Edge {
                payer: found.payer,
                change: found.change,
                output,
                log_odds_millinats: found.decision.log_odds_millinats,
                kept_by: found.decision.kept_by,
            }),
            None => Err(Refusal::BelowThreshold),
        })
    }
}
