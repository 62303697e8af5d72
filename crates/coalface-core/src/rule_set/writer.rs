//! Making a set and keeping it at the store's tip: the one way to change its files.
//!
//! A commit writes behind the old ends (or into new files), syncs, and replaces the manifest by rename, so that a crash
//! leaves the old set or the new one. Files that the new manifest does not name are removed after it.

use std::ops::ControlFlow;
use std::path::Path;

use super::cells;
use super::definition::RuleSet;
use super::files::{SetFiles, FOLDER};
use super::grow::{grow, Forest, GrowProgress, Grown};
use super::manifest::{self, ForestFile, SetManifest, FORMAT};
use super::pieces::PieceWriter;
use super::record::{BlockRow, Link};
use super::sparse::Sparse;
use super::union::Dense;
use super::view::{check_identity, SetView};
use crate::io::{FolderStorage, Storage};
use crate::store::lock::WriterLock;
use crate::store::{Snapshot, StoreError};
use crate::Result;

/// When the forest is written, and how.
#[derive(Debug, Clone, Copy)]
pub struct BuildOptions {
    /// Links that a reader replays at the most before the forest is written anew.
    pub max_replayed: u64,
    /// Blocks at the tip whose links are left out of it: a reorganisation hardly reaches deeper.
    pub buried_blocks: u64,
    /// Bytes of cells that are made at once.
    pub window_bytes: u64,
    /// Whether the forest is held over all addresses; chosen by how much there is to do unless given.
    pub is_dense: Option<bool>,
}

impl Default for BuildOptions {
    fn default() -> Self {
        BuildOptions { max_replayed: 1 << 20, buried_blocks: 144, window_bytes: cells::WINDOW_BYTES, is_dense: None }
    }
}

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BuildReport {
    /// Blocks taken in.
    pub blocks_added: u64,
    /// Blocks taken back.
    pub blocks_removed: u64,
    /// Blocks that the set holds now.
    pub blocks: u64,
    /// Links that it holds now.
    pub links: u64,
}

/// Brings the set `rules` of the store in `store` to the tip of `snapshot`; makes it if there is none, or `is_anew`.
///
/// # Errors
/// If another process writes it, it is damaged or of other rules, or as [`bring_up`].
pub fn build_folder(
    store: &Path,
    snapshot: &Snapshot,
    rules: &RuleSet,
    is_anew: bool,
    options: &BuildOptions,
    progress: &dyn Fn(GrowProgress) -> ControlFlow<()>,
) -> Result<BuildReport> {
    let folder = store.join(FOLDER).join(rules.name);
    let is_new = !folder.exists();
    let _lock = WriterLock::take(&folder)?;
    if is_new {
        let around = FolderStorage::new(store.to_path_buf());
        around.sync_folder(FOLDER)?;
        around.sync_folder("")?;
    }
    let files = SetFiles::of_store(store, rules.name);
    if is_anew {
        files.storage().remove(manifest::FILE)?;
    }
    bring_up(&files, snapshot, rules, options, progress)
}

/// Brings the set in `files` to the tip of `snapshot`. One writer at a time.
///
/// # Errors
/// If the set or the store is damaged, the chain was reorganised meanwhile, a file operation fails, or `progress` says
/// stop; then the set is as it was.
pub fn bring_up(
    files: &SetFiles,
    snapshot: &Snapshot,
    rules: &RuleSet,
    options: &BuildOptions,
    progress: &dyn Fn(GrowProgress) -> ControlFlow<()>,
) -> Result<BuildReport> {
    let old = match SetManifest::read(files)? {
        Some(manifest) => {
            check_identity(files, &manifest, snapshot, rules)?;
            manifest
        }
        None => empty(snapshot, rules),
    };
    let view = SetView::of_manifest(files, old.clone())?;
    let common = view.common_blocks(snapshot);
    let counts = snapshot.counts();
    if common == old.blocks && common == counts.blocks && old.epoch == snapshot.manifest.epoch && old.generation > 0 {
        remove_others(files, &old)?;
        return Ok(BuildReport { blocks: common, links: old.links, ..BuildReport::default() });
    }
    let links = view.links_at(common)?;
    let mut manifest = old.clone();
    manifest.generation += 1;
    manifest.epoch = snapshot.manifest.epoch;
    let mut log = PieceWriter::<Link>::new("links", old.link_pieces.clone(), manifest.generation);
    let mut blocks = PieceWriter::<BlockRow>::new("blocks", old.block_pieces.clone(), manifest.generation);
    if common < old.blocks {
        log.cut(files, u64::from(links))?;
        blocks.cut(files, common)?;
        let addresses = addresses_before(snapshot, common);
        let stays = |forest: &ForestFile| forest.links <= u64::from(links) && forest.addresses <= addresses;
        manifest.forest = old.forest.clone().filter(stays);
    }
    let added = counts.addresses.saturating_sub(old.addresses);
    // Arrays over all addresses cost a pass over the log; what is touched alone costs some looks into it a link.
    let is_dense = options.is_dense.unwrap_or(added > counts.addresses / 16);
    let mut forest = if is_dense {
        Forest::Dense(replayed(&view, u64::from(links), counts.addresses)?)
    } else {
        Forest::Sparse(Sparse::new(view, links))
    };
    let mut sink = |grown: Grown| match grown {
        Grown::Link(link) => log.push(files, link),
        Grown::Block(row) => blocks.push(files, row),
    };
    grow(snapshot, rules, common, &mut forest, links, &mut sink, progress)?;
    drop(forest);
    manifest.link_pieces = log.finish(files)?;
    manifest.block_pieces = blocks.finish(files)?;
    (manifest.links, manifest.blocks) = (log.len(), blocks.len());
    (manifest.txs, manifest.addresses) = (counts.txs, counts.addresses);
    settle_forest(files, snapshot, &mut manifest, options)?;
    snapshot.check_fresh()?;
    manifest.replace(files)?;
    remove_others(files, &manifest)?;
    Ok(BuildReport {
        blocks_added: counts.blocks - common,
        blocks_removed: old.blocks - common,
        blocks: manifest.blocks,
        links: manifest.links,
    })
}

