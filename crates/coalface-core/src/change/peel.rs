//! `peel`, version 1: a peel chain goes on in its change.
//!
//! *What it claims.* A hop has one input and two outputs. A hop that follows another (its input was made by one), or whose
//! output is spent by another, is part of a chain; then an output that a hop spends may be change, one that is
//! spent in another way is not. About unspent outputs it abstains.
//!
//! *When it is wrong.* The shape is that of most payments ever made: the payee's next payment is a hop too. Both outputs are
//! then kept, and it says nothing between them. At a peeler's last hop (a sale in one piece) the change is ruled out.
//!
//! *Source.* BlockSci, `peeling_chain`; unspent outputs are kept there. Kappos et al. (2022) follow such chains by more
//! features: `same_features`.

use super::fact::{FactValue, Notes};
use super::history::{History, Shape};
use super::rule::Rule;
use super::vote::{Stance, Vote};
use crate::tx_view::TxView;

pub(super) fn vote(tx: &TxView<'_>, history: &dyn History, notes: &mut Notes) -> Vote {
    let silence = Vote::abstains(Rule::Peel);
    if !(Shape { n_inputs: tx.inputs.len() as u64, n_outputs: tx.outputs.len() as u64 }).is_hop() {
        return silence;
    }
    let follows = history.funding(0).is_some_and(Shape::is_hop);
    notes.tx("follows_hop", FactValue::Flag(follows));
    let mut goes_on = false;
    let vote = Vote::of_each(Rule::Peel, tx, |n| {
        let Some(spend) = history.spend(n as u32) else { return Stance::Abstains };
        notes.output(n as u32, "spent_in", FactValue::Tx(spend.tx));
        notes.output(n as u32, "n_inputs", FactValue::Number(spend.shape.n_inputs as i64));
        notes.output(n as u32, "n_outputs", FactValue::Number(spend.shape.n_outputs as i64));
        goes_on |= spend.shape.is_hop();
        if spend.shape.is_hop() {
            Stance::Keeps
        } else {
            Stance::RulesOut
        }
    });
    if follows || goes_on {
        vote
    } else {
        silence
    }
}
