//! How many inputs and outputs a transaction has, what it pays and what it leaves as fee. Integers only.

use super::rng::Rng;

/// Smallest ordinary output: below, nodes call P2PKH outputs dust (Bitcoin Core `policy/policy.cpp`).
const DUST_SAT: u64 = 546;

/// Inputs below this for each output call for further inputs.
pub(super) const ENOUGH_SAT: u64 = 10 * DUST_SAT;
/// How many further ones at most.
pub(super) const MAX_FURTHER_INPUTS: u64 = 2;

/// Shares of 10,000 with the range of counts each stands for. Mean 2.1.
const INPUT_COUNTS: [(u64, u64, u64); 7] =
    [(6_800, 1, 1), (1_800, 2, 2), (570, 3, 3), (450, 4, 6), (320, 7, 15), (55, 16, 60), (5, 61, 250)];
/// The same for outputs, data aside. Mean 2.3.
const OUTPUT_COUNTS: [(u64, u64, u64); 7] =
    [(1_817, 1, 1), (7_050, 2, 2), (600, 3, 3), (400, 4, 6), (90, 7, 15), (40, 16, 60), (3, 61, 600)];
/// Of 10,000 transactions, how many carry data.
const WITH_DATA: u64 = 700;

/// How full the unspent set is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pressure {
    /// Too few to draw from: transactions fan out.
    Low,
    /// As it should be.
    Normal,
    /// Near the limit: an eighth of the transactions consolidate.
    High,
}

/// Counts of a transaction to be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) n_inputs: u64,
    pub(super) n_outputs: u64,
    pub(super) with_data: bool,
}

impl Shape {
    /// Draws a shape.
    pub(super) fn draw(pressure: Pressure, rng: &mut Rng) -> Shape {
        let with_data = rng.chance(WITH_DATA);
        let (n_inputs, n_outputs) = match pressure {
            Pressure::Low => (1, 3 + rng.below(60)),
            Pressure::High if rng.chance(1_250) => (3 + rng.below(8), 1),
            _ => (draw_count(&INPUT_COUNTS, rng), draw_count(&OUTPUT_COUNTS, rng)),
        };
        Shape { n_inputs, n_outputs, with_data }
    }
}

fn draw_count(table: &[(u64, u64, u64)], rng: &mut Rng) -> u64 {
    let mut pick = rng.below(10_000);
    for &(share, least, most) in table {
        if pick < share {
            return least + rng.below(most - least + 1);
        }
        pick -= share;
    }
    1
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

/// Splits `total_sat` over up to `n` outputs, fewer if it does not reach; each gets at least one satoshi.
pub(super) fn split(total_sat: u64, n: u64, rng: &mut Rng, values_sat: &mut Vec<u64>) {
    values_sat.clear();
    let n = n.min(total_sat / DUST_SAT).max(1);
    let mut rest = total_sat;
    for left in (2..=n).rev() {
        let spare = rest - left * DUST_SAT;
        let share = if n <= 3 { payment(spare, rng) } else { rng.below(2 * (spare / left) + 1).min(spare) };
        let value = round(DUST_SAT + share, rng);
        values_sat.push(value);
        rest -= value;
    }
    let change_at = rng.index(values_sat.len() + 1);
    values_sat.insert(change_at, rest);
}

/// A payment out of `spare` satoshi: the more there is, the smaller a part of it may go (down to a 256th), since
/// repeated halving of little would leave dust only.
fn payment(spare: u64, rng: &mut Rng) -> u64 {
    let bits = u64::from(spare.checked_ilog2().unwrap_or(0));
    let most = spare >> rng.below((bits.saturating_sub(14) / 3).clamp(1, 8));
    most - rng.below(most / 2 + 1)
}

/// Makes one value in eight a round one.
fn round(value: u64, rng: &mut Rng) -> u64 {
    if rng.next() & 7 != 0 {
        return value;
    }
    let unit = [10_000, 100_000, 1_000_000, 10_000_000][rng.index(4)];
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
    fn tables_are_complete() {
        for (table, low, high) in [(INPUT_COUNTS, 2.0, 2.2), (OUTPUT_COUNTS, 2.2, 2.4)] {
            assert_eq!(table.iter().map(|(share, _, _)| share).sum::<u64>(), 10_000);
            let mean: f64 = table.iter().map(|&(s, a, b)| s as f64 * (a + b) as f64 / 20_000.0).sum();
            assert!(low < mean && mean < high, "{mean}");
        }
    }

    #[test]
    fn split_conserves_value() {
        let mut rng = Rng::new(9, 9);
        let mut values = Vec::new();
        for _ in 0..20_000 {
            let total = 1 + (rng.next() >> (14 + rng.below(50)));
            let n = 1 + rng.below(40);
            split(total, n, &mut rng, &mut values);
            assert_eq!(values.iter().sum::<u64>(), total);
            assert!(values.iter().all(|value| *value >= 1) && values.len() as u64 <= n);
        }
    }
}
