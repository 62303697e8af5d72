//! The greatest amount of a column: its first row in chain order, and how many rows share it.

use super::source::{check_bits, head};
use super::sweep::{kernels, sweep, Work};
use super::wide::wide;
use crate::ids::NONE_SAT;
use crate::lookup::Bound;
use crate::store::{Snapshot, StoreError};
use crate::Result;

/// The greatest amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Greatest {
    /// The amount.
    pub amount_sat: i64,
    /// First row with it.
    pub first_row: u64,
    /// Rows with it.
    pub n_rows: u64,
}

/// What a sweep over amounts found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Largest {
    /// The greatest amount; `None` if there is none.
    pub greatest: Option<Greatest>,
    /// Rows that are looked at.
    pub n_rows: u64,
    /// Rows of unknown amount.
    pub n_none: u64,
}

impl Largest {
    /// What this stretch and the one behind it hold.
    fn merge(self, behind: Largest) -> Largest {
        let greatest = match (self.greatest, behind.greatest) {
            (Some(a), Some(b)) if a.amount_sat == b.amount_sat => Some(Greatest { n_rows: a.n_rows + b.n_rows, ..a }),
            (Some(a), Some(b)) => Some(if a.amount_sat > b.amount_sat { a } else { b }),
            (a, b) => a.or(b),
        };
        Largest { greatest, n_rows: self.n_rows + behind.n_rows, n_none: self.n_none + behind.n_none }
    }
}

wide! {
    /// Greatest of the rows.
    fn max(rows: &[i64]) -> i64 {
        greatest(rows)
    }
}

/// Greatest of the rows, as a fold over independent lanes, so that the processor need not wait for each comparison.
#[inline(always)]
fn greatest(rows: &[i64]) -> i64 {
    const LANES: usize = 16;
    let (blocks, rest) = rows.as_chunks::<LANES>();
    let mut lanes = [i64::MIN; LANES];
    for block in blocks {
        for (lane, row) in lanes.iter_mut().zip(block) {
            *lane = if *row > *lane { *row } else { *lane };
        }
    }
    lanes.iter().chain(rest).copied().max().unwrap_or(i64::MIN)
}

/// What the stretch that begins at `first` holds; rows equal to NONE are unknown.
fn look(rows: &[i64], first: usize, best: Option<Greatest>) -> Option<Greatest> {
    take(max(rows), rows, first, best)
}

/// As [`look`], where the greatest of the rows is known.
fn take(amount_sat: i64, rows: &[i64], first: usize, best: Option<Greatest>) -> Option<Greatest> {
    if amount_sat == NONE_SAT || best.is_some_and(|best| amount_sat < best.amount_sat) {
        return best;
    }
    // Few stretches come here: those that reach what was greatest before.
    let n_rows = rows.iter().filter(|row| **row == amount_sat).count() as u64;
    match best {
        Some(best) if best.amount_sat == amount_sat => Some(Greatest { n_rows: best.n_rows + n_rows, ..best }),
        _ => {
            let at = rows.iter().position(|row| *row == amount_sat).unwrap_or(0);
            Some(Greatest { amount_sat, first_row: (first + at) as u64, n_rows })
        }
    }
}

/// The largest output below `bound`.
///
/// # Errors
/// See [`sweep`]; also if an amount cannot be one.
pub fn output(snapshot: &Snapshot, bound: &Bound, work: Work<'_>) -> Result<Largest> {
    let values = head(&snapshot.columns.output_value_sat, bound.outputs, "columns/output.value_sat")?;
    let task = |rows: std::ops::Range<usize>| {
        let n_rows = rows.len() as u64;
        let mut greatest = None;
        for part in kernels(rows) {
            greatest = look(&values[part.clone()], part.start, greatest);
        }
        check_bits(greatest.map_or(0, |found: Greatest| found.amount_sat as u64), 0)?;
        Ok(Largest { greatest, n_rows, n_none: 0 })
    };
    sweep(snapshot, bound.outputs, work, task, |a, b| Ok(a.merge(b)))
}

