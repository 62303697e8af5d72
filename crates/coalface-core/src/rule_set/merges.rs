//! What happened to the clusters of a set between two blocks: its log, read from one to the other.

use super::record::Link;
use super::view::SetView;
use crate::store::StoreError;

/// Two clusters became one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merge {
    /// By which evidence.
    pub link: Link,
    /// Anchor that names the cluster from now on.
    pub anchor: u32,
    /// Anchor that names nothing any more.
    pub lost_anchor: u32,
    /// Addresses of the cluster whose anchor stays, before.
    pub size: u32,
    /// Addresses of the other, before.
    pub lost_size: u32,
}

/// Merges between link number `from` and link number `to` of clusters that both had at least `least` addresses, in chain
/// order, at most `limit`; and how many there are.
///
/// # Errors
/// If the set contradicts itself.
pub fn merges(view: &SetView, from: u32, to: u32, least: u32, limit: usize) -> Result<(Vec<Merge>, u64), StoreError> {
    let (mut found, mut n_found) = (Vec::new(), 0);
    for number in from..to {
        let link = view.link(number)?;
        let (child_size, child_anchor) = match view.down(link.child, number)? {
            Some((_, before)) => (before.size, before.anchor),
            None => (1, link.child),
        };
        let parent_size = link.size.saturating_sub(child_size);
        if child_size.min(parent_size) < least {
            continue;
        }
        n_found += 1;
        if found.len() == limit {
            continue;
        }
        let parent_anchor =
            if link.previous == crate::ids::NONE_U32 { link.parent } else { view.link(link.previous)?.anchor };
        let is_child = child_anchor < parent_anchor;
        let (size, lost_size) = if is_child { (child_size, parent_size) } else { (parent_size, child_size) };
        let lost_anchor = child_anchor.max(parent_anchor);
        found.push(Merge { link, anchor: link.anchor, lost_anchor, size, lost_size });
    }
    Ok((found, n_found))
}
