//! Collecting problems: the first ones in full, the others as a count.

use super::report::{Problem, MAX_LISTED};
use crate::store::layout::{all_columns, Counts};
use crate::store::run::Run;

/// A value for a message, or "none".
pub(super) fn shown(value: Option<impl std::fmt::Display>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| value.to_string())
}

/// Problems of one stretch of rows; stretches are merged in order.
#[derive(Debug, Default)]
pub(super) struct Log {
    pub(super) problems: Vec<Problem>,
    pub(super) total: u64,
}

impl Log {
    fn add(&mut self, problem: impl FnOnce() -> Problem) {
        self.total += 1;
        if self.problems.len() < MAX_LISTED {
            self.problems.push(problem());
        }
    }

    /// A cell of the column `group.name`.
    pub(super) fn cell(&mut self, code: &'static str, column: &str, row: u64, message: impl FnOnce() -> String) {
        self.add(|| {
            let all = all_columns(&Counts::default());
            let width = all.iter().find(|(info, _)| info.key() == column).map_or(0, |(info, _)| info.width as u64);
            let (file, offset) = (format!("columns/{column}"), row.saturating_mul(width));
            Problem { code, file, offset, row: Some(row), message: message() }
        });
    }

    /// An entry of a run.
    pub(super) fn entry(&mut self, code: &'static str, run: &Run, at: usize, message: impl FnOnce() -> String) {
        self.add(|| {
            let (file, offset) = (format!("runs/{}", run.entry.file), run.key_offset(at));
            Problem { code, file, offset, row: Some(at as u64), message: message() }
        });
    }

    /// A place in a file.
    pub(super) fn file(&mut self, code: &'static str, file: &str, offset: u64, message: impl FnOnce() -> String) {
        self.add(|| Problem { code, file: file.to_owned(), offset, row: None, message: message() });
    }

    pub(super) fn merge(mut self, other: Log) -> Log {
        self.total += other.total;
        let room = MAX_LISTED - self.problems.len();
        self.problems.extend(other.problems.into_iter().take(room));
        self
    }
}
