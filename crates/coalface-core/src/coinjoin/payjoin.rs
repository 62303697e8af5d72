//! `payjoin`: whether a payment may be a PayJoin (BIP-0078), in which the one who is paid adds a coin of his own.
//!
//! *What it claims.* Undecided: an input was not needed to make either output, as is so where it is the payee's. Never yes.
//!
//! *Why.* In a PayJoin the payment output grows by the payee's coin, so that often all outputs could be paid without the smallest
//! input (the unnecessary input heuristic that BIP-0078 names).
//!
//! *When it is wrong.* Nearly always: wallets add coins that they do not need, to tidy up or by their way of choosing coins, and PayJoins are
//! rare. So clustering does *not* leave these transactions alone: a link through a PayJoin is a wrong link, and no rule over one
//! transaction can know it. How often that happens is part of the measured error rate.
//!
//! *Sources.* BIP-0078; Ghesmati, Fdhila, Weippl 2022 ("Unnecessary input heuristics and PayJoin transactions").

use super::detector::{Detector, Role};
use super::facts::Facts;
use super::gate::{Allowed, Gate};

/// The detector.
pub static PAYJOIN: Detector = Detector {
    name: "payjoin",
    version: 1,
    role: Role::JointSpend,
    required: &[payers, outputs, one_kind, self_paid, unneeded],
    deciding: &[],
};

fn payers(facts: &Facts<'_>) -> Gate {
    Gate::of("input addresses", i64::from(facts.n_input_addresses), Allowed::AtLeast(2))
}

fn outputs(facts: &Facts<'_>) -> Gate {
    let n = if facts.n_op_return > 0 { 0 } else { i64::from(facts.n_spendable) };
    Gate::of("outputs, none of them OP_RETURN", n, Allowed::Exactly(2))
}

fn one_kind(facts: &Facts<'_>) -> Gate {
    let first = facts.view.inputs.first().and_then(|input| input.kind);
    let is_one = first.and_then(|first| facts.all_inputs(|kind| kind == first));
    Gate::is("kinds of inputs", is_one, "one (BIP-0078)")
}

fn self_paid(facts: &Facts<'_>) -> Gate {
    Gate::of("outputs to an address spent from", i64::from(facts.n_self_paid()), Allowed::Exactly(0))
}

/// What would be left over if the smallest coin stayed at home and the larger output were paid.
fn unneeded(facts: &Facts<'_>) -> Gate {
    let left = facts.input_values().zip(facts.view.fee_sat).map(|(values, fee_sat)| {
        let total = values.clone().fold(0i64, i64::saturating_add);
        let (least, largest) = (values.min().unwrap_or(0), facts.equals.last().map_or(0, |equal| equal.value_sat));
        total.saturating_sub(least).saturating_sub(largest).saturating_sub(fee_sat)
    });
    Gate::of_known("left without the smallest input, after the larger output and fee, sat", left, Allowed::AtLeast(0))
}
