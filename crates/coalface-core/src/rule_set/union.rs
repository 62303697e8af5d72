//! Uniting: which of two clusters becomes the child, and what the link between them says.
//!
//! The same for both ways of keeping the forest at hand, so that they make the same links: [`Dense`] holds two arrays over
//! all addresses and is fast for many, [`Sparse`](super::sparse::Sparse) holds what it touched and is fast for few.

use super::edge::{Edge, Rule};
use super::record::Link;
use super::zeroed::Zeroed;
use crate::ids::{AddressId, NONE_U32};

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

/// One address of [`Dense`]: of a root, its size less one, its latest link as parent plus one, and how far it is from the
/// smallest address of its cluster; of another, an address nearer to its root and [`CHILD`]. All zero is an address that
/// stands alone, so that fresh memory needs no filling.
type State = [u32; 3];

/// Mark of an address that is no root. No link has this number less one: there are fewer links than addresses.
const CHILD: u32 = u32::MAX;

/// How many edges ahead the memory of their addresses is asked for.
const AHEAD: usize = 24;

/// The forest of many addresses: 12 bytes each. Paths are shortened here, not in the links.
#[derive(Debug, Default)]
pub struct Dense {
    states: Zeroed<State>,
    links: u32,
}

impl Dense {
    /// A forest of `addresses` addresses without a link.
    #[must_use]
    pub fn new(addresses: usize) -> Dense {
        Dense { states: Zeroed::new(addresses), links: 0 }
    }

    /// Takes a link over that was made before. All of its addresses are in range.
    pub fn replay(&mut self, link: &Link) {
        note(&mut self.states, &mut self.links, link);
    }

    /// Unites along `edges` in order, and calls `made` with every link. All addresses are in range.
    ///
    /// # Errors
    /// What `made` returns.
    pub fn unite<E>(&mut self, edges: &[Edge], mut made: impl FnMut(Link) -> Result<(), E>) -> Result<(), E> {
        let Dense { states, links } = self;
        let states = &mut states[..];
        let mut from = (NONE_U32, (0, [0; 3]));
        for (n, edge) in edges.iter().enumerate() {
            if let Some(later) = edges.get(n + AHEAD) {
                prefetch(states, later.to);
                if later.from != edge.from {
                    prefetch(states, later.from);
                }
            }
            // Edges of one transaction have one beginning.
            if from.0 != edge.from {
                from = (edge.from, find(states, edge.from));
            }
            let other = find(states, edge.to);
            if other.0 == from.1 .0 {
                continue;
            }
            let link = link(root(from.1), root(other), edge);
            from.1 = (link.parent, note(states, links, &link));
            made(link)?;
        }
        Ok(())
    }

    /// Unites what each list has, as [`Dense::unite`] does the edges from its first address to the others. All offsets and
    /// addresses are in range.
    pub fn unite_lists(&mut self, offsets: &[u64], addresses: &[AddressId], mut made: impl FnMut(Link)) {
        let Dense { states, links } = self;
        let states = &mut states[..];
        for (n, range) in offsets.windows(2).enumerate() {
            let list = &addresses[range[0] as usize..range[1] as usize];
            let Some(&from) = list.first() else { continue };
            let mut first = find(states, from);
            for (at, to) in (range[0] as usize..).zip(list) {
                if let Some(later) = addresses.get(at + AHEAD) {
                    prefetch(states, *later);
                }
                let other = find(states, *to);
                if other.0 != first.0 {
                    let tx = n as u32;
                    let edge = Edge { from, to: *to, tx, stamp: tx, rule: Rule::MultiInput, score: 0 };
                    let link = link(root(first), root(other), &edge);
                    first = (link.parent, note(states, links, &link));
                    made(link);
                }
            }
        }
    }

    /// Number of links.
    #[must_use]
    pub fn links(&self) -> u32 {
        self.links
    }

    /// Smallest address of the cluster of every address.
    #[must_use]
    pub fn anchors(&mut self) -> Vec<AddressId> {
        let states = &mut self.states[..];
        (0..states.len() as u32).map(|id| root(find(states, id)).anchor).collect()
    }
}

#[inline(always)]
fn find(states: &mut [State], id: AddressId) -> (AddressId, State) {
    let mut node = id;
    let mut state = states[node as usize];
    while state[1] == CHILD {
        let above = states[state[0] as usize];
        if above[1] != CHILD {
            return (state[0], above);
        }
        // Halving: every other node is hung higher.
        states[node as usize][0] = above[0];
        node = above[0];
        state = states[node as usize];
    }
    (node, state)
}

#[inline(always)]
fn root((id, state): (AddressId, State)) -> Root {
    Root { id, size: state[0] + 1, down: state[1].wrapping_sub(1), anchor: id - state[2] }
}

/// Writes a link down; the state of its parent afterwards.
#[inline(always)]
fn note(states: &mut [State], links: &mut u32, link: &Link) -> State {
    *links += 1;
    states[link.child as usize] = [link.parent, CHILD, 0];
    let state = [link.size.saturating_sub(1), *links, link.parent.saturating_sub(link.anchor)];
    states[link.parent as usize] = state;
    state
}

#[inline(always)]
fn prefetch(states: &[State], id: AddressId) {
    #[cfg(target_arch = "x86_64")]
    if let Some(state) = states.get(id as usize) {
        // SAFETY: a prefetch reads nothing that the program sees, and the address is that of a live element.
        unsafe {
            use std::arch::x86_64::{_mm_prefetch, _MM_HINT_T0};
            _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(state).cast());
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (states, id);
}

#[cfg(test)]
mod tests {
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
        let mut dense = Dense::new(1000);
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
        let mut again = Dense::new(1000);
        links.iter().for_each(|link| again.replay(link));
        assert_eq!(again.anchors(), labels);
        for (n, link) in links.iter().enumerate() {
            assert!(link.previous == NONE_U32 || links[link.previous as usize].parent == link.parent);
            assert!(links[..n].iter().all(|other| other.child != link.child && other.child != link.parent));
        }
    }
}
