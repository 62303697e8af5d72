//! Growing the forest while blocks are indexed.
//!
//! Invariant: links are made in chain order, (transaction, input), each between the roots of the transaction's first
//! input address and of another one; the root of the smaller tree becomes a child of the other (on a tie, the later
//! address). A tree's depth is at most log2 of its size, so at most 31. A root's size is that of its last link as
//! parent, kept in the `strict_child` runs for committed links and here for the others.

use std::collections::HashMap;

use crate::coinjoin::{Eras, Exclusion};
use crate::ids::{AddressId, TxNum, NONE_SAT, NONE_U32};
use crate::script::{Kind, SpendFlags};
use crate::store::error::StoreError;
use crate::store::journal::Link;
use crate::store::{Delta, Snapshot};
use crate::tx_view::{InputView, OutputView, TxHead, ViewBuffers};

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
    exclusion: Exclusion,
    view: ViewBuffers,
}

/// What the forest wants to know of a transaction: parallel slices of its inputs and of its outputs.
#[derive(Debug, Clone, Copy)]
pub struct NewTx<'a> {
    /// Its row.
    pub tx: TxNum,
    /// Its height, flags and so on; the fee is not looked at.
    pub head: TxHead,
    /// Per input: address or NONE.
    pub input_address: &'a [u32],
    /// Per input: value or NONE.
    pub input_value_sat: &'a [i64],
    /// Per input: as the column.
    pub input_spend_flags: &'a [u32],
    /// Per output: address or NONE.
    pub output_address: &'a [u32],
    /// Per output: value.
    pub output_value_sat: &'a [i64],
}

impl Forest {
    /// A forest that grows on `base_addresses` committed addresses.
    #[must_use]
    pub fn new(base_addresses: u64, eras: Eras) -> Forest {
        let exclusion = Exclusion::new(eras);
        Forest { base_addresses, first_new: base_addresses, exclusion, ..Forest::default() }
    }

    /// Links what a transaction ties together, unless it is one that is left alone.
    ///
    /// # Errors
    /// If the store's forest is not one.
    pub fn add_tx(&mut self, base: &Snapshot, delta: &mut Delta, new: &NewTx<'_>) -> Result<(), StoreError> {
        self.inputs.clear();
        self.inputs.extend(new.input_address.iter().filter(|address| **address != NONE_U32));
        let Some(&first) = self.inputs.first() else { return Ok(()) };
        if self.inputs.iter().all(|address| *address == first) || self.is_excluded(base, delta, new) {
            return Ok(());
        }
        let mut root = self.root(base, delta, first)?;
        for n in 1..self.inputs.len() {
            let other = self.root(base, delta, self.inputs[n])?;
            if other != root {
                root = self.link(base, delta, new.tx, root, other);
            }
        }
        Ok(())
    }

    fn is_excluded(&mut self, base: &Snapshot, delta: &Delta, new: &NewTx<'_>) -> bool {
        let outputs = new.output_value_sat.iter().copied().zip(new.output_address.iter().copied());
        if !self.exclusion.may_be_excluded(outputs.clone()) {
            return false;
        }
        let kind_of = |address: u32| {
            let kind = match u64::from(address).checked_sub(self.base_addresses) {
                Some(row) => delta.address_kind.get(row as usize),
                None => base.columns.address_kind.get(address as usize),
            };
            kind.copied().and_then(Kind::from_u8)
        };
        self.view.clear();
        for (n, address) in new.input_address.iter().enumerate() {
            self.view.inputs.push(InputView {
                value_sat: new.input_value_sat.get(n).copied().filter(|value| *value != NONE_SAT),
                address: *address,
                kind: kind_of(*address),
                sequence: 0,
                spend_flags: SpendFlags(new.input_spend_flags.get(n).copied().unwrap_or(0)),
            });
        }
        for (n, (value_sat, address)) in outputs.enumerate() {
            let kind = if address == NONE_U32 { Kind::OpReturn } else { kind_of(address).unwrap_or(Kind::Nonstandard) };
            self.view.outputs.push(OutputView { value_sat, address, kind, n: n as u32 });
        }
        self.exclusion.is_excluded(self.view.view(new.head))
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
