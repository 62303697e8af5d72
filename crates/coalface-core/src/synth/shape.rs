//! How many inputs and outputs a transaction has, what it pays and what it leaves as fee. Integers only.

use super::era::{choose, Era};
use super::rng::Rng;

/// Smallest ordinary output: below, nodes call P2PKH outputs dust (Bitcoin Core `policy/policy.cpp`).
const DUST_SAT: u64 = 546;

/// Inputs below this for each output call for further inputs.
pub(super) const ENOUGH_SAT: u64 = 4 * DUST_SAT;
/// How many further ones at most.
pub(super) const MAX_FURTHER_INPUTS: u64 = 2;

/// Counts of a transaction to be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) n_inputs: u64,
    /// Outputs that can be spent.
    pub(super) n_outputs: u64,
    /// Whether there is an OP_RETURN output too.
    pub(super) with_data: bool,
}

impl Shape {
    /// Draws a shape. While there is `too_little` to spend transactions fan out.
    pub(super) fn draw(era: &Era, too_little: bool, rng: &mut Rng) -> Shape {
        let with_data = rng.chance(era.data);
        if too_little {
            return Shape { n_inputs: 1, n_outputs: 3 + rng.below(60), with_data };
        }
        let n_outputs = draw_count(era.outputs, rng) - u64::from(with_data);
        Shape { n_inputs: draw_count(era.inputs, rng), n_outputs: n_outputs.max(1), with_data }
    }
}

/// A number of a table of `(share, least, most)`.
pub(super) fn draw_count(table: &[(u64, u64, u64)], rng: &mut Rng) -> u64 {
    let (least, most) = choose(table, |entry| entry.0, rng.below(10_000)).map_or((1, 1), |entry| (entry.1, entry.2));
    least + rng.below(most - least + 1)
}

/// Fee for `vsize` virtual bytes out of `input_sat`: 1 to 128 sat a byte, low rates likelier, at most 1/32 of it.
pub(super) fn fee_sat(input_sat: u64, vsize: u64, rng: &mut Rng) -> u64 {
    if rng.chance(20) {
        return 0;
    }
    let highest = 1 << rng.below(8);
    let rate = 1 + rng.below(highest);
    (rate * vsize).min(input_sat / 32)
}

/// Splits `total_sat` over up to `n` outputs, fewer if it does not reach; each gets at least one satoshi. Of 10,000
/// payments `round` are round. Returns which output is the change: all the others leave.
pub(super) fn split(total_sat: u64, n: u64, round: u64, rng: &mut Rng, values_sat: &mut Vec<u64>) -> usize {
    values_sat.clear();
    let n = n.min(total_sat / DUST_SAT).max(1);
    let mut rest = total_sat;
    for left in (2..=n).rev() {
        let spare = rest - left * DUST_SAT;
        let share = if n <= 3 { payment(spare, rng) } else { rng.below(2 * (spare / left) + 1).min(spare) };
        let mut value = DUST_SAT + share;
        if rng.chance(round) {
            value = rounded(value, rng);
        }
        values_sat.push(value);
        rest -= value;
    }
    let change_at = rng.index(values_sat.len() + 1);
    values_sat.insert(change_at, rest);
    change_at
}

/// A payment out of `spare` satoshi: the more there is, the smaller a part of it may go (down to a 256th), since
/// repeated halving of little would leave dust only.
fn payment(spare: u64, rng: &mut Rng) -> u64 {
    let bits = u64::from(spare.checked_ilog2().unwrap_or(0));
    let most = spare >> rng.below((bits.saturating_sub(14) / 3).clamp(1, 5));
    most - rng.below(most / 2 + 1)
}

/// A round value of about that size: one significant digit for half of them, else a whole number of 0.0001 BTC.
fn rounded(value: u64, rng: &mut Rng) -> u64 {
    let digit = 10u64.pow(value.checked_ilog10().unwrap_or(0)).max(10_000);
    let unit = if rng.chance(5_000) { digit } else { [10_000, 100_000, 1_000_000][rng.index(3)] };
    if value > unit {
        value - value % unit
    } else {
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn split_conserves_value() {
        let mut rng = Rng::new(9, 9);
        let mut values = Vec::new();
        for _ in 0..20_000 {
            let total = 1 + (rng.next() >> (14 + rng.below(50)));
            let n = 1 + rng.below(40);
            let change_at = split(total, n, 3_000, &mut rng, &mut values);
            assert!(change_at < values.len());
            assert_eq!(values.iter().sum::<u64>(), total);
            assert!(values.iter().all(|value| *value >= 1) && values.len() as u64 <= n);
        }
    }
}
