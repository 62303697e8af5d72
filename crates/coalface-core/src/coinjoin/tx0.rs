//! `tx0`: the transaction by which one owner prepares coins for Whirlpool or Ashigaru.
//!
//! *What it claims.* The transaction is such a preparation. It is *no* CoinJoin: its inputs are of one owner, so that
//! clustering keeps its links and a trace goes through it.
//!
//! *Why.* It makes premix coins, each a little above a pool's size, all of one value; pays the pool's fee once; names the pool in
//! an OP_RETURN; and returns the change.
//!
//! *When it is wrong.* A payment with a memo, of which one output happens to be near a pool's size and another near its fee,
//! looks the same. Ashigaru's fees are not published: 3.5 to 5 percent, as Samourai's, are assumed.
//!
//! *Sources.* graphsense-lib 2.18.1 (all gates; fees of Samourai's pools).

use super::detector::{Detector, Role};
use super::era::OPEN;
use super::facts::{Equal, Facts};
use super::gate::{Allowed, Gate};
use super::whirlpool::SURPLUS_SAT;

/// The detector.
pub static TX0: Detector = Detector {
    name: "tx0",
    version: 1,
    role: Role::Preparation,
    required: &[height, memo, outputs, premix, fee_output, other_outputs],
    deciding: &[output_addresses],
};

const FIRST_HEIGHT: u32 = 570_000;
const MOST_PREMIX: i64 = 70;

/// A pool: its size, and between what its fee lies.
struct Pool {
    size_sat: i64,
    fee_sat: (i64, i64),
}

/// Half of the fee to three times the fee (GraphSense), so that coupons and changes of the fee are in.
const fn pool(size_sat: i64, low_sat: i64, high_sat: i64) -> Pool {
    Pool { size_sat, fee_sat: (low_sat / 2, high_sat * 3) }
}

const POOLS: [Pool; 6] = [
    pool(100_000, 5_000, 5_000),
    pool(1_000_000, 50_000, 50_000),
    pool(2_500_000, 87_500, 125_000),
    pool(5_000_000, 175_000, 175_000),
    pool(25_000_000, 875_000, 1_250_000),
    pool(50_000_000, 1_750_000, 1_750_000),
];

/// The pool and the premix outputs that fit best: most outputs; of several values the larger.
fn best(facts: &Facts<'_>) -> Option<(&'static Pool, Equal)> {
    let fits = |pool: &&'static Pool, equal: &Equal| {
        let over = equal.value_sat - pool.size_sat;
        (SURPLUS_SAT.0..=SURPLUS_SAT.1).contains(&over)
    };
    let of_pool = |pool: &'static Pool| {
        let premix = facts.equals.iter().filter(|equal| fits(&pool, equal)).max_by_key(|equal| equal.n_outputs)?;
        Some((pool, *premix))
    };
    // Values near the smallest pool are fees of larger ones, so that the larger wins where both have as many.
    POOLS.iter().filter_map(of_pool).max_by_key(|(pool, equal)| (n_fees(facts, pool, equal) == 1, equal.n_outputs))
}

fn n_fees(facts: &Facts<'_>, pool: &Pool, premix: &Equal) -> u32 {
    let (low, high) = pool.fee_sat;
    facts.n_outputs_where(|value| value != premix.value_sat && (low..=high).contains(&value))
}

fn height(facts: &Facts<'_>) -> Gate {
    facts.eras.gate(facts.view.height, FIRST_HEIGHT, OPEN)
}

fn memo(facts: &Facts<'_>) -> Gate {
    Gate::of("OP_RETURN outputs", i64::from(facts.n_op_return), Allowed::Exactly(1))
}

fn outputs(facts: &Facts<'_>) -> Gate {
    Gate::of("other outputs", i64::from(facts.n_spendable), Allowed::AtLeast(2))
}

fn premix(facts: &Facts<'_>) -> Gate {
    let n = best(facts).map_or(0, |(_, premix)| i64::from(premix.n_outputs));
    Gate::of("premix outputs", n, Allowed::Between(1, MOST_PREMIX))
}

fn fee_output(facts: &Facts<'_>) -> Gate {
    let n = best(facts).map_or(0, |(pool, premix)| i64::from(n_fees(facts, pool, &premix)));
    Gate::of("outputs of the pool's fee", n, Allowed::Exactly(1))
}

fn other_outputs(facts: &Facts<'_>) -> Gate {
    let n_premix = best(facts).map_or(0, |(_, premix)| i64::from(premix.n_outputs));
    Gate::of("outputs beside premix", i64::from(facts.n_spendable) - n_premix, Allowed::AtMost(2))
}

fn output_addresses(facts: &Facts<'_>) -> Gate {
    Gate::of("outputs to an address paid already", i64::from(facts.n_repeated_outputs()), Allowed::Exactly(0))
}
