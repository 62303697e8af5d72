//! `received_again`, version 1: nobody gives out an address that was made for change.
//!
//! *What it claims.* An output whose address is paid again by a later transaction, below the bound, is no change. About the
//! others it abstains: not to be paid again is what most addresses do.
//!
//! *When it is wrong.* Wallets of one address, services with a fixed change address, forced address reuse (dust sent to
//! every address of a chain).
//!
//! *Source.* Meiklejohn et al. (2013), refinements of heuristic 2; GraphSense's `one_time_change`, whose totals are those at
//! the tip and so change over time: here they end at the bound.

use super::fact::{FactValue, Notes};
use super::history::History;
use super::rule::Rule;
use super::vote::{Stance, Vote};
use crate::tx_view::TxView;

pub(super) fn vote(tx: &TxView<'_>, history: &dyn History, notes: &mut Notes) -> Vote {
    Vote::of_each(Rule::ReceivedAgain, tx, |n| {
        let is_paid_again = history.address(n as u32).is_paid_again;
        notes.output(n as u32, "is_paid_again", FactValue::Flag(is_paid_again));
        if is_paid_again {
            Stance::RulesOut
        } else {
            Stance::Abstains
        }
    })
}
