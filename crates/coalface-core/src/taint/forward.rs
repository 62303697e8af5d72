//! Where value went: transactions in chain order, a block's coinbase behind the others of its block.
//!
//! Chain order is topological, so when a transaction's turn comes all taint that reaches it is known. What waits is kept
//! under the number of the input that spends it. Every output is reached once, so the pass ends; O(tainted inputs and
//! outputs).

use super::boundary::{rows, Boundary};
use super::coin::Coin;
use super::options::{Part, TraceOptions};
use super::pass::{Pass, Progress};
use super::result::TraceResult;
use super::rule::{Flow, Rule, Side};
use crate::ids::{TxNum, EXTERNAL_BIT, NONE_SAT, NONE_U32};
use crate::lookup::place::{inputs_of, outputs_of, tx_of_input};
use crate::store::{Snapshot, StoreError};
use crate::units::{subsidy_sat, MAX_MONEY_SAT};
use crate::Result;

/// Traces `parts` forward by one method.
pub(super) fn forward<R: Rule>(
    snapshot: &Snapshot,
    parts: &[Part],
    options: &TraceOptions,
    progress: Progress<'_>,
) -> Result<TraceResult> {
    let spent = |snapshot: &Snapshot, input: u64| {
        snapshot.columns.input_spent_output.get(input as usize).unwrap_or(crate::ids::NONE_U64)
    };
    let end = options.bound.inputs;
    let (pass, start) = Pass::new(snapshot, parts, options, progress, end, spent)?;
    let mut forward: Forward<'_, R> =
        Forward { pass, flow: Flow::default(), fees: Vec::new(), block_end: None, inputs: vec![], outputs: vec![] };
    for (output, coin) in start {
        forward.arrive(output, coin, false, 0, true)?;
    }
    forward.run()?;
    forward.pass.finish()
}

struct Forward<'a, R: Rule> {
    pass: Pass<'a, R::Coin>,
    flow: Flow<R::Coin>,
    /// Tainted fees of the current block, with whether they are mixed.
    fees: Vec<(TxNum, R::Coin, bool)>,
    /// Where that block ends: its number, and the first input behind it.
    block_end: Option<(usize, u64)>,
    inputs: Vec<(u64, i64)>,
    outputs: Vec<(u64, i64)>,
}

