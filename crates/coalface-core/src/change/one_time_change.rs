//! `one_time_change`, version 1: change is the only output to an address that was never used before.
//!
//! *What it claims.* Of a transaction that returns nothing to an address it spends from, the one output whose address had
//! no earlier use, and is not paid again below the bound, is change; the others are payments.
//!
//! *When it is wrong.* A payee who gives each payer a new address (every modern wallet, every invoice) while the payer
//! returns change to a used one; a payment to a new address that left no change. Two new addresses silence it, which is
//! why it speaks seldom today. In a partial chain no first use is known, and it abstains.
//!
//! *Source.* Meiklejohn et al. (2013), "A Fistful of Bitcoins", section 4.2: heuristic 2 with the refinements on self-change
//! and on later receipts. Their wait of a week is the lag here.

use super::fact::{FactValue, Notes};
use super::history::History;
use super::outputs::Outputs;
use super::rule::Rule;
use super::vote::{Stance, Vote};
use crate::tx_view::TxView;

pub(super) fn vote(tx: &TxView<'_>, history: &dyn History, notes: &mut Notes) -> Vote {
    let silence = Vote::abstains(Rule::OneTimeChange);
    let is_self_change = tx.spendable().any(|output| super::reuse::pays_input(tx, output.address));
    notes.tx("is_self_change", FactValue::Flag(is_self_change));
    if is_self_change {
        return silence;
    }
    let (mut fresh, mut again) = (Outputs::NONE, false);
    for (n, _) in tx.outputs.iter().enumerate().filter(|(_, output)| output.address != crate::ids::NONE_U32) {
        let n = n as u32;
        let found = history.address(n);
        let Some(is_first_use) = found.is_first_use else {
            notes.output(n, "is_first_use", FactValue::Unknown);
            return silence;
        };
        notes.output(n, "is_first_use", FactValue::Flag(is_first_use));
        if is_first_use {
            fresh.insert(n);
            again = found.is_paid_again;
        }
    }
    let Some(only) = fresh.single().filter(|_| !again) else { return silence };
    Vote::of_each(Rule::OneTimeChange, tx, |n| if n as u32 == only { Stance::Keeps } else { Stance::RulesOut })
}
