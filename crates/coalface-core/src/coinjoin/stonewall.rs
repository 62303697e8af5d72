//! `stonewall`: the shape that a Stonewall, a Stonewallx2 and a two-party JoinMarket transaction share. A veto, never a claim.
//!
//! *What it claims.* Nothing can be told: the inputs may be of one owner or of two. So whatever another detector says, the answer is
//! undecided, and no link follows from the transaction.
//!
//! *Why.* A Stonewall is made by one wallet so as to look like a CoinJoin of two; a Stonewallx2 is one, of friends; a JoinMarket
//! transaction with one maker is one, of strangers. All have one value exactly twice, and one or two change outputs.
//!
//! *When it is wrong.* Somebody who happens to pay two people the same amount from coins that could have paid for both has the shape
//! too.
//!
//! *Sources.* graphsense-lib 2.18.1; Samourai's description of Stonewall.

use super::detector::{Detector, Role};
use super::facts::{Equal, Facts};
use super::funding::funders;
use super::gate::{Allowed, Gate};

/// The detector.
pub static STONEWALL: Detector = Detector {
    name: "stonewall",
    version: 1,
    role: Role::Veto,
    required: &[payers, outputs, pairs, amount, output_addresses, funded],
    deciding: &[],
};

const LEAST_SAT: i64 = 5_000;

fn payers(facts: &Facts<'_>) -> Gate {
    Gate::of("input addresses", i64::from(facts.n_input_addresses), Allowed::AtLeast(2))
}

fn outputs(facts: &Facts<'_>) -> Gate {
    Gate::of("outputs with an address", i64::from(facts.n_spendable), Allowed::Between(3, 4))
}

fn pairs(facts: &Facts<'_>) -> Gate {
    let n = facts.repeated().count() as i64;
    let is_so = n == 1 && facts.modal.n_outputs == 2;
    Gate {
        name: "values that occur twice",
        passed: Some(is_so),
        value: Some(n),
        allowed: Allowed::Text("1, exactly twice"),
    }
}

fn pair(facts: &Facts<'_>) -> Equal {
    facts.repeated().next().copied().unwrap_or(facts.modal)
}

fn amount(facts: &Facts<'_>) -> Gate {
    Gate::of("value of the equal outputs, sat", pair(facts).value_sat, Allowed::AtLeast(LEAST_SAT))
}

fn output_addresses(facts: &Facts<'_>) -> Gate {
    Gate::of("outputs to an address paid already", i64::from(facts.n_repeated_outputs()), Allowed::Exactly(0))
}

fn funded(facts: &Facts<'_>) -> Gate {
    funders(facts, &pair(facts))
}
