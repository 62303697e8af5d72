//! What every input spends, in order of inputs.

use super::checkpoint::State;
use super::records::Spent;
use super::spill::Spill;
use super::Build;
use crate::ids::{NONE_U32, NONE_U64};
use crate::io::Storage;
use crate::store::StoreError;

/// A stream over the spill of spent outputs. Memory: one window.
pub(super) struct Inputs<'a> {
    storage: &'a dyn Storage,
    spill: &'a Spill,
    window_rows: u64,
    n_inputs: u64,
    next_window: usize,
    rows: Vec<Spent>,
    at: usize,
}

/// Stands where an input spends nothing, as that of a coinbase.
const NOTHING: Spent = Spent { value: 0, output: NONE_U64, input: 0, address: NONE_U32 };

impl<'a> Inputs<'a> {
    pub(super) fn new(build: &'a Build<'_>, state: &'a State) -> Result<Inputs<'a>, StoreError> {
        let n_inputs = state.blocks().end().input;
        let spill = state.spill_of("spent", build.shape.n_windows(n_inputs))?;
        Ok(Inputs {
            storage: &*build.storage,
            spill,
            window_rows: build.shape.window_rows,
            n_inputs,
            next_window: 0,
            rows: Vec::new(),
            at: 0,
        })
    }

    /// What the next input spends.
    #[inline]
    pub(super) fn next(&mut self) -> Result<Spent, StoreError> {
        if self.at == self.rows.len() {
            self.load()?;
        }
        self.at += 1;
        Ok(self.rows[self.at - 1])
    }

    fn load(&mut self) -> Result<(), StoreError> {
        let start = self.next_window as u64 * self.window_rows;
        let wrong = |what: String| StoreError::corrupt(self.spill.file(self.next_window), 0, what);
        if start >= self.n_inputs {
            return Err(wrong("there are fewer inputs than blocks need".into()));
        }
        let n_rows = self.window_rows.min(self.n_inputs - start) as usize;
        self.rows.clear();
        self.rows.resize(n_rows, NOTHING);
        let rows = &mut self.rows;
        self.spill.for_each(self.storage, self.next_window, |records: &[Spent]| {
            for record in records {
                match rows.get_mut(record.input as usize) {
                    Some(row) => *row = *record,
                    None => return Err(wrong(format!("input {} of {n_rows}", record.input))),
                }
            }
            Ok(())
        })?;
        self.next_window += 1;
        self.at = 0;
        Ok(())
    }
}
