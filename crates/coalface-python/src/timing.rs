//! Nanoseconds of single look-ups in the engine, for benches: what Python adds is measured beside it.

use coalface_core::lookup::timing::{self, Timed};
use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;

use crate::chain::PyChain;
use crate::gate;

type Answer<'py> = (Vec<Option<u64>>, Bound<'py, PyArray1<u32>>);

fn answer(py: Python<'_>, timed: Timed) -> Answer<'_> {
    (timed.rows, timed.nanos.into_pyarray(py))
}

/// Ids of addresses, and nanoseconds that each look-up took.
#[pyfunction]
pub fn time_addresses<'py>(py: Python<'py>, chain: &PyChain, texts: Vec<String>) -> PyResult<Answer<'py>> {
    let timed = gate::ask(py, chain.snapshot(), |snapshot| timing::addresses(snapshot, &texts))?;
    Ok(answer(py, timed))
}

/// Rows of the outputs' transactions, and nanoseconds that each look-up took.
#[pyfunction]
pub fn time_outputs<'py>(
    py: Python<'py>,
    chain: &PyChain,
    outputs: PyReadonlyArray1<'py, u64>,
) -> PyResult<Answer<'py>> {
    let outputs = outputs.as_array().to_vec();
    let timed = gate::ask(py, chain.snapshot(), |snapshot| timing::outputs(snapshot, &outputs))?;
    Ok(answer(py, timed))
}

/// Rows of transactions, and nanoseconds that each look-up took; with `in_map` a probe of a hash map of all ids instead.
#[pyfunction]
#[pyo3(signature = (chain, txids, *, in_map=false))]
pub fn time_txs<'py>(py: Python<'py>, chain: &PyChain, txids: Vec<String>, in_map: bool) -> PyResult<Answer<'py>> {
    let timed = gate::ask(py, chain.snapshot(), |snapshot| match in_map {
        true => timing::txs_in_map(snapshot, &txids),
        false => timing::txs(snapshot, &txids),
    })?;
    Ok(answer(py, timed))
}
