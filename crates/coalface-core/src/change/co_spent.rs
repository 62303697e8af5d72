//! `co_spent`, version 1: what is later spent together with the payer's coins was the payer's.
//!
//! *What it claims.* An output whose address the strict rule set ties to the first input's address, below the bound, is change; then
//! the other outputs are not. Where there is none, it abstains. Like `reuse` it ties nothing together that was apart, and
//! keeps other rules from taking the payment for change.
//!
//! *When it is wrong.* Where the strict rule set is: transactions of several people that are not recognised (PayJoin); and where
//! payer and payee are customers of one custodian, which pays one for the other.
//!
//! *Source.* Möser and Narayanan (2022) take it as their ground truth; GraphSense, `multi_input_change`.

use super::fact::{FactValue, Notes};
use super::history::History;
use super::outputs::Outputs;
use super::rule::Rule;
use super::vote::{Stance, Vote};
use crate::ids::NONE_U32;
use crate::tx_view::TxView;

pub(super) fn vote(tx: &TxView<'_>, history: &dyn History, notes: &mut Notes) -> Vote {
    let mut tied = Outputs::NONE;
    for (n, _) in tx.outputs.iter().enumerate().filter(|(_, output)| output.address != NONE_U32) {
        let is_tied = history.is_of_payer(n as u32);
        notes.output(n as u32, "is_in_cluster_of_payer", FactValue::Flag(is_tied));
        if is_tied {
            tied.insert(n as u32);
        }
    }
    if tied.is_empty() {
        return Vote::abstains(Rule::CoSpent);
    }
    Vote::of_each(Rule::CoSpent, tx, |n| if tied.contains(n as u32) { Stance::Keeps } else { Stance::RulesOut })
}