impl<R: Rule> Forward<'_, R> {
    fn run(&mut self) -> Result<()> {
        let mut tx = 0;
        let mut tx_inputs = 0..0;
        loop {
            let end = self.block_end.map_or(u64::MAX, |(_, end)| end);
            let Some(input) = self.pass.peek_below(end)? else {
                match self.block_end.take() {
                    Some((block, _)) => self.coinbase(block)?,
                    None => return Ok(()),
                }
                continue;
            };
            // The next transaction is often the one behind the last.
            let next = inputs_of(self.pass.snapshot, tx + 1);
            if tx_inputs.end > 0 && next.contains(&input) {
                (tx, tx_inputs) = (tx + 1, next);
            } else {
                tx = tx_of_input(self.pass.snapshot, input)?;
                tx_inputs = inputs_of(self.pass.snapshot, tx);
            }
            let is_full = self.pass.is_full()?;
            let (boundary, is_mix) = self.pass.judge.tx(tx)?;
            match boundary.or(is_full.then_some(Boundary::Limit)) {
                Some(boundary) => self.stop(tx_inputs.end, boundary)?,
                None => self.follow(tx, tx_inputs.clone(), is_mix)?,
            }
        }
    }

    /// Value ends before the transaction that spends it.
    fn stop(&mut self, end: u64, boundary: Boundary) -> Result<()> {
        while let Some(entry) = self.pass.pop_below(end)? {
            let output = self.pass.snapshot.columns.input_spent_output.at(entry.key as usize);
            self.pass.end(output, entry.coin, boundary, entry.is_mixed);
        }
        Ok(())
    }

    fn follow(&mut self, tx: TxNum, inputs: std::ops::Range<u64>, is_mix: bool) -> Result<()> {
        let snapshot = self.pass.snapshot;
        let columns = &*snapshot.columns;
        self.flow.inputs.clear();
        self.inputs.clear();
        if R::ALL_INPUTS {
            for input in inputs.clone() {
                let value_sat = spent_value(snapshot, input);
                self.flow.inputs.push(Side { value_sat, coin: R::Coin::default() });
            }
        }
        let mut is_mixed = is_mix;
        while let Some(entry) = self.pass.pop_below(inputs.end)? {
            self.inputs.push((columns.input_spent_output.at(entry.key as usize), entry.coin.sat()));
            is_mixed |= entry.is_mixed;
            if R::ALL_INPUTS {
                self.flow.inputs[(entry.key - inputs.start) as usize].coin = entry.coin;
            } else {
                self.flow.inputs.push(Side { value_sat: 0, coin: entry.coin });
            }
        }
        let outputs = outputs_of(snapshot, tx);
        self.flow.outputs.clear();
        for value_sat in rows(&columns.output_value_sat, outputs.clone()) {
            self.flow.outputs.push(Side { value_sat: money(*value_sat), coin: R::Coin::default() });
        }
        self.flow.fee = Side { value_sat: money(columns.tx_fee_sat[tx as usize]), coin: R::Coin::default() };
        R::forward(&mut self.flow);
        let fee = std::mem::take(&mut self.flow.fee.coin);
        let fee_sat = fee.sat();
        self.hand_on(outputs.start, inputs.end, is_mixed, tx, fee_sat)?;
        if fee_sat > 0 && self.pass.options.follow_fees {
            self.keep_fee(tx, fee, is_mixed);
        } else {
            self.lose(fee_sat);
        }
        Ok(())
    }

    /// Coins arrive at the outputs of a transaction, which is then done.
    fn hand_on(&mut self, first: u64, least_input: u64, is_mixed: bool, tx: TxNum, fee_sat: i64) -> Result<()> {
        self.outputs.clear();
        for n in 0..self.flow.outputs.len() {
            let coin = std::mem::take(&mut self.flow.outputs[n].coin);
            let (output, sat) = (first + n as u64, coin.sat());
            if sat > 0 {
                self.outputs.push((output, sat));
                self.arrive(output, coin, is_mixed, least_input, false)?;
            }
        }
        self.pass.hop(tx, &self.inputs, &self.outputs, fee_sat)
    }

    fn lose(&mut self, sat: i64) {
        self.pass.found.lost_to_fees_sat = self.pass.found.lost_to_fees_sat.saturating_add(sat);
    }

    /// Taint has reached an output: it ends there, or waits for the transaction that spends it.
    fn arrive(&mut self, output: u64, coin: R::Coin, is_mixed: bool, least_input: u64, is_start: bool) -> Result<()> {
        let pass = &mut self.pass;
        let address = pass.snapshot.columns.output_address[output as usize];
        let boundary = if address == NONE_U32 {
            Boundary::Burned
        } else if let Some(boundary) = pass.judge.named(output, address, is_start || pass.is_origin(output)) {
            boundary
        } else {
            match pass.snapshot.spent_by(output, pass.options.bound.inputs) {
                Some(input) if input >= least_input => {
                    pass.wait(input, coin, is_mixed);
                    return Ok(());
                }
                Some(input) => {
                    let what = format!("output {output} is spent by input {input}, which comes before it");
                    return Err(StoreError::corrupt("columns/output.spent_by", output * 4, what).into());
                }
                None if pass.judge.is_unspendable(output, address)? => Boundary::Burned,
                None => Boundary::Unspent,
            }
        };
        pass.end(output, coin, boundary, is_mixed);
        Ok(())
    }

    /// A fee waits for the coinbase of its block.
    fn keep_fee(&mut self, tx: TxNum, fee: R::Coin, is_mixed: bool) {
        if self.block_end.is_none() {
            let columns = &*self.pass.snapshot.columns;
            let behind = columns.block_first_tx.partition_point(|first| *first <= tx);
            let bound = &self.pass.options.bound;
            let end_tx = columns.block_first_tx.get(behind).copied().map_or(bound.txs, u64::from);
            let end = columns.tx_first_input.get(end_tx as usize).unwrap_or(bound.inputs);
            self.block_end = Some((behind.saturating_sub(1), end));
            self.fees.clear();
        }
        self.fees.push((tx, fee, is_mixed));
    }

    /// A block is done: its coinbase takes the subsidy, then the fees in block order. What it does not claim is destroyed.
    fn coinbase(&mut self, block: usize) -> Result<()> {
        let fees = std::mem::take(&mut self.fees);
        let Some(mut flow) = coinbase_flow::<R::Coin>(self.pass.snapshot, block) else {
            let sat = fees.iter().fold(0i64, |sum, (_, coin, _)| sum.saturating_add(coin.sat()));
            self.lose(sat);
            return Ok(());
        };
        let tx = self.pass.snapshot.columns.block_first_tx[block];
        let mut is_mixed = false;
        for (payer, coin, mixed) in fees {
            is_mixed |= mixed;
            match flow.inputs.get_mut(payer.saturating_sub(tx) as usize) {
                Some(side) => side.coin = coin,
                None => self.lose(coin.sat()),
            }
        }
        R::forward(&mut flow);
        let unclaimed = flow.fee.coin.sat();
        self.flow = flow;
        self.inputs.clear();
        let first = outputs_of(self.pass.snapshot, tx).start;
        let end = inputs_of(self.pass.snapshot, tx).end;
        self.hand_on(first, end, is_mixed, tx, unclaimed)?;
        self.lose(unclaimed);
        Ok(())
    }
}

