//! `optimal_change`, version 1: no wallet spends a coin that it did not need.
//!
//! *What it claims.* With two inputs or more, change is smaller than every input: else the smallest could have been left out.
//! Larger outputs are payments. With one input, or where a value is unknown, it abstains.
//!
//! *When it is wrong.* Consolidation while paying, coins chosen at random or by age, all coins of an address spent together
//! (Electrum), and everything that a fee saved later justifies: common in recent wallets.
//!
//! *Source.* BlockSci, `optimal_change`; Nick (2015) and others know it as the "shadow" or "unnecessary input" heuristic.

use super::fact::{FactValue, Notes};
use super::rule::Rule;
use super::vote::{Stance, Vote};
use crate::tx_view::TxView;

pub(super) fn vote(tx: &TxView<'_>, notes: &mut Notes) -> Vote {
    let silence = Vote::abstains(Rule::OptimalChange);
    if tx.inputs.len() < 2 {
        return silence;
    }
    let mut smallest_sat = i64::MAX;
    for input in tx.inputs {
        let Some(value_sat) = input.value_sat else { return silence };
        smallest_sat = smallest_sat.min(value_sat);
    }
    notes.tx("smallest_input_sat", FactValue::Number(smallest_sat));
    Vote::of_each(Rule::OptimalChange, tx, |n| {
        let value_sat = tx.outputs[n].value_sat;
        notes.output(n as u32, "value_sat", FactValue::Number(value_sat));
        if value_sat < smallest_sat {
            Stance::Keeps
        } else {
            Stance::RulesOut
        }
    })
}
