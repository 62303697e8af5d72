//! `exchange_batch`: marks of a service that pays many people at once. Counter-evidence against a CoinJoin.
//!
//! *What it claims.* The inputs or outputs are handled as one party does: coins of one address make up much of the inputs, or change
//! goes back to an address that is spent from. Then what a weak detector (`equal_outputs`, `joinmarket`, `wasabi1`) takes for a
//! CoinJoin is undecided.
//!
//! *Why.* Participants of a CoinJoin use fresh addresses, since a reused one undoes what they pay for. Exchanges collect deposits at
//! few addresses and send change back to them.
//!
//! *When it is wrong.* Participants of early CoinJoins reused addresses. An exchange that uses a fresh address for everything
//! shows none of these marks.
//!
//! *Sources.* graphsense-lib 2.18.1 (largest share of one input address); its veto by an exchange's tag needs labels and is left to
//! those who have them.

use super::detector::{Detector, Role};
use super::facts::Facts;
use super::gate::{Allowed, Gate};

/// The detector.
pub static EXCHANGE_BATCH: Detector = Detector {
    name: "exchange_batch",
    version: 1,
    role: Role::CounterEvidence,
    required: &[one_party],
    deciding: &[outputs],
};

const LEAST_OUTPUTS: i64 = 3;
/// Percent of the inputs that one address has, above which they are not those of strangers; of transactions with at least
/// that many inputs (GraphSense).
const SHARE: (i64, u32) = (10, 10);

fn outputs(facts: &Facts<'_>) -> Gate {
    Gate::of("outputs with an address", i64::from(facts.n_spendable), Allowed::AtLeast(LEAST_OUTPUTS))
}

fn one_party(facts: &Facts<'_>) -> Gate {
    let share = i64::from(facts.most_inputs_of_one) * 100 / i64::from(facts.n_inputs.max(1));
    let is_concentrated = facts.most_inputs_of_one > 1 && facts.n_inputs >= SHARE.1 && share > SHARE.0;
    Gate {
        name: "inputs of one address, percent",
        passed: Some(is_concentrated || facts.n_self_paid() > 0),
        value: Some(share),
        allowed: Allowed::Text("above 10 of at least 10 inputs, or an output pays an address that is spent from"),
    }
}
