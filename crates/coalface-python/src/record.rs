//! Answers of the engine as Python dicts, with the field names that the Python side keeps.

use coalface_core::hash::to_hex;
use coalface_core::lookup::address::Totals;
use coalface_core::lookup::block::Block;
use coalface_core::lookup::place::Place;
use coalface_core::lookup::tx::Tx;
use coalface_core::script::Kind;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// A transaction.
pub fn tx<'py>(py: Python<'py>, tx: &Tx) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("txid", tx.txid.to_display())?;
    dict.set_item("height", tx.place.height)?;
    dict.set_item("block_hash", tx.block_hash.to_display())?;
    dict.set_item("time_unix", tx.place.time_unix)?;
    dict.set_item("coinbase", tx.is_coinbase)?;
    dict.set_item("version", tx.version)?;
    dict.set_item("locktime", tx.locktime)?;
    dict.set_item("size_bytes", tx.size_bytes)?;
    dict.set_item("weight_wu", tx.weight_wu)?;
    dict.set_item("fee_sat", tx.fee_sat)?;
    let mut inputs = Vec::with_capacity(tx.inputs.len());
    for (n, input) in tx.inputs.iter().enumerate() {
        let row = PyDict::new(py);
        row.set_item("n", n)?;
        row.set_item("txid", input.spent.as_ref().map(|spent| spent.txid.to_display()))?;
        row.set_item("vout", input.spent.as_ref().map(|spent| spent.vout))?;
        row.set_item("value_sat", input.value_sat)?;
        row.set_item("address", &input.address)?;
        row.set_item("script_type", input.kind.map(Kind::name))?;
        row.set_item("sequence", input.sequence)?;
        row.set_item("external", input.spent.as_ref().is_some_and(|spent| spent.external))?;
        inputs.push(row);
    }
    dict.set_item("inputs", inputs)?;
    let mut outputs = Vec::with_capacity(tx.outputs.len());
    for (n, output) in tx.outputs.iter().enumerate() {
        let row = PyDict::new(py);
        row.set_item("n", n)?;
        row.set_item("value_sat", output.value_sat)?;
        row.set_item("address", &output.address)?;
        row.set_item("script_type", output.kind.name())?;
        row.set_item("spent_by", output.spent_by.map(|(txid, n)| (txid.to_display(), n)))?;
        outputs.push(row);
    }
    dict.set_item("outputs", outputs)?;
    Ok(dict)
}

/// A block.
pub fn block<'py>(py: Python<'py>, block: &Block) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("hash", block.hash.to_display())?;
    dict.set_item("prev_hash", block.prev_hash.to_display())?;
    dict.set_item("merkle_root", block.merkle_root.to_display())?;
    dict.set_item("height", block.height)?;
    dict.set_item("version", block.version)?;
    dict.set_item("time_unix", block.time_unix)?;
    dict.set_item("bits", block.bits)?;
    dict.set_item("nonce", block.nonce)?;
    dict.set_item("size_bytes", block.size_bytes)?;
    dict.set_item("weight_wu", block.weight_wu)?;
    dict.set_item("first_tx", block.txs.start)?;
    dict.set_item("n_txs", block.txs.end - block.txs.start)?;
    dict.set_item("fees_sat", block.fees_sat)?;
    dict.set_item("coinbase_out_sat", block.coinbase_out_sat)?;
    dict.set_item("coinbase_script", to_hex(&block.coinbase_script))?;
    Ok(dict)
}

/// Totals of an address.
pub fn totals<'py>(py: Python<'py>, totals: &Totals, seen: [(&str, Option<Place>); 2]) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("received_sat", totals.received_sat)?;
    dict.set_item("sent_sat", totals.sent_sat)?;
    dict.set_item("n_outputs", totals.n_outputs)?;
    dict.set_item("n_external", totals.n_external)?;
    dict.set_item("n_unknown", totals.n_unknown)?;
    dict.set_item("n_txs", totals.n_txs)?;
    for (name, place) in seen {
        dict.set_item(name, place.map(|place| (place.height, place.time_unix)))?;
    }
    Ok(dict)
}
