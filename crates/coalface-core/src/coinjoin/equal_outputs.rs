//! `equal_outputs`: a CoinJoin of no protocol in particular (Maxwell 2013), and the shape of all of them.
//!
//! *What it claims.* Yes: several people mixed, by a protocol that is not known. Undecided: they may have.
//!
//! *Why.* Every CoinJoin in use gives its participants outputs of one value, to addresses of their own. At least as many input
//! addresses take part, nobody has more than one change output, and the coins can be dealt out so that each participant pays for
//! one of the equal ones.
//!
//! *When it is wrong.* Somebody who pays equal amounts to several people from many coins has the shape. It says yes only if there is
//! about one change output for each equal one, so that a batch with one change output is undecided at the most.
//!
//! *Sources.* Maxwell 2013 ("CoinJoin: Bitcoin privacy for the real world"); crocs-muni/blocksci and graphsense-lib 2.18.1 for the
//! numbers; that participants must be able to pay is arithmetic.

use super::change::{kinds, round_outputs};
use super::detector::{Detector, Role};
use super::facts::Facts;
use super::funding::funders;
use super::gate::{Allowed, Gate};

/// The detector.
pub static EQUAL_OUTPUTS: Detector = Detector {
    name: "equal_outputs",
    version: 2,
    role: Role::Coinjoin,
    required: &[equal_outputs, single_outputs, funded],
    deciding: &[share, change_outputs, round_changes, equal_kinds, repeated_addresses, coins_each],
};

/// Two equal payments are common, three are not.
const LEAST_OUTPUTS: i64 = 3;

fn equal_outputs(facts: &Facts<'_>) -> Gate {
    let n = i64::from(facts.shared.n_addresses);
    Gate::of("equal outputs to different addresses, no more than input addresses", n, Allowed::AtLeast(LEAST_OUTPUTS))
}

/// Everybody has one change output at the most, and a coordinator one fee.
fn single_outputs(facts: &Facts<'_>) -> Gate {
    let n_single = facts.equals.iter().filter(|equal| equal.n_outputs == 1).count();
    Gate::of("values of one output", n_single as i64, Allowed::AtMost(i64::from(facts.n_input_addresses) + 1))
}

fn funded(facts: &Facts<'_>) -> Gate {
    funders(facts, &facts.shared)
}

fn share(facts: &Facts<'_>) -> Gate {
    let least = i64::from(facts.n_spendable.saturating_sub(1)) / 2;
    Gate::of("equal outputs", i64::from(facts.shared.n_outputs), Allowed::AtLeast(least))
}

fn change_outputs(facts: &Facts<'_>) -> Gate {
    let n_equal = i64::from(facts.shared.n_outputs);
    let n_others = i64::from(facts.n_spendable) - n_equal;
    Gate::of("other outputs", n_others, Allowed::Between(n_equal - 1, n_equal + 1))
}

fn round_changes(facts: &Facts<'_>) -> Gate {
    round_outputs(facts, &facts.shared)
}

fn equal_kinds(facts: &Facts<'_>) -> Gate {
    kinds(facts, &facts.shared)
}

fn repeated_addresses(facts: &Facts<'_>) -> Gate {
    let n = i64::from(facts.n_repeated_outputs()) + i64::from(facts.n_self_paid());
    Gate::of("outputs to an address seen already", n, Allowed::Exactly(0))
}

fn coins_each(facts: &Facts<'_>) -> Gate {
    let most = 10 * i64::from(facts.shared.n_outputs);
    Gate::of("inputs", i64::from(facts.n_inputs), Allowed::AtMost(most))
}
