//! The two records of a set's log. Fixed width, little-endian, used where they lie.

use bytemuck::{Pod, Zeroable};

use crate::hash::Hash32;
use crate::ids::NONE_U32;

/// One union, in the order in which unions were made. 40 bytes; an address is the child of at most one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Link {
    /// Root that stayed one.
    pub parent: u32,
    /// Root that became its child.
    pub child: u32,
    /// The link before this one with the same parent, or NONE: a list of children, latest first.
    pub previous: u32,
    /// Addresses in the cluster afterwards.
    pub size: u32,
    /// Smallest address id in the cluster afterwards.
    pub anchor: u32,
    /// Transaction of the latest evidence: the link exists for bounds above it. Never falls along the log.
    pub stamp: u32,
    /// Transaction that it is about.
    pub tx: u32,
    /// The two addresses that the evidence ties.
    pub from: u32,
    /// See `from`.
    pub to: u32,
    /// See [`Rule`](super::Rule).
    pub rule: u8,
    /// Always 0.
    pub reserved: u8,
    /// Log-odds of the decision in hundredths of a nat, where the rule weighs evidence; else 0.
    pub score: i16,
}

/// One block that a set has taken in. 36 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct BlockRow {
    /// Its hash: by it a reorganisation is seen.
    pub hash: Hash32,
    /// Links after it.
    pub links: u32,
}

/// Where an address stands in the forest: 8 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Cell {
    /// The link that made it a child, or NONE.
    pub up: u32,
    /// The latest link of which it is the parent, or NONE.
    pub down: u32,
}

impl Cell {
    /// An address that nothing ties to another.
    pub const ALONE: Cell = Cell { up: NONE_U32, down: NONE_U32 };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_the_documented_format() {
        assert_eq!((size_of::<Link>(), size_of::<BlockRow>(), size_of::<Cell>()), (40, 36, 8));
    }
}
