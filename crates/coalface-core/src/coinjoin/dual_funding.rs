//! `dual_funding`: whether a transaction may open a Lightning channel that both sides fund.
//!
//! *What it claims.* Undecided: two owners may have spent together. Never yes.
//!
//! *Why.* Such a transaction has one channel output, which is P2WSH of both keys, and a change output for each side, of the kind of
//! coins that it brought. A channel of one funder has one change output.
//!
//! *When it is wrong.* Somebody who pays two people at once, one of them at a P2WSH address, has the shape. A channel of which one side
//! gets no change, or whose output is P2TR, is not seen: it looks like a payment.
//!
//! *Sources.* BOLT 2, "Interactive Transaction Construction" and "Channel Establishment v2"; BOLT 3, "Funding Transaction Output".

use super::detector::{Detector, Role};
use super::facts::Facts;
use super::gate::{Allowed, Gate};
use crate::script::Kind;

/// The detector.
pub static DUAL_FUNDING: Detector = Detector {
    name: "dual_funding",
    version: 1,
    role: Role::JointSpend,
    required: &[payers, outputs, channel, output_addresses, change_kinds, input_kinds],
    deciding: &[],
};

fn payers(facts: &Facts<'_>) -> Gate {
    Gate::of("input addresses", i64::from(facts.n_input_addresses), Allowed::AtLeast(2))
}

fn outputs(facts: &Facts<'_>) -> Gate {
    let n = if facts.n_op_return > 0 { 0 } else { i64::from(facts.n_spendable) };
    Gate::of("outputs, none of them OP_RETURN", n, Allowed::Exactly(3))
}

fn channel(facts: &Facts<'_>) -> Gate {
    let n = facts.view.outputs.iter().filter(|output| output.kind == Kind::P2wsh).count();
    Gate::of("P2WSH outputs", n as i64, Allowed::Exactly(1))
}

fn output_addresses(facts: &Facts<'_>) -> Gate {
    let n = i64::from(facts.n_repeated_outputs()) + i64::from(facts.n_self_paid());
    Gate::of("outputs to an address seen already", n, Allowed::Exactly(0))
}

/// Coins must be segwit, or the funding could be changed by whoever signs last (BOLT 2).
fn input_kinds(facts: &Facts<'_>) -> Gate {
    let is_fit = facts.all_inputs(|kind| matches!(kind, Kind::P2wpkh | Kind::P2tr | Kind::P2sh));
    Gate::is("kinds of inputs", is_fit, "segwit, of one key")
}

/// Each side's change is of the kind of its coins.
fn change_kinds(facts: &Facts<'_>) -> Gate {
    let others = facts.view.outputs.iter().filter(|output| output.kind != Kind::P2wsh);
    let mut all = Some(true);
    for output in others {
        let mut of_kind = Some(false);
        for input in facts.view.inputs {
            match input.kind {
                Some(kind) if kind == output.kind => {
                    of_kind = Some(true);
                    break;
                }
                Some(_) => {}
                None => of_kind = None,
            }
        }
        all = match (all, of_kind) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (None, _) | (_, None) => None,
            _ => Some(true),
        };
    }
    Gate::is("kinds of the other outputs", all, "kinds of inputs")
}
