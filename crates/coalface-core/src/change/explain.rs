//! A judgement with everything that the rules looked at.

use super::fact::{Fact, Notes};
use super::gate::Refusal;
use super::judge::{Judge, Judgement};
use super::rule::Rule;
use super::vote::vote;
use super::weights::Weights;
use crate::ids::TxNum;
use crate::lookup::Bound;
use crate::store::{Snapshot, StoreError};

/// A judgement and its evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// Votes and decision.
    pub judgement: Judgement,
    /// What each rule looked at, in the order of the rules.
    pub facts: Vec<(Rule, Vec<Fact>)>,
}

/// Judges transaction `tx` as of `bound` and keeps the evidence; the inner error says why it is left alone.
///
/// # Errors
/// If the row is not in the store, or the store contradicts itself.
pub fn explain(
    state: &mut Judge,
    snapshot: &Snapshot,
    tx: TxNum,
    bound: &Bound,
    weights: &Weights,
) -> Result<Result<Explained, Refusal>, StoreError> {
    let judgement = match state.judge(snapshot, tx, bound, weights)? {
        Ok(judgement) => judgement,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let facts = state.with(snapshot, tx, bound, |view, history| {
        Rule::ALL
            .map(|rule| {
                let mut notes = Notes::on();
                vote(rule, view, history, &mut notes);
                (rule, notes.take())
            })
            .to_vec()
    })?;
    Ok(Ok(Explained { judgement, facts }))
}
