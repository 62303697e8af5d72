//! Where value came from: transactions in reverse chain order, a block's coinbase before the others of its block.
//!
//! The mirror of the forward pass: what waits is an output whose making is to be explained, under its number counted from
//! the end. Every output is reached once, so the pass ends.

use std::collections::BTreeMap;

use super::boundary::{rows, Boundary};
use super::coin::Coin;
use super::forward::{coinbase_flow, money, spent_value};
use super::options::{Part, TraceOptions};
use super::pass::{Pass, Progress};
use super::result::TraceResult;
use super::rule::{Flow, Rule, Side};
use crate::ids::{TxNum, EXTERNAL_BIT, NONE_U64};
use crate::lookup::place::{inputs_of, outputs_of, tx_of_output};
use crate::store::{Snapshot, StoreError};
use crate::Result;

/// Traces `parts` backward by one method.
pub(super) fn backward<R: Rule>(
    snapshot: &Snapshot,
    parts: &[Part],
    options: &TraceOptions,
    progress: Progress<'_>,
) -> Result<TraceResult> {
    // Keys count from the end of the whole store, so that they need nothing but the snapshot.
    let output_of = |snapshot: &Snapshot, key: u64| (snapshot.counts().outputs - 1).saturating_sub(key);
    let end = snapshot.counts().outputs;
    let (pass, start) = Pass::new(snapshot, parts, options, progress, end, output_of)?;
    let mut backward: Backward<'_, R> = Backward {
        pass,
        end,
        flow: Flow::default(),
        coinbases: BTreeMap::new(),
        fees: BTreeMap::new(),
        inputs: vec![],
        outputs: vec![],
    };
    for (output, coin) in start.into_iter().rev() {
        backward.arrive(output, coin, false, u64::MAX, true)?;
    }
    backward.run()?;
    backward.pass.finish()
}

struct Backward<'a, R: Rule> {
    pass: Pass<'a, R::Coin>,
    /// Number of outputs in the store.
    end: u64,
    flow: Flow<R::Coin>,
    /// Wanted outputs of coinbases, by block, where fees are followed.
    coinbases: BTreeMap<usize, Vec<(u64, R::Coin, bool)>>,
    /// Wanted fees, by transaction.
    fees: BTreeMap<TxNum, (R::Coin, bool)>,
    inputs: Vec<(u64, i64)>,
    outputs: Vec<(u64, i64)>,
}

