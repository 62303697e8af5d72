//! Traces for Python: arrays in, arrays out.

use std::path::PathBuf;

use coalface_core::ids::{EXTERNAL_BIT, NONE_SAT, NONE_U32};
use coalface_core::lookup::place::{place_of_tx, tx_of_output};
use coalface_core::store::StoreError;
use coalface_core::taint::edges::place_of_output;
use coalface_core::taint::paths::{ways, Way};
use coalface_core::taint::result::Side;
use coalface_core::taint::{self, Boundary, Method, Part, TraceOptions, TraceResult};
use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::chain::{PyBound, PyChain};
use crate::error::raise;
use crate::gate;

/// Parts of outputs as (output ids, satoshi before the part, satoshi in it).
type Parts<'py> = (PyReadonlyArray1<'py, u64>, PyReadonlyArray1<'py, i64>, PyReadonlyArray1<'py, i64>);
/// Ids with the number of the boundary that each is.
type Stops<'py, T> = (PyReadonlyArray1<'py, T>, PyReadonlyArray1<'py, u8>);

/// Options of a trace, as keyword arguments.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct Options<'py> {
    method: String,
    is_backward: bool,
    max_txs: u64,
    stops: Stops<'py, u32>,
    stop_outputs: Stops<'py, u64>,
    stop_at_coinjoins: bool,
    follow_fees: bool,
    keep_hops: bool,
    keep_runs: bool,
    edges: Option<PathBuf>,
    memory_bytes: Option<u64>,
    spill_folder: PathBuf,
}

fn options_of(py: Python<'_>, options: &Options<'_>, bound: PyBound) -> PyResult<TraceOptions> {
    let Some(method) = Method::of_name(&options.method) else {
        let message = format!("method `{}` is not known", coalface_core::context::shown(&options.method));
        return Err(raise(py, "usage_method", &message, None, vec![]));
    };
    let marked = |mark: &u8| Boundary::of_mark(*mark);
    let stops = options.stops.0.as_array().iter().copied().zip(options.stops.1.as_array().iter().map(marked)).collect();
    let outputs = &options.stop_outputs;
    let stop_outputs = outputs.0.as_array().iter().copied().zip(outputs.1.as_array().iter().map(marked)).collect();
    let defaults = TraceOptions::new(bound.0, method);
    Ok(TraceOptions {
        is_backward: options.is_backward,
        max_txs: options.max_txs,
        stops,
        stop_outputs,
        stop_at_coinjoins: options.stop_at_coinjoins,
        follow_fees: options.follow_fees,
        keep_hops: options.keep_hops,
        keep_runs: options.keep_runs,
        edges: options.edges.clone(),
        memory_bytes: options.memory_bytes.unwrap_or(defaults.memory_bytes),
        spill_folder: options.spill_folder.clone(),
        ..defaults
    })
}

fn parts_of(parts: &Parts<'_>) -> Vec<Part> {
    let (outputs, starts, lens) = (parts.0.as_array(), parts.1.as_array(), parts.2.as_array());
    let rows = outputs.iter().zip(starts.iter()).zip(lens.iter());
    rows.map(|((output, start_sat), len_sat)| Part { output: *output, start_sat: *start_sat, len_sat: *len_sat })
        .collect()
}

/// Names of boundaries, in the order of their numbers.
#[pyfunction]
pub fn trace_boundaries() -> Vec<&'static str> {
    Boundary::ALL.iter().map(|boundary| boundary.name()).collect()
}

/// A trace, as a dict of arrays; `progress(txs)` is called every 4096 transactions.
#[pyfunction]
#[pyo3(signature = (chain, parts, bound, options, progress=None))]
pub fn trace<'py>(
    py: Python<'py>,
    chain: &PyChain,
    parts: Parts<'py>,
    bound: PyBound,
    options: Options<'py>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let (parts, options) = (parts_of(&parts), options_of(py, &options, bound)?);
    let listener = gate::Listener::new(progress);
    let tell = |followed: u64| listener.tell((followed,));
    let result = gate::ask(py, chain.snapshot(), |snapshot| taint::trace(snapshot, &parts, &options, &tell));
    record(py, listener.result(result)?)
}

/// Ways from parts of outputs to outputs, by name: (outputs, satoshi of the narrowest); and facts of the search.
#[pyfunction]
#[pyo3(signature = (chain, parts, targets, bound, options, progress=None))]
pub fn trace_ways<'py>(
    py: Python<'py>,
    chain: &PyChain,
    parts: Parts<'py>,
    targets: PyReadonlyArray1<'py, u64>,
    bound: PyBound,
    options: Options<'py>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let (parts, options) = (parts_of(&parts), options_of(py, &options, bound)?);
    let targets = targets.as_array().to_vec();
    let listener = gate::Listener::new(progress);
    let tell = |followed: u64| listener.tell((followed,));
    let result = gate::ask(py, chain.snapshot(), |snapshot| ways(snapshot, &parts, &targets, &options, &tell));
    let found = listener.result(result)?;
    let dict = PyDict::new(py);
    let pair = |way: Way| (way.outputs.into_pyarray(py), way.width_sat);
    dict.set_item("shortest", pair(found.shortest))?;
    dict.set_item("largest", pair(found.largest))?;
    dict.set_item("earliest", pair(found.earliest))?;
    dict.set_item("n_targets", found.n_targets)?;
    dict.set_item("n_txs", found.n_txs)?;
    dict.set_item("is_cut", found.is_cut)?;
    Ok(dict)
}

