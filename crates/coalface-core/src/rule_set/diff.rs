//! What two rule sets make of the same addresses: clusters of one that the other keeps in several parts.
//!
//! Over all addresses: eight bytes each for the two names, and eight more while pairs of them are sorted.

use std::collections::HashMap;

use rayon::prelude::*;

use super::record::Link;
use super::union::Dense;
use super::view::{AsOf, SetView};
use crate::forest;
use crate::ids::{AddressId, NONE_U32, NONE_U64};
use crate::lookup::Bound;
use crate::store::{Snapshot, StoreError};

/// Anchor of the cluster of every address by the store's own rule set.
///
/// # Errors
/// If the forest is not one.
pub fn strict_anchors(snapshot: &Snapshot, bound: &Bound) -> Result<Vec<AddressId>, StoreError> {
    let n = snapshot.counts_at(bound.blocks)?.addresses as u32;
    let roots: Vec<u32> =
        (0..n).into_par_iter().map(|id| forest::root_of(snapshot, id, bound.txs)).collect::<Result<_, _>>()?;
    // Ascending, so that the first address seen of a root is its smallest.
    let mut anchors = vec![NONE_U32; n as usize];
    for (id, root) in (0..n).zip(&roots) {
        let anchor = anchors.get_mut(*root as usize).ok_or_else(|| {
            StoreError::corrupt("columns/cluster_strict.parent", u64::from(id) * 4, "a root that appears later")
        })?;
        *anchor = (*anchor).min(id);
    }
    Ok(roots.into_iter().map(|root| anchors[root as usize]).collect())
}

/// Anchor of the cluster of every address of the first blocks by a set.
///
/// # Errors
/// If the set contradicts itself.
pub fn set_anchors(snapshot: &Snapshot, view: &SetView, as_of: &AsOf) -> Result<Vec<AddressId>, StoreError> {
    let n = snapshot.counts_at(as_of.blocks)?.addresses;
    let mut dense = Dense::new(n)?;
    for slice in view.links.slices(0, u64::from(as_of.links)) {
        for link in slice {
            if !dense.replay(link) {
                let offset = u64::from(dense.links()) * size_of::<Link>() as u64;
                return Err(view.files.corrupt("links", offset, format!("{link:?} is not between two roots")));
            }
        }
    }
    Ok(dense.anchors())
}

/// Part of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Its anchor in the other set.
    pub anchor: AddressId,
    /// Addresses of the cluster in it.
    pub size: u32,
    /// What these hold unspent.
    pub value_sat: i64,
}

/// A cluster of one set that is several in the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Divided {
    /// Its anchor.
    pub anchor: AddressId,
    /// Its addresses.
    pub size: u32,
    /// Number of parts.
    pub n_parts: u32,
    /// The biggest of them, by addresses.
    pub parts: Vec<Part>,
    /// What all of its addresses hold unspent.
    pub value_sat: i64,
}

/// Parts that are listed.
const MAX_PARTS: usize = 10;

/// Clusters of `of` that are several in `by`, those with most addresses outside of their biggest part first, at most
/// `limit`; and how many there are.
///
/// # Errors
/// If the store contradicts itself.
pub fn divided(
    snapshot: &Snapshot,
    bound: &Bound,
    of: &[AddressId],
    by: &[AddressId],
    limit: usize,
) -> Result<(Vec<Divided>, u64), StoreError> {
    let mut pairs: Vec<u64> = of.par_iter().zip(by).map(|(of, by)| u64::from(*of) << 32 | u64::from(*by)).collect();
    pairs.par_sort_unstable();
    let mut found = Vec::new();
    for cluster in pairs.chunk_by(|a, b| a >> 32 == b >> 32) {
        if cluster[0] == cluster[cluster.len() - 1] {
            continue;
        }
        let part = |pairs: &[u64]| Part { anchor: pairs[0] as u32, size: pairs.len() as u32, value_sat: 0 };
        let mut parts: Vec<Part> = cluster.chunk_by(|a, b| a == b).map(part).collect();
        let (n_parts, size) = (parts.len() as u32, cluster.len() as u32);
        parts.sort_unstable_by_key(|part| (std::cmp::Reverse(part.size), part.anchor));
        parts.truncate(MAX_PARTS);
        found.push(Divided { anchor: (cluster[0] >> 32) as u32, size, n_parts, parts, value_sat: 0 });
    }
    drop(pairs);
    let n_found = found.len() as u64;
    found.sort_unstable_by_key(|cluster| (std::cmp::Reverse(cluster.size - cluster.parts[0].size), cluster.anchor));
    found.truncate(limit);
    add_values(snapshot, bound, of, by, &mut found)?;
    Ok((found, n_found))
}

/// Sums what is unspent as of `bound`, in one pass over the outputs.
fn add_values(
    snapshot: &Snapshot,
    bound: &Bound,
    of: &[AddressId],
    by: &[AddressId],
    found: &mut [Divided],
) -> Result<(), StoreError> {
    let places: HashMap<AddressId, usize> = found.iter().enumerate().map(|(n, cluster)| (cluster.anchor, n)).collect();
    let columns = &*snapshot.columns;
    let n_outputs = bound.outputs.min(columns.output_value_sat.len() as u64) as usize;
    for output in 0..n_outputs {
        let address = columns.output_address[output] as usize;
        let Some((of, by)) = of.get(address).zip(by.get(address)) else { continue };
        let Some(place) = places.get(of) else { continue };
        if snapshot.spent_by(output as u64, bound.inputs).unwrap_or(NONE_U64) != NONE_U64 {
            continue;
        }
        let (cluster, value_sat) = (&mut found[*place], columns.output_value_sat[output]);
        let sum = |sum: i64| {
            let what = || StoreError::corrupt("columns/output.value_sat", output as u64 * 8, "sums past 63 bits");
            sum.checked_add(value_sat).ok_or_else(what)
        };
        cluster.value_sat = sum(cluster.value_sat)?;
        if let Some(part) = cluster.parts.iter_mut().find(|part| part.anchor == *by) {
            part.value_sat = sum(part.value_sat)?;
        }
    }
    Ok(())
}