impl<R: Rule> Backward<'_, R> {
    fn run(&mut self) -> Result<()> {
        loop {
            // Keys of outputs behind the block whose coinbase waits, or of the transaction whose fee does and those behind it.
            let coinbase = self.coinbases.last_key_value().map(|(block, _)| (*block, self.key_behind(*block)));
            let fee = self.fees.last_key_value().map(|(tx, _)| *tx);
            let fee = fee.map(|tx| (tx, self.end - outputs_of(self.pass.snapshot, tx).start));
            let limit = coinbase.map_or(u64::MAX, |c| c.1).min(fee.map_or(u64::MAX, |f| f.1));
            let tx = match (self.pass.peek_below(limit)?, fee, coinbase) {
                (Some(key), _, _) => tx_of_output(self.pass.snapshot, self.end - 1 - key)?,
                (None, Some((tx, _)), _) => tx,
                (None, None, Some((block, _))) => {
                    self.coinbase(block)?;
                    continue;
                }
                (None, None, None) => return Ok(()),
            };
            let is_full = self.pass.is_full()?;
            let (boundary, is_mix) = self.pass.judge.tx(tx)?;
            let is_coinbase = self.pass.judge.is_coinbase(tx);
            let boundary = if is_coinbase { Some(Boundary::Coinbase) } else { boundary };
            match boundary.or(is_full.then_some(Boundary::Limit)) {
                Some(boundary) => self.stop(tx, boundary)?,
                None => self.follow(tx, is_mix)?,
            }
        }
    }

    /// Key from which on outputs lie in a block or before it.
    fn key_behind(&self, block: usize) -> u64 {
        let columns = &*self.pass.snapshot.columns;
        let tx = columns.block_first_tx.get(block + 1).map(|tx| *tx as usize);
        let behind = tx.and_then(|tx| columns.tx_first_output.get(tx)).unwrap_or(self.end);
        self.end - behind.min(self.end)
    }

    fn stop(&mut self, tx: TxNum, boundary: Boundary) -> Result<()> {
        let first = outputs_of(self.pass.snapshot, tx).start;
        while let Some(entry) = self.pass.pop_below(self.end - first)? {
            self.pass.end(self.end - 1 - entry.key, entry.coin, boundary, entry.is_mixed);
        }
        if let Some((coin, _)) = self.fees.remove(&tx) {
            self.lose(coin.sat());
        }
        Ok(())
    }

    /// What a fee was asked for and cannot be followed.
    fn lose(&mut self, sat: i64) {
        self.pass.found.lost_to_fees_sat = self.pass.found.lost_to_fees_sat.saturating_add(sat);
    }

    fn follow(&mut self, tx: TxNum, is_mix: bool) -> Result<()> {
        let snapshot = self.pass.snapshot;
        let columns = &*snapshot.columns;
        let made = outputs_of(snapshot, tx);
        self.flow.outputs.clear();
        self.outputs.clear();
        for value_sat in rows(&columns.output_value_sat, made.clone()) {
            self.flow.outputs.push(Side { value_sat: money(*value_sat), coin: R::Coin::default() });
        }
        let mut is_mixed = is_mix;
        while let Some(entry) = self.pass.pop_below(self.end - made.start)? {
            let output = self.end - 1 - entry.key;
            self.outputs.push((output, entry.coin.sat()));
            is_mixed |= entry.is_mixed;
            if let Some(side) = self.flow.outputs.get_mut((output - made.start) as usize) {
                side.coin = entry.coin;
            }
        }
        self.outputs.reverse();
        let (fee, fee_mixed) = self.fees.remove(&tx).unwrap_or_default();
        is_mixed |= fee_mixed;
        let fee_sat = fee.sat();
        self.flow.fee = Side { value_sat: money(columns.tx_fee_sat[tx as usize]), coin: fee };
        let spent = inputs_of(snapshot, tx);
        self.flow.inputs.clear();
        for input in spent.clone() {
            self.flow.inputs.push(Side { value_sat: spent_value(snapshot, input), coin: R::Coin::default() });
        }
        R::backward(&mut self.flow);
        self.inputs.clear();
        for (n, input) in spent.enumerate() {
            let coin = std::mem::take(&mut self.flow.inputs[n].coin);
            let sat = coin.sat();
            if sat > 0 {
                let source = columns.input_spent_output.at(input as usize);
                self.inputs.push((source, sat));
                self.arrive(source, coin, is_mixed, made.start, false)?;
            }
        }
        self.pass.hop(tx, &self.inputs, &self.outputs, fee_sat)
    }

    /// Value is asked of an output: that ends there, or waits for the transaction that made it.
    fn arrive(&mut self, output: u64, coin: R::Coin, is_mixed: bool, end: u64, is_start: bool) -> Result<()> {
        let pass = &mut self.pass;
        if coin.sat() == 0 {
            return Ok(());
        }
        if output & EXTERNAL_BIT != 0 && output != NONE_U64 {
            pass.end(output, coin, Boundary::Coverage, is_mixed);
            return Ok(());
        }
        if output >= end.min(self.end) {
            let what = format!("an input in front of output {end} spends output {output}");
            return Err(StoreError::corrupt("columns/input.spent_output", 0, what).into());
        }
        let address = pass.snapshot.columns.output_address[output as usize];
        let is_origin = is_start || pass.is_origin(output);
        if let Some(boundary) = pass.judge.named(output, address, is_origin) {
            pass.end(output, coin, boundary, is_mixed);
            return Ok(());
        }
        if pass.options.follow_fees {
            let tx = tx_of_output(pass.snapshot, output)?;
            if pass.judge.is_coinbase(tx) {
                let columns = &*pass.snapshot.columns;
                let block = columns.block_first_tx.partition_point(|first| *first <= tx).saturating_sub(1);
                self.coinbases.entry(block).or_default().push((output, coin, is_mixed));
                return Ok(());
            }
        }
        pass.wait(self.end - 1 - output, coin, is_mixed);
        Ok(())
    }

    /// Outputs of a coinbase: what lies in the subsidy ends there, what lies in fees is asked of their transactions.
    fn coinbase(&mut self, block: usize) -> Result<()> {
        let wanted = self.coinbases.remove(&block).unwrap_or_default();
        let Some(mut flow) = coinbase_flow::<R::Coin>(self.pass.snapshot, block) else {
            for (output, coin, is_mixed) in wanted {
                self.pass.end(output, coin, Boundary::Coinbase, is_mixed);
            }
            return Ok(());
        };
        let tx = self.pass.snapshot.columns.block_first_tx[block];
        let first = outputs_of(self.pass.snapshot, tx).start;
        self.outputs.clear();
        let mut is_mixed = false;
        for (output, coin, mixed) in wanted {
            is_mixed |= mixed;
            let value_sat = self.pass.value_of(output);
            if let Some(side) = flow.outputs.get_mut((output - first) as usize) {
                let (both, twice) = std::mem::take(&mut side.coin).merge(coin, value_sat);
                side.coin = both;
                self.pass.found.met_again_sat = self.pass.found.met_again_sat.saturating_add(twice);
            }
        }
        self.outputs.extend(
            flow.outputs
                .iter()
                .enumerate()
                .filter(|(_, side)| side.coin.sat() > 0)
                .map(|(n, side)| (first + n as u64, side.coin.sat())),
        );
        R::backward(&mut flow);
        let mut minted = flow.inputs[0].coin.sat();
        for (n, side) in flow.inputs.iter_mut().enumerate().skip(1) {
            let coin = std::mem::take(&mut side.coin);
            if coin.sat() > 0 {
                self.fees.insert(tx + n as TxNum, (coin, is_mixed));
            }
        }
        // Of the subsidy's part every wanted output has as much as it can, in index order; places are not told.
        for (output, sat) in std::mem::take(&mut self.outputs) {
            let part = minted.min(sat);
            minted -= part;
            if part > 0 {
                self.pass.end_amount(output, part, Boundary::Coinbase, is_mixed);
            }
        }
        self.lose(minted);
        Ok(())
    }
}
