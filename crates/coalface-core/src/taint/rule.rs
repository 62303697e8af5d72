//! What a method decides: how one transaction hands tainted value on. Everything else is the same for all of them.

use super::coin::Coin;

/// An input, an output or the fee of one transaction, and what is tainted of it.
#[derive(Debug, Clone, Default)]
pub struct Side<C> {
    /// Its value.
    pub value_sat: i64,
    /// Its tainted part.
    pub coin: C,
}

/// One transaction. Inputs and outputs are in index order, the fee comes behind the outputs.
#[derive(Debug, Clone, Default)]
pub struct Flow<C> {
    /// What it spends. Of methods that ask for sums only, the tainted inputs alone ([`Rule::ALL_INPUTS`]).
    pub inputs: Vec<Side<C>>,
    /// What it makes.
    pub outputs: Vec<Side<C>>,
    /// What is left.
    pub fee: Side<C>,
}

impl<C: Coin> Flow<C> {
    /// Outputs and fee, in this order.
    pub fn made(&mut self) -> impl Iterator<Item = &mut Side<C>> {
        self.outputs.iter_mut().chain(std::iter::once(&mut self.fee))
    }

    /// Value of outputs and fee: what there is to share.
    #[must_use]
    pub fn total_sat(&self) -> i64 {
        self.outputs.iter().fold(self.fee.value_sat, |sum, side| sum.saturating_add(side.value_sat))
    }

    /// Tainted value of the inputs.
    #[must_use]
    pub fn taken_sat(&self) -> i64 {
        self.inputs.iter().fold(0, |sum, side| sum.saturating_add(side.coin.sat()))
    }

    /// Tainted value of outputs and fee.
    #[must_use]
    pub fn wanted_sat(&self) -> i64 {
        self.outputs.iter().fold(self.fee.coin.sat(), |sum, side| sum.saturating_add(side.coin.sat()))
    }
}

/// An accounting method.
pub trait Rule {
    /// What outputs carry.
    type Coin: Coin;
    /// Whether `forward` needs inputs without taint too.
    const ALL_INPUTS: bool;
    /// Whether tainted value in = tainted value out.
    const CONSERVES: bool = true;

    /// Fills in the coins of outputs and fee from those of the inputs.
    fn forward(flow: &mut Flow<Self::Coin>);

    /// Fills in the coins of the inputs, all of which are there, from those of outputs and fee.
    fn backward(flow: &mut Flow<Self::Coin>);
}
