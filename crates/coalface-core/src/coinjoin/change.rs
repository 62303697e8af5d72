//! What change outputs tell: whether those who mixed were paid for it, and whether they look like payments.

use super::facts::{Equal, Facts};
use super::gate::{Allowed, Gate};

/// Change outputs that are looked at, and inputs that may be combined, at the most: the search is quadratic in inputs.
const SEARCHED: (usize, usize) = (64, 64);
/// A sum that people name: a thousandth of a bitcoin.
const ROUND_SAT: i64 = 100_000;
/// Name of the gate on [`gain`].
pub(super) const GAIN: &str = "change outputs that gain less those that lose";

/// Whether so many coins are too many for [`gain`].
pub(super) fn is_too_many(facts: &Facts<'_>) -> bool {
    facts.view.inputs.len() > SEARCHED.1
}

/// Change is what is left over: it is seldom a round sum, and payments often are.
pub(super) fn round_outputs(facts: &Facts<'_>, equal: &Equal) -> Gate {
    let n = facts.others(equal.value_sat).filter(|value_sat| value_sat % ROUND_SAT == 0).count();
    Gate::of("other outputs of a multiple of 100000 sat", n as i64, Allowed::AtMost(1))
}

/// One participant may send to somebody else; all others use one wallet's kind.
pub(super) fn kinds(facts: &Facts<'_>, equal: &Equal) -> Gate {
    let n = i64::from(facts.n_of_other_kinds(equal.value_sat));
    Gate::of("equal outputs of another kind than most", n, Allowed::AtMost(1))
}

/// Change outputs whose owner gains, less those whose owner loses, each matched with the nearest sum of one to three coins. `None` if
/// a value is not known, or there are too many coins.
pub(super) fn gain(facts: &Facts<'_>) -> Option<i64> {
    let mut coins = [0i64; SEARCHED.1];
    let values = facts.input_values()?;
    let n_coins = values.clone().count();
    if n_coins > coins.len() {
        return None;
    }
    coins.iter_mut().zip(values).for_each(|(coin, value)| *coin = value);
    let coins = &mut coins[..n_coins];
    coins.sort_unstable();
    let amount_sat = facts.modal.value_sat;
    // Nobody's fee is more than a hundredth of what he mixes, or so small an amount that it does not matter.
    let tolerance_sat = (amount_sat / 100).max(20_000);
    let mut gain = 0;
    for change_sat in facts.others(amount_sat).take(SEARCHED.0) {
        let over = nearest(coins, change_sat.saturating_add(amount_sat));
        if over != 0 && over.abs() <= tolerance_sat {
            gain += over.signum();
        }
    }
    Some(gain)
}

/// `target` less the sum of one to three of the ascending `coins` that is nearest to it.
fn nearest(coins: &[i64], target: i64) -> i64 {
    let mut best = i64::MAX;
    let mut look = |sum: i64| {
        let over = target.saturating_sub(sum);
        if over.unsigned_abs() < best.unsigned_abs() {
            best = over;
        }
    };
    for (n, first) in coins.iter().enumerate() {
        look(*first);
        for (m, second) in coins[..n].iter().enumerate() {
            let two = first.saturating_add(*second);
            look(two);
            // Of the third, only the neighbours of what is missing can be nearest.
            let at = coins[..m].partition_point(|third| two.saturating_add(*third) < target);
            for third in [at.checked_sub(1), Some(at).filter(|at| *at < m)].into_iter().flatten() {
                look(two.saturating_add(coins[third]));
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_sum_is_that_of_all_sums() {
        let coins = [3, 10, 11, 50, 200, 201, 1000];
        let mut sums: Vec<i64> = Vec::new();
        for a in 0..coins.len() {
            sums.push(coins[a]);
            for b in 0..a {
                sums.push(coins[a] + coins[b]);
                sums.extend((0..b).map(|c| coins[a] + coins[b] + coins[c]));
            }
        }
        for target in 0..1500 {
            let expected = sums.iter().map(|sum| (target - sum).unsigned_abs()).min();
            assert_eq!(Some(nearest(&coins, target).unsigned_abs()), expected, "{target}");
        }
    }
}
