//! Growing the forest while blocks are indexed.
//!
//! Invariant: links are made in chain order, (transaction, input), each between the roots of the transaction's first
//! input address and of another one; the root of the smaller tree becomes a child of the other (on a tie, the later
//! address). A tree's depth is at most log2 of its size, so at most 31. A root's size is that of its last link as
//! parent, kept in the `strict_child` runs for committed links and here for the others.

use std::collections::HashMap;

use super::coinjoin::may_be_coinjoin;
use crate::ids::{AddressId, TxNum, NONE_U32};
use crate::store::error::StoreError;
use crate::store::journal::Link;
use crate::store::{Delta, Snapshot};

/// A link with the size of the cluster after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Child {
    /// Root that stays one.
    pub parent: AddressId,
    /// Root that becomes its child.
    pub child: AddressId,
    /// Addresses in the cluster afterwards.
    pub size: u32,
}

/// Links that are not committed.
#[derive(Debug, Default)]
pub struct Forest {
    base_addresses: u64,
    /// Links of committed addresses.
    committed: HashMap<AddressId, (AddressId, TxNum)>,
    /// Addresses before this run; sizes of later ones are in `new_sizes`.
    first_new: u64,
    /// Sizes of roots among the addresses of this run (0 stands for 1).
    new_sizes: Vec<u32>,
    /// Sizes of older roots that were looked up or changed.
    old_sizes: HashMap<AddressId, u32>,
    /// All new links in the order they were made.
    pub children: Vec<Child>,
    inputs: Vec<AddressId>,
    outputs: Vec<(i64, u32)>,
}

impl Forest {
    /// A forest that grows on `base_addresses` committed addresses.
    #[must_use]
    pub fn new(base_addresses: u64) -> Forest {
        Forest { base_addresses, first_new: base_addresses, ..Forest::default() }
    }

    /// Links what transaction `tx` ties together: `inputs` are its input addresses in order (or NONE), `outputs` its
    /// (value, address or NONE).
    ///
    /// # Errors
    /// If the store's forest is not one.
    pub fn add_tx(
        &mut self,
        base: &Snapshot,
        delta: &mut Delta,
        tx: TxNum,
        inputs: &[u32],
        outputs: impl Iterator<Item = (i64, u32)>,
    ) -> Result<(), StoreError> {
        self.inputs.clear();
        self.inputs.extend(inputs.iter().filter(|address| **address != NONE_U32));
        let Some(&first) = self.inputs.first() else { return Ok(()) };
        if self.inputs.iter().all(|address| *address == first) {
            return Ok(());
        }
        let mut distinct = self.inputs.clone();
        distinct.sort_unstable();
        distinct.dedup();
        self.outputs.clear();
        self.outputs.extend(outputs);
        if may_be_coinjoin(distinct.len(), &mut self.outputs) {
            return Ok(());
        }
        let mut root = self.root(base, delta, first)?;
        for n in 1..self.inputs.len() {
            let other = self.root(base, delta, self.inputs[n])?;
            if other != root {
                root = self.link(base, delta, tx, root, other);
            }
        }
        Ok(())
    }

    fn parent(&self, base: &Snapshot, delta: &Delta, node: AddressId) -> Option<AddressId> {
        let parent = if u64::from(node) >= self.base_addresses {
            delta.strict_parent[(u64::from(node) - self.base_addresses) as usize]
        } else if let Some((parent, _)) = self.committed.get(&node) {
            *parent
        } else {
            base.strict_parent(node, base.counts().txs).map_or(NONE_U32, |(parent, _)| parent)
        };
        (parent != NONE_U32).then_some(parent)
    }

    fn root(&self, base: &Snapshot, delta: &Delta, mut node: AddressId) -> Result<AddressId, StoreError> {
        for _ in 0..super::walk::MAX_DEPTH {
            match self.parent(base, delta, node) {
                Some(parent) => node = parent,
                None => return Ok(node),
            }
        }
        Err(super::walk::too_deep(node))
    }

    fn size(&mut self, base: &Snapshot, root: AddressId) -> u32 {
        match u64::from(root).checked_sub(self.first_new) {
            Some(n) => self.new_sizes.get(n as usize).map_or(1, |size| (*size).max(1)),
            None => {
                *self.old_sizes.entry(root).or_insert_with(|| super::walk::cluster_size(base, root, base.counts().txs))
            }
        }
    }

    fn set_size(&mut self, root: AddressId, size: u32) {
        match u64::from(root).checked_sub(self.first_new) {
            Some(n) => {
                let n = n as usize;
                if n >= self.new_sizes.len() {
                    self.new_sizes.resize(n + 1, 0);
                }
                self.new_sizes[n] = size;
            }
            None => _ = self.old_sizes.insert(root, size),
        }
    }

    fn link(&mut self, base: &Snapshot, delta: &mut Delta, tx: TxNum, a: AddressId, b: AddressId) -> AddressId {
        let (size_a, size_b) = (self.size(base, a), self.size(base, b));
        let a_stays = size_a > size_b || (size_a == size_b && a < b);
        let (parent, child) = if a_stays { (a, b) } else { (b, a) };
        if u64::from(child) >= self.base_addresses {
            let row = (u64::from(child) - self.base_addresses) as usize;
            delta.strict_parent[row] = parent;
            delta.strict_link_tx[row] = tx;
        } else {
            self.committed.insert(child, (parent, tx));
        }
        let size = size_a.saturating_add(size_b);
        self.set_size(parent, size);
        self.children.push(Child { parent, child, size });
        parent
    }

    /// Cells of committed addresses to stamp, ascending.
    #[must_use]
    pub fn stamps(&self) -> Vec<Link> {
        let mut links: Vec<Link> = self.committed.iter().map(|(id, (parent, tx))| (*id, *parent, *tx)).collect();
        links.sort_unstable();
        links
    }

    /// Starts anew on what is now committed; known sizes stay.
    pub fn committed(&mut self, base_addresses: u64) {
        self.base_addresses = base_addresses;
        self.committed.clear();
        self.children.clear();
    }
}
