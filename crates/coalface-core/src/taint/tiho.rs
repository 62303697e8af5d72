//! TIHO, "taint in, highest out": tainted value goes to the largest outputs first.
//!
//! Outputs by value, the highest first, equal ones by index, the fee last; each is tainted as far as tainted value is left.
//! So tainted inputs stand before clean ones, and the largest payment carries them. Backward it is not defined: which input
//! comes first depends on taint that a backward trace does not know. Source: Tironsakkul and others, `taintedtx` (2022).
//!
//! *When it is wrong.* It assumes that the thief's own payment is the largest output and that the fee is never stolen.

use super::rule::{Flow, Rule};

/// The method.
#[derive(Debug)]
pub struct Tiho;

impl Rule for Tiho {
    type Coin = i64;
    const ALL_INPUTS: bool = false;

    fn forward(flow: &mut Flow<i64>) {
        let mut left = flow.taken_sat().min(flow.total_sat());
        let mut order: Vec<usize> = (0..flow.outputs.len()).collect();
        order.sort_by_key(|n| std::cmp::Reverse(flow.outputs[*n].value_sat)); // stable: equal values stay in index order
        for n in order {
            let side = &mut flow.outputs[n];
            side.coin = left.min(side.value_sat);
            left -= side.coin;
        }
        flow.fee.coin = left;
    }

    fn backward(_flow: &mut Flow<i64>) {
        debug_assert!(false, "refused before a trace begins");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::taint::rule::Side;

    #[test]
    fn worked_example() {
        // Inputs 3 (tainted), 5, 2 (tainted); outputs 4, 5; fee 1.
        let side = |value_sat, coin| Side { value_sat, coin };
        let mut flow =
            Flow { inputs: vec![side(3, 3), side(2, 2)], outputs: vec![side(4, 0), side(5, 0)], fee: side(1, 0) };
        Tiho::forward(&mut flow);
        assert_eq!(flow.made().map(|side| side.coin).collect::<Vec<_>>(), [0, 5, 0]);
    }
}
