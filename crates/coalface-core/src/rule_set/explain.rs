//! Which evidence ties two addresses together: the forest's path, as steps that can be checked by hand.
//!
//! The path whose latest evidence is as early as possible. It is not the shortest one.

use super::record::Link;
use super::view::{SetView, MAX_DEPTH};
use crate::ids::AddressId;
use crate::store::StoreError;

/// One step: the evidence of `link` ties `from` to `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The side that the explanation comes from.
    pub from: AddressId,
    /// The other.
    pub to: AddressId,
    /// Rule, transaction, stamp.
    pub link: Link,
}

/// Steps from `a` to `b` after the first `links` links; `None` if they are not in one cluster. At most `limit` steps are
/// given; the second value says whether there are more.
///
/// # Errors
/// If the set contradicts itself.
pub fn explain(
    view: &SetView,
    a: AddressId,
    b: AddressId,
    links: u32,
    limit: usize,
) -> Result<Option<(Vec<Step>, bool)>, StoreError> {
    if view.root_of(a, links)? != view.root_of(b, links)? {
        return Ok(None);
    }
    let mut steps = Vec::new();
    // Pairs still to be tied, in order. The link that ties a pair is earlier than the one that led to it, so the work
    // ends; each found link is a step of the answer.
    let mut open = vec![(a, b, links)];
    while let Some((from, to, links)) = open.pop() {
        if from == to {
            continue;
        }
        if steps.len() == limit {
            return Ok(Some((steps, true)));
        }
        let (number, link) = joining_link(view, from, to, links)?;
        // Each end of the evidence lay in the cluster of one of the two before it.
        let root = view.root_of(from, number)?;
        let is_forward = view.root_of(link.from, number)? == root;
        let (left, right) = if is_forward { (link.from, link.to) } else { (link.to, link.from) };
        if view.root_of(left, number)? != root || view.root_of(right, number)? != view.root_of(to, number)? {
            let offset = u64::from(number) * size_of::<Link>() as u64;
            let what = format!("link {number} is not made by the addresses that it names: {link:?}");
            return Err(view.files.corrupt("links", offset, what));
        }
        // Taken from the end: first what leads to `left`, then the step, then what leads on from `right`.
        open.push((right, to, number));
        if left == from {
            steps.push(Step { from: left, to: right, link });
        } else {
            open.push((left, right, number + 1));
            open.push((from, left, number));
        }
    }
    Ok(Some((steps, false)))
}

/// The link by which two addresses of one cluster came together: the latest one on the path between them.
fn joining_link(view: &SetView, a: AddressId, b: AddressId, links: u32) -> Result<(u32, Link), StoreError> {
    let path = |mut node: AddressId| -> Result<Vec<u32>, StoreError> {
        let mut path = Vec::new();
        while let Some(number) = view.up(node, links) {
            if path.len() > MAX_DEPTH {
                let what = format!("the forest is deeper than {MAX_DEPTH} at address row {node}");
                return Err(view.files.corrupt("links", 0, what));
            }
            path.push(number);
            node = view.link(number)?.parent;
        }
        Ok(path)
    };
    let (mut up_a, mut up_b) = (path(a)?, path(b)?);
    while let (Some(x), Some(y)) = (up_a.last(), up_b.last()) {
        if x != y {
            break;
        }
        up_a.pop();
        up_b.pop();
    }
    let latest = up_a.into_iter().chain(up_b).max();
    let number =
        latest.ok_or_else(|| view.files.corrupt("links", 0, format!("two roots in the tree of {a} and {b}")))?;
    Ok((number, view.link(number)?))
}
