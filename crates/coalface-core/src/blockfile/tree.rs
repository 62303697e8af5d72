//! Blocks tied to their parents.

use std::collections::{HashMap, HashSet, VecDeque};

use super::scan::BlockRef;
use crate::hash::Hash32;

/// No node.
pub(super) const NONE: u32 = u32::MAX;

/// One distinct block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// Index of the copy used.
    pub(super) block: usize,
    /// Its parent, or [`NONE`] if that is not here.
    pub(super) parent: u32,
    /// Blocks below it in its component.
    pub(super) depth: u32,
    /// Its component.
    pub(super) component: u32,
}

/// A forest of blocks. Memory: about 150 bytes a block with its index.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    pub(super) by_hash: HashMap<Hash32, u32>,
    /// Nodes, parents before children.
    pub(super) walk: Vec<u32>,
    /// Nodes that hang on no root. Hashes forbid such rings; references made up by a caller do not.
    pub(super) rootless: Vec<u32>,
    pub(super) n_components: usize,
    /// The component of the genesis block.
    pub(super) genesis: Option<u32>,
    /// The component that hangs on a genesis block that is not here.
    pub(super) after_genesis: Option<u32>,
    /// Further copies of blocks already here.
    pub(super) n_duplicates: u64,
}

impl Tree {
    /// Ties `blocks` together, the first good copy of each.
    ///
    /// Two blocks are in one component if they have a common ancestor, be it only a parent that is not here but is
    /// named by both: siblings are rivals. Zero, the "parent" of a genesis block, ties nothing.
    pub(super) fn build(blocks: &[BlockRef], bad_copies: &HashSet<usize>, genesis: Hash32) -> Tree {
        let mut tree = Tree::default();
        for (index, block) in blocks.iter().enumerate() {
            if bad_copies.contains(&index) {
                continue;
            }
            let node = u32::try_from(tree.nodes.len()).expect("2^32 block references do not fit into memory");
            if let std::collections::hash_map::Entry::Vacant(entry) = tree.by_hash.entry(block.hash) {
                entry.insert(node);
                tree.nodes.push(Node { block: index, parent: NONE, depth: 0, component: NONE });
            } else {
                tree.n_duplicates += 1;
            }
        }
        tree.tie(blocks, genesis);
        tree
    }

    fn tie(&mut self, blocks: &[BlockRef], genesis: Hash32) {
        let n = self.nodes.len();
        // Children of node i: children[starts[i]..starts[i + 1]].
        let mut starts = vec![0usize; n + 1];
        for node in &mut self.nodes {
            if blocks[node.block].hash != genesis {
                node.parent = self.by_hash.get(&blocks[node.block].header.prev).copied().unwrap_or(NONE);
            }
            if node.parent != NONE {
                starts[node.parent as usize + 1] += 1;
            }
        }
        for i in 0..n {
            starts[i + 1] += starts[i];
        }
        let mut children = vec![NONE; starts[n]];
        let mut next = starts.clone();
        let mut queue = VecDeque::new();
        let mut missing_parents: HashMap<Hash32, u32> = HashMap::new();
        for index in 0..n {
            let node = &mut self.nodes[index];
            let number = index as u32; // below 2^32, checked when the nodes were made
            if node.parent != NONE {
                children[next[node.parent as usize]] = number;
                next[node.parent as usize] += 1;
                continue;
            }
            let BlockRef { hash, header, .. } = &blocks[node.block];
            let new = self.n_components as u32; // no more components than nodes
            node.component = if *hash == genesis || header.prev == Hash32::default() {
                new
            } else {
                *missing_parents.entry(header.prev).or_insert(new)
            };
            if *hash == genesis {
                self.genesis = Some(new);
            }
            if header.prev == genesis {
                self.after_genesis = Some(node.component);
            }
            if node.component == new {
                self.n_components += 1;
            }
            queue.push_back(number);
        }
        // Terminates: a node has one parent, so it is queued once.
        while let Some(number) = queue.pop_front() {
            self.walk.push(number);
            let Node { depth, component, .. } = self.nodes[number as usize];
            for &child in &children[starts[number as usize]..starts[number as usize + 1]] {
                self.nodes[child as usize].depth = depth + 1;
                self.nodes[child as usize].component = component;
                queue.push_back(child);
            }
        }
        self.rootless = (0..n as u32).filter(|node| self.nodes[*node as usize].component == NONE).collect();
    }
}
