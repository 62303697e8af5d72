//! Answers from the forest, as of any transaction bound.

use crate::ids::AddressId;
use crate::store::error::StoreError;
use crate::store::run::RunKind;
use crate::store::Snapshot;

/// A union-by-size forest over 2^32 addresses is at most 32 deep; deeper means a damaged store.
pub const MAX_DEPTH: usize = 33;

pub(crate) fn too_deep(node: AddressId) -> StoreError {
    let what = format!("the forest is deeper than {MAX_DEPTH} at address row {node}");
    StoreError::corrupt("columns/cluster_strict.parent", u64::from(node) * 4, what)
}

/// Root of the cluster of `id` as of transaction `bound`: the address that names the cluster.
///
/// # Errors
/// [`StoreError::Corrupt`] if the forest is too deep.
pub fn root_of(snapshot: &Snapshot, id: AddressId, bound: u64) -> Result<AddressId, StoreError> {
    let mut node = id;
    for _ in 0..MAX_DEPTH {
        match snapshot.strict_parent(node, bound) {
            Some((parent, _)) => node = parent,
            None => return Ok(node),
        }
    }
    Err(too_deep(node))
}

/// Number of addresses below and including `root` as of transaction `bound`. O(runs × log children).
#[must_use]
pub fn cluster_size(snapshot: &Snapshot, root: AddressId, bound: u64) -> u32 {
    // Within a run, children of one parent stand in the order of linking; later runs hold later links.
    for run in snapshot.runs(RunKind::StrictChild).rev() {
        let range = run.find(u64::from(root));
        let linked_by = |at: usize| u64::from(snapshot.columns.strict_link_tx.get(run.value(at) as usize));
        let in_chain = |at: usize| run.value(at) < snapshot.counts().addresses && linked_by(at) < bound;
        // Links taken back by a reorganisation stand at the end of a range, or were made again in a later run.
        let mut end = range.end;
        while end > range.start && !snapshot.is_live(run, run.get(end - 1)) {
            end -= 1;
        }
        let (mut low, mut high) = (range.start, end);
        while low < high {
            let middle = low + (high - low) / 2;
            if in_chain(middle) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        if low > range.start {
            return run.get(low - 1).extra;
        }
    }
    1
}

/// Calls `each` with every address of the cluster under `root` as of transaction `bound`, root first, until it says stop.
///
/// Memory grows with the width of the tree, not with what `each` keeps. Returns whether all were given; `false` too
/// where a damaged store names more members than it has addresses.
pub fn members(snapshot: &Snapshot, root: AddressId, bound: u64, each: &mut dyn FnMut(AddressId) -> bool) -> bool {
    let mut stack = vec![root];
    // Ends on any bytes: no more nodes are ever put on the stack than there are addresses.
    let mut room = snapshot.counts().addresses;
    while let Some(node) = stack.pop() {
        if !each(node) {
            return false;
        }
        let from = stack.len();
        for entry in snapshot.entries(RunKind::StrictChild, u64::from(node)) {
            let child = entry.value as AddressId;
            if u64::from(snapshot.columns.strict_link_tx.get(child as usize)) < bound && child != root {
                if room == 0 {
                    return false;
                }
                room -= 1;
                stack.push(child);
            }
        }
        stack[from..].reverse();
    }
    true
}
