//! The forest of a set that grows by a few blocks: what is on disk, and what was touched since.

use std::collections::HashMap;

use super::cells;
use super::edge::Edge;
use super::record::{Cell, Link};
use super::union::{link, Root};
use super::view::{SetView, MAX_DEPTH};
use crate::ids::{AddressId, NONE_U32};
use crate::store::StoreError;

/// See the module.
#[derive(Debug)]
pub struct Sparse {
    base: SetView,
    /// Links of the base that count.
    base_links: u32,
    changed: HashMap<AddressId, Cell>,
    new_links: Vec<Link>,
}

impl Sparse {
    /// Grows behind the first `links` links of `base`.
    #[must_use]
    pub fn new(base: SetView, links: u32) -> Sparse {
        Sparse { base, base_links: links, changed: HashMap::new(), new_links: Vec::new() }
    }

    fn link(&self, number: u32) -> Result<Link, StoreError> {
        match number.checked_sub(self.base_links) {
            Some(n) => Ok(self.new_links[n as usize]),
            None => self.base.link(number),
        }
    }

    fn cell(&self, id: AddressId) -> Result<Cell, StoreError> {
        if let Some(cell) = self.changed.get(&id) {
            return Ok(*cell);
        }
        let up = self.base.up(id, self.base_links).unwrap_or(NONE_U32);
        let down = self.base.down(id, self.base_links)?.map_or(NONE_U32, |(number, _)| number);
        Ok(Cell { up, down })
    }

    fn root(&self, id: AddressId) -> Result<Root, StoreError> {
        let mut node = id;
        for _ in 0..MAX_DEPTH {
            let cell = self.cell(node)?;
            if cell.up != NONE_U32 {
                node = self.link(cell.up)?.parent;
            } else if cell.down != NONE_U32 {
                let link = self.link(cell.down)?;
                return Ok(Root { id: node, size: link.size, down: cell.down, anchor: link.anchor });
            } else {
                return Ok(Root { id: node, size: 1, down: NONE_U32, anchor: node });
            }
        }
        Err(self.base.files.corrupt("links", 0, format!("the forest is deeper than {MAX_DEPTH} at address row {node}")))
    }

    /// Unites along `edges` in order, and calls `made` with every link.
    ///
    /// # Errors
    /// If the set contradicts itself, or what `made` returns.
    pub fn unite(
        &mut self,
        edges: &[Edge],
        mut made: impl FnMut(Link) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        for edge in edges {
            let (a, b) = (self.root(edge.from)?, self.root(edge.to)?);
            if a.id == b.id {
                continue;
            }
            let link = link(a, b, edge);
            let number = self.base_links + self.new_links.len() as u32;
            let (parent, child) = (self.cell(link.parent)?, self.cell(link.child)?);
            let known = |id| if id == link.parent { parent } else { child };
            cells::replay(&mut self.changed, number, &link, known);
            self.new_links.push(link);
            made(link)?;
        }
        Ok(())
    }
}