/// The largest known fee below `bound`. Fees are not known of coinbases, one a block, which have none, and where the value
/// of an input is not known.
///
/// # Errors
/// See [`sweep`]; also if a fee is negative.
pub fn fee(snapshot: &Snapshot, bound: &Bound, work: Work<'_>) -> Result<Largest> {
    let fees = head(&snapshot.columns.tx_fee_sat, bound.txs, "columns/tx.fee_sat")?;
    let task = |rows: std::ops::Range<usize>| {
        let n_rows = rows.len() as u64;
        let (mut greatest, mut n_none) = (None, 0);
        for part in kernels(rows) {
            let rows = &fees[part.clone()];
            let fees = fees_of(rows);
            fees.check(part.start)?;
            greatest = take(fees.greatest, rows, part.start, greatest);
            n_none += fees.n_none;
        }
        Ok(Largest { greatest, n_rows, n_none })
    };
    sweep(snapshot, bound.txs, work, task, |a, b| Ok(a.merge(b)))
}

/// What the fees of one kernel are.
struct Fees {
    greatest: i64,
    n_none: u64,
    /// Rows with the sign bit: if more than NONE have it, one of them is negative.
    n_signed: u64,
}

wide! {
    /// Looks at fees once, in lanes as [`greatest`].
    fn fees_of(fees: &[i64]) -> Fees {
        const LANES: usize = 8;
        let (blocks, rest) = fees.as_chunks::<LANES>();
        let (mut most, mut none, mut signed) = ([i64::MIN; LANES], [0u64; LANES], [0u64; LANES]);
        for block in blocks {
            for n in 0..LANES {
                most[n] = if block[n] > most[n] { block[n] } else { most[n] };
                none[n] = none[n].wrapping_add((block[n] == NONE_SAT).into());
                signed[n] = signed[n].wrapping_add(block[n] as u64 >> 63);
            }
        }
        for fee in rest {
            most[0] = most[0].max(*fee);
            none[0] += u64::from(*fee == NONE_SAT);
            signed[0] += *fee as u64 >> 63;
        }
        Fees {
            greatest: most.into_iter().max().unwrap_or(i64::MIN),
            n_none: none.iter().sum(),
            n_signed: signed.iter().sum(),
        }
    }
}

impl Fees {
    /// Fails if one of them, the first being that of row `first`, is negative.
    fn check(&self, first: usize) -> Result<()> {
        if self.n_none == self.n_signed {
            return Ok(());
        }
        let what = format!("a fee behind row {first} is negative");
        Err(StoreError::corrupt("columns/tx.fee_sat", first as u64 * 8, what).into())
    }
}

/// Fees that are not known, of at most so many as one kernel is given.
///
/// # Errors
/// If another fee is negative.
pub(super) fn count_none(fees: &[i64], first: usize) -> Result<u64> {
    let found = fees_of(fees);
    found.check(first)?;
    Ok(found.n_none)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_are_counted_and_the_first_is_kept() {
        let rows = [3, 9, NONE_SAT, 9, 1, 9, 2, 2, 2, 2, 2];
        let whole = look(&rows, 0, None);
        assert_eq!(whole, Some(Greatest { amount_sat: 9, first_row: 1, n_rows: 3 }));
        for cut in 0..=rows.len() {
            let (front, back) = rows.split_at(cut);
            assert_eq!(look(back, cut, look(front, 0, None)), whole, "cut at {cut}");
            let part = |greatest| Largest { greatest, ..Largest::default() };
            assert_eq!(part(look(front, 0, None)).merge(part(look(back, cut, None))).greatest, whole, "cut at {cut}");
        }
        assert_eq!(look(&[NONE_SAT; 3], 0, None), None);
        assert_eq!(look(&[], 0, None), None);
    }

    #[test]
    fn a_negative_fee_is_damage() {
        assert_eq!(count_none(&[0, NONE_SAT, 5, NONE_SAT], 0).unwrap(), 2);
        assert_eq!(count_none(&[0, -1], 0).unwrap_err().code(), "store_corrupt");
    }
}
