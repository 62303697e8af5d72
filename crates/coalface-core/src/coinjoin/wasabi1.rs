//! `wasabi1`: rounds of Wasabi Wallet 1 (versions 1.0 and 1.1 to 1.98), August 2018 to 2022.
//!
//! *What it claims.* The transaction is such a round: everybody gets an output of the base denomination, which is near
//! 0.1 BTC; since version 1.1 those who brought more get outputs of 0.2, 0.4, 0.8 … BTC as well.
//!
//! *Why.* The coordinator announces 0.1 BTC and raises it to what the poorest participant can pay
//! (`CoordinatorRound.CalculateNewDenomination`), offers doublings of it ("mixing levels"), takes P2WPKH alone, admits
//! at most seven coins each, and stands inputs and outputs by value, largest first.
//!
//! *When it is wrong.* A round whose poorest participant brought far more than 0.1 BTC and which is not sorted is
//! undecided. A wallet that pays several people near 0.1 BTC each from many P2WPKH coins has the shape; only order and
//! number tell. See docs/coinjoin.md for the nearest false positives.
//!
//! *Sources.* nopara73/Dumplings (denomination, number, P2WPKH, heights); graphsense-lib 2.18.1 (participants, mixing
//! levels, share of mixed outputs); zkSNACKs/WalletWasabi (order).

use super::change::{gain, is_too_many, GAIN};
use super::detector::{Detector, Role};
use super::era::OPEN;
use super::facts::Facts;
use super::funding::funders;
use super::gate::{Allowed, Gate};
use crate::script::Kind;
use crate::units::COIN_SAT;

/// The detector.
pub static WASABI1: Detector = Detector {
    name: "wasabi1",
    version: 1,
    role: Role::Coinjoin,
    required: &[height, equal_outputs, payers, outputs_p2wpkh, base, mixed, funded, inputs_p2wpkh],
    deciding: &[denomination, size, nobody_gains, output_addresses, single_outputs],
};

/// First round of Wasabi 1 (Dumplings, GraphSense).
const FIRST_HEIGHT: u32 = 530_500;
/// What the coordinator announces.
const BASE_SAT: i64 = COIN_SAT / 10;
/// How far from it Dumplings takes the denomination to be.
const BASE_TOLERANCE_SAT: i64 = COIN_SAT / 50;
/// Equal outputs from which on a round counts by number alone (Dumplings).
const CERTAIN_OUTPUTS: u32 = 10;
/// Equal outputs at the least (GraphSense).
const LEAST_OUTPUTS: i64 = 3;
/// Coins that one participant may bring (`ChaumianCoinJoinController`, GraphSense).
const COINS_EACH: u32 = 7;
/// Mixing levels above the base that were offered.
const LEVELS: u32 = 11;

fn height(facts: &Facts<'_>) -> Gate {
    facts.eras.gate(facts.view.height, FIRST_HEIGHT, OPEN)
}

fn equal_outputs(facts: &Facts<'_>) -> Gate {
    Gate::of("outputs of the base denomination", i64::from(facts.modal.n_outputs), Allowed::AtLeast(LEAST_OUTPUTS))
}

fn payers(facts: &Facts<'_>) -> Gate {
    let (least, most) = (facts.modal.n_outputs, facts.modal.n_outputs.saturating_mul(COINS_EACH));
    let allowed = Allowed::Between(i64::from(least), i64::from(most));
    Gate::of("input addresses", i64::from(facts.n_input_addresses), allowed)
}

fn outputs_p2wpkh(facts: &Facts<'_>) -> Gate {
    Gate::is("kinds of outputs", Some(facts.all_outputs(|kind| kind == Kind::P2wpkh)), "p2wpkh alone")
}

fn inputs_p2wpkh(facts: &Facts<'_>) -> Gate {
    Gate::is("kinds of inputs", facts.all_inputs(|kind| kind == Kind::P2wpkh), "p2wpkh alone")
}

fn base(facts: &Facts<'_>) -> Gate {
    Gate::of("base denomination, sat", facts.modal.value_sat, Allowed::AtLeast(BASE_SAT - BASE_TOLERANCE_SAT))
}

/// Whether a value is a mixing level above the base.
fn is_level(value_sat: i64) -> bool {
    (1..=LEVELS).any(|level| value_sat == BASE_SAT << level)
}

fn mixed(facts: &Facts<'_>) -> Gate {
    let base_sat = facts.modal.value_sat;
    let n_mixed = i64::from(facts.n_outputs_where(|value_sat| value_sat == base_sat || is_level(value_sat)));
    let n_outputs = i64::from(facts.n_spendable);
    // Everybody has one change output at the most, and the coordinator one.
    let by_payers = n_outputs - i64::from(facts.n_input_addresses) - 1;
    let least = ((n_outputs - 1) / 2).min(by_payers);
    Gate::of("outputs of a denomination", n_mixed, Allowed::AtLeast(least))
}

fn funded(facts: &Facts<'_>) -> Gate {
    funders(facts, &facts.modal)
}

fn is_sorted(facts: &Facts<'_>) -> Option<bool> {
    if facts.has_descending_outputs() {
        facts.has_descending_inputs()
    } else {
        Some(false)
    }
}

fn denomination(facts: &Facts<'_>) -> Gate {
    let near = Allowed::Between(BASE_SAT - BASE_TOLERANCE_SAT, BASE_SAT + BASE_TOLERANCE_SAT);
    let passed = if near.holds(facts.modal.value_sat) { Some(true) } else { is_sorted(facts) };
    let allowed = Allowed::Text("8000000 to 12000000; any above if inputs and outputs stand by value, largest first");
    Gate { name: "base denomination, sat", passed, value: Some(facts.modal.value_sat), allowed }
}

fn size(facts: &Facts<'_>) -> Gate {
    let passed = if facts.modal.n_outputs >= CERTAIN_OUTPUTS { Some(true) } else { is_sorted(facts) };
    let allowed = Allowed::Text("at least 10; at least 3 if inputs and outputs stand by value, largest first");
    Gate { name: "outputs of the base denomination", passed, value: Some(i64::from(facts.modal.n_outputs)), allowed }
}

/// Who gains by mixing is a maker of JoinMarket.
fn nobody_gains(facts: &Facts<'_>) -> Gate {
    let value = gain(facts);
    let passed = if is_too_many(facts) || is_sorted(facts) == Some(true) { Some(true) } else { value.map(|n| n <= 0) };
    let allowed =
        Allowed::Text("at most 0; any if there are more than 64 inputs, or they stand by value, largest first");
    Gate { name: GAIN, passed, value, allowed }
}

fn output_addresses(facts: &Facts<'_>) -> Gate {
    Gate::of("outputs to an address paid already", i64::from(facts.n_repeated_outputs()), Allowed::Exactly(0))
}

fn single_outputs(facts: &Facts<'_>) -> Gate {
    let n_single = facts.equals.iter().filter(|equal| equal.n_outputs == 1).count();
    Gate::of("values of one output", n_single as i64, Allowed::AtLeast(2))
}
