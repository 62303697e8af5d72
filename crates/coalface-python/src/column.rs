//! Columns as numpy arrays that lie over the mapped files.

use coalface_core::context::shown;
use coalface_core::ids::{NONE_U32, NONE_U64};
use coalface_core::store::column::Column;
use coalface_core::store::narrow::slot::slots;
use coalface_core::store::Snapshot;
use numpy::ndarray::ArrayView1;
use numpy::{IntoPyArray, PyArray1, PyArrayMethods};
use pyo3::prelude::*;

use crate::error::raise;

fn array<'py, T: numpy::Element + bytemuck::Pod>(
    column: &Column<T>,
    owner: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let view = ArrayView1::from(&column[..]);
    // SAFETY: the rows live in a map that `owner` (the chain) holds, and `owner` is the base object of the array; they
    // are never written below the snapshot's counts, and the array is made read-only before Python sees it.
    let array = unsafe { PyArray1::borrow_from_array(&view, owner.clone()) };
    array.readwrite().make_nonwriteable();
    Ok(array.into_any())
}

/// An array of its own with the logical rows of a column.
fn copied<T: numpy::Element>(py: Python<'_>, rows: impl Iterator<Item = T>) -> PyResult<Bound<'_, PyAny>> {
    Ok(rows.collect::<Vec<T>>().into_pyarray(py).into_any())
}

macro_rules! plain_columns {
    ($snapshot:ident, $owner:ident, $name:ident; $($text:literal => $field:ident),* $(,)?) => {
        match $name {
            $( $text => return array(&$snapshot.columns.$field, $owner), )*
            _ => {}
        }
    };
}

/// The column `name`, read-only.
pub fn column<'py>(
    py: Python<'py>,
    snapshot: &Snapshot,
    owner: &Bound<'py, PyAny>,
    name: &str,
) -> PyResult<Bound<'py, PyAny>> {
    plain_columns! { snapshot, owner, name;
        "block.version" => block_version,
        "block.time" => block_time,
        "block.bits" => block_bits,
        "block.nonce" => block_nonce,
        "block.height" => block_height,
        "block.first_tx" => block_first_tx,
        "block.size" => block_size,
        "block.weight" => block_weight,
        "tx.version" => tx_version,
        "tx.locktime" => tx_locktime,
        "tx.size" => tx_size,
        "tx.weight" => tx_weight,
        "tx.fee_sat" => tx_fee_sat,
        "tx.flags" => tx_flags,
        "input.address_id" => input_address,
        "input.sequence" => input_sequence,
        "input.spend_flags" => input_spend_flags,
        "output.value_sat" => output_value_sat,
        "output.address_id" => output_address,
        "external.vout" => external_vout,
        "external.value_sat" => external_value_sat,
        "external.address_id" => external_address,
        "external.spent_by" => external_spent_by,
        "address.kind" => address_kind,
        "key_link.address_id" => key_link_address,
        "key_link.tx_num" => key_link_tx,
        "key_link.role" => key_link_role,
    }
    let (columns, counts) = (&*snapshot.columns, snapshot.counts());
    let linked = |id: usize| u64::from(columns.strict_link_tx.get(id)) < counts.txs;
    let ids = 0..counts.addresses as usize;
    // Files that are narrower than their values are copied out, and so are cells that may be stamped above the bound at
    // any time: those are masked.
    match name {
        "tx.first_input" => copied(py, columns.tx_first_input.iter()),
        "tx.first_output" => copied(py, columns.tx_first_output.iter()),
        "input.spent_output" => copied(py, columns.input_spent_output.iter()),
        "address.first_output" => copied(py, columns.address_first_output.iter()),
        "address.slot" => copied(py, slots(&columns.address_kind)),
        "output.spent_by" => {
            let cell = |n| Some(columns.output_spent_by.get(n)).filter(|input| *input < counts.inputs);
            copied(py, (0..counts.outputs as usize).map(|n| cell(n).unwrap_or(NONE_U64)))
        }
        "cluster_strict.parent" => {
            let cell = |id| if linked(id) { columns.strict_parent.get(id) } else { NONE_U32 };
            copied(py, ids.map(cell))
        }
        "cluster_strict.link_tx" => {
            let cell = |id| if linked(id) { columns.strict_link_tx.get(id) } else { NONE_U32 };
            copied(py, ids.map(cell))
        }
        _ => {
            let name = shown(name);
            let message = format!("there is no numeric column `{name}`");
            Err(raise(py, "usage_column", &message, None, vec![("received", name.into())]))
        }
    }
}
