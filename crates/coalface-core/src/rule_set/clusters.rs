//! Clusters as of a block, whichever set they are of: the store's own `strict`, or a named one beside it.

use super::edge::Rule;
use super::record::Link;
use super::view::{AsOf, SetView};
use crate::forest;
use crate::ids::AddressId;
use crate::lookup::Bound;
use crate::store::{Snapshot, StoreError};

/// The clusters of one set as of a block.
#[derive(Debug, Clone, Copy)]
pub struct ClustersAt<'a> {
    snapshot: &'a Snapshot,
    /// `None` is the store's own set.
    view: Option<&'a SetView>,
    as_of: AsOf,
    bound: Bound,
}

impl<'a> ClustersAt<'a> {
    /// Clusters as of `bound`, or of the last block that the set has taken in if that is before it.
    ///
    /// # Errors
    /// If the set contradicts itself.
    pub fn new(snapshot: &'a Snapshot, view: Option<&'a SetView>, bound: &Bound) -> Result<Self, StoreError> {
        let as_of = match view {
            None => AsOf { blocks: bound.blocks, links: 0 },
            Some(view) => view.as_of(snapshot, bound)?,
        };
        Ok(ClustersAt { snapshot, view, as_of, bound: Bound::blocks(snapshot, as_of.blocks) })
    }

    /// The store.
    #[must_use]
    pub fn snapshot(&self) -> &'a Snapshot {
        self.snapshot
    }

    /// The named set; `None` is the store's own.
    #[must_use]
    pub(super) fn view(&self) -> Option<&'a SetView> {
        self.view
    }

    /// Blocks, and links of a named set.
    #[must_use]
    pub fn as_of(&self) -> &AsOf {
        &self.as_of
    }

    /// Rows that these clusters rest on.
    #[must_use]
    pub fn bound(&self) -> &Bound {
        &self.bound
    }

    /// Root of the cluster of `id`.
    ///
    /// # Errors
    /// If the forest is not one.
    pub fn root_of(&self, id: AddressId) -> Result<AddressId, StoreError> {
        match self.view {
            None => forest::root_of(self.snapshot, id, self.bound.txs),
            Some(view) => view.root_of(id, self.as_of.links),
        }
    }

    /// Number of addresses under `root`, and the anchor that names them: the earliest address of a named set's cluster,
    /// which stays when others join; the root of the store's own.
    ///
    /// # Errors
    /// If the set contradicts itself.
    pub fn size_and_anchor(&self, root: AddressId) -> Result<(u32, AddressId), StoreError> {
        match self.view {
            None => Ok((forest::cluster_size(self.snapshot, root, self.bound.txs), root)),
            Some(view) => view.cluster(root, self.as_of.links),
        }
    }

    /// Calls `each` with every address under `root` until it says stop; returns whether all were given.
    ///
    /// # Errors
    /// If the set contradicts itself.
    pub fn members(&self, root: AddressId, each: &mut dyn FnMut(AddressId) -> bool) -> Result<bool, StoreError> {
        match self.view {
            None => Ok(forest::members(self.snapshot, root, self.bound.txs, each)),
            Some(view) => view.members(root, self.as_of.links, &mut |id, _| each(id)),
        }
    }

    /// Links of a rule that keep the cluster under `root` together, of its first `limit` addresses. The store's own set
    /// keeps none.
    ///
    /// # Errors
    /// If the set contradicts itself.
    pub fn links_by(&self, rule: Rule, root: AddressId, limit: usize) -> Result<Vec<Link>, StoreError> {
        let Some(view) = self.view else { return Ok(Vec::new()) };
        let (mut links, mut n_seen) = (Vec::new(), 0);
        view.members(root, self.as_of.links, &mut |_, link| {
            links.extend(link.filter(|link| link.rule == rule as u8));
            n_seen += 1;
            n_seen < limit
        })?;
        Ok(links)
    }

    /// Whether ledger facts alone tie the cluster under `root` together, which has more than one address.
    ///
    /// # Errors
    /// If the set contradicts itself.
    pub fn is_fact(&self, root: AddressId) -> Result<bool, StoreError> {
        let Some(view) = self.view else { return Ok(false) };
        let is_fact = |rule: u8| Rule::from_u8(rule).is_some_and(Rule::is_fact);
        let all = view.members(root, self.as_of.links, &mut |_, link| link.is_none_or(|link| is_fact(link.rule)))?;
        Ok(all && view.down(root, self.as_of.links)?.is_some())
    }
}
