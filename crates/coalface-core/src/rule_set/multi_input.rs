//! `multi_input`, version 1: the input addresses of one transaction.
//!
//! *What it claims.* Whoever signs one input of a transaction can have all of them signed.
//!
//! *Why.* Inputs are signed over the whole transaction, so that their keys were at hand together (Nakamoto 2008,
//! section 10; Meiklejohn et al. 2013, heuristic 1).
//!
//! *When it is wrong.* Where people sign together: CoinJoins, which are left out as far as they are seen, PayJoins, which
//! mostly are not, and openings of Lightning channels by two sides.

use super::edge::{Edge, EdgeSource, Rule, Scratch};
use crate::coinjoin::{Eras, Exclusion};
use crate::ids::{TxNum, NONE_U32};
use crate::lookup::place::{inputs_of, outputs_of};
use crate::lookup::Bound;
use crate::store::{Snapshot, StoreError};

/// The rule.
#[derive(Debug, Clone, Copy)]
pub struct MultiInput;

impl EdgeSource for MultiInput {
    fn rule(&self) -> Rule {
        Rule::MultiInput
    }

    fn edges(
        &self,
        snapshot: &Snapshot,
        _bound: &Bound,
        tx: TxNum,
        scratch: &mut Scratch,
        edges: &mut Vec<Edge>,
    ) -> Result<(), StoreError> {
        let columns = &*snapshot.columns;
        let range = inputs_of(snapshot, tx);
        let inputs = columns.input_address.get(range.start as usize..range.end as usize).unwrap_or(&[]);
        let Some(first) = inputs.iter().find(|id| **id != NONE_U32) else { return Ok(()) };
        if inputs.iter().all(|id| id == first || *id == NONE_U32) || is_left_alone(snapshot, tx, scratch)? {
            return Ok(());
        }
        let edge = Edge { from: *first, to: 0, tx, stamp: tx, rule: Rule::MultiInput, score: 0 };
        let (mut before, is_other) = (*first, |id: &u32| *id != NONE_U32);
        for id in inputs.iter().copied().filter(is_other) {
            // Many inputs of one address in a row are common.
            if id != before && id != *first {
                edges.push(Edge { to: id, ..edge });
            }
            before = id;
        }
        Ok(())
    }
}

/// Whether a transaction of several input addresses may be a CoinJoin and ties nobody.
///
/// # Errors
/// If the store contradicts itself.
pub fn is_left_alone(snapshot: &Snapshot, tx: TxNum, scratch: &mut Scratch) -> Result<bool, StoreError> {
    let columns = &*snapshot.columns;
    let cell = |output: u64| {
        let row = output as usize;
        columns.output_value_sat.get(row).copied().zip(columns.output_address.get(row).copied())
    };
    let exclusion = scratch.exclusion.get_or_insert_with(|| Exclusion::new(Eras::of(snapshot.network())));
    Ok(exclusion.may_be_excluded(outputs_of(snapshot, tx).filter_map(cell))
        && exclusion.is_excluded(scratch.view.fill(snapshot, tx)?))
}
