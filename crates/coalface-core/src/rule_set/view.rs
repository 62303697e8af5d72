//! A set as a reader sees it: one committed state, unchanged while the writer goes on.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use super::cells;
use super::definition::RuleSet;
use super::error::RuleSetError;
use super::files::SetFiles;
use super::manifest::{self, SetManifest};
use super::pieces::Pieces;
use super::record::{BlockRow, Cell, Link};
use crate::ids::{AddressId, NONE_U32};
use crate::lookup::Bound;
use crate::store::column::Column;
use crate::store::{Snapshot, StoreError};

/// A union-by-size forest over 2^32 addresses is at most 32 deep; deeper means damaged files.
pub const MAX_DEPTH: usize = 33;

/// An opened set. Cheap to clone.
#[derive(Clone)]
pub struct SetView {
    pub(super) files: SetFiles,
    /// The manifest that it was opened by.
    pub manifest: Arc<SetManifest>,
    pub(super) links: Pieces<Link>,
    pub(super) blocks: Pieces<BlockRow>,
    forest: Option<Column<Cell>>,
    /// Cells that links behind the forest file changed.
    changed: Arc<HashMap<AddressId, Cell>>,
}

impl std::fmt::Debug for SetView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SetView").field("manifest", &self.manifest).finish_non_exhaustive()
    }
}

impl SetView {
    /// Opens the set `rules` of the store in `store`, of which `snapshot` is a state.
    ///
    /// # Errors
    /// If it is not built, belongs to another store or other rules, or is damaged.
    pub fn open_folder(store: &Path, snapshot: &Snapshot, rules: &RuleSet) -> Result<SetView, RuleSetError> {
        SetView::open(&SetFiles::of_store(store, rules.name), snapshot, rules)
    }

    /// Opens the set in `files`.
    ///
    /// # Errors
    /// As [`SetView::open_folder`].
    pub fn open(files: &SetFiles, snapshot: &Snapshot, rules: &RuleSet) -> Result<SetView, RuleSetError> {
        // A writer may remove old files between the look at the manifest and the others; then the manifest has moved on.
        let mut last = None;
        for _ in 0..16 {
            let Some(manifest) = SetManifest::read(files)? else {
                return Err(RuleSetError::NotBuilt { name: rules.name.to_owned(), path: files.shown(manifest::FILE) });
            };
            check_identity(files, &manifest, snapshot, rules)?;
            let generation = manifest.generation;
            match SetView::of_manifest(files, manifest) {
                Ok(view) => return Ok(view),
                Err(error) if last == Some(generation) => return Err(error.into()),
                Err(_) => last = Some(generation),
            }
        }
        Err(files.corrupt(manifest::FILE, 0, "the set changes faster than it can be opened").into())
    }

    /// The log alone, for who reads it from the beginning.
    pub(super) fn of_manifest_unread(files: &SetFiles, manifest: SetManifest) -> Result<SetView, StoreError> {
        let links = Pieces::open(files, &manifest.link_pieces)?;
        let blocks = Pieces::open(files, &manifest.block_pieces)?;
        let (files, manifest) = (files.clone(), Arc::new(manifest));
        Ok(SetView { files, links, blocks, forest: None, changed: Arc::default(), manifest })
    }

    pub(super) fn of_manifest(files: &SetFiles, manifest: SetManifest) -> Result<SetView, StoreError> {
        let (forest, from) = match &manifest.forest {
            Some(forest) => {
                let column = Column::open(files.storage(), &forest.file, forest.addresses);
                (Some(column.map_err(|error| relocated(files, error))?), forest.links)
            }
            None => (None, 0),
        };
        let mut view = SetView { forest, ..SetView::of_manifest_unread(files, manifest)? };
        let mut changed = HashMap::new();
        let mut number = from as u32;
        for slice in view.links.slices(from, view.manifest.links) {
            for link in slice {
                view.check_link(number, link)?;
                cells::replay(&mut changed, number, link, |id| view.written_cell(id));
                number += 1;
            }
        }
        view.changed = Arc::new(changed);
        Ok(view)
    }

