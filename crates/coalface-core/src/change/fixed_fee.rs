//! `fixed_fee`, version 1: some wallets pay the same fee rate always.
//!
//! *What it claims.* An output that is spent at exactly this transaction's fee rate may be change; one that is spent at another is
//! not. The rate is `fee × 1000 / virtual size`, by integer division. About unspent outputs it abstains.
//!
//! *When it is wrong.* Wallets that estimate fees anew each time (most since 2017): their change is ruled out, which is why
//! little weight lies on that. Two wallets with the same preset agree by chance.
//!
//! *Source.* BlockSci, `fixed_fee`; unspent outputs are kept there.

use super::fact::{FactValue, Notes};
use super::history::History;
use super::rule::Rule;
use super::vote::{Stance, Vote};
use crate::tx_view::TxView;

/// Satoshi for 1000 virtual bytes; `None` where the fee is unknown.
fn rate(fee_sat: Option<i64>, vsize_bytes: u32) -> Option<i64> {
    fee_sat?.checked_mul(1000)?.checked_div(i64::from(vsize_bytes))
}

pub(super) fn vote(tx: &TxView<'_>, history: &dyn History, notes: &mut Notes) -> Vote {
    let Some(ours) = rate(tx.fee_sat, tx.vsize_bytes()) else { return Vote::abstains(Rule::FixedFee) };
    notes.tx("fee_sat_per_kvb", FactValue::Number(ours));
    Vote::of_each(Rule::FixedFee, tx, |n| {
        let Some(spend) = history.spend(n as u32) else { return Stance::Abstains };
        let Some(theirs) = rate(spend.fee_sat, spend.vsize_bytes) else { return Stance::Abstains };
        notes.output(n as u32, "spent_in", FactValue::Tx(spend.tx));
        notes.output(n as u32, "fee_sat_per_kvb", FactValue::Number(theirs));
        if ours == theirs {
            Stance::Keeps
        } else {
            Stance::RulesOut
        }
    })
}
