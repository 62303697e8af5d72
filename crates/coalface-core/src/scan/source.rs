//! Where sweeps read columns: the one place that knows how a logical column lies on disk.

use std::ops::Range;

use super::sweep::KERNEL_ROWS;
use crate::store::{Snapshot, StoreError};
use crate::Result;

/// Bits of an amount: 21 million bitcoin are less than 2^51 satoshi.
const AMOUNT_BITS: u32 = 51;

/// First `rows` rows of a column.
///
/// # Errors
/// If the column is shorter, which a bound of this snapshot rules out unless the store contradicts itself.
pub fn head<'a, T>(column: &'a [T], rows: u64, file: &str) -> Result<&'a [T]> {
    let found = usize::try_from(rows).ok().and_then(|rows| column.get(..rows));
    Ok(found.ok_or_else(|| {
        StoreError::corrupt(file, 0, format!("{rows} rows are asked for, the column has {}", column.len()))
    })?)
}

/// A buffer for the cells of one kernel.
pub type Cells = [u64; KERNEL_ROWS];

/// Inputs that spend the outputs of `rows`, as they are stamped now; at or above the bound's inputs means unspent.
///
/// # Panics
/// If `rows` are more than [`KERNEL_ROWS`] or end past the column, which callers rule out with [`head`].
pub fn spent_by<'a>(snapshot: &Snapshot, rows: Range<usize>, cells: &'a mut Cells) -> &'a [u64] {
    let cells = &mut cells[..rows.len()];
    snapshot.columns.output_spent_by.read_into(rows.start, cells);
    cells
}

/// First output of a transaction; that of the transaction after the last is `end`.
///
/// # Errors
/// If it lies past `end`.
pub fn first_output(snapshot: &Snapshot, tx: u64, end: u64) -> Result<u64> {
    let first = snapshot.columns.tx_first_output.get(tx as usize).copied().unwrap_or(end);
    if first > end {
        let what = format!("transaction row {tx} starts at output row {first} of {end}");
        return Err(StoreError::corrupt("columns/tx.first_output", tx * 8, what).into());
    }
    Ok(first)
}

/// Sum of amounts that may be so many as one kernel is given.
///
/// # Errors
/// If one of them is no amount of money; `first` is the row of the first.
pub fn sum_amounts(amounts: &[i64], first: usize) -> Result<u64> {
    debug_assert!(amounts.len() <= KERNEL_ROWS);
    let (mut sum, mut bits) = (0u64, 0u64);
    for amount in amounts {
        sum = sum.wrapping_add(*amount as u64);
        bits |= *amount as u64;
    }
    check_bits(bits, first)?;
    Ok(sum)
}

/// Fails if the bits of some amounts, taken together, are more than those of an amount.
///
/// # Errors
/// See above; `first` is the row of the first.
pub fn check_bits(bits: u64, first: usize) -> Result<()> {
    if bits >> AMOUNT_BITS == 0 {
        return Ok(());
    }
    let what = format!("one of the {KERNEL_ROWS} rows from row {first} on is no amount of money");
    Err(StoreError::corrupt("columns/output.value_sat", first as u64 * 8, what).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::MAX_MONEY_SAT;

    #[test]
    fn amounts_add_up_and_others_are_refused() {
        assert_eq!(sum_amounts(&[], 0).unwrap(), 0);
        let most = vec![MAX_MONEY_SAT; KERNEL_ROWS];
        assert_eq!(u128::from(sum_amounts(&most, 0).unwrap()), MAX_MONEY_SAT as u128 * KERNEL_ROWS as u128);
        for wrong in [-1, i64::MIN, i64::MAX, 1 << AMOUNT_BITS] {
            assert_eq!(sum_amounts(&[1, wrong, 3], 7).unwrap_err().code(), "store_corrupt");
        }
    }

    #[test]
    fn a_short_column_is_an_error() {
        assert_eq!(head(&[1, 2, 3], 2, "x").unwrap(), [1, 2]);
        assert_eq!(head(&[1, 2, 3], 4, "x").unwrap_err().code(), "store_corrupt");
        assert_eq!(head(&[1, 2, 3], u64::MAX, "x").unwrap_err().code(), "store_corrupt");
    }
}
