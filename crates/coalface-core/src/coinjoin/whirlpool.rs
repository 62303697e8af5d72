//! `whirlpool` and `ashigaru`: mixes of Samourai's Whirlpool (2019 to 2024) and of Ashigaru, which runs the same protocol with
//! pools of other sizes.
//!
//! *What it claims.* The transaction is such a mix: as many outputs as inputs, five to ten, every output of the pool's size.
//!
//! *Why.* One set of mixers stays (inputs of exactly the pool's size), the newcomers, who come from a Tx0, bring a little more
//! and pay the fee with it.
//!
//! *When it is wrong.* The very first mixes of a pool have no input that stays: undecided. Somebody who splits his own coins of
//! just above a pool's size has the shape; the lineage (where a store knows it) tells. See docs/coinjoin.md.
//!
//! *Sources.* nopara73/Dumplings (pools, P2WPKH, heights, 0.0011 BTC); crocs-muni/blocksci (Ashigaru's pools and first height,
//! "a guess" in its own words); graphsense-lib 2.18.1 (different addresses, least surplus).

use super::detector::{Detector, Role};
use super::era::OPEN;
use super::facts::Facts;
use super::gate::{Allowed, Gate};
use crate::script::Kind;

/// Whirlpool's detector.
pub static WHIRLPOOL: Detector = Detector {
    name: "whirlpool",
    version: 1,
    role: Role::Coinjoin,
    required: &[height, pool, as_many, one_value, kinds, input_addresses, output_addresses, surplus, input_kinds],
    deciding: &[stayed],
};

/// Ashigaru's detector.
pub static ASHIGARU: Detector = Detector {
    name: "ashigaru",
    version: 1,
    role: Role::Coinjoin,
    required: &[
        ashigaru_height,
        ashigaru_pool,
        as_many,
        one_value,
        kinds,
        input_addresses,
        output_addresses,
        surplus,
        input_kinds,
    ],
    deciding: &[stayed],
};

/// Pools of Whirlpool: 0.001, 0.01, 0.05 and 0.5 BTC.
pub const POOLS_SAT: [i64; 4] = [100_000, 1_000_000, 5_000_000, 50_000_000];
/// Pools of Ashigaru: 0.025 and 0.25 BTC.
pub const ASHIGARU_POOLS_SAT: [i64; 2] = [2_500_000, 25_000_000];
/// First height of Whirlpool (Dumplings).
const FIRST_HEIGHT: u32 = 570_000;
/// First height of Ashigaru (CRoCS).
const ASHIGARU_FIRST_HEIGHT: u32 = 890_000;
/// Smallest and largest surplus of a newcomer's coin, for the fee (GraphSense).
pub const SURPLUS_SAT: (i64, i64) = (100, 110_000);

fn height(facts: &Facts<'_>) -> Gate {
    facts.eras.gate(facts.view.height, FIRST_HEIGHT, OPEN)
}

fn ashigaru_height(facts: &Facts<'_>) -> Gate {
    facts.eras.gate(facts.view.height, ASHIGARU_FIRST_HEIGHT, OPEN)
}

fn pool_gate(facts: &Facts<'_>, pools: &[i64], allowed: &'static str) -> Gate {
    let value = facts.modal.value_sat;
    Gate {
        name: "value of the outputs, sat",
        passed: Some(pools.contains(&value)),
        value: Some(value),
        allowed: Allowed::Text(allowed),
    }
}

fn pool(facts: &Facts<'_>) -> Gate {
    pool_gate(facts, &POOLS_SAT, "100000, 1000000, 5000000 or 50000000")
}

fn ashigaru_pool(facts: &Facts<'_>) -> Gate {
    pool_gate(facts, &ASHIGARU_POOLS_SAT, "2500000 or 25000000")
}

fn as_many(facts: &Facts<'_>) -> Gate {
    let n_inputs = facts.view.inputs.len();
    let is_so = n_inputs == facts.view.outputs.len() && (5..=10).contains(&n_inputs);
    let allowed = Allowed::Text("5 to 10, as many as outputs");
    Gate { name: "inputs", passed: Some(is_so), value: Some(n_inputs as i64), allowed }
}

fn one_value(facts: &Facts<'_>) -> Gate {
    Gate::of("different values of outputs", facts.equals.len() as i64, Allowed::Exactly(1))
}

fn kinds(facts: &Facts<'_>) -> Gate {
    Gate::is("kinds of outputs", Some(facts.all_outputs(|kind| kind == Kind::P2wpkh)), "p2wpkh alone")
}

fn input_kinds(facts: &Facts<'_>) -> Gate {
    Gate::is("kinds of inputs", facts.all_inputs(|kind| kind == Kind::P2wpkh), "p2wpkh alone")
}

fn input_addresses(facts: &Facts<'_>) -> Gate {
    let n_repeated = i64::from(facts.n_inputs) - i64::from(facts.n_input_addresses);
    Gate::of("inputs of an address spent from already", n_repeated, Allowed::Exactly(0))
}

fn output_addresses(facts: &Facts<'_>) -> Gate {
    Gate::of("outputs to an address paid already", i64::from(facts.n_repeated_outputs()), Allowed::Exactly(0))
}

/// The surplus that is farthest from what a newcomer brings.
fn surplus(facts: &Facts<'_>) -> Gate {
    let (least, most) = SURPLUS_SAT;
    let over = |value_sat: i64| value_sat - facts.modal.value_sat;
    let is_wrong = |over_sat: &i64| *over_sat != 0 && !(least..=most).contains(over_sat);
    let worst = facts.input_values().map(|values| {
        let mut surpluses = values.map(over);
        surpluses.clone().find(is_wrong).or_else(|| surpluses.find(|over_sat| *over_sat != 0)).unwrap_or(0)
    });
    Gate {
        name: "surplus of an input, sat",
        passed: worst.map(|worst| !is_wrong(&worst)),
        value: worst,
        allowed: Allowed::Text("0, or 100 to 110000"),
    }
}

fn stayed(facts: &Facts<'_>) -> Gate {
    let values = facts.input_values();
    let n = values.map(|values| values.filter(|value| *value == facts.modal.value_sat).count() as i64);
    Gate::of_known("inputs of exactly the pool's size", n, Allowed::AtLeast(1))
}
