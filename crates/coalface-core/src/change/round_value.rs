//! `round_value`, version 1: people pay round amounts, and what is left over is not round.
//!
//! *What it claims.* An amount that ends in four or more zeros (in satoshi) was chosen by a person and is no change, if another
//! output's amount ends in at least two zeros less. Then amounts with fewer than three zeros may be change. One amount in ten thousand
//! ends so by chance. Where amounts are alike in this, it abstains.
//!
//! *When it is wrong.* Change of a round coin at a round fee; a person who rounds what stays. Amounts that are round in another
//! currency are not seen, which makes it silent, not wrong.
//!
//! *Source.* BlockSci, `power_of_ten_value` (six digits there); Schnoering and Vazirgiannis (2023) for the difference in zeros.

use super::fact::{FactValue, Notes};
use super::rule::Rule;
use super::vote::{Stance, Vote};
use crate::ids::NONE_U32;
use crate::tx_view::TxView;

/// Zeros at the end of an amount from which on it counts as round.
const ROUND_ZEROS: u32 = 4;
/// Zeros that change may have, where another amount is round.
const CHANGE_ZEROS: u32 = 2;

/// Decimal zeros at the end of an amount; 0 for 0.
fn zeros(mut value_sat: i64) -> u32 {
    let mut n = 0;
    while value_sat != 0 && value_sat % 10 == 0 {
        value_sat /= 10;
        n += 1;
    }
    n
}

pub(super) fn vote(tx: &TxView<'_>, notes: &mut Notes) -> Vote {
    let mut is_any_odd = false;
    let mut is_any_round = false;
    for (n, output) in tx.outputs.iter().enumerate().filter(|(_, output)| output.address != NONE_U32) {
        let found = zeros(output.value_sat);
        notes.output(n as u32, "trailing_zeros", FactValue::Number(i64::from(found)));
        is_any_odd |= found <= CHANGE_ZEROS;
        is_any_round |= found >= ROUND_ZEROS;
    }
    if !(is_any_odd && is_any_round) {
        return Vote::abstains(Rule::RoundValue);
    }
    Vote::of_each(Rule::RoundValue, tx, |n| match zeros(tx.outputs[n].value_sat) {
        ROUND_ZEROS.. => Stance::RulesOut,
        0..=CHANGE_ZEROS => Stance::Keeps,
        _ => Stance::Abstains,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_zeros() {
        let found = [0, 1, 10, 12_000, 100_000_000, i64::MAX, i64::MIN].map(zeros);
        assert_eq!(found, [0, 0, 1, 3, 8, 0, 0]);
    }
}
