//! Sums block by block: outputs and what of them is unspent, and fees. Ages and periods are sums of these.
//!
//! Outputs lie in chain order, so those of a block are a stretch of rows, and nothing is looked up by row.

use std::ops::Range;

use super::largest::count_none;
use super::source::{check_bits, first_output, head, spent_by, sum_amounts, Cells};
use super::sweep::{kernels, sweep, Cuts, Work, KERNEL_ROWS};
use crate::ids::NONE_SAT;
use crate::lookup::Bound;
use crate::store::{Snapshot, StoreError};
use crate::Result;

/// Outputs of each block, as parallel arrays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BlockOutputs {
    /// Outputs.
    pub n_outputs: Vec<u64>,
    /// Their value.
    pub value_sat: Vec<i64>,
    /// Those that are not spent, also where nobody can spend them.
    pub n_unspent: Vec<u64>,
    /// Their value.
    pub unspent_sat: Vec<i64>,
    /// Those of the unspent that nobody can spend: OP_RETURN, and the coinbase of the genesis block.
    pub n_unspendable: Vec<u64>,
    /// Their value.
    pub unspendable_sat: Vec<i64>,
}

/// Fees of each block, as parallel arrays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BlockFees {
    /// Transactions, the coinbase included.
    pub n_txs: Vec<u64>,
    /// Sum of the fees that are known.
    pub fees_sat: Vec<i64>,
    /// Fees that are not known, other than the coinbase's, which has none.
    pub n_unknown: Vec<u64>,
}

