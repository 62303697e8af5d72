//! The forest after some links as a file, a [`Cell`] an address, so that a reader need not replay the log.
//!
//! It is written anew now and then, for links of blocks that are buried deep enough that a reorganisation hardly reaches
//! them; the links behind it are replayed into a map when a set is opened. It follows from the log alone, so that `check`
//! can compare it.

use std::collections::HashMap;

use super::files::SetFiles;
use super::manifest::ForestFile;
use super::pieces::Pieces;
use super::record::{Cell, Link};
use crate::store::StoreError;

/// Bytes of cells that are made at once unless a test asks for fewer: 2 GiB are 268 million addresses, so that a whole
/// chain takes some passes over the log.
pub const WINDOW_BYTES: u64 = 2 << 30;

/// Calls `each` with the cells of all addresses, window by window, after the first `links` links. One pass over the log
/// a window.
///
/// # Errors
/// What `each` returns, or if a link names an address that there is not.
pub fn for_each_window(
    files: &SetFiles,
    log: &Pieces<Link>,
    links: u64,
    addresses: u64,
    window_bytes: u64,
    mut each: impl FnMut(u64, &[Cell]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let window = (window_bytes / size_of::<Cell>() as u64).max(1);
    let mut cells = Vec::new();
    let mut start = 0;
    while start < addresses {
        let end = addresses.min(start + window);
        cells.clear();
        cells.resize((end - start) as usize, Cell::ALONE);
        let mut number = 0u32;
        for slice in log.slices(0, links) {
            for link in slice {
                if u64::from(link.parent.max(link.child)) >= addresses {
                    let what = format!("link {number} ties address rows {} and {}", link.parent, link.child);
                    return Err(files.corrupt("links", u64::from(number) * size_of::<Link>() as u64, what));
                }
                if let Some(n) = u64::from(link.child).checked_sub(start).filter(|n| start + n < end) {
                    cells[n as usize].up = number;
                }
                if let Some(n) = u64::from(link.parent).checked_sub(start).filter(|n| start + n < end) {
                    cells[n as usize].down = number;
                }
                number += 1;
            }
        }
        each(start, &cells)?;
        start = end;
    }
    Ok(())
}

/// Writes the forest after the first `links` links into the file `file` and syncs it.
///
/// # Errors
/// If a file operation fails.
pub fn write(
    files: &SetFiles,
    file: String,
    log: &Pieces<Link>,
    links: u64,
    addresses: u64,
    window_bytes: u64,
) -> Result<ForestFile, StoreError> {
    let mut hasher = crc32fast::Hasher::new();
    for_each_window(files, log, links, addresses, window_bytes, |start, cells| {
        let mut offset = start * size_of::<Cell>() as u64;
        for part in bytemuck::cast_slice::<Cell, u8>(cells).chunks(16 << 20) {
            hasher.update(part);
            files.storage().write_at(&file, offset, part)?;
            offset += part.len() as u64;
        }
        Ok(())
    })?;
    if addresses == 0 {
        files.storage().write_at(&file, 0, &[])?;
    }
    files.storage().sync(&file)?;
    Ok(ForestFile { file, links, addresses, crc: hasher.finalize() })
}

/// Cells that links changed: `known` says what they were before.
pub fn replay(changed: &mut HashMap<u32, Cell>, number: u32, link: &Link, mut known: impl FnMut(u32) -> Cell) {
    changed.entry(link.child).or_insert_with(|| known(link.child)).up = number;
    changed.entry(link.parent).or_insert_with(|| known(link.parent)).down = number;
}
