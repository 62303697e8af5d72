//! The forest over rows that are written but not committed: one pass in chain order, as [`crate::forest::grow`] does it.
//!
//! Memory is four bytes and a bit for each address: its parent, or its cluster's size where the bit says that it is a
//! root. Links go out as they are made: by window of the child for the columns, by window of the parent for the run.

use super::by_id::Row;
use super::checkpoint::Phase;
use super::error::MemoryError;
use super::spill::{Spill, SpillWriter};
use super::Build;
use crate::coinjoin::{Eras, Exclusion};
use crate::forest::walk::{too_deep, MAX_DEPTH};
use crate::ids::NONE_U32;
use crate::store::narrow::Rising;
use crate::store::{Snapshot, StoreError};
use crate::tx_view::ViewBuffers;
use crate::Result;

/// Transactions between two looks at whether to go on.
const TXS_A_TELL: u64 = 1 << 20;

/// Fails if the forest over so many addresses does not fit the memory.
pub(super) fn check_memory(build: &Build<'_>, n_addresses: u64) -> Result<(), MemoryError> {
    let needed = n_addresses * 4 + n_addresses / 8 + 3 * build.shape.buffer_bytes;
    if needed > build.shape.forest_bytes {
        let other = super::shape::RESERVE_BYTES;
        let received_bytes = build.shape.forest_bytes + other;
        return Err(MemoryError::TooLittle { received_bytes, allowed_bytes: needed + other });
    }
    Ok(())
}

/// Grows the forest and writes its columns. Returns the spill of its links by window of the parent, in the order they
/// were made: child, and size of the cluster afterwards.
pub(super) fn grow(build: &Build<'_>, snapshot: &Snapshot) -> Result<Spill> {
    let (storage, shape) = (&*build.storage, build.shape);
    let (columns, counts) = (&*snapshot.columns, snapshot.counts());
    let (n_windows, buffers) = (shape.n_windows(counts.addresses), shape.buffer_bytes as usize);
    let mut links = Links {
        shape,
        by_child: SpillWriter::create(storage, "links", n_windows, buffers)?,
        by_parent: SpillWriter::create(storage, "children", n_windows, buffers)?,
    };
    let mut cells = Cells::new(counts.addresses as usize);
    let mut inputs = Vec::new();
    let (mut exclusion, mut view) = (Exclusion::new(Eras::of(snapshot.network())), ViewBuffers::default());
    for tx in 0..counts.txs {
        if tx % TXS_A_TELL == 0 {
            build.tell(Phase::Forest, tx, counts.txs)?;
        }
        let addresses = rows(&columns.tx_first_input, tx, counts.inputs, &columns.input_address)?;
        if addresses.len() < 2 {
            continue;
        }
        inputs.clear();
        inputs.extend(addresses.iter().filter(|address| **address != NONE_U32));
        let Some(&first) = inputs.first() else { continue };
        if inputs.iter().all(|address| *address == first) {
            continue;
        }
        let to = rows(&columns.tx_first_output, tx, counts.outputs, &columns.output_address)?;
        let values = rows(&columns.tx_first_output, tx, counts.outputs, &columns.output_value_sat)?;
        let may_be_excluded = exclusion.may_be_excluded(values.iter().copied().zip(to.iter().copied()));
        if may_be_excluded && exclusion.is_excluded(view.fill(snapshot, tx as u32)?) {
            continue;
        }
        let mut root = cells.root(first)?;
        for address in &inputs[1..] {
            let other = cells.root(*address)?;
            if other != root {
                root = cells.link(root, other, tx as u32, &mut links)?;
            }
        }
    }
    drop(cells);
    let (by_child, by_parent) = (links.by_child.finish()?, links.by_parent.finish()?);
    write_columns(build, &by_child, counts.addresses)?;
    by_child.remove(storage)?;
    Ok(by_parent)
}

/// Rows of a transaction in a column of its inputs or outputs.
fn rows<'a, T>(firsts: &Rising, tx: u64, end: u64, column: &'a [T]) -> Result<&'a [T], StoreError> {
    let start = firsts.get(tx as usize).unwrap_or(end);
    let end = firsts.get(tx as usize + 1).unwrap_or(end);
    column.get(start as usize..end as usize).ok_or_else(|| {
        StoreError::corrupt("columns/tx.first_input", tx * 4, format!("rows {start} to {end} of a transaction"))
    })
}

struct Links<'a> {
    shape: super::Shape,
    by_child: SpillWriter<'a>,
    by_parent: SpillWriter<'a>,
}

struct Cells {
    cells: Vec<u32>,
    roots: Vec<u64>,
}

impl Cells {
    fn new(n: usize) -> Cells {
        Cells { cells: vec![1; n], roots: vec![u64::MAX; n.div_ceil(64)] }
    }

    fn root(&self, mut node: u32) -> Result<u32, StoreError> {
        for _ in 0..MAX_DEPTH {
            let (word, bit) = (node as usize / 64, node % 64);
            match self.roots.get(word).zip(self.cells.get(node as usize)) {
                Some((word, _)) if word >> bit & 1 == 1 => return Ok(node),
                Some((_, parent)) => node = *parent,
                None => break,
            }
        }
        Err(too_deep(node))
    }

    fn link(&mut self, a: u32, b: u32, tx: u32, links: &mut Links<'_>) -> Result<u32, StoreError> {
        let (size_a, size_b) = (self.cells[a as usize], self.cells[b as usize]);
        let a_stays = size_a > size_b || (size_a == size_b && a < b);
        let (parent, child) = if a_stays { (a, b) } else { (b, a) };
        let size = size_a.saturating_add(size_b);
        self.cells[parent as usize] = size;
        self.cells[child as usize] = parent;
        self.roots[child as usize / 64] &= !(1 << (child % 64));
        let (window, row) = links.shape.place(u64::from(child));
        links.by_child.push(window, &Row { row, value: [parent, tx] })?;
        let (window, row) = links.shape.place(u64::from(parent));
        links.by_parent.push(window, &Row { row, value: [child, size] })?;
        Ok(parent)
    }
}

fn write_columns(build: &Build<'_>, links: &Spill, n_addresses: u64) -> Result<(), StoreError> {
    const FILES: [&str; 2] = ["columns/cluster_strict.parent", "columns/cluster_strict.link_tx"];
    let (storage, rows) = (&*build.storage, build.shape.window_rows);
    for window in 0..links.partitions().len() {
        let start = window as u64 * rows;
        let n = rows.min(n_addresses.saturating_sub(start)) as usize;
        let mut cells = [vec![NONE_U32; n], vec![NONE_U32; n]];
        links.for_each(storage, window, |records: &[Row]| {
            for link in records {
                let at = link.row as usize;
                if at >= n {
                    return Err(StoreError::corrupt(links.file(window), 0, format!("address {at} of {n}")));
                }
                (cells[0][at], cells[1][at]) = (link.value[0], link.value[1]);
            }
            Ok(())
        })?;
        for (file, cells) in FILES.iter().zip(&cells) {
            storage.write_at(file, start * 4, bytemuck::cast_slice(cells))?;
        }
    }
    FILES.iter().try_for_each(|file| Ok(storage.sync(file)?))
}
