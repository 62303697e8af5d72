//! Multi-input unions of many lists alone, kept as narrowly as they can be: 16 bytes a union while the forest grows.
//!
//! What a [`Link`] has besides follows from the unions before it, and is [made from them](Lean::links) when it is written:
//! growing spends its time on memory, not on sums.

use bytemuck::{Pod, Zeroable};

use super::edge::{Edge, Rule};
use super::record::Link;
use super::union::{find, prefetch, Dense};
use super::zeroed::Zeroed;
use crate::ids::{AddressId, TxNum, NONE_U32};
use crate::store::StoreError;

/// How many addresses ahead their memory is asked for.
const AHEAD: usize = 48;

/// What made two clusters one. 16 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Union {
    /// Root that stayed one.
    pub parent: AddressId,
    /// Root that became its child.
    pub child: AddressId,
    /// The transaction that ties them.
    pub tx: TxNum,
    /// The input of it that does; the other is its first.
    pub to: AddressId,
}

/// Transactions' input addresses: list `n` is `addresses[offsets[n]..offsets[n + 1]]`.
#[derive(Debug, Clone, Copy)]
pub struct Lists<'a> {
    /// Where lists begin, and where the last one ends. They never fall.
    pub offsets: &'a [u64],
    /// All in range.
    pub addresses: &'a [AddressId],
}

/// The forest: four bytes an address, and the unions in the order in which they were made.
#[derive(Debug)]
pub struct Lean {
    /// Of a root the size of its cluster less one; of another the complement of an address nearer to its root.
    cells: Zeroed<u32>,
    unions: Zeroed<Union>,
    n_unions: usize,
    first_child: u32,
}

impl Lean {
    /// Most addresses: complements of addresses and sizes share 32 bits.
    pub const MAX_ADDRESSES: u64 = 1 << 31;

    /// Unites what each list has, its first address with the others in order. All offsets and addresses are in range.
    ///
    /// # Errors
    /// [`StoreError::Full`] if there are more than [`Lean::MAX_ADDRESSES`].
    pub fn of(lists: Lists<'_>, addresses: u64) -> Result<Lean, StoreError> {
        if addresses > Lean::MAX_ADDRESSES {
            let limit = Lean::MAX_ADDRESSES;
            return Err(StoreError::Full { what: "addresses to cluster", wanted: addresses, limit });
        }
        // An address becomes a child once.
        let (mut cells, mut unions) = (Zeroed::new(addresses as usize), Zeroed::new(addresses as usize));
        let first_child = (addresses as u32).wrapping_neg();
        let n_unions = unite(lists, &mut cells, &mut unions, first_child);
        Ok(Lean { cells, unions, n_unions, first_child })
    }

    /// The unions in the order in which they were made.
    #[must_use]
    pub fn unions(&self) -> &[Union] {
        &self.unions[..self.n_unions]
    }

    /// Calls `made` with the link of every union, as [`Dense::unite`] makes them; returns the bytes of memory that it took.
    ///
    /// # Errors
    /// If the lists are not those that the unions are of.
    pub fn links(&self, lists: Lists<'_>, mut made: impl FnMut(Link)) -> Result<u64, StoreError> {
        let mut dense = Dense::new(self.cells.len() as u64)?;
        for (n, union) in self.unions().iter().enumerate() {
            if let Some(later) = self.unions().get(n + AHEAD / 2) {
                dense.expect(later.parent, later.child);
            }
            let Union { parent, child, tx, to } = *union;
            let from = lists.offsets.get(tx as usize).and_then(|start| lists.addresses.get(*start as usize));
            let edge = |from: &AddressId| Edge { from: *from, to, tx, stamp: tx, rule: Rule::MultiInput, score: 0 };
            let link = from.and_then(|from| dense.widen(parent, child, &edge(from))).ok_or_else(|| {
                StoreError::OutOfRange {
                    what: "transaction of a union",
                    id: u64::from(tx),
                    limit: lists.offsets.len() as u64,
                }
            })?;
            made(link);
        }
        Ok(dense.memory_bytes())
    }

    /// Smallest address of the cluster of every address.
    #[must_use]
    pub fn anchors(&mut self) -> Vec<AddressId> {
        let n = self.cells.len();
        let mut first_of = vec![NONE_U32; n];
        let mut anchor = |id: AddressId| {
            let first = &mut first_of[find(&mut self.cells, self.first_child, id).0 as usize];
            *first = (*first).min(id);
            *first
        };
        // Ascending, so that the first one seen of a root is its smallest.
        (0..n as u32).map(&mut anchor).collect()
    }
}

/// Returns the number of unions.
fn unite(lists: Lists<'_>, cells: &mut [u32], unions: &mut [Union], first_child: u32) -> usize {
    let mut n_unions = 0;
    for (tx, range) in lists.offsets.windows(2).enumerate() {
        let list = &lists.addresses[range[0] as usize..range[1] as usize];
        let Some(&from) = list.first() else { continue };
        let mut first = find(cells, first_child, from);
        for (at, &to) in (range[0] as usize..).zip(list).skip(1) {
            if let Some(later) = lists.addresses.get(at + AHEAD) {
                prefetch(cells, *later);
            }
            let other = find(cells, first_child, to);
            if other.0 == first.0 {
                continue;
            }
            // As in `union::link`: the smaller becomes the child, on a tie the later address.
            let stays = first.1 > other.1 || (first.1 == other.1 && first.0 < other.0);
            let (parent, child) = if stays { (first, other) } else { (other, first) };
            // Sizes less one: at most the number of addresses.
            first = (parent.0, parent.1 + child.1 + 1);
            cells[child.0 as usize] = !parent.0;
            cells[parent.0 as usize] = first.1;
            unions[n_unions] = Union { parent: parent.0, child: child.0, tx: tx as u32, to };
            n_unions += 1;
        }
    }
    n_unions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_clusters_are_those_of_the_wide_forest() {
        let mut state = 11u64;
        let mut random = |n: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) % n
        };
        for n_addresses in [1, 2, 50, 3000] {
            let (mut offsets, mut addresses, mut edges) = (vec![0], Vec::new(), Vec::new());
            for tx in 0..n_addresses as u32 / 2 {
                let list: Vec<u32> = (0..random(5)).map(|_| random(n_addresses) as u32).collect();
                let edge = |to: &u32| Edge { from: list[0], to: *to, tx, stamp: tx, rule: Rule::MultiInput, score: 0 };
                edges.extend(list.iter().skip(1).map(edge));
                addresses.extend(&list);
                offsets.push(addresses.len() as u64);
            }
            let lists = Lists { offsets: &offsets, addresses: &addresses };
            let mut lean = Lean::of(lists, n_addresses).unwrap();
            let (mut found, mut expected) = (Vec::new(), Vec::new());
            lean.links(lists, |link| found.push(link)).unwrap();
            let mut dense = Dense::new(n_addresses).unwrap();
            let made = |link| {
                expected.push(link);
                Ok::<(), ()>(())
            };
            dense.unite(&edges, made).unwrap();
            assert_eq!(found, expected);
            assert_eq!(lean.anchors(), dense.anchors());
        }
    }
}
