//! Step `spends`: inputs and the outputs they spend name each other, in the order of the chain.

use super::context::{at, table, Context};
use super::log::shown;
use super::{Found, Log};
use crate::ids::{EXTERNAL_BIT, NONE_U32, NONE_U64};
use crate::units::COINBASE_MATURITY_BLOCKS;
use crate::Result;

pub(super) fn check(context: &Context<'_>) -> Result<Found> {
    let (columns, counts) = (context.columns, &context.counts);
    let mut block = 0u64..;
    let first_outputs = table(counts.blocks, || {
        let tx = context.txs_of(block.next().unwrap_or(NONE_U64)).start;
        at(&columns.tx_first_output, tx).unwrap_or(NONE_U64)
    })?;
    let log = context.scan(counts.txs, 1 << 12, |txs, log| {
        for tx in txs {
            for input in context.inputs_of(tx) {
                check_input(context, &first_outputs, tx, input, log);
            }
        }
    })?;
    let back = context.scan(counts.outputs, 1 << 14, |outputs, log| {
        outputs.for_each(|output| check_output(context, output, log));
    })?;
    let externals = context.scan(counts.externals, 1 << 14, |rows, log| {
        for row in rows {
            let input = at(&columns.external_spent_by, row).unwrap_or(NONE_U64);
            let spent = at(&columns.input_spent_output, input);
            if spent != Some(EXTERNAL_BIT | row) {
                let what = || format!("input row {input} does not spend it but {}", shown(spent));
                log.cell("link", "external.spent_by", row, what);
            }
        }
    })?;
    let mut log = log.merge(back).merge(externals);
    if context.is_quiet()? {
        log = log.merge(context.scan(counts.outputs, 1 << 14, |outputs, log| stray(context, outputs, log))?);
    }
    Ok(Found::of(counts.inputs + counts.outputs + counts.externals, log))
}

fn check_input(context: &Context<'_>, first_outputs: &[u64], tx: u64, input: u64, log: &mut Log) {
    let (columns, counts) = (context.columns, &context.counts);
    let Some(spent) = at(&columns.input_spent_output, input) else { return };
    let found = at(&columns.input_address, input).unwrap_or(NONE_U32);
    if spent & EXTERNAL_BIT != 0 {
        let expected = match spent {
            NONE_U64 => NONE_U32,
            _ => at(&columns.external_address, spent & !EXTERNAL_BIT).unwrap_or(NONE_U32),
        };
        if found != expected {
            let what = || format!("is {found}, what it spends has {expected}");
            log.cell("spent_address", "input.address_id", input, what);
        }
        return; // the way back is looked at from `external`, where every row is reached once
    }
    let Some(expected) = at(&columns.output_address, spent) else { return };
    if found != expected {
        let what = || format!("is {found}, output row {spent} has {expected}");
        log.cell("spent_address", "input.address_id", input, what);
    }
    if context.snapshot.spent_by(spent, counts.inputs) != Some(input) {
        let what = || format!("is not input row {input}, which spends this output");
        log.cell("link", "output.spent_by_low", spent, what);
    }
    if spent >= at(&columns.tx_first_output, tx).unwrap_or(0) {
        let what = || format!("output row {spent} comes after the transaction that spends it");
        log.cell("spend_order", "input.spent_output_low", input, what);
        return;
    }
    coinbase(context, first_outputs, tx, input, spent, log);
}

/// A coinbase is spent by later blocks only, and the network's first one by none.
fn coinbase(context: &Context<'_>, first_outputs: &[u64], tx: u64, input: u64, spent: u64, log: &mut Log) {
    let Some(block) = (first_outputs.partition_point(|first| *first <= spent) as u64).checked_sub(1) else { return };
    if !context.outputs_of(context.txs_of(block).start).contains(&spent) {
        return;
    }
    let spender = context.block_of(tx).unwrap_or(0);
    let depth = match (context.height(spender), context.height(block)) {
        (Some(spender), Some(block)) => spender.saturating_sub(block),
        _ => COINBASE_MATURITY_BLOCKS,
    };
    if block == 0 && context.starts_at_genesis() {
        let what = || "spends the coinbase of the network's first block, which nobody can".into();
        log.cell("spend_order", "input.spent_output_low", input, what);
    } else if spender <= block || depth < COINBASE_MATURITY_BLOCKS {
        let what = || format!("spends a coinbase {depth} blocks deep, {COINBASE_MATURITY_BLOCKS} needed");
        log.cell("spend_order", "input.spent_output_low", input, what);
    }
}

fn check_output(context: &Context<'_>, output: u64, log: &mut Log) {
    let Some(input) = context.snapshot.spent_by(output, context.counts.inputs) else { return };
    let spent = at(&context.columns.input_spent_output, input);
    if spent != Some(output) {
        let what = || format!("input row {input} does not spend it but {}", shown(spent));
        log.cell("link", "output.spent_by_low", output, what);
    }
}

/// Cells that would begin to count when the bound rises.
fn stray(context: &Context<'_>, outputs: std::ops::Range<u64>, log: &mut Log) {
    for output in outputs {
        let cell = context.columns.output_spent_by.try_get(output as usize).unwrap_or(NONE_U64);
        if cell != NONE_U64 && cell >= context.counts.inputs {
            let what = || format!("input row {cell}, there are {}", context.counts.inputs);
            log.cell("stray_stamp", "output.spent_by_low", output, what);
        } else if !context.columns.output_spent_by.is_exact(output as usize) {
            log.cell("stray_stamp", "output.spent_by_low", output, || "is set, but not its high part".into());
        }
    }
}
