//! Uniting: which of two clusters becomes the child, and what the link between them says.
//!
//! The same for both ways of keeping the forest at hand, so that they make the same links: [`Dense`] holds two arrays over
//! all addresses and is fast for many, [`Sparse`](super::sparse::Sparse) holds what it touched and is fast for few.

use super::edge::Edge;
use super::record::Link;
use super::zeroed::Zeroed;
use crate::ids::{AddressId, NONE_U32};
use crate::store::StoreError;

/// What is known of a root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Root {
    /// The address.
    pub id: AddressId,
    /// Addresses below and including it.
    pub size: u32,
    /// Latest link of which it is the parent, or NONE.
    pub down: u32,
    /// Smallest address of the cluster.
    pub anchor: AddressId,
}

/// The link that unites two roots: the smaller becomes the child, on a tie the later address.
#[must_use]
#[inline(always)]
pub fn link(a: Root, b: Root, edge: &Edge) -> Link {
    let a_stays = a.size > b.size || (a.size == b.size && a.id < b.id);
    let (parent, child) = if a_stays { (a, b) } else { (b, a) };
    Link {
        parent: parent.id,
        child: child.id,
        previous: parent.down,
        size: parent.size.saturating_add(child.size),
        anchor: parent.anchor.min(child.anchor),
        stamp: edge.stamp,
        tx: edge.tx,
        from: edge.from,
        to: edge.to,
        rule: edge.rule as u8,
        reserved: 0,
        score: edge.score,
    }
}

/// A cluster of several addresses, of [`Dense`].
#[derive(Debug, Clone, Copy, Default)]
struct Row {
    size: u32,
    down: u32,
    anchor: AddressId,
}

/// How many edges ahead the memory of their addresses is asked for.
const AHEAD: usize = 24;

/// The forest of many addresses: four bytes each, and 12 for each cluster of several. Paths are shortened here, not in the
/// links.
///
/// A cell is 0 for an address that stands alone, so that fresh memory needs no filling; below `first_child`, the number of
/// its cluster's row for a root; else the complement of an address nearer to its root. Rows of clusters that became part of
/// another are used again, so that there are never more than half as many as addresses.
#[derive(Debug, Default)]
pub struct Dense {
    cells: Zeroed<u32>,
    clusters: Clusters,
    first_child: u32,
}

#[derive(Debug, Default)]
struct Clusters {
    /// Number 0 is that of no cluster.
    rows: Vec<Row>,
    free: Vec<u32>,
    links: u32,
}

impl Dense {
    /// Most addresses: complements of addresses and numbers of rows share 32 bits.
    pub const MAX_ADDRESSES: u64 = (1 << 32) / 3 * 2;

    /// A forest of `addresses` addresses without a link.
    ///
    /// # Errors
    /// [`StoreError::Full`] if there are more than [`Dense::MAX_ADDRESSES`].
    pub fn new(addresses: u64) -> Result<Dense, StoreError> {
        if addresses > Dense::MAX_ADDRESSES {
            let limit = Dense::MAX_ADDRESSES;
            return Err(StoreError::Full { what: "addresses to cluster", wanted: addresses, limit });
        }
        let clusters = Clusters { rows: vec![Row::default()], ..Clusters::default() };
        // Without an address there is nothing to ask for.
        let first_child = (addresses as u32).wrapping_neg();
        Ok(Dense { cells: Zeroed::new(addresses as usize), clusters, first_child })
    }

    /// Takes a link over that was made before; false, and nothing is done, if it is none between two roots.
    #[must_use]
    pub fn replay(&mut self, link: &Link) -> bool {
        let (Some(parent), Some(child)) = (self.root_cell(link.parent), self.root_cell(link.child)) else {
            return false;
        };
        if link.parent == link.child {
            return false;
        }
        self.clusters.note(&mut self.cells, link, parent, child);
        true
    }

    /// Unites along `edges` in order, and calls `made` with every link. All addresses are in range.
    ///
    /// # Errors
    /// What `made` returns.
    pub fn unite<E>(&mut self, edges: &[Edge], mut made: impl FnMut(Link) -> Result<(), E>) -> Result<(), E> {
        let Dense { cells, clusters, first_child } = self;
        let (cells, first_child) = (&mut cells[..], *first_child);
        let mut from = (NONE_U32, (0, 0));
        for (n, edge) in edges.iter().enumerate() {
            if let Some(later) = edges.get(n + AHEAD) {
                prefetch(cells, later.to);
                if later.from != edge.from {
                    prefetch(cells, later.from);
                }
            }
            // Edges of one transaction have one beginning.
            if from.0 != edge.from {
                from = (edge.from, find(cells, first_child, edge.from));
            }
            let other = find(cells, first_child, edge.to);
            if other.0 == from.1 .0 {
                continue;
            }
            let link = link(clusters.root(from.1), clusters.root(other), edge);
            from.1 = clusters.unite(cells, &link, from.1, other);
            made(link)?;
        }
        Ok(())
    }

    /// Makes the link of a union that is known, as [`Dense::unite`] made or would have made it; none if it is not one of two
    /// roots, of which `parent` stays.
    pub fn widen(&mut self, parent: AddressId, child: AddressId, edge: &Edge) -> Option<Link> {
        let (a, b) = (self.root_cell(parent)?, self.root_cell(child)?);
        let link = link(self.clusters.root((parent, a)), self.clusters.root((child, b)), edge);
        (link.child == child && parent != child).then(|| {
            self.clusters.note(&mut self.cells, &link, a, b);
            link
        })
    }

