//! `wasabi2`: rounds of WabiSabi, the protocol of Wasabi Wallet 2 and of other coordinators since June 2022.
//!
//! *What it claims.* The transaction is such a round, of the first coordinator (50 inputs or more) or of the smaller ones
//! that came after it closed.
//!
//! *Why.* Outputs are of standard denominations (powers of two, powers of three and their doubles, and 1, 2, 5 times powers of
//! ten) but for some change; coins are P2WPKH or P2TR; inputs and outputs stand by value, largest first.
//!
//! *When it is wrong.* A round of few people is small, and a wallet that pays round sums largest first can look alike: rounds
//! with fewer than three repeated denominations are undecided. See docs/coinjoin.md for the nearest false positives.
//!
//! *Sources.* nopara73/Dumplings and crocs-muni/blocksci (order, kinds, shares, heights); graphsense-lib 2.18.1 (smallest
//! output, repeated values); Schnoering and Vazirgiannis 2023 (the 79 denominations). The 5·10^k series is complete
//! here; crocs-muni/blocksci leaves it out by a slip.

use super::detector::{Detector, Role};
use super::era::OPEN;
use super::facts::Facts;
use super::gate::{Allowed, Gate};
use crate::script::Kind;

/// The detector.
pub static WASABI2: Detector = Detector {
    name: "wasabi2",
    version: 1,
    role: Role::Coinjoin,
    required: &[
        height,
        inputs,
        outputs,
        outputs_large_enough,
        equal_outputs,
        denominations,
        descending_outputs,
        output_kinds,
        input_kinds,
    ],
    deciding: &[regime, share, repeated, descending_inputs, output_addresses],
};

/// First round of Wasabi 2 (Dumplings).
const FIRST_HEIGHT: u32 = 741_213;
/// From here on rounds are of other coordinators, and smaller (CRoCS).
const SMALL_ROUNDS_HEIGHT: u32 = 850_237;
/// Inputs of the first coordinator's rounds (Dumplings, CRoCS).
const LARGE_ROUND: i64 = 50;
/// Addresses on each side of any round (CRoCS). Coordinators choose; CRoCS also wants 20 inputs, which misses small rounds.
const SMALL_ROUND: i64 = 5;
/// Smallest denomination and output (GraphSense).
const LEAST_SAT: i64 = 5_000;
/// Largest denomination (Dumplings).
const MOST_SAT: i64 = 134_375_000_000;
/// Part of the outputs that are of a denomination, in percent, of large and of small rounds (CRoCS, D).
const SHARES: (i64, i64) = (80, 75);

/// Whether a value is a standard denomination.
#[must_use]
pub fn is_denomination(value_sat: i64) -> bool {
    if !(LEAST_SAT..=MOST_SAT).contains(&value_sat) {
        return false;
    }
    if value_sat == LEAST_SAT || value_sat.count_ones() == 1 {
        return true;
    }
    let rest = strip(value_sat, 3);
    if rest <= 2 {
        return true;
    }
    value_sat >= 10_000 && matches!(strip(value_sat, 10), 1 | 2 | 5)
}

/// `value` without its factors `base`.
fn strip(mut value: i64, base: i64) -> i64 {
    while value % base == 0 {
        value /= base;
    }
    value
}

fn height(facts: &Facts<'_>) -> Gate {
    facts.eras.gate(facts.view.height, FIRST_HEIGHT, OPEN)
}

fn inputs(facts: &Facts<'_>) -> Gate {
    Gate::of("input addresses", i64::from(facts.n_input_addresses), Allowed::AtLeast(SMALL_ROUND))
}

fn outputs(facts: &Facts<'_>) -> Gate {
    Gate::of("outputs with an address", i64::from(facts.n_spendable), Allowed::AtLeast(SMALL_ROUND))
}

fn outputs_large_enough(facts: &Facts<'_>) -> Gate {
    let least = facts.equals.first().map_or(0, |equal| equal.value_sat);
    Gate::of("smallest output, sat", least, Allowed::AtLeast(LEAST_SAT))
}

fn equal_outputs(facts: &Facts<'_>) -> Gate {
    Gate::of("repeated values of outputs", facts.repeated().count() as i64, Allowed::AtLeast(1))
}

fn share_of(facts: &Facts<'_>) -> i64 {
    let n = i64::from(facts.n_outputs_where(is_denomination));
    n * 100 / i64::from(facts.n_spendable.max(1))
}

fn denominations(facts: &Facts<'_>) -> Gate {
    Gate::of("outputs of a denomination, percent", share_of(facts), Allowed::AtLeast(50))
}

fn descending_outputs(facts: &Facts<'_>) -> Gate {
    Gate::is("order of outputs", Some(facts.has_descending_outputs()), "by value, largest first")
}

fn descending_inputs(facts: &Facts<'_>) -> Gate {
    Gate::is("order of inputs", facts.has_descending_inputs(), "by value, largest first")
}

fn is_accepted(kind: Kind) -> bool {
    matches!(kind, Kind::P2wpkh | Kind::P2tr)
}

fn output_kinds(facts: &Facts<'_>) -> Gate {
    Gate::is("kinds of outputs", Some(facts.all_outputs(is_accepted)), "p2wpkh and p2tr alone")
}

fn input_kinds(facts: &Facts<'_>) -> Gate {
    Gate::is("kinds of inputs", facts.all_inputs(is_accepted), "p2wpkh and p2tr alone")
}

fn is_large_era(facts: &Facts<'_>) -> bool {
    facts.eras.is_before(facts.view.height, SMALL_ROUNDS_HEIGHT)
}

fn regime(facts: &Facts<'_>) -> Gate {
    let least = if is_large_era(facts) { LARGE_ROUND } else { SMALL_ROUND };
    Gate::of("inputs", i64::from(facts.n_inputs), Allowed::AtLeast(least))
}

fn share(facts: &Facts<'_>) -> Gate {
    let least = if is_large_era(facts) { SHARES.0 } else { SHARES.1 };
    Gate::of("outputs of a denomination, percent", share_of(facts), Allowed::AtLeast(least))
}

fn repeated(facts: &Facts<'_>) -> Gate {
    let n = facts.repeated().filter(|equal| is_denomination(equal.value_sat)).count();
    Gate::of("repeated denominations", n as i64, Allowed::AtLeast(3))
}

fn output_addresses(facts: &Facts<'_>) -> Gate {
    Gate::of("outputs to an address paid already", i64::from(facts.n_repeated_outputs()), Allowed::Exactly(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_the_denominations_of_the_literature() {
        let mut all = vec![5_000];
        all.extend((13..=36).map(|k| 1i64 << k));
        all.extend((8..=23).map(|k| 3i64.pow(k)));
        all.extend((8..=22).map(|k| 2 * 3i64.pow(k)));
        all.extend(
            (4..=11).flat_map(|k| [1, 2, 5].map(|n| n * 10i64.pow(k))).filter(|value| *value <= 100_000_000_000),
        );
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 78, "79 with 2^37, which is above the largest that was used");
        assert!(all.iter().all(|value| is_denomination(*value)), "{all:?}");
        for value in all {
            for near in [value - 1, value + 1] {
                assert!(!is_denomination(near), "{near}");
            }
        }
        assert!(!is_denomination(0) && !is_denomination(-5_000) && !is_denomination(1 << 37) && !is_denomination(4096));
    }
}
