//! Haircut: every output takes of the tainted value in proportion to its own.
//!
//! Rounding is the *drawing rule*. With `tainted` of `total` satoshi left, an output of value `o` takes
//! `floor(tainted × o / total)`, and both shrink by what it took; outputs come in index order, the fee last, which takes
//! what is left. Both margins hold exactly: no output takes more than its value, and outputs plus fee take all of the
//! tainted amount. Backward the same rule draws from the inputs in index order: what came out of a transaction came from
//! each input in proportion to its value. Source of the method: Möser, Böhme, Breuker (2014), "Towards Risk Scoring of
//! Bitcoin Transactions".
//!
//! *When it is wrong.* Always a little: no coin is "3 % stolen". It spreads over everybody who was paid downstream, in
//! amounts that say less and less, and where one owner pays from many coins it says nothing of the owner's choice.

use super::rule::{Flow, Rule};

/// The method.
#[derive(Debug)]
pub struct Haircut;

impl Rule for Haircut {
    type Coin = i64;
    const ALL_INPUTS: bool = false;

    fn forward(flow: &mut Flow<i64>) {
        let total = flow.total_sat();
        // A sound store has no more taint than value; a damaged one must not make any.
        let mut draw = Draw::new(flow.taken_sat().min(total), total);
        for side in flow.made() {
            side.coin = draw.take(side.value_sat);
        }
    }

    fn backward(flow: &mut Flow<i64>) {
        let total = flow.inputs.iter().fold(0i64, |sum, side| sum.saturating_add(side.value_sat));
        let mut draw = Draw::new(flow.wanted_sat().min(total), total);
        for side in &mut flow.inputs {
            side.coin = draw.take(side.value_sat);
        }
    }
}

/// What is left to draw from in one transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draw {
    tainted: i64,
    total: i64,
}

impl Draw {
    /// Before the first output: `tainted` of the inputs' `total` value.
    #[must_use]
    pub fn new(tainted: i64, total: i64) -> Draw {
        debug_assert!((0..=total).contains(&tainted));
        Draw { tainted, total }
    }

    /// Tainted satoshi that an output (or the fee) of `value` takes.
    #[must_use]
    pub fn take(&mut self, value: i64) -> i64 {
        // Nothing left to divide by: only outputs without value remain.
        if self.total <= 0 || value <= 0 {
            return 0;
        }
        let value = value.min(self.total);
        // At most 21e14 each, so the product needs 128 bits and the quotient fits again.
        let taken = (i128::from(self.tainted) * i128::from(value) / i128::from(self.total)) as i64;
        self.tainted -= taken;
        self.total -= value;
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worked_example() {
        // Inputs 3 (tainted), 5, 2 (tainted); outputs 4, 5; fee 1.
        let mut draw = Draw::new(5, 10);
        assert_eq!([draw.take(4), draw.take(5), draw.take(1)], [2, 2, 1]);
    }

    #[test]
    fn margins_hold() {
        let mut state = 3u64;
        let mut next = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((state >> 33) % below) as i64
        };
        for _ in 0..20_000 {
            let scale = [3, 1000, 2_100_000_000][next(3) as usize];
            let outputs: Vec<i64> = (0..=next(6)).map(|_| next(scale)).collect();
            let fee = next(scale);
            let total = outputs.iter().sum::<i64>() + fee;
            let tainted = if total == 0 { 0 } else { next(total as u64 + 1) };
            let mut draw = Draw::new(tainted, total);
            let mut sum = 0;
            for value in outputs.iter().chain([&fee]) {
                let taken = draw.take(*value);
                assert!((0..=*value).contains(&taken));
                sum += taken;
            }
            assert_eq!(sum, tainted);
        }
    }

    #[test]
    fn largest_amounts_do_not_overflow() {
        let all = crate::units::MAX_MONEY_SAT;
        let mut draw = Draw::new(all, all);
        assert_eq!(draw.take(all), all);
        assert_eq!(draw.take(1), 0);
    }
}
