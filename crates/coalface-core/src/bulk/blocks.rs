//! Where the rows of each block begin.

use super::records::BlockRow;

/// Rows before each block, and at the end.
#[derive(Debug, Clone, Default)]
pub(super) struct BlockTable(Vec<BlockRow>);

impl BlockTable {
    pub(super) fn new(rows: Vec<BlockRow>) -> BlockTable {
        BlockTable(rows)
    }

    /// Number of blocks.
    pub(super) fn len(&self) -> usize {
        self.0.len().saturating_sub(1)
    }

    /// Rows before block `n`, or before none if there is no such block.
    pub(super) fn before(&self, n: usize) -> BlockRow {
        self.0.get(n).or(self.0.last()).copied().unwrap_or_default()
    }

    /// Rows in all.
    pub(super) fn end(&self) -> BlockRow {
        self.before(self.len())
    }

    /// Block that input `input` stands in.
    pub(super) fn of_input(&self, input: u64) -> usize {
        self.0.partition_point(|row| row.input <= input).saturating_sub(1).min(self.len())
    }

    /// Block that transaction `tx` stands in.
    pub(super) fn of_tx(&self, tx: u64) -> usize {
        self.0.partition_point(|row| row.tx <= tx).saturating_sub(1).min(self.len())
    }

    /// Block that output `output` stands in.
    pub(super) fn of_output(&self, output: u64) -> usize {
        self.0.partition_point(|row| row.output <= output).saturating_sub(1).min(self.len())
    }
}
