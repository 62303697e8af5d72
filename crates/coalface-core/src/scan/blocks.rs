//! Sums block by block: outputs and what of them is unspent, and fees. Ages and periods are sums of these.
//!
//! Outputs lie in chain order, so those of a block are a stretch of rows, and nothing is looked up by row.

use std::ops::Range;

use super::largest::count_none;
use super::source::{check_bits, first_output, head};
use super::spends::{Edge, Spends};
use super::sweep::{kernels, sweep, Cuts, Work};
use super::wide::wide;
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
    Err(StoreError::corrupt("columns/tx.first_output", txs.start * 4, what).into())
}

/// A sum of amounts of one block as an amount of its own.
fn amount(sum: u128, block: usize) -> Result<i64> {
    let found = i64::try_from(sum);
    Ok(found.map_err(|_| {
        let what = format!("the amounts of block row {block} add up to {sum}");
        StoreError::corrupt("columns/output.value_sat", 0, what)
    })?)
}

/// What of the outputs of one kernel is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sums {
    value: u64,
    unspent: u64,
    n_unspent: u32,
    /// Bits of all values, taken together.
    bits: u64,
}

wide! {
    /// Sums over outputs with these values, spent by the inputs with these parts.
    fn sums_of(values: &[i64], low: &[u32], high: &[u8], edge: Edge) -> Sums {
        // In two steps, each with lanes of one width: first masks, 32 bits a row, then sums, 64 bits a row.
        const STEP: usize = 64;
        let mut sums = Sums { value: 0, unspent: 0, n_unspent: 0, bits: 0 };
        let mut masks = [0i32; STEP];
        for ((values, low), high) in values.chunks(STEP).zip(low.chunks(STEP)).zip(high.chunks(STEP)) {
            for ((mask, low), high) in masks.iter_mut().zip(low).zip(high) {
                *mask = -i32::from(edge.is_unspent_wide(*low, u32::from(*high)));
                sums.n_unspent = sums.n_unspent.wrapping_sub(*mask as u32);
            }
            for (value, mask) in values.iter().zip(&masks) {
                sums.value = sums.value.wrapping_add(*value as u64);
                sums.bits |= *value as u64;
                sums.unspent = sums.unspent.wrapping_add((*value & i64::from(*mask)) as u64);
            }
        }
        sums
    }
}

wide! {
    /// Sum of fees, and their bits taken together. NONE is the sign bit alone: without it, it adds nothing.
    fn fees_of(fees: &[i64]) -> (u64, u64) {
        fees.iter().fold((0, 0), |(sum, bits), fee| {
            let bare = *fee as u64 & !(NONE_SAT as u64);
            (u64::wrapping_add(sum, bare), bits | bare)
        })
    }
}

/// Outputs of each block below `bound`, and which of them are unspent as of `bound`.
///
/// # Errors
/// See [`sweep`]; also if the store contradicts itself or an amount cannot be one.
pub fn outputs(snapshot: &Snapshot, bound: &Bound, work: Work<'_>) -> Result<BlockOutputs> {
    let columns = &*snapshot.columns;
    let values = head(&columns.output_value_sat, bound.outputs, "columns/output.value_sat")?;
    let starts_at_genesis = columns.block_hash.first() == Some(&snapshot.network().genesis_hash());
    let edge = Edge::of(bound);
    let task = |blocks: Range<usize>| {
        let mut found = BlockOutputs::default();
        let mut cells = Box::<Spends>::default();
        let payloads = &columns.op_return_output[..];
        // Payloads of the task's blocks follow each other, as the outputs do.
        let mut next_payload = match blocks.is_empty() {
            true => 0,
            false => {
                let first = outputs_of(snapshot, blocks.start, bound)?.start as u64;
                payloads.partition_point(|output| *output < first)
            }
        };
        for block in blocks {
            let rows = outputs_of(snapshot, block, bound)?;
            let (mut value_sat, mut n_unspent, mut unspent_sat) = (0u128, 0, 0u128);
            for part in kernels(rows.clone()) {
                let (low, high) = cells.read(snapshot, part.clone());
                let sums = sums_of(&values[part.clone()], low, high, edge);
                check_bits(sums.bits, part.start)?;
                value_sat += u128::from(sums.value);
                n_unspent += u64::from(sums.n_unspent);
                unspent_sat += u128::from(sums.unspent);
            }
            let mut unspendable = (0, 0u128);
            while let Some(output) = payloads.get(next_payload).filter(|output| **output < rows.end as u64) {
                next_payload += 1;
                // Below the start only where the store is damaged: they rise.
                if let Some(value) = values[rows.clone()].get((*output as usize).wrapping_sub(rows.start)) {
                    unspendable.0 += 1;
                    unspendable.1 += u128::from(*value as u64);
                }
            }
            if block == 0 && starts_at_genesis {
                unspendable = (rows.len() as u64, value_sat);
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
                let (bare, bits) = fees_of(fees);
                check_bits(bits, part.start)?;
                sum += u128::from(bare);
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
