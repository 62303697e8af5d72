//! Step `values`: no satoshi appears or is lost.

use std::sync::{Mutex, PoisonError};

use super::context::{at, Context};
use super::{Figures, Found, Log};
use crate::ids::{EXTERNAL_BIT, NONE_SAT, NONE_U32, NONE_U64};
use crate::store::manifest;
use crate::units::subsidy_sat;
use crate::Result;

pub(super) fn check(context: &Context<'_>) -> Result<Found> {
    let counts = &context.counts;
    let sums = Mutex::new(Figures::default());
    let log = context.scan(counts.blocks, 16, |blocks, log| {
        let mut part = Figures::default();
        blocks.for_each(|block| check_block(context, block, &mut part, log));
        add(&sums, &part);
    })?;
    let back = context.scan(counts.outputs, 1 << 14, |outputs, _| {
        let mut part = Figures::default();
        outputs.for_each(|output| sum_output(context, output, &mut part));
        add(&sums, &part);
    })?;
    let mut figures = sums.into_inner().unwrap_or_else(PoisonError::into_inner);
    figures.created_sat = figures.coinbase_sat - figures.fees_sat;
    let mut log = log.merge(back);
    let external_sat = context.columns.external_value_sat.iter().filter(|sat| **sat != NONE_SAT);
    figures.external_sat = external_sat.map(|sat| i128::from(*sat)).sum();
    if figures.unknown_fees == 0 && figures.unspent_sat != figures.created_sat + figures.external_sat {
        let (unspent, created, external) = (figures.unspent_sat, figures.created_sat, figures.external_sat);
        let what = || format!("{unspent} sat are unspent, {created} were created, {external} came from outside");
        log.file("conservation", manifest::FILE, 0, what);
    }
    Ok(Found { figures: Some(figures), ..Found::of(counts.txs + counts.outputs, log) })
}

fn add(sums: &Mutex<Figures>, part: &Figures) {
    let mut sums = sums.lock().unwrap_or_else(PoisonError::into_inner);
    let Figures {
        outputs_sat,
        spent_sat,
        unspent_sat,
        unspendable_sat,
        coinbase_sat,
        fees_sat,
        created_sat: _,  // follows from the others
        external_sat: _, // summed apart
        subsidy_sat,
        unknown_fees,
        unknown_heights,
    } = *part;
    sums.outputs_sat += outputs_sat;
    sums.spent_sat += spent_sat;
    sums.unspent_sat += unspent_sat;
    sums.unspendable_sat += unspendable_sat;
    sums.coinbase_sat += coinbase_sat;
    sums.fees_sat += fees_sat;
    sums.subsidy_sat += subsidy_sat;
    sums.unknown_fees += unknown_fees;
    sums.unknown_heights += unknown_heights;
}

fn check_block(context: &Context<'_>, block: u64, sums: &mut Figures, log: &mut Log) {
    let txs = context.txs_of(block);
    let mut fees = Some(0i128);
    for tx in txs.clone().skip(1) {
        let fee = check_fee(context, tx, log);
        fees = fees.zip(fee).map(|(sum, fee)| sum + fee);
        sums.fees_sat += fee.unwrap_or(0);
        sums.unknown_fees += u64::from(fee.is_none());
    }
    if txs.is_empty() {
        return;
    }
    let stored = at(&context.columns.tx_fee_sat, txs.start).unwrap_or(NONE_SAT);
    if stored != NONE_SAT {
        log.cell("fee", "tx.fee_sat", txs.start, || format!("is {stored}, a coinbase has none"));
    }
    let paid = out_sat(context, txs.start);
    sums.coinbase_sat += paid;
    let Some(height) = context.height(block) else {
        sums.unknown_heights += 1;
        return;
    };
    let subsidy = i128::from(subsidy_sat(height, context.snapshot.network().halving_interval()));
    sums.subsidy_sat += subsidy;
    if let Some(fees) = fees.filter(|fees| paid > subsidy + fees) {
        let first = context.outputs_of(txs.start).start;
        let what =
            || format!("the coinbase of block row {block} pays {paid}, subsidy {subsidy} and fees {fees} allow less");
        log.cell("coinbase_too_large", "output.value_sat", first, what);
    }
}

fn out_sat(context: &Context<'_>, tx: u64) -> i128 {
    let value = |output| at(&context.columns.output_value_sat, output).map_or(0, i128::from);
    context.outputs_of(tx).map(value).sum()
}

/// Fee as the inputs and outputs make it; `None` if an input's value is not known.
fn check_fee(context: &Context<'_>, tx: u64, log: &mut Log) -> Option<i128> {
    let columns = context.columns;
    let value = |input: u64| -> Option<i128> {
        let spent = at(&columns.input_spent_output, input).filter(|spent| *spent != NONE_U64)?;
        let value = if spent & EXTERNAL_BIT != 0 {
            at(&columns.external_value_sat, spent & !EXTERNAL_BIT)?
        } else {
            at(&columns.output_value_sat, spent)?
        };
        (value != NONE_SAT).then_some(i128::from(value))
    };
    let in_sat: Option<i128> = context.inputs_of(tx).map(value).sum();
    let out_sat = out_sat(context, tx);
    let fee = in_sat.map(|in_sat| in_sat - out_sat);
    let stored = at(&columns.tx_fee_sat, tx).filter(|fee| *fee != NONE_SAT).map(i128::from);
    if stored != fee {
        let what = || format!("is {}, inputs hold {} and outputs {out_sat} sat", in_words(stored), in_words(in_sat));
        log.cell("fee", "tx.fee_sat", tx, what);
    } else if fee.is_some_and(|fee| fee < 0) {
        let what = || format!("inputs hold {}, outputs {out_sat} sat", in_words(in_sat));
        log.cell("overspent", "tx.fee_sat", tx, what);
    }
    fee
}

/// An amount as messages say it.
fn in_words(sat: Option<i128>) -> String {
    sat.map_or_else(|| "unknown".to_owned(), |sat| format!("{sat} sat"))
}

fn sum_output(context: &Context<'_>, output: u64, sums: &mut Figures) {
    let columns = context.columns;
    let value = at(&columns.output_value_sat, output).map_or(0, i128::from);
    sums.outputs_sat += value;
    if context.snapshot.spent_by(output, context.counts.inputs).is_some() {
        sums.spent_sat += value;
        return;
    }
    sums.unspent_sat += value;
    let is_genesis = output < context.outputs_of(0).end && context.starts_at_genesis();
    if is_genesis || at(&columns.output_address, output) == Some(NONE_U32) {
        sums.unspendable_sat += value;
    }
}
