//! Poison: whatever a tainted coin touches is tainted as a whole.
//!
//! Every output of a transaction with a tainted input is tainted with its whole value, and so is the fee. Value is not
//! conserved: this answers "could it have come from there?", never "how much did". Backward: every input of a transaction
//! with a wanted output. Source: Möser, Böhme, Breuker (2014), "Towards Risk Scoring of Bitcoin Transactions".
//!
//! *When it is wrong.* As an amount, always: it explodes. A trace by any other method stays inside of it, so that what
//! poison does not reach, nothing reaches.

use super::rule::{Flow, Rule};

/// The method.
#[derive(Debug)]
pub struct Poison;

impl Rule for Poison {
    type Coin = i64;
    const ALL_INPUTS: bool = false;
    const CONSERVES: bool = false;

    fn forward(flow: &mut Flow<i64>) {
        for side in flow.made() {
            side.coin = side.value_sat;
        }
    }

    fn backward(flow: &mut Flow<i64>) {
        for side in &mut flow.inputs {
            side.coin = side.value_sat;
        }
    }
}
