//! What each input spends is worth, and whose it was: window by window of outputs.

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::checkpoint::{Phase, State};
use super::records::{unpack_value, whole, Pair, Spent, COINBASE_64};
use super::scatter::Scatter;
use super::spill::SpillWriter;
use super::Build;
use crate::ids::NONE_U64;
use crate::io::Storage;
use crate::store::StoreError;
use crate::Result;

/// The column that is written here.
pub(super) const COLUMN: &str = "output.spent_by";
const FILE: &str = "columns/output.spent_by";

/// Writes `output.spent_by` and spills what inputs spend by window of inputs. An output that is spent twice, or that
/// cannot be spent, cuts the build off.
pub(super) fn resolve(build: &Build<'_>, state: &mut State) -> Result<()> {
    let (storage, shape) = (&*build.storage, build.shape);
    let end = state.blocks().end();
    let bound = state.blocks().before(state.n_blocks()?).input;
    let spent = SpillWriter::create(storage, "spent", shape.n_windows(end.input), shape.buffer_bytes as usize)?;
    let odd = AtomicU64::new(u64::MAX);
    let done = AtomicU64::new(0);
    let n_windows = shape.n_windows(end.output);
    (0..n_windows).into_par_iter().try_for_each(|window| -> Result<()> {
        resolve_window(build, state, window, bound, &spent, &odd)?;
        build.tell(Phase::Spends, done.fetch_add(1, Ordering::Relaxed) + 1, n_windows as u64)
    })?;
    storage.sync(FILE)?;
    state.keep(storage, "spent", spent.finish()?)?;
    state.spent_by_bound = bound;
    let odd = odd.into_inner();
    if odd != u64::MAX {
        state.cut_at(state.blocks().of_input(odd));
    }
    Ok(())
}

fn resolve_window(
    build: &Build<'_>,
    state: &State,
    window: usize,
    bound: u64,
    spent: &SpillWriter<'_>,
    odd: &AtomicU64,
) -> Result<(), StoreError> {
    let (storage, shape) = (&*build.storage, build.shape);
    let end = state.blocks().end();
    let start = window as u64 * shape.window_rows;
    let n_rows = (end.output.min(start + shape.window_rows) - start) as usize;
    let n_windows = shape.n_windows(end.output);
    let (values, addresses) = (state.spill("values")?, state.spill_of("output_address", n_windows)?);
    let (packed, address) = (values.load::<u64>(storage, window)?, addresses.load::<u32>(storage, window)?);
    if packed.len() != n_rows || address.len() != n_rows {
        let what = format!("{} values and {} addresses of {n_rows} outputs", packed.len(), address.len());
        return Err(StoreError::corrupt(values.file(window), 0, what));
    }
    let mut spent_by = vec![NONE_U64; n_rows];
    let mut out = Scatter::new(spent);
    let pairs = state.spill_of("pairs", n_windows)?;
    pairs.for_each(storage, window, |records: &[Pair]| {
        for pair in records {
            let (at, number) = (pair.output as usize, whole(pair.input));
            let (input, coinbase) = (number & !COINBASE_64, number & COINBASE_64);
            if input >= bound {
                continue;
            }
            let Some(cell) = spent_by.get_mut(at) else {
                return Err(StoreError::corrupt(pairs.file(window), 0, format!("output {at} of {n_rows}")));
            };
            let (_, _, is_unspendable) = unpack_value(packed[at]);
            if is_unspendable {
                odd.fetch_min(input, Ordering::Relaxed);
                continue;
            }
            if *cell != NONE_U64 {
                // The later one of two is wrong; the earlier stays.
                odd.fetch_min((*cell).max(input), Ordering::Relaxed);
            }
            *cell = (*cell).min(input);
            let (to, input) = shape.place(input);
            let output = (start + at as u64) | coinbase;
            out.push(to, Spent { value: packed[at], output, input, address: address[at] })?;
        }
        Ok(())
    })?;
    out.finish()?;
    Ok(storage.write_at(FILE, start * 8, bytemuck::cast_slice(&spent_by))?)
}

/// Takes spends by inputs from number `bound` on out of the first `n_outputs` cells of `output.spent_by`.
pub(super) fn lower_bound(storage: &dyn Storage, n_outputs: u64, bound: u64) -> Result<(), StoreError> {
    const ROWS: u64 = 1 << 17;
    let mut cells = Vec::new();
    for start in (0..n_outputs).step_by(ROWS as usize) {
        cells.resize(ROWS.min(n_outputs - start) as usize, 0u64);
        storage.read_at(FILE, start * 8, bytemuck::cast_slice_mut(&mut cells))?;
        let mut has_changed = false;
        for cell in cells.iter_mut().filter(|cell| **cell != NONE_U64 && **cell >= bound) {
            *cell = NONE_U64;
            has_changed = true;
        }
        if has_changed {
            storage.write_at(FILE, start * 8, bytemuck::cast_slice(&cells))?;
        }
    }
    Ok(storage.sync(FILE)?)
}
