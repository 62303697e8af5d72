//! Step `ranks`: the directories from outputs and inputs to transactions.

use super::context::{span, Context};
use super::Found;
use crate::store::layout::RANK_ROWS;
use crate::store::narrow::Rising;
use crate::Result;

pub(super) fn check(context: &Context<'_>) -> Result<Found> {
    let (columns, counts) = (context.columns, &context.counts);
    let mut found = Found::default();
    let directories: [(&str, &[u32], &Rising, u64); 2] = [
        ("rank.output", &columns.rank_output, &columns.tx_first_output, counts.outputs),
        ("rank.input", &columns.rank_input, &columns.tx_first_input, counts.inputs),
    ];
    for (column, ranks, firsts, end) in directories {
        let rows = ranks.len() as u64;
        let log = context.scan(rows, 1 << 14, |range, log| {
            for row in range {
                let (tx, wanted) = (ranks[row as usize], row * RANK_ROWS);
                if !span(firsts, end, u64::from(tx)).contains(&wanted) {
                    let what = || format!("transaction row {tx} does not hold row {wanted}");
                    log.cell("rank", column, row, what);
                }
            }
        })?;
        found.rows += rows;
        found.log = std::mem::take(&mut found.log).merge(log);
    }
    Ok(found)
}