    fn check_link(&self, number: u32, link: &Link) -> Result<(), StoreError> {
        let addresses = self.manifest.addresses;
        let in_range = [link.parent, link.child, link.from, link.to, link.anchor].into_iter().max();
        if in_range.is_some_and(|id| u64::from(id) < addresses) && (link.previous == NONE_U32 || link.previous < number)
        {
            return Ok(());
        }
        let offset = u64::from(number) * size_of::<Link>() as u64;
        Err(self.files.corrupt("links", offset, format!("link {number} names rows that there are not: {link:?}")))
    }

    fn written_cell(&self, id: AddressId) -> Cell {
        self.forest.as_ref().and_then(|cells| cells.get(id as usize)).copied().unwrap_or(Cell::ALONE)
    }

    /// Where an address stands after all links.
    #[must_use]
    pub(super) fn cell(&self, id: AddressId) -> Cell {
        self.changed.get(&id).copied().unwrap_or_else(|| self.written_cell(id))
    }

    /// A link by its number.
    ///
    /// # Errors
    /// If there is none, or it names what there is not.
    pub fn link(&self, number: u32) -> Result<Link, StoreError> {
        let link = self.links.get(u64::from(number)).ok_or_else(|| {
            self.files.corrupt(
                "links",
                u64::from(number) * size_of::<Link>() as u64,
                format!("there is no link {number}"),
            )
        })?;
        self.check_link(number, &link)?;
        Ok(link)
    }

    /// Number of blocks at the beginning of the set that are those of `snapshot`: less than it holds while a
    /// reorganisation has not reached it.
    #[must_use]
    pub fn common_blocks(&self, snapshot: &Snapshot) -> u64 {
        let hashes = &snapshot.columns.block_hash;
        let held = self.manifest.blocks.min(hashes.len() as u64);
        let same = |row: u64| {
            self.blocks.get(row).is_some_and(|block| hashes.get(row as usize).is_some_and(|hash| *hash == block.hash))
        };
        // Each block names the one before, so that in a complete chain the last one decides. In a partial chain of
        // several segments it does not, unless nothing was taken back since.
        let is_chain =
            |row: u64| row == 0 || snapshot.columns.block_prev_hash[row as usize] == hashes[row as usize - 1];
        if held > 0 && same(held - 1) && (self.manifest.epoch == snapshot.manifest.epoch || (1..held).all(is_chain)) {
            return held;
        }
        (0..held).find(|row| !same(*row)).unwrap_or(held)
    }

    /// Links that exist as of `bound`, and the blocks that they rest on: fewer than those of `bound` while the set lags
    /// behind.
    ///
    /// # Errors
    /// If the set contradicts itself.
    pub fn as_of(&self, snapshot: &Snapshot, bound: &Bound) -> Result<AsOf, StoreError> {
        let blocks = self.common_blocks(snapshot).min(bound.blocks);
        Ok(AsOf { blocks, links: self.links_at(blocks)? })
    }

    /// Links after the first `blocks` blocks.
    ///
    /// # Errors
    /// If the set contradicts itself.
    pub fn links_at(&self, blocks: u64) -> Result<u32, StoreError> {
        let Some(last) = blocks.checked_sub(1) else { return Ok(0) };
        let links = self.blocks.get(last).map(|row| row.links).filter(|links| u64::from(*links) <= self.manifest.links);
        links.ok_or_else(|| {
            self.files.corrupt("blocks", last * size_of::<BlockRow>() as u64, "links past the end, or no such block")
        })
    }

    /// The link that made `id` a child, among the first `links`.
    #[must_use]
    pub(super) fn up(&self, id: AddressId, links: u32) -> Option<u32> {
        Some(self.cell(id).up).filter(|up| *up < links)
    }

