//! `change`, version 1: whoever paid, and the output that came back to them.
//!
//! *What it claims.* The change output of a transaction belongs to who owns its inputs, where the
//! [combined votes](crate::change) reach the threshold of the set.
//!
//! *When it is wrong.* As `change` says of each of its rules and of all together. A wrong tie joins payer and payee.

use super::edge::{Edge, EdgeSource, Rule, Scratch};
use crate::change::{Judge, FITTED};
use crate::ids::TxNum;
use crate::lookup::Bound;
use crate::store::{Snapshot, StoreError};

/// The rule at a threshold.
#[derive(Debug, Clone, Copy)]
pub struct ChangeTie {
    /// Log-odds, in thousandths of a nat, from which on it ties.
    pub threshold_millinats: i32,
}

impl EdgeSource for ChangeTie {
    fn rule(&self) -> Rule {
        Rule::Change
    }

    fn edges(
        &self,
        snapshot: &Snapshot,
        bound: &Bound,
        tx: TxNum,
        scratch: &mut Scratch,
        edges: &mut Vec<Edge>,
    ) -> Result<(), StoreError> {
        let judge = scratch.judge.get_or_insert_with(|| Judge::new(snapshot));
        if let Ok(found) = judge.edge(snapshot, tx, bound, &FITTED, self.threshold_millinats)? {
            let hundredths = (found.log_odds_millinats / 10).clamp(i16::MIN.into(), i16::MAX.into());
            let score = hundredths as i16;
            edges.push(Edge { from: found.payer, to: found.change, tx, stamp: tx, rule: Rule::Change, score });
        }
        Ok(())
    }
}
