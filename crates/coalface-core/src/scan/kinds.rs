//! Outputs by script kind.
//!
//! The kind of an output is that of its address, so this is the one sweep with a gather: into one byte an address. Ids are
//! given in order of first appearance, so that outputs to new addresses, about half of all, read that column forward; and
//! no more than a gigabyte and a half of it exists on the whole chain. Nothing else on disk tells the kind of an output.

use super::source::{check_bits, head, spent_by, Cells};
use super::sweep::{kernels, sweep, Work, KERNEL_ROWS};
use crate::ids::NONE_U32;
use crate::lookup::Bound;
use crate::script::Kind;
use crate::store::{Snapshot, StoreError};
use crate::Result;

/// Number of script kinds.
const N_KINDS: usize = Kind::ALL.len();
/// Places of a tally: the kinds, and room for any damaged byte to be masked into.
const PLACES: usize = 16;

/// Outputs of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KindSums {
    /// Outputs.
    pub n_outputs: u64,
    /// Their value.
    pub value_sat: i128,
    /// Those that are not spent.
    pub n_unspent: u64,
    /// Their value.
    pub unspent_sat: i128,
}

/// Sums of one kernel.
#[derive(Clone, Copy, Default)]
struct Tally {
    value: u64,
    unspent: u64,
    n: u32,
    n_unspent: u32,
}

/// Outputs below `bound` by kind, in the order of [`Kind::ALL`].
///
/// # Errors
/// See [`sweep`]; also if an amount cannot be one, or an address or kind does not exist.
pub fn kinds(snapshot: &Snapshot, bound: &Bound, work: Work<'_>) -> Result<Vec<KindSums>> {
    let columns = &*snapshot.columns;
    let values = head(&columns.output_value_sat, bound.outputs, "columns/output.value_sat")?;
    let addresses = head(&columns.output_address, bound.outputs, "columns/output.address_id")?;
    let of_address = &columns.address_kind[..];
    let task = |rows: std::ops::Range<usize>| {
        let mut sums = [KindSums::default(); N_KINDS];
        let mut cells: Box<Cells> = Box::new([0; KERNEL_ROWS]);
        for part in kernels(rows) {
            let spends = spent_by(snapshot, part.clone(), &mut cells);
            let (values, addresses) = (&values[part.clone()], &addresses[part.clone()]);
            let Some(tallies) = tally(values, addresses, spends, of_address, bound.inputs) else {
                let what = format!("an output behind row {} has an address or a kind that does not exist", part.start);
                return Err(StoreError::corrupt("columns/output.address_id", part.start as u64 * 4, what).into());
            };
            check_bits(values.iter().fold(0, |bits, value| bits | *value as u64), part.start)?;
            for (sum, tally) in sums.iter_mut().zip(&tallies) {
                sum.n_outputs += u64::from(tally.n);
                sum.value_sat += i128::from(tally.value);
                sum.n_unspent += u64::from(tally.n_unspent);
                sum.unspent_sat += i128::from(tally.unspent);
            }
        }
        Ok(sums.to_vec())
    };
    let merge = |mut a: Vec<KindSums>, b: Vec<KindSums>| {
        if a.is_empty() {
            return Ok(b);
        }
        for (a, b) in a.iter_mut().zip(b) {
            a.n_outputs += b.n_outputs;
            a.value_sat += b.value_sat;
            a.n_unspent += b.n_unspent;
            a.unspent_sat += b.unspent_sat;
        }
        Ok(a)
    };
    let sums = sweep(snapshot, bound.outputs, work, task, merge)?;
    Ok(if sums.is_empty() { vec![KindSums::default(); N_KINDS] } else { sums })
}

/// Sums by kind of as many outputs as one kernel is given; `None` if an address or its kind does not exist.
fn tally(values: &[i64], addresses: &[u32], spends: &[u64], of_address: &[u8], inputs: u64) -> Option<[Tally; PLACES]> {
    // Neighbours are often of one kind: several tallies, taken in turn, so that no sum waits for the one before.
    const TURNS: usize = 4;
    let mut turns = [[Tally::default(); PLACES]; TURNS];
    let mut is_sound = true;
    for (n, ((value, address), spent)) in values.iter().zip(addresses).zip(spends).enumerate() {
        let kind = match of_address.get(*address as usize) {
            Some(kind) => *kind,
            None if *address == NONE_U32 => Kind::OpReturn as u8,
            None => u8::MAX,
        };
        is_sound &= usize::from(kind) < N_KINDS;
        let tally = &mut turns[n % TURNS][usize::from(kind) % PLACES];
        let unspent = u64::from(*spent >= inputs);
        tally.n = tally.n.wrapping_add(1);
        tally.n_unspent = tally.n_unspent.wrapping_add(unspent as u32);
        tally.value = tally.value.wrapping_add(*value as u64);
        tally.unspent = tally.unspent.wrapping_add(*value as u64 & unspent.wrapping_neg());
    }
    let mut tallies = [Tally::default(); PLACES];
    for turn in turns {
        for (sum, tally) in tallies.iter_mut().zip(turn) {
            sum.n = sum.n.wrapping_add(tally.n);
            sum.n_unspent = sum.n_unspent.wrapping_add(tally.n_unspent);
            sum.value = sum.value.wrapping_add(tally.value);
            sum.unspent = sum.unspent.wrapping_add(tally.unspent);
        }
    }
    is_sound.then_some(tallies)
}
