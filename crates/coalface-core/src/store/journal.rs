//! The journal: cells that may hold a value at or above the bound, so that no crash leaves one behind.
//!
//! It is written before cells of committed rows are stamped (or before the bound moves back) and removed after the
//! manifest names the new bound. Whoever finds it resets every named cell whose value is not below the bound: after a
//! finished commit none is, after an interrupted one all that were stamped are.

use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::layout::Counts;
use super::narrow::split;
use crate::ids::{NONE_U32, NONE_U64};
use crate::io::Storage;

/// Name of the journal below the store.
pub const FILE: &str = "journal";
const MAGIC: &[u8; 8] = b"CFJOURN1";
const SPENT_BY_LOW: &str = "columns/output.spent_by_low";
const SPENT_BY_HIGH: &str = "columns/output.spent_by_high";
const PARENT: &str = "columns/cluster_strict.parent";
const LINK_TX: &str = "columns/cluster_strict.link_tx";

/// A cell of `output.spent_by` with its new value.
pub type Spend = (u64, u64);
/// A forest cell: address, parent, transaction of the link.
pub type Link = (u32, u32, u32);

/// Cells of committed rows that one commit stamps.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub struct Stamps {
    /// Ascending by output, each once.
    pub spends: Vec<Spend>,
    /// Ascending by address, each once.
    pub links: Vec<Link>,
}

impl Stamps {
    /// Whether nothing is stamped.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spends.is_empty() && self.links.is_empty()
    }

    /// Writes the journal durably.
    ///
    /// # Errors
    /// If a file operation fails.
    pub fn write_journal(&self, storage: &dyn Storage) -> Result<(), StoreError> {
        let mut bytes = Vec::with_capacity(28 + self.spends.len() * 8 + self.links.len() * 4);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&(self.spends.len() as u64).to_le_bytes());
        bytes.extend_from_slice(&(self.links.len() as u64).to_le_bytes());
        for (output, _) in &self.spends {
            bytes.extend_from_slice(&output.to_le_bytes());
        }
        for (address, _, _) in &self.links {
            bytes.extend_from_slice(&address.to_le_bytes());
        }
        bytes.extend_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
        storage.remove(FILE)?;
        storage.write_at(FILE, 0, &bytes)?;
        storage.sync(FILE)?;
        storage.sync_folder("")?;
        Ok(())
    }

    /// Stamps the cells, after the journal was written.
    ///
    /// # Errors
    /// If a file operation fails.
    pub fn apply(&self, storage: &dyn Storage) -> Result<(), StoreError> {
        let spends = self.spends.iter().map(|(output, input)| (*output, split::parts(*input)));
        // The low parts are durable before the first high part, which makes the cell count.
        write_cells(storage, SPENT_BY_LOW, spends.clone().map(|(output, (low, _))| (output, low.to_le_bytes())))?;
        write_cells(storage, SPENT_BY_HIGH, spends.map(|(output, (_, high))| (output, [high])))?;
        write_cells(storage, PARENT, self.links.iter().map(|(id, parent, _)| (u64::from(*id), parent.to_le_bytes())))?;
        write_cells(storage, LINK_TX, self.links.iter().map(|(id, _, tx)| (u64::from(*id), tx.to_le_bytes())))
    }
}

/// Removes the journal.
///
/// # Errors
/// If a file operation fails.
pub fn remove(storage: &dyn Storage) -> Result<(), StoreError> {
    Ok(storage.remove(FILE)?)
}

