//! `same_features`, version 1: the one output whose spend looks in every way like this transaction.
//!
//! *What it claims.* Compared are version, lock time, sequence, witnesses, order and script template, as far as the spend shows
//! them. If exactly one spent output agrees in all of them, it may be change, and the spent outputs that do not agree are not. If
//! several agree, it abstains: a chain is followed only where one way is open.
//!
//! *When it is wrong.* The payee has the payer's software, and the payer moved to other software, or has not spent the change
//! yet: then the payment is the only one that agrees. So it asks that all outputs are spent below the bound, and else
//! abstains.
//!
//! *Source.* Kappos et al. (2022), "How to Peel a Million", section 5: follow only if exactly one candidate matches.

use super::fact::{FactValue, Notes};
use super::fingerprint::{ours, theirs};
use super::history::History;
use super::outputs::Outputs;
use super::rule::Rule;
use super::vote::{Stance, Vote};
use crate::ids::NONE_U32;
use crate::tx_view::TxView;

const FEATURES: [Rule; 6] = [
    Rule::FingerprintVersion,
    Rule::FingerprintLocktime,
    Rule::FingerprintSequence,
    Rule::FingerprintSegwit,
    Rule::FingerprintOrder,
    Rule::FingerprintScript,
];

pub(super) fn vote(tx: &TxView<'_>, history: &dyn History, notes: &mut Notes) -> Vote {
    let silence = Vote::abstains(Rule::SameFeatures);
    let (mut agree, mut differ) = (Outputs::NONE, Outputs::NONE);
    for (n, _) in tx.outputs.iter().enumerate().filter(|(_, output)| output.address != NONE_U32) {
        let Some(spend) = history.spend(n as u32) else { return silence };
        let mut n_differ = 0;
        for rule in FEATURES {
            let pair = ours(rule, tx).zip(theirs(rule, tx, n, &spend));
            n_differ += i64::from(pair.is_some_and(|(ours, theirs)| ours != theirs));
        }
        notes.output(n as u32, "spent_in", FactValue::Tx(spend.tx));
        notes.output(n as u32, "n_features_that_differ", FactValue::Number(n_differ));
        if n_differ == 0 {
            agree.insert(n as u32);
        } else {
            differ.insert(n as u32);
        }
    }
    let Some(only) = agree.single() else { return silence };
    Vote::of_each(Rule::SameFeatures, tx, |n| match n as u32 {
        n if n == only => Stance::Keeps,
        n if differ.contains(n) => Stance::RulesOut,
        _ => Stance::Abstains,
    })
}
