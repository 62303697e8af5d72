//! The forest, grown over rows that are written but not committed.

use super::Build;
use crate::forest::grow::{Child, Forest};
use crate::ids::NONE_U32;
use crate::store::{Delta, Snapshot};
use crate::Result;

/// Grows the forest and writes its columns; returns its links in the order they were made.
pub(super) fn grow(build: &Build<'_>, snapshot: &Snapshot) -> Result<Vec<Child>> {
    let storage = &*build.storage;
    let (columns, counts) = (&*snapshot.columns, snapshot.counts());
    let n = counts.addresses as usize;
    let mut delta = Delta { strict_parent: vec![NONE_U32; n], strict_link_tx: vec![NONE_U32; n], ..Delta::default() };
    let mut forest = Forest::new(0);
    let end = |firsts: &[u64], tx: usize, all: u64| firsts.get(tx + 1).copied().unwrap_or(all) as usize;
    for tx in 0..counts.txs as usize {
        let inputs = columns.tx_first_input[tx] as usize..end(&columns.tx_first_input, tx, counts.inputs);
        if inputs.len() < 2 {
            continue;
        }
        let outputs = columns.tx_first_output[tx] as usize..end(&columns.tx_first_output, tx, counts.outputs);
        let outputs = outputs.map(|output| (columns.output_value_sat[output], columns.output_address[output]));
        forest.add_tx(snapshot, &mut delta, tx as u32, &columns.input_address[inputs], outputs)?;
    }
    for (file, cells) in [
        ("columns/cluster_strict.parent", &delta.strict_parent),
        ("columns/cluster_strict.link_tx", &delta.strict_link_tx),
    ] {
        storage.write_at(file, 0, bytemuck::cast_slice(cells))?;
        storage.sync(file)?;
    }
    Ok(std::mem::take(&mut forest.children))
}
