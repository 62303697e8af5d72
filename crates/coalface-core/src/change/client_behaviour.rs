//! `client_behaviour`, version 1: wallets make a new address for change.
//!
//! *What it claims.* An output whose address was used before is no change; one whose address appears here for the first
//! time may be. In a partial chain no first use is known, and it abstains.
//!
//! *When it is wrong.* Wallets of one address, services with a fixed change address: their change is ruled out.
//!
//! *Source.* BlockSci, `client_change_address_behavior`; BIP-0044's internal chain is why wallets do so.

use super::fact::{FactValue, Notes};
use super::history::History;
use super::rule::Rule;
use super::vote::{Stance, Vote};
use crate::tx_view::TxView;

pub(super) fn vote(tx: &TxView<'_>, history: &dyn History, notes: &mut Notes) -> Vote {
    Vote::of_each(Rule::ClientBehaviour, tx, |n| {
        let is_first_use = history.address(n as u32).is_first_use;
        notes.output(n as u32, "is_first_use", is_first_use.map_or(FactValue::Unknown, FactValue::Flag));
        match is_first_use {
            Some(true) => Stance::Keeps,
            Some(false) => Stance::RulesOut,
            None => Stance::Abstains,
        }
    })
}