/// For outputs, of those outside a partial chain too: (txids, numbers, values, address ids); an unknown value is the
/// smallest number, an unknown address the largest.
#[pyfunction]
#[allow(clippy::type_complexity, reason = "parallel arrays of one answer")]
pub fn trace_outputs<'py>(
    py: Python<'py>,
    chain: &PyChain,
    outputs: PyReadonlyArray1<'py, u64>,
) -> PyResult<(Vec<String>, Vec<u32>, Bound<'py, PyArray1<i64>>, Bound<'py, PyArray1<u32>>)> {
    let outputs = outputs.as_array().to_vec();
    let (txids, numbers, values, addresses) = gate::ask(py, chain.snapshot(), |snapshot| {
        let columns = &*snapshot.columns;
        let limit = snapshot.counts().outputs;
        let (mut txids, mut numbers, mut values, mut addresses) = (vec![], vec![], vec![], vec![]);
        for output in outputs {
            let row = (output & !EXTERNAL_BIT) as usize;
            if output & EXTERNAL_BIT == 0 && output >= limit {
                return Err(StoreError::OutOfRange { what: "output", id: output, limit }.into());
            }
            let (txid, n) = place_of_output(snapshot, output)?;
            let (value, address) = if output & EXTERNAL_BIT == 0 {
                (columns.output_value_sat.get(row), columns.output_address.get(row))
            } else {
                (columns.external_value_sat.get(row), columns.external_address.get(row))
            };
            txids.push(txid.to_display());
            numbers.push(n);
            values.push(value.copied().unwrap_or(NONE_SAT));
            addresses.push(address.copied().unwrap_or(NONE_U32));
        }
        Ok((txids, numbers, values, addresses))
    })?;
    Ok((txids, numbers, values.into_pyarray(py), addresses.into_pyarray(py)))
}

/// For outputs: (heights, times) of the blocks that made them; unknown ones are the largest number.
#[pyfunction]
#[allow(clippy::type_complexity, reason = "parallel arrays of one answer")]
pub fn trace_times<'py>(
    py: Python<'py>,
    chain: &PyChain,
    outputs: PyReadonlyArray1<'py, u64>,
) -> PyResult<(Bound<'py, PyArray1<u32>>, Bound<'py, PyArray1<u32>>)> {
    let outputs = outputs.as_array().to_vec();
    let (heights, times) = gate::ask(py, chain.snapshot(), |snapshot| {
        let (mut heights, mut times) = (Vec::with_capacity(outputs.len()), Vec::with_capacity(outputs.len()));
        for output in outputs {
            if output & EXTERNAL_BIT == 0 {
                let place = place_of_tx(snapshot, tx_of_output(snapshot, output)?);
                heights.push(place.height.unwrap_or(NONE_U32));
                times.push(place.time_unix);
            } else {
                heights.push(NONE_U32);
                times.push(NONE_U32);
            }
        }
        Ok((heights, times))
    })?;
    Ok((heights.into_pyarray(py), times.into_pyarray(py)))
}

/// Parallel arrays; hops are in compressed rows (`hop_inputs` of hop n from `hop_first_input[n]` on), and so are runs.
fn record(py: Python<'_>, result: TraceResult) -> PyResult<Bound<'_, PyDict>> {
    let dict = PyDict::new(py);
    let column = |pick: fn(&Part) -> i64| result.origins.iter().map(pick).collect::<Vec<i64>>().into_pyarray(py);
    dict.set_item("origin_start_sat", column(|part| part.start_sat))?;
    dict.set_item("origin_sat", column(|part| part.len_sat))?;
    let outputs: Vec<u64> = result.origins.iter().map(|part| part.output).collect();
    dict.set_item("origin_outputs", outputs.into_pyarray(py))?;
    let terminals = &result.terminals;
    let array: Vec<u64> = terminals.iter().map(|terminal| terminal.output).collect();
    dict.set_item("terminal_outputs", array.into_pyarray(py))?;
    let array: Vec<i64> = terminals.iter().map(|terminal| terminal.tainted_sat).collect();
    dict.set_item("terminal_sat", array.into_pyarray(py))?;
    let array: Vec<u8> = terminals.iter().map(|terminal| terminal.boundary as u8).collect();
    dict.set_item("terminal_boundary", array.into_pyarray(py))?;
    let array: Vec<bool> = terminals.iter().map(|terminal| terminal.is_mixed).collect();
    dict.set_item("terminal_mixed", array.into_pyarray(py))?;
    let runs = |pick: fn(&taint::coin::Run) -> i64| result.runs.iter().map(pick).collect::<Vec<i64>>().into_pyarray(py);
    dict.set_item("run_start_sat", runs(|run| run.start_sat))?;
    dict.set_item("run_sat", runs(|run| run.len_sat))?;
    dict.set_item("run_origin_sat", runs(|run| run.origin_sat))?;
    dict.set_item("first_run", result.first_run.into_pyarray(py))?;
    let hops = result.hops;
    dict.set_item("hop_txs", hops.txs.into_pyarray(py))?;
    dict.set_item("hop_fee_sat", hops.fee_sat.into_pyarray(py))?;
    for (name, Side { first, output, sat }) in [("input", hops.inputs), ("output", hops.outputs)] {
        dict.set_item(format!("hop_first_{name}"), first.into_pyarray(py))?;
        dict.set_item(format!("hop_{name}s"), output.into_pyarray(py))?;
        dict.set_item(format!("hop_{name}_sat"), sat.into_pyarray(py))?;
    }
    dict.set_item("n_txs", result.n_txs)?;
    dict.set_item("lost_to_fees_sat", result.lost_to_fees_sat)?;
    dict.set_item("met_again_sat", result.met_again_sat)?;
    dict.set_item("spilled_bytes", result.spilled_bytes)?;
    Ok(dict)
}