    /// Asks for the memory of two addresses that are united soon.
    #[inline(always)]
    pub(super) fn expect(&self, parent: AddressId, child: AddressId) {
        prefetch(&self.cells, parent);
        prefetch(&self.cells, child);
    }

    /// Bytes of memory at the most so far.
    #[must_use]
    pub fn memory_bytes(&self) -> u64 {
        let rows = self.clusters.rows.len() * size_of::<Row>() + self.clusters.free.capacity() * size_of::<u32>();
        (self.cells.len() * size_of::<u32>() + rows) as u64
    }

    fn root_cell(&self, id: AddressId) -> Option<u32> {
        self.cells.get(id as usize).copied().filter(|cell| *cell < self.first_child)
    }

    /// Number of links.
    #[must_use]
    pub fn links(&self) -> u32 {
        self.clusters.links
    }

    /// Smallest address of the cluster of every address.
    #[must_use]
    pub fn anchors(&mut self) -> Vec<AddressId> {
        let Dense { cells, clusters, first_child } = self;
        (0..cells.len() as u32).map(|id| clusters.root(find(cells, *first_child, id)).anchor).collect()
    }
}

impl Clusters {
    #[inline(always)]
    fn root(&self, (id, cell): (AddressId, u32)) -> Root {
        if cell == 0 {
            return Root { id, size: 1, down: NONE_U32, anchor: id };
        }
        let Row { size, down, anchor } = self.rows[cell as usize];
        Root { id, size, down, anchor }
    }

    /// Writes a link between two roots down; the one that is left.
    #[inline(always)]
    fn unite(&mut self, cells: &mut [u32], link: &Link, a: (AddressId, u32), b: (AddressId, u32)) -> (AddressId, u32) {
        let (parent, child) = if a.0 == link.parent { (a.1, b.1) } else { (b.1, a.1) };
        (link.parent, self.note(cells, link, parent, child))
    }

    /// Writes a link down between roots with these cells; the cell of the one that is left.
    #[inline(always)]
    fn note(&mut self, cells: &mut [u32], link: &Link, parent: u32, child: u32) -> u32 {
        let row = Row { size: link.size, down: self.links, anchor: link.anchor };
        self.links += 1;
        cells[link.child as usize] = !link.parent;
        if parent != 0 {
            self.rows[parent as usize] = row;
            if child != 0 {
                self.free.push(child);
            }
            return parent;
        }
        // The larger has a row if the smaller has one; a damaged log may say otherwise.
        let number = if child != 0 { Some(child) } else { self.free.pop() };
        let number = match number {
            Some(number) => {
                self.rows[number as usize] = row;
                number
            }
            None => {
                self.rows.push(row);
                (self.rows.len() - 1) as u32
            }
        };
        cells[link.parent as usize] = number;
        number
    }
}

/// Root of an address, and its cell.
#[inline(always)]
pub(super) fn find(cells: &mut [u32], first_child: u32, id: AddressId) -> (AddressId, u32) {
    let mut node = id;
    let mut cell = cells[node as usize];
    while cell >= first_child {
        let above = cells[!cell as usize];
        if above < first_child {
            return (!cell, above);
        }
        // Halving: every other node is hung higher.
        cells[node as usize] = above;
        node = !above;
        cell = cells[node as usize];
    }
    (node, cell)
}

/// Asks for the memory of a row that is looked at soon.
#[inline(always)]
pub(super) fn prefetch<T>(rows: &[T], at: u32) {
    #[cfg(target_arch = "x86_64")]
    if let Some(row) = rows.get(at as usize) {
        // SAFETY: a prefetch reads nothing that the program sees, and the address is that of a live element.
        unsafe {
            use std::arch::x86_64::{_mm_prefetch, _MM_HINT_T0};
            _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(row).cast());
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (rows, at);
}

#[cfg(test)]
mod tests {
    use super::super::edge::Rule;
    use super::*;

    #[test]
    fn a_forest_of_random_edges_is_a_partition_with_its_smallest_address() {
        let mut state = 7u64;
        let mut random = |n: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            ((state >> 33) % n) as u32
        };
        let edges: Vec<Edge> = (0..700)
            .map(|n| Edge { from: random(1000), to: random(1000), tx: n, stamp: n, rule: Rule::MultiInput, score: 0 })
            .collect();
        let mut dense = Dense::new(1000).unwrap();
        let mut links = Vec::new();
        dense
            .unite(&edges, |link| {
                links.push(link);
                Ok::<(), ()>(())
            })
            .unwrap();
        // The slow way: labels that are painted over.
        let mut labels: Vec<u32> = (0..1000).collect();
        for edge in &edges {
            let (a, b) = (labels[edge.from as usize], labels[edge.to as usize]);
            labels.iter_mut().filter(|label| **label == a || **label == b).for_each(|label| *label = a.min(b));
        }
        assert_eq!(dense.anchors(), labels);
        let mut again = Dense::new(1000).unwrap();
        assert!(links.iter().all(|link| again.replay(link)));
        assert!(links.iter().all(|link| !again.replay(link)));
        assert_eq!(again.anchors(), labels);
        for (n, link) in links.iter().enumerate() {
            assert!(link.previous == NONE_U32 || links[link.previous as usize].parent == link.parent);
            assert!(links[..n].iter().all(|other| other.child != link.child && other.child != link.parent));
        }
    }
}
