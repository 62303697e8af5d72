//! Step `structure`: columns that cut other columns into ranges. If these are wrong, nothing else can be said.

use super::context::Context;
use super::{Found, Log};
use crate::store::narrow::Rising;
use crate::Result;

pub(super) fn check(context: &Context<'_>) -> Result<Found> {
    let (columns, counts) = (context.columns, &context.counts);
    let mut found = Found::default();
    let u32s = |column: &[u32], row: u64| u64::from(column[row as usize]);
    let u64s = |column: &Rising, row: u64| column.at(row as usize);
    firsts(context, &mut found, "block.first_tx", counts.blocks, counts.txs, true, |n| {
        u32s(&columns.block_first_tx, n)
    })?;
    firsts(context, &mut found, "block.first_address", counts.blocks, counts.addresses, false, |n| {
        u32s(&columns.block_first_address, n)
    })?;
    firsts(context, &mut found, "tx.first_input", counts.txs, counts.inputs, true, |n| {
        u64s(&columns.tx_first_input, n)
    })?;
    firsts(context, &mut found, "tx.first_output", counts.txs, counts.outputs, true, |n| {
        u64s(&columns.tx_first_output, n)
    })?;
    let ended: [(&str, &[u64], u64); 3] = [
        ("block.coinbase_end", &columns.block_coinbase_end, counts.coinbase_bytes),
        ("heap.op_return_end", &columns.op_return_end, counts.op_return_bytes),
        ("address.script_end", &columns.payload_script_end, counts.script_bytes),
    ];
    for (column, cells, total) in ended {
        ends(context, &mut found, column, cells, total)?;
    }
    Ok(found)
}

/// A column of first rows: starts at 0, rises (strictly where no range is empty), and leaves its last range inside.
fn firsts(
    context: &Context<'_>,
    found: &mut Found,
    column: &'static str,
    rows: u64,
    total: u64,
    strict: bool,
    cell: impl Fn(u64) -> u64 + Sync,
) -> Result<()> {
    let log = context.scan(rows, 1 << 16, |range, log| {
        for row in range {
            let first = cell(row);
            let fits = match row.checked_sub(1) {
                None => first == 0,
                Some(before) => first > cell(before) || (!strict && first == cell(before)),
            };
            if !fits {
                log.cell("order", column, row, || format!("{first} does not follow the row before"));
            } else if first > total || (strict && first == total) {
                log.cell("range", column, row, || format!("{first} is past the end, there are {total}"));
            }
        }
    })?;
    add(found, rows, log);
    if rows == 0 && strict && total > 0 {
        found.log.cell("range", column, 0, || format!("no rows, but {total} rows that should belong to them"));
    }
    Ok(())
}

/// A column of ends: rises, and its last row is the total.
fn ends(context: &Context<'_>, found: &mut Found, column: &'static str, cells: &[u64], total: u64) -> Result<()> {
    let rows = cells.len() as u64;
    let log = context.scan(rows, 1 << 16, |range, log| {
        for row in range {
            let end = cells[row as usize];
            if row > 0 && end < cells[row as usize - 1] {
                log.cell("order", column, row, || format!("{end} is below the row before"));
            } else if end > total || (row + 1 == rows && end != total) {
                log.cell("range", column, row, || format!("ends at {end}, the heap at {total}"));
            }
        }
    })?;
    add(found, rows, log);
    if rows == 0 && total > 0 {
        found.log.cell("range", column, 0, || format!("no rows, but {total} bytes that should belong to them"));
    }
    Ok(())
}

fn add(found: &mut Found, rows: u64, log: Log) {
    found.rows += rows;
    found.log = std::mem::take(&mut found.log).merge(log);
}
