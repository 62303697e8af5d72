//! Logical digests: the same blocks and rule sets give the same digests, whatever threads, memory or number of runs.
//!
//! A column group's digest is the SHA-256 over its columns in the order of `layout`: name, rows, bytes, with stamped
//! cells at or above the bound read as NONE. The digest of an index is the sum, modulo 2^128, over its live entries, of
//! the first half of the SHA-256 of what each maps to what: the order of entries and the salt do not matter.

use std::collections::BTreeMap;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::column::Stamped;
use super::error::StoreError;
use super::layout::{all_columns, ColumnInfo};
use super::narrow::split::parts;
use super::run::{Entry, Run, RunKind};
use super::snapshot::Snapshot;
use crate::hash::{sha256, to_hex};
use crate::ids::{NONE_U32, NONE_U64};
use crate::io::Storage;

/// Digest of every column group and of every index, by name.
///
/// # Errors
/// If a file cannot be read.
pub fn digests(storage: &dyn Storage, snapshot: &Snapshot) -> Result<BTreeMap<String, String>, StoreError> {
    let mut groups: BTreeMap<&str, Vec<(ColumnInfo, u64)>> = BTreeMap::new();
    for (column, rows) in all_columns(snapshot.counts()) {
        // Where a block lies in the files is the source's affair, not the chain's.
        if !matches!((column.group, column.name), ("block", "file_no" | "offset")) {
            groups.entry(column.group).or_default().push((column, rows));
        }
    }
    let groups: Vec<_> = groups.into_iter().collect();
    let mut digests = groups
        .into_par_iter()
        .map(|(group, columns)| Ok((group.to_owned(), group_digest(storage, snapshot, &columns)?)))
        .collect::<Result<BTreeMap<_, _>, StoreError>>()?;
    for kind in RunKind::ALL {
        digests.insert(format!("index_{}", kind.name()), index_digest(snapshot, kind));
    }
    Ok(digests)
}

fn group_digest(
    storage: &dyn Storage,
    snapshot: &Snapshot,
    columns: &[(ColumnInfo, u64)],
) -> Result<String, StoreError> {
    let mut hasher = Sha256::new();
    for (column, rows) in columns {
        hasher.update(column.name.as_bytes());
        hasher.update([0]);
        hasher.update(rows.to_le_bytes());
        if column.stamped {
            stamped(snapshot, column, &mut hasher);
        } else {
            hasher.update(&*storage.view(&column.file(), rows * column.width as u64)?);
        }
    }
    Ok(to_hex(&hasher.finalize()))
}

fn stamped(snapshot: &Snapshot, column: &ColumnInfo, hasher: &mut Sha256) {
    let (columns, counts) = (&*snapshot.columns, snapshot.counts());
    let linked = |id: usize| u64::from(columns.strict_link_tx.get(id)) < counts.txs;
    let mut cells_of = |cell: &Stamped<u32>| {
        for id in 0..cell.len() {
            hasher.update((if linked(id) { cell.get(id) } else { NONE_U32 }).to_le_bytes());
        }
    };
    match column.name {
        "parent" => cells_of(&columns.strict_parent),
        "link_tx" => cells_of(&columns.strict_link_tx),
        name => {
            for output in 0..columns.output_spent_by.len() {
                let input = columns.output_spent_by.get(output);
                let (low, high) = parts(if input < counts.inputs { input } else { NONE_U64 });
                match name {
                    "spent_by_low" => hasher.update(low.to_le_bytes()),
                    _ => hasher.update([high]),
                }
            }
        }
    }
}

fn index_digest(snapshot: &Snapshot, kind: RunKind) -> String {
    let columns = &*snapshot.columns;
    let entry_hash = |entry: Entry| -> u128 {
        let row = entry.value as usize;
        let mut bytes = match kind {
            RunKind::Txid => columns.tx_txid[row].0.to_vec(),
            RunKind::External => columns.external_txid[row].0.to_vec(),
            RunKind::Address => snapshot.address_key(row as u32).map_or_else(Vec::new, |key| {
                let mut bytes = vec![key.kind() as u8];
                bytes.extend_from_slice(key.as_bytes());
                bytes
            }),
            RunKind::AddressOutput | RunKind::AddressExternal | RunKind::StrictChild => {
                entry.key.to_le_bytes().to_vec()
            }
        };
        bytes.extend_from_slice(&entry.value.to_le_bytes());
        bytes.extend_from_slice(&entry.extra.to_le_bytes());
        u128::from_le_bytes(sha256(&bytes)[..16].try_into().expect("half of a hash is 16 bytes"))
    };
    const STRETCH: usize = 1 << 12;
    let of_run = |run: &Run| {
        let starts = (0..run.len()).into_par_iter().step_by(STRETCH);
        let sums = starts.map(|start| {
            let live = run.iter(start..start + STRETCH).filter(|entry| snapshot.is_live(run, *entry));
            live.map(entry_hash).fold(0, u128::wrapping_add)
        });
        sums.reduce(|| 0, u128::wrapping_add)
    };
    let mut sum = snapshot.runs(kind).map(of_run).fold(0, u128::wrapping_add);
    if kind == RunKind::AddressOutput {
        let implied = (0..snapshot.counts().addresses).into_par_iter().filter_map(|id| snapshot.implied_entry(id));
        sum = sum.wrapping_add(implied.map(entry_hash).reduce(|| 0, u128::wrapping_add));
    }
    format!("{sum:032x}")
}
