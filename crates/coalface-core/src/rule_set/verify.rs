//! Whether the files of a set are what they should be: checksums, then the whole set derived from the store again.

use std::ops::ControlFlow;

use sha2::{Digest, Sha256};

use super::cells;
use super::definition::RuleSet;
use super::files::SetFiles;
use super::grow::{grow, Forest, GrowProgress, Grown};
use super::manifest::SetManifest;
use super::pieces;
use super::record::{BlockRow, Cell, Link};
use super::union::Dense;
use super::view::SetView;
use crate::hash::to_hex;
use crate::store::column::Column;
use crate::store::{Snapshot, StoreError};
use crate::Result;

/// SHA-256 over the links and then the blocks of a set, however they are cut into files: equal for equal chains.
///
/// # Errors
/// If a file cannot be read.
pub fn digest(view: &SetView) -> Result<String, StoreError> {
    let mut hasher = Sha256::new();
    hasher.update(view.manifest.rule_set.as_bytes());
    hasher.update(view.manifest.version.to_le_bytes());
    hasher.update(view.manifest.links.to_le_bytes());
    view.links.slices(0, view.manifest.links).for_each(|rows| hasher.update(bytemuck::cast_slice::<Link, u8>(rows)));
    hasher.update(view.manifest.blocks.to_le_bytes());
    view.blocks
        .slices(0, view.manifest.blocks)
        .for_each(|rows| hasher.update(bytemuck::cast_slice::<BlockRow, u8>(rows)));
    Ok(to_hex(&hasher.finalize()))
}

/// Looks at everything; returns the number of links looked at. The first thing that is wrong is the error.
///
/// # Errors
/// Damage, named by file and byte; or as [`grow`].
pub fn verify(
    files: &SetFiles,
    snapshot: &Snapshot,
    rules: &RuleSet,
    progress: &dyn Fn(GrowProgress) -> ControlFlow<()>,
) -> Result<u64> {
    let view = SetView::open(files, snapshot, rules)?;
    let manifest: &SetManifest = &view.manifest;
    manifest.link_pieces.iter().try_for_each(|piece| pieces::verify::<Link>(files, piece))?;
    manifest.block_pieces.iter().try_for_each(|piece| pieces::verify::<BlockRow>(files, piece))?;
    verify_forest(files, &view)?;
    let common = view.common_blocks(snapshot);
    let mut forest = Forest::Dense(Dense::new(snapshot.counts().addresses)?);
    let (mut links, mut blocks) = (0u32, 0u64);
    let mut compare = |grown: Grown| {
        if blocks == common {
            return Ok(());
        }
        match grown {
            Grown::Link(expected) => {
                let found = view.link(links)?;
                if found != expected {
                    let offset = u64::from(links) * size_of::<Link>() as u64;
                    return Err(files.corrupt("links", offset, format!("{found:?}, the chain gives {expected:?}")));
                }
                links += 1;
            }
            Grown::Block(expected) => {
                if view.blocks.get(blocks) != Some(expected) {
                    let what = format!("block {blocks} has {links} links in front of its end by the chain");
                    return Err(files.corrupt("blocks", blocks * size_of::<BlockRow>() as u64, what));
                }
                blocks += 1;
            }
        }
        Ok(())
    };
    grow(snapshot, rules, 0, &mut forest, 0, &mut compare, progress)?;
    Ok(u64::from(links))
}

fn verify_forest(files: &SetFiles, view: &SetView) -> Result<(), StoreError> {
    let Some(forest) = &view.manifest.forest else { return Ok(()) };
    let column = Column::<Cell>::open(files.storage(), &forest.file, forest.addresses)?;
    let found = crc32fast::hash(column.view());
    if found != forest.crc {
        let what = format!("checksum is {found:08x}, {:08x} was written", forest.crc);
        return Err(files.corrupt(&forest.file, 0, what));
    }
    let window = cells::WINDOW_BYTES;
    cells::for_each_window(files, &view.links, forest.links, forest.addresses, window, |start, expected| {
        let found = &column[start as usize..start as usize + expected.len()];
        match found.iter().zip(expected).position(|(found, expected)| found != expected) {
            None => Ok(()),
            Some(n) => {
                let what = format!("{:?}, the links give {:?}", found[n], expected[n]);
                Err(files.corrupt(&forest.file, (start + n as u64) * size_of::<Cell>() as u64, what))
            }
        }
    })
}
