//! FIFO: first in, first out.
//!
//! Inputs are laid end to end in index order as a line of satoshi, which is cut into the outputs in index order; the tail
//! is the fee. Nothing is rounded and nothing is lost: stretches keep their place in the line of origins, so that a trace
//! forward and then backward from where it ended gives the same coins back. Source: Clayton's Case (1816); Anderson,
//! Shumailov, Ahmed (2018), "Making Bitcoin Legal".
//!
//! *When it is wrong.* The order of inputs and outputs is chosen by a wallet, often at random or by size (BIP-0069), and
//! says nothing of anybody's intent. FIFO is sharp, not right: it names one path where haircut names all.

use super::line::{cut, lay};
use super::rope::Rope;
use super::rule::{Flow, Rule};

/// The method.
#[derive(Debug)]
pub struct Fifo;

impl Rule for Fifo {
    type Coin = Rope;
    const ALL_INPUTS: bool = true;

    fn forward(flow: &mut Flow<Rope>) {
        let line = lay(flow.inputs.iter());
        cut(line, flow.made());
    }

    fn backward(flow: &mut Flow<Rope>) {
        let line = lay(flow.outputs.iter().chain(std::iter::once(&flow.fee)));
        cut(line, flow.inputs.iter_mut());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::taint::coin::Coin;
    use crate::taint::lifo::Lifo;
    use crate::taint::rule::Side;

    /// Inputs 3 (tainted), 5, 2 (tainted); outputs 4, 5; fee 1.
    fn example() -> Flow<Rope> {
        let side = |value_sat, coin| Side { value_sat, coin };
        Flow {
            inputs: vec![side(3, Rope::tainted(3, 0)), side(5, Rope::default()), side(2, Rope::tainted(2, 10))],
            outputs: vec![side(4, Rope::default()), side(5, Rope::default())],
            fee: side(1, Rope::default()),
        }
    }

    fn made<R: Rule<Coin = Rope>>() -> Vec<i64> {
        let mut flow = example();
        R::forward(&mut flow);
        let sums = flow.made().map(|side| side.coin.sat()).collect();
        // And back: the same coins in the same places.
        for input in &mut flow.inputs {
            input.coin = Rope::default();
        }
        R::backward(&mut flow);
        for (found, given) in flow.inputs.iter().zip(example().inputs) {
            let (mut a, mut b) = (vec![], vec![]);
            found.coin.runs(&mut a);
            given.coin.runs(&mut b);
            assert_eq!(a, b);
        }
        sums
    }

    #[test]
    fn worked_examples() {
        assert_eq!(made::<Fifo>(), [3, 1, 1]);
        assert_eq!(made::<Lifo>(), [2, 2, 1]);
    }
}