    /// The latest link of which `id` is the parent, among the first `links`.
    ///
    /// # Errors
    /// If the set contradicts itself.
    pub(super) fn down(&self, id: AddressId, links: u32) -> Result<Option<(u32, Link)>, StoreError> {
        let mut number = self.cell(id).down;
        while number != NONE_U32 {
            let link = self.link(number)?;
            if link.parent != id {
                let offset = u64::from(number) * size_of::<Link>() as u64;
                return Err(self.files.corrupt(
                    "links",
                    offset,
                    format!("is in the list of children of {id}: {link:?}"),
                ));
            }
            if number < links {
                return Ok(Some((number, link)));
            }
            // Falls with every step: checked where a link is read.
            number = link.previous;
        }
        Ok(None)
    }

    /// Root of the cluster of `id` after the first `links` links.
    ///
    /// # Errors
    /// If the set contradicts itself.
    pub fn root_of(&self, id: AddressId, links: u32) -> Result<AddressId, StoreError> {
        let mut node = id;
        for _ in 0..MAX_DEPTH {
            match self.up(node, links) {
                Some(up) => node = self.link(up)?.parent,
                None => return Ok(node),
            }
        }
        Err(self.files.corrupt("links", 0, format!("the forest is deeper than {MAX_DEPTH} at address row {node}")))
    }

    /// Size and anchor of the cluster under `root` after the first `links` links. O(links of `root` made since).
    ///
    /// # Errors
    /// If the set contradicts itself.
    pub fn cluster(&self, root: AddressId, links: u32) -> Result<(u32, AddressId), StoreError> {
        Ok(self.down(root, links)?.map_or((1, root), |(_, link)| (link.size, link.anchor)))
    }

    /// Calls `each` with every address of the cluster under `root`, and the link that made it a child, until it says stop.
    /// Returns whether all were given.
    ///
    /// # Errors
    /// If the set contradicts itself.
    pub fn members(
        &self,
        root: AddressId,
        links: u32,
        each: &mut dyn FnMut(AddressId, Option<&Link>) -> bool,
    ) -> Result<bool, StoreError> {
        if !each(root, None) {
            return Ok(false);
        }
        // Ends on any bytes: no more links are put on the stack than there are.
        let mut room = links;
        let mut stack: Vec<u32> = self.down(root, links)?.map(|(number, _)| number).into_iter().collect();
        while let Some(number) = stack.pop() {
            let link = self.link(number)?;
            if room == 0 {
                return Err(self.files.corrupt(
                    "links",
                    0,
                    format!("the cluster of {root} has more members than links"),
                ));
            }
            room -= 1;
            if link.previous != NONE_U32 {
                stack.push(link.previous);
            }
            if !each(link.child, Some(&link)) {
                return Ok(false);
            }
            if let Some((down, _)) = self.down(link.child, links)? {
                stack.push(down);
            }
        }
        Ok(true)
    }
}

/// How much of a set an answer uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AsOf {
    /// Blocks.
    pub blocks: u64,
    /// Links made by them.
    pub links: u32,
}

fn relocated(files: &SetFiles, error: StoreError) -> StoreError {
    match error {
        StoreError::Corrupt { file, offset, what } => StoreError::Corrupt { file: files.shown(&file), offset, what },
        other => other,
    }
}

/// Fails where a set is of another store, or of other rules than this program's.
pub(super) fn check_identity(
    files: &SetFiles,
    manifest: &SetManifest,
    snapshot: &Snapshot,
    rules: &RuleSet,
) -> Result<(), RuleSetError> {
    if manifest.salt != snapshot.manifest.salt || manifest.network != snapshot.manifest.network {
        return Err(RuleSetError::OtherStore { path: files.shown(manifest::FILE) });
    }
    if manifest.rule_set != rules.name || manifest.version != rules.version {
        let name = rules.name.to_owned();
        return Err(RuleSetError::OtherVersion { name, found: manifest.version, known: rules.version });
    }
    Ok(())
}
