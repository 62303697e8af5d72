//! `joinmarket`: CoinJoins of JoinMarket with two makers or more.
//!
//! *What it claims.* The transaction is one: a taker and makers each get an output of the taker's amount, and everybody but a
//! taker who sweeps gets change.
//!
//! *Why.* The makers are paid for it: a maker's change and equal output are together a little *more* than the coins he brought.
//! In other protocols without a coordinator all lose a part of the fee. So change outputs are matched with sums of few
//! inputs, and it is JoinMarket unless more lose than gain.
//!
//! *When it is wrong.* With one maker it has the shape of a Stonewall and is undecided (a stated limit). Makers who bring many
//! coins, or take a fee below their part of the mining fee, hide the gain. Spends of mixed coins with several equal payments
//! cause most false alarms.
//!
//! *Sources.* graphsense-lib 2.18.1 (three equal outputs, share); crocs-muni/blocksci (number of outputs and inputs, repeated
//! addresses, least values, segwit); the subset sums of BlockSci's test, about 94 % by the readme of Dumplings.

use super::change::{gain, kinds, round_outputs, GAIN};
use super::detector::{Detector, Role};
use super::facts::Facts;
use super::funding::funders;
use super::gate::{Allowed, Gate};
use crate::script::{Kind, SpendFlags};

/// The detector.
pub static JOINMARKET: Detector = Detector {
    name: "joinmarket",
    version: 1,
    role: Role::Coinjoin,
    required: &[equal_outputs, payers, memos, all_outputs, funded],
    deciding: &[
        amount,
        change_outputs,
        smallest,
        coins_each,
        repeated_addresses,
        segwit,
        equal_kinds,
        round_changes,
        makers_gain,
    ],
};

const LEAST_OUTPUTS: i64 = 3;
/// Least amount that is mixed, and least other output (CRoCS).
const LEAST_SAT: (i64, i64) = (10_000, 5_000);

fn equal_outputs(facts: &Facts<'_>) -> Gate {
    Gate::of("equal outputs", i64::from(facts.modal.n_addresses), Allowed::AtLeast(LEAST_OUTPUTS))
}

fn payers(facts: &Facts<'_>) -> Gate {
    let least = i64::from(facts.modal.n_outputs);
    Gate::of("input addresses", i64::from(facts.n_input_addresses), Allowed::AtLeast(least))
}

fn memos(facts: &Facts<'_>) -> Gate {
    let n_odd = facts.view.outputs.iter().filter(|output| is_odd(output.kind)).count();
    Gate::of("OP_RETURN and non-standard outputs", n_odd as i64, Allowed::Exactly(0))
}

fn is_odd(kind: Kind) -> bool {
    matches!(kind, Kind::OpReturn | Kind::Nonstandard | Kind::Empty | Kind::Multisig | Kind::Anchor)
}

fn all_outputs(facts: &Facts<'_>) -> Gate {
    let most = 2 * i64::from(facts.modal.n_outputs) + 1;
    Gate::of("outputs", i64::from(facts.n_spendable), Allowed::AtMost(most))
}

fn funded(facts: &Facts<'_>) -> Gate {
    funders(facts, &facts.modal)
}

fn amount(facts: &Facts<'_>) -> Gate {
    Gate::of("value of the equal outputs, sat", facts.modal.value_sat, Allowed::AtLeast(LEAST_SAT.0))
}

/// Everybody but a sweeping taker has change.
fn change_outputs(facts: &Facts<'_>) -> Gate {
    let n_equal = i64::from(facts.modal.n_outputs);
    let n_others = i64::from(facts.n_spendable) - n_equal;
    Gate::of("other outputs", n_others, Allowed::Between(n_equal - 1, n_equal))
}

fn smallest(facts: &Facts<'_>) -> Gate {
    let least = facts.equals.first().map_or(0, |equal| equal.value_sat);
    Gate::of("smallest output, sat", least, Allowed::AtLeast(LEAST_SAT.1.min(facts.modal.value_sat)))
}

fn coins_each(facts: &Facts<'_>) -> Gate {
    let most = 5 * i64::from(facts.modal.n_outputs);
    Gate::of("inputs", i64::from(facts.n_inputs), Allowed::AtMost(most))
}

fn repeated_addresses(facts: &Facts<'_>) -> Gate {
    let n = i64::from(facts.n_repeated_outputs()) + i64::from(facts.n_self_paid());
    Gate::of("outputs to an address seen already", n, Allowed::Exactly(0))
}

fn segwit(facts: &Facts<'_>) -> Gate {
    let is_segwit = |kind: Kind, flags: SpendFlags| match kind {
        Kind::P2wpkh | Kind::P2wsh | Kind::P2tr => true,
        // What wraps a witness program shows only in the spend; a view without flags cannot tell.
        Kind::P2sh => flags == SpendFlags::NONE || flags.has(SpendFlags::WRAPPED),
        _ => false,
    };
    let known = facts.view.inputs.iter().all(|input| input.kind.is_some());
    let n_segwit = facts.view.inputs.iter().filter_map(|input| Some(is_segwit(input.kind?, input.spend_flags)));
    let percent = n_segwit.filter(|is| *is).count() as i64 * 100 / facts.view.inputs.len().max(1) as i64;
    Gate::of_known("segwit inputs, percent", known.then_some(percent), Allowed::AtLeast(30))
}

/// Who mixes for others is paid for it.
fn makers_gain(facts: &Facts<'_>) -> Gate {
    Gate::of_known(GAIN, gain(facts), Allowed::AtLeast(0))
}

fn equal_kinds(facts: &Facts<'_>) -> Gate {
    kinds(facts, &facts.modal)
}

fn round_changes(facts: &Facts<'_>) -> Gate {
    round_outputs(facts, &facts.modal)
}
