//! LIFO: last in, first out.
//!
//! As FIFO, with the inputs in reverse index order: the last input pays the first output. Outputs in index order, the fee
//! last. Nothing is rounded, and backward is the exact reverse. Source: Tironsakkul and others, `taintedtx` (2022); used
//! in *United States v. Storm*.
//!
//! *When it is wrong.* As FIFO: the order of inputs says nothing of intent. Its use is to show whether a conclusion
//! hangs on the order.

use super::line::{cut, lay};
use super::rope::Rope;
use super::rule::{Flow, Rule};

/// The method.
#[derive(Debug)]
pub struct Lifo;

impl Rule for Lifo {
    type Coin = Rope;
    const ALL_INPUTS: bool = true;

    fn forward(flow: &mut Flow<Rope>) {
        let line = lay(flow.inputs.iter().rev());
        cut(line, flow.made());
    }

    fn backward(flow: &mut Flow<Rope>) {
        let line = lay(flow.outputs.iter().chain(std::iter::once(&flow.fee)));
        cut(line, flow.inputs.iter_mut().rev());
    }
}
