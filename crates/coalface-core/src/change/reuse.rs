//! `reuse`, version 1: what returns to an address that is spent from is change.
//!
//! *What it claims.* An output to an input's address is change, and the other outputs are not. Where no output is one, it
//! abstains. Such an output ties nothing together that was apart; its use is to keep other rules from taking a payment for change.
//!
//! *When it is wrong.* A payee paid at an address that also pays here (a PayJoin; a customer of the same service); a wallet
//! that makes two change outputs.
//!
//! *Source.* BlockSci, `address_reuse`; GraphSense, `direct_change`.

use super::fact::{FactValue, Notes};
use super::rule::Rule;
use super::vote::{Stance, Vote};
use crate::ids::NONE_U32;
use crate::tx_view::TxView;

/// Whether an input spends from the address.
pub(super) fn pays_input(tx: &TxView<'_>, address: u32) -> bool {
    address != NONE_U32 && tx.inputs.iter().any(|input| input.address == address)
}

pub(super) fn vote(tx: &TxView<'_>, notes: &mut Notes) -> Vote {
    if !tx.spendable().any(|output| pays_input(tx, output.address)) {
        return Vote::abstains(Rule::Reuse);
    }
    Vote::of_each(Rule::Reuse, tx, |n| {
        let is_input = pays_input(tx, tx.outputs[n].address);
        notes.output(n as u32, "is_address_of_input", FactValue::Flag(is_input));
        if is_input {
            Stance::Keeps
        } else {
            Stance::RulesOut
        }
    })
}
