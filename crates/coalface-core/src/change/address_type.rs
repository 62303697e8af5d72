//! `address_type`, version 1: change is locked as the coins that are spent.
//!
//! *What it claims.* Where all inputs have one kind of script, outputs of that kind may be change, others are not. Where
//! the inputs differ, or a kind is unknown, it abstains.
//!
//! *When it is wrong.* Wallets that make change of the payee's kind (Bitcoin Core since 23.0, Samourai), and a wallet in the
//! weeks after it moved to another kind of address: there the payment looks like change.
//!
//! *Source.* BlockSci, `address_type` (Kalodner et al. 2020); a mixed transaction gives an empty set there, silence here.

use super::fact::{FactValue, Notes};
use super::rule::Rule;
use super::vote::{Stance, Vote};
use crate::script::Kind;
use crate::tx_view::TxView;

/// The kind that all inputs have.
pub(super) fn kind_of_inputs(tx: &TxView<'_>) -> Option<Kind> {
    let kind = tx.inputs.first()?.kind?;
    tx.inputs.iter().all(|input| input.kind == Some(kind)).then_some(kind)
}

pub(super) fn vote(tx: &TxView<'_>, notes: &mut Notes) -> Vote {
    let Some(kind) = kind_of_inputs(tx) else {
        notes.tx("kind_of_inputs", FactValue::Unknown);
        return Vote::abstains(Rule::AddressType);
    };
    notes.tx("kind_of_inputs", FactValue::Word(kind.name()));
    Vote::of_each(Rule::AddressType, tx, |n| {
        let found = tx.outputs[n].kind;
        notes.output(n as u32, "kind", FactValue::Word(found.name()));
        if found == kind {
            Stance::Keeps
        } else {
            Stance::RulesOut
        }
    })
}