/// Blocks of a task, in blocks of today's size.
fn of_blocks(work: Work<'_>) -> Work<'_> {
    const OUTPUTS_OF_A_BLOCK: u64 = 4096;
    let blocks = |rows: u64| rows.div_ceil(OUTPUTS_OF_A_BLOCK);
    Work { cuts: Cuts { task_rows: blocks(work.cuts.task_rows), turn_rows: blocks(work.cuts.turn_rows) }, ..work }
}

/// Transactions of a block.
fn txs_of(snapshot: &Snapshot, block: usize, bound: &Bound) -> Result<Range<u64>> {
    let firsts = &snapshot.columns.block_first_tx;
    let at = |block: usize| match firsts.get(block) {
        Some(tx) if (block as u64) < bound.blocks => u64::from(*tx),
        _ => bound.txs,
    };
    let txs = at(block)..at(block + 1);
    if txs.start < txs.end && txs.end <= bound.txs {
        return Ok(txs);
    }
    let what = format!("block row {block} has the transaction rows {} to {} of {}", txs.start, txs.end, bound.txs);
    Err(StoreError::corrupt("columns/block.first_tx", block as u64 * 4, what).into())
}

/// Outputs of a block.
fn outputs_of(snapshot: &Snapshot, block: usize, bound: &Bound) -> Result<Range<usize>> {
    let txs = txs_of(snapshot, block, bound)?;
    let at = |tx| if tx < bound.txs { first_output(snapshot, tx, bound.outputs) } else { Ok(bound.outputs) };
    let (start, end) = (at(txs.start)?, at(txs.end)?);
    if start <= end {
        return Ok(start as usize..end as usize);
    }
    let what = format!("block row {block} has the output rows {start} to {end}");
    Err(StoreError::corrupt("columns/tx.first_output", txs.start * 8, what).into())
}

/// A sum of amounts of one block as an amount of its own.
fn amount(sum: u128, block: usize) -> Result<i64> {
    let found = i64::try_from(sum);
    Ok(found.map_err(|_| {
        let what = format!("the amounts of block row {block} add up to {sum}");
        StoreError::corrupt("columns/output.value_sat", 0, what)
    })?)
}

/// Count and value of those of some outputs that are unspent.
fn unspent(values: &[i64], spends: &[u64], inputs: u64) -> (u64, u64) {
    let (mut n, mut sat) = (0u64, 0u64);
    for (value, spent) in values.iter().zip(spends) {
        let is_unspent = u64::from(*spent >= inputs);
        n = n.wrapping_add(is_unspent);
        sat = sat.wrapping_add(*value as u64 & is_unspent.wrapping_neg());
    }
    (n, sat)
}

/// Outputs of each block below `bound`, and which of them are unspent as of `bound`.
///
/// # Errors
/// See [`sweep`]; also if the store contradicts itself or an amount cannot be one.
pub fn outputs(snapshot: &Snapshot, bound: &Bound, work: Work<'_>) -> Result<BlockOutputs> {
    let columns = &*snapshot.columns;
    let values = head(&columns.output_value_sat, bound.outputs, "columns/output.value_sat")?;
    let starts_at_genesis = columns.block_hash.first() == Some(&snapshot.network().genesis_hash());
    let task = |blocks: Range<usize>| {
        let mut found = BlockOutputs::default();
        let mut cells: Box<Cells> = Box::new([0; KERNEL_ROWS]);
        for block in blocks {
            let rows = outputs_of(snapshot, block, bound)?;
            let (mut value_sat, mut n_unspent, mut unspent_sat) = (0u128, 0, 0u128);
            for part in kernels(rows.clone()) {
                let values = &values[part.clone()];
                let spends = spent_by(snapshot, part.clone(), &mut cells);
                value_sat += u128::from(sum_amounts(values, part.start)?);
                let (n, sat) = unspent(values, spends, bound.inputs);
                n_unspent += n;
                unspent_sat += u128::from(sat);
            }
            let mut unspendable = (0, 0u128);
            if block == 0 && starts_at_genesis {
                unspendable = (rows.len() as u64, value_sat);
            } else {
                let payloads = &columns.op_return_output;
                let from = payloads.partition_point(|output| (*output as usize) < rows.start);
                for output in payloads[from..].iter().take_while(|output| (**output as usize) < rows.end) {
                    unspendable.0 += 1;
                    unspendable.1 += u128::from(values[*output as usize] as u64);
                }
            }
            found.n_outputs.push(rows.len() as u64);
            found.value_sat.push(amount(value_sat, block)?);
            found.n_unspent.push(n_unspent);
            found.unspent_sat.push(amount(unspent_sat, block)?);
            found.n_unspendable.push(unspendable.0);
            found.unspendable_sat.push(amount(unspendable.1, block)?);
        }
        Ok(found)
    };
    let merge = |mut a: BlockOutputs, b: BlockOutputs| {
        let BlockOutputs { n_outputs, value_sat, n_unspent, unspent_sat, n_unspendable, unspendable_sat } = b;
        a.n_outputs.extend(n_outputs);
        a.value_sat.extend(value_sat);
        a.n_unspent.extend(n_unspent);
        a.unspent_sat.extend(unspent_sat);
        a.n_unspendable.extend(n_unspendable);
        a.unspendable_sat.extend(unspendable_sat);
        Ok(a)
    };
    sweep(snapshot, bound.blocks, of_blocks(work), task, merge)
}

/// Fees of each block below `bound`.
///
/// # Errors
/// See [`sweep`]; also if the store contradicts itself or a fee cannot be one.
pub fn fees(snapshot: &Snapshot, bound: &Bound, work: Work<'_>) -> Result<BlockFees> {
    let fees = head(&snapshot.columns.tx_fee_sat, bound.txs, "columns/tx.fee_sat")?;
    let task = |blocks: Range<usize>| {
        let mut found = BlockFees::default();
        for block in blocks {
            let txs = txs_of(snapshot, block, bound)?;
            let (mut sum, mut n_none) = (0u128, 0);
            for part in kernels(txs.start as usize..txs.end as usize) {
                let fees = &fees[part.clone()];
                n_none += count_none(fees, part.start)?;
                // NONE is the sign bit alone: without it, it adds nothing.
                let bare = |fee: &i64| *fee as u64 & !(NONE_SAT as u64);
                check_bits(fees.iter().fold(0u64, |bits, fee| bits | bare(fee)), part.start)?;
                sum += u128::from(fees.iter().fold(0u64, |sum, fee| sum.wrapping_add(bare(fee))));
            }
            found.n_txs.push(txs.end - txs.start);
            found.fees_sat.push(amount(sum, block)?);
            let has_coinbase = fees[txs.start as usize] == NONE_SAT;
            found.n_unknown.push(n_none - u64::from(has_coinbase));
        }
        Ok(found)
    };
    let merge = |mut a: BlockFees, b: BlockFees| {
        a.n_txs.extend(b.n_txs);
        a.fees_sat.extend(b.fees_sat);
        a.n_unknown.extend(b.n_unknown);
        Ok(a)
    };
    sweep(snapshot, bound.blocks, of_blocks(work), task, merge)
}