/// A value that a damaged store cannot make anything of but money.
pub(super) fn money(value_sat: i64) -> i64 {
    value_sat.clamp(0, MAX_MONEY_SAT)
}

/// Value of what an input spends, 0 where it is not known.
pub(super) fn spent_value(snapshot: &Snapshot, input: u64) -> i64 {
    let columns = &*snapshot.columns;
    let Some(spent) = columns.input_spent_output.get(input as usize) else { return 0 };
    let value = if spent & EXTERNAL_BIT == 0 {
        columns.output_value_sat.get(spent as usize)
    } else {
        columns.external_value_sat.get((spent & !EXTERNAL_BIT) as usize)
    };
    value.map_or(0, |value| money(*value))
}

/// The coinbase of a block as a flow without coins: input 0 is the subsidy, input `n` the fee of its transaction `n`;
/// the "fee" is what it does not claim. `None` where fees or subsidy are not known.
pub(super) fn coinbase_flow<C: Coin>(snapshot: &Snapshot, block: usize) -> Option<Flow<C>> {
    let columns = &*snapshot.columns;
    let first = *columns.block_first_tx.get(block)?;
    let end = columns.block_first_tx.get(block + 1).map_or(snapshot.counts().txs, |tx| u64::from(*tx));
    let height = columns.block_height.get(block).copied().filter(|height| *height != NONE_U32)?;
    let clean = |value_sat| Side { value_sat, coin: C::default() };
    let mut inputs = vec![clean(subsidy_sat(height, snapshot.network().halving_interval()))];
    for fee in columns.tx_fee_sat.get(first as usize + 1..end as usize)? {
        if *fee == NONE_SAT {
            return None;
        }
        inputs.push(clean(money(*fee)));
    }
    let values = rows(&columns.output_value_sat, outputs_of(snapshot, first));
    let outputs: Vec<Side<C>> = values.iter().map(|value| clean(money(*value))).collect();
    let sum = |sides: &[Side<C>]| sides.iter().fold(0i64, |sum, side| sum.saturating_add(side.value_sat));
    let (given, claimed) = (sum(&inputs), sum(&outputs));
    // More than it may claim: no valid chain has that; then the subsidy is what is left.
    inputs[0].value_sat = inputs[0].value_sat.saturating_add((claimed - given).max(0));
    Some(Flow { inputs, outputs, fee: clean((given - claimed).max(0)) })
}
