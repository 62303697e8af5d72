//! Whether as many people as there are equal outputs can each have paid for one: what every CoinJoin needs, and many a batch
//! payment fails.

use super::facts::{Equal, Facts};
use super::gate::{Allowed, Gate};

/// Enough payers for `equal`: an upper bound of how many people can each bring its value is not below their number.
#[must_use]
pub fn funders(facts: &Facts<'_>, equal: &Equal) -> Gate {
    let least = i64::from(equal.n_addresses);
    // A maker is paid for his part, so that he may bring a little less than he gets.
    let share_sat = equal.value_sat - equal.value_sat / 100;
    Gate::of_known(
        "people who can pay for an equal output, at most",
        facts.most_funders(share_sat),
        Allowed::AtLeast(least),
    )
}
