//! Transactions of a trace as lines of JSON, written while the trace runs: fields as in answers, keys sorted.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::error::TraceError;
use crate::hash::Hash32;
use crate::ids::{TxNum, EXTERNAL_BIT};
use crate::lookup::place::place_of_tx;
use crate::lookup::tx::outpoint;
use crate::store::Snapshot;
use crate::Result;

/// The file.
#[derive(Debug)]
pub struct EdgeFile {
    path: PathBuf,
    file: BufWriter<File>,
}

impl EdgeFile {
    /// Makes the file, or writes over it.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn create(path: &Path) -> Result<EdgeFile, TraceError> {
        let failed = |source| TraceError::File { path: path.display().to_string(), source };
        let file = BufWriter::with_capacity(1 << 20, File::create(path).map_err(failed)?);
        Ok(EdgeFile { path: path.to_owned(), file })
    }

    fn failed(&self, source: std::io::Error) -> TraceError {
        TraceError::File { path: self.path.display().to_string(), source }
    }

    /// Appends a transaction.
    ///
    /// # Errors
    /// If it cannot be written, or the store contradicts itself.
    pub fn write(
        &mut self,
        snapshot: &Snapshot,
        tx: TxNum,
        inputs: &[(u64, i64)],
        outputs: &[(u64, i64)],
        fee_sat: i64,
    ) -> Result<()> {
        let place = place_of_tx(snapshot, tx);
        let mut line = format!("{{\"fee_tainted_sat\":{fee_sat},\"height\":");
        match place.height {
            Some(height) => line += &height.to_string(),
            None => line += "null",
        }
        line += ",\"inputs\":[";
        for (n, (output, sat)) in inputs.iter().enumerate() {
            let (txid, vout) = place_of_output(snapshot, *output)?;
            let comma = if n > 0 { "," } else { "" };
            line += &format!("{comma}{{\"tainted_sat\":{sat},\"txid\":\"{}\",\"vout\":{vout}}}", txid.to_display());
        }
        line += "],\"outputs\":[";
        let first = snapshot.columns.tx_first_output.get(tx as usize).unwrap_or(0);
        for (n, (output, sat)) in outputs.iter().enumerate() {
            let comma = if n > 0 { "," } else { "" };
            line += &format!("{comma}{{\"tainted_sat\":{sat},\"vout\":{}}}", output.saturating_sub(first));
        }
        let txid = snapshot.columns.tx_txid.get(tx as usize).copied().unwrap_or_default();
        line += &format!("],\"time_unix\":{},\"txid\":\"{}\"}}\n", place.time_unix, txid.to_display());
        self.file.write_all(line.as_bytes()).map_err(|source| self.failed(source))?;
        Ok(())
    }

    /// Writes what is still in memory.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish(mut self) -> Result<(), TraceError> {
        self.file.flush().map_err(|source| self.failed(source))
    }
}

/// Txid and number of an output, of one outside a partial chain too.
///
/// # Errors
/// If the store contradicts itself.
pub fn place_of_output(snapshot: &Snapshot, output: u64) -> Result<(Hash32, u32)> {
    if output & EXTERNAL_BIT == 0 {
        return Ok(outpoint(snapshot, output)?);
    }
    let (columns, row) = (&*snapshot.columns, output & !EXTERNAL_BIT);
    match columns.external_txid.get(row as usize).zip(columns.external_vout.get(row as usize)) {
        Some((txid, vout)) => Ok((*txid, *vout)),
        None => {
            let limit = snapshot.counts().externals;
            Err(crate::store::StoreError::OutOfRange { what: "external output", id: row, limit }.into())
        }
    }
}