fn empty(snapshot: &Snapshot, rules: &RuleSet) -> SetManifest {
    SetManifest {
        format: FORMAT,
        rule_set: rules.name.to_owned(),
        version: rules.version,
        network: snapshot.manifest.network.clone(),
        salt: snapshot.manifest.salt.clone(),
        generation: 0,
        epoch: snapshot.manifest.epoch,
        blocks: 0,
        txs: 0,
        addresses: 0,
        links: 0,
        link_pieces: Vec::new(),
        block_pieces: Vec::new(),
        forest: None,
    }
}

/// The forest after the first `links` links over all addresses of the store.
fn replayed(view: &SetView, links: u64, addresses: u64) -> Result<Dense> {
    let mut dense = Dense::new(addresses)?;
    for slice in view.links.slices(0, links) {
        for link in slice {
            if !dense.replay(link) {
                let what = format!("ties address rows {} and {}, not both are roots", link.parent, link.child);
                return Err(view
                    .files
                    .corrupt("links", u64::from(dense.links()) * size_of::<Link>() as u64, what)
                    .into());
            }
        }
    }
    Ok(dense)
}

/// Writes the forest anew if too much would have to be replayed.
fn settle_forest(
    files: &SetFiles,
    snapshot: &Snapshot,
    manifest: &mut SetManifest,
    options: &BuildOptions,
) -> Result<(), StoreError> {
    let known = manifest.forest.as_ref().map_or(0, |forest| forest.links);
    if manifest.links - known <= options.max_replayed {
        return Ok(());
    }
    let view = SetView::of_manifest_unread(files, manifest.clone())?;
    let buried = manifest.blocks.saturating_sub(options.buried_blocks);
    let (links, addresses) = (u64::from(view.links_at(buried)?), addresses_before(snapshot, buried));
    if links <= known {
        return Ok(());
    }
    let file = format!("forest-{:016x}", manifest.generation);
    let forest = cells::write(files, file, &view.links, links, addresses, options.window_bytes)?;
    manifest.forest = Some(forest);
    Ok(())
}

/// Addresses that appear in the first `blocks` blocks.
fn addresses_before(snapshot: &Snapshot, blocks: u64) -> u64 {
    let next = snapshot.columns.block_first_address.get(blocks as usize);
    next.map_or(snapshot.counts().addresses, |first| u64::from(*first))
}

/// Removes files that the manifest does not name: of earlier commits, and of such as were cut off.
fn remove_others(files: &SetFiles, manifest: &SetManifest) -> Result<(), StoreError> {
    let storage = files.storage();
    for file in storage.list("")? {
        let is_ours = ["links-", "blocks-", "forest-"].into_iter().any(|start| file.starts_with(start));
        if is_ours && !manifest.files().any(|named| named == file) {
            storage.remove(&file)?;
        }
    }
    Ok(())
}

/// Names of the sets that were built beside the store in `store`.
///
/// # Errors
/// If the folder cannot be listed.
pub fn built(store: &Path) -> Result<Vec<String>, StoreError> {
    let around = FolderStorage::new(store.to_path_buf());
    let mut names = around.list(FOLDER)?;
    let is_built = |name: &String| store.join(FOLDER).join(name).join(manifest::FILE).is_file();
    names.retain(is_built);
    Ok(names)
}
