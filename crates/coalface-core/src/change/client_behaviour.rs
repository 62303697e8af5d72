//! `client_behaviour`, version 1: wallets make a new address for change.
//!
//! *What it claims.* An output whose address was used before is no change; one whose address appears here for the first
//! time may be. Where an address that is spent from is paid more than once, the payer does not make a new one each time, and
//! it abstains; so it does in a partial chain, where no first use is known.
//!
//! *When it is wrong.* Services that return change to a fixed address and spend from new ones: their change is ruled out, and
//! a withdrawal to a new address is kept.
//!
//! *Source.* BlockSci, `client_change_address_behavior`; BIP-0044's internal chain is why wallets do so.

use super::fact::{FactValue, Notes};
use super::history::History;
use super::rule::Rule;
use super::vote::{Stance, Vote};
use crate::tx_view::TxView;

pub(super) fn vote(tx: &TxView<'_>, history: &dyn History, notes: &mut Notes) -> Vote {
    notes.tx("is_payer_reusing", FactValue::Flag(history.is_payer_reusing()));
    if history.is_payer_reusing() {
        return Vote::abstains(Rule::ClientBehaviour);
    }
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