/// Resets what an interrupted commit or reorganisation left, and removes the journal. No journal, nothing to do.
///
/// # Errors
/// If a file operation fails. A torn journal is no error: it was written before any cell.
pub fn recover(storage: &dyn Storage, counts: &Counts) -> Result<(), StoreError> {
    let Some(bytes) = storage.read(FILE)? else { return Ok(()) };
    if let Some((outputs, addresses)) = read(&bytes) {
        let whole = |file: &str| storage.view(file, storage.len(file)?.unwrap_or(0));
        let (lows, highs) = (whole(SPENT_BY_LOW)?, whole(SPENT_BY_HIGH)?);
        let (link_tx, parents) = (whole(LINK_TX)?, whole(PARENT)?);
        let mut cells = Vec::new();
        for output in outputs.into_iter().filter(|output| *output < counts.outputs) {
            let (low, high) = (cell::<4>(&lows, output).map(u32::from_le_bytes), cell::<1>(&highs, output));
            let Some((low, [high])) = low.zip(high) else { continue };
            // A low part alone is what stamping and resetting leave when they are cut off.
            if split::whole(low, high) >= counts.inputs && (low, high) != split::parts(NONE_U64) {
                cells.push((output, split::parts(NONE_U64)));
            }
        }
        // The other way round than stamping: no reader finds a low part that is not the high part's.
        write_cells(storage, SPENT_BY_HIGH, cells.iter().map(|(output, (_, high))| (*output, [*high])))?;
        write_cells(storage, SPENT_BY_LOW, cells.iter().map(|(output, (low, _))| (*output, low.to_le_bytes())))?;
        let mut cells = Vec::new();
        for address in addresses.into_iter().map(u64::from).filter(|address| *address < counts.addresses) {
            let link = cell::<4>(&link_tx, address).map(u32::from_le_bytes);
            let parent = cell::<4>(&parents, address).map(u32::from_le_bytes);
            let unlinked = link.is_none_or(|link| u64::from(link) >= counts.txs);
            if unlinked && (link, parent) != (Some(NONE_U32), Some(NONE_U32)) {
                cells.push((address, NONE_U32.to_le_bytes()));
            }
        }
        write_cells(storage, LINK_TX, cells.iter().copied())?;
        write_cells(storage, PARENT, cells.into_iter())?;
    }
    remove(storage)
}

fn read(bytes: &[u8]) -> Option<(Vec<u64>, Vec<u32>)> {
    let body = bytes.strip_prefix(MAGIC)?;
    let sum_at = bytes.len().checked_sub(4)?;
    let sum = u32::from_le_bytes(bytes[sum_at..].try_into().ok()?);
    if crc32fast::hash(&bytes[..sum_at]) != sum {
        return None;
    }
    let count = |at: usize| usize::try_from(u64::from_le_bytes(body.get(at..at + 8)?.try_into().ok()?)).ok();
    let (n_outputs, n_addresses) = (count(0)?, count(8)?);
    let outputs_end = n_outputs.checked_mul(8)?.checked_add(16)?;
    let end = n_addresses.checked_mul(4)?.checked_add(outputs_end)?;
    if body.len().checked_sub(4)? != end {
        return None;
    }
    let outputs = body[16..outputs_end].chunks_exact(8).map(|c| u64::from_le_bytes(c.try_into().expect("of eight")));
    let addresses = body[outputs_end..end].chunks_exact(4).map(|c| u32::from_le_bytes(c.try_into().expect("of four")));
    Some((outputs.collect(), addresses.collect()))
}

fn cell<const W: usize>(column: &[u8], row: u64) -> Option<[u8; W]> {
    let start = usize::try_from(row).ok()?.checked_mul(W)?;
    column.get(start..start.checked_add(W)?)?.try_into().ok()
}

/// Writes cells given in ascending order, those of one page in one go, and syncs the file.
fn write_cells<const W: usize>(
    storage: &dyn Storage,
    file: &str,
    cells: impl Iterator<Item = (u64, [u8; W])>,
) -> Result<(), StoreError> {
    const PAGE: u64 = 4096;
    let mut cells = cells.peekable();
    if cells.peek().is_none() {
        return Ok(());
    }
    let len = storage.len(file)?.unwrap_or(0);
    let view = storage.view(file, len)?;
    let mut page = Vec::with_capacity(PAGE as usize);
    while let Some((row, value)) = cells.next() {
        let at = row * W as u64;
        let start = at - at % PAGE;
        let end = (start + PAGE).min(len);
        if at + W as u64 > end {
            return Err(StoreError::corrupt(file, len, format!("row {row} is past the end of the file")));
        }
        page.clear();
        page.extend_from_slice(&view[start as usize..end as usize]);
        page[(at - start) as usize..][..W].copy_from_slice(&value);
        let (mut first, mut last) = (at, at + W as u64);
        while let Some((row, value)) = cells.peek() {
            let at = row * W as u64;
            if at < first || at + W as u64 > end {
                break;
            }
            page[(at - start) as usize..][..W].copy_from_slice(value);
            (first, last) = (first.min(at), at + W as u64);
            cells.next();
        }
        storage.write_at(file, first, &page[(first - start) as usize..(last - start) as usize])?;
    }
    Ok(storage.sync(file)?)
}
