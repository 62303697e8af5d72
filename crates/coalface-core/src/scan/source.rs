//! Where sweeps read columns: the one place that knows how a logical column lies on disk.

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

/// First output of a transaction; that of the transaction after the last is `end`.
///
/// # Errors
/// If it lies past `end`.
pub fn first_output(snapshot: &Snapshot, tx: u64, end: u64) -> Result<u64> {
    let first = snapshot.columns.tx_first_output.get(tx as usize).unwrap_or(end);
    if first > end {
        let what = format!("transaction row {tx} starts at output row {first} of {end}");
        return Err(StoreError::corrupt("columns/tx.first_output", tx * 4, what).into());
    }
    Ok(first)
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
    fn what_is_no_amount_is_refused() {
        check_bits(0, 0).unwrap();
        check_bits(MAX_MONEY_SAT as u64, 0).unwrap();
        assert!(MAX_MONEY_SAT as u128 * (KERNEL_ROWS as u128) < 1 << 62);
        for wrong in [-1, i64::MIN, i64::MAX, 1 << AMOUNT_BITS] {
            assert_eq!(check_bits(wrong as u64, 7).unwrap_err().code(), "store_corrupt");
        }
    }

    #[test]
    fn a_short_column_is_an_error() {
        assert_eq!(head(&[1, 2, 3], 2, "x").unwrap(), [1, 2]);
        assert_eq!(head(&[1, 2, 3], 4, "x").unwrap_err().code(), "store_corrupt");
        assert_eq!(head(&[1, 2, 3], u64::MAX, "x").unwrap_err().code(), "store_corrupt");
    }
}
