//! Sweeps over the whole chain, for Python: plain tuples and arrays out, one function a question.

use coalface_core::lookup::Bound as ChainBound;
use coalface_core::scan::{blocks, count, floor, kinds, largest, Cuts, Work};
use coalface_core::script::Kind;
use coalface_core::store::Snapshot;
use coalface_core::Result;
use numpy::{IntoPyArray, PyArray1};
use pyo3::prelude::*;

use crate::chain::{PyBound, PyChain};
use crate::gate;
use crate::index::thread_pool;

type Progress = Option<Py<PyAny>>;

/// Runs one sweep without the GIL; `progress` is called as `progress(done, total)` and may raise.
fn run<T: Send>(
    py: Python<'_>,
    chain: &PyChain,
    (threads, progress): (Option<usize>, Progress),
    sweep: impl FnOnce(&Snapshot, Work<'_>) -> Result<T> + Send,
) -> PyResult<T> {
    let pool = thread_pool(py, threads)?;
    let listener = gate::Listener::new(progress);
    let tell = |done: u64, total: u64| listener.tell((done, total));
    let answer = gate::ask(py, chain.snapshot(), |snapshot| {
        sweep(snapshot, Work { cuts: Cuts::default(), pool: Some(&pool), progress: &tell })
    });
    listener.result(answer)
}

/// (transactions, lock time not 0, of these times).
#[pyfunction]
#[pyo3(signature = (chain, bound, threads=None, progress=None))]
pub fn scan_locktimes(
    py: Python<'_>,
    chain: &PyChain,
    bound: PyBound,
    threads: Option<usize>,
    progress: Progress,
) -> PyResult<(u64, u64, u64)> {
    let found = run(py, chain, (threads, progress), |snapshot, work| count::locktimes(snapshot, &bound.0, work))?;
    Ok((found.n_txs, found.n_nonzero, found.n_times))
}

/// (transactions, version above 1, of these negative when signed).
#[pyfunction]
#[pyo3(signature = (chain, bound, threads=None, progress=None))]
pub fn scan_versions(
    py: Python<'_>,
    chain: &PyChain,
    bound: PyBound,
    threads: Option<usize>,
    progress: Progress,
) -> PyResult<(u64, u64, u64)> {
    let found = run(py, chain, (threads, progress), |snapshot, work| count::versions(snapshot, &bound.0, work))?;
    Ok((found.n_txs, found.n_above_1, found.n_negative))
}

type Largest = (Option<(i64, u64, u64)>, u64, u64);

fn largest_of(
    py: Python<'_>,
    chain: &PyChain,
    how: (Option<usize>, Progress),
    sweep: impl FnOnce(&Snapshot, Work<'_>) -> Result<largest::Largest> + Send,
) -> PyResult<Largest> {
    let found = run(py, chain, how, sweep)?;
    Ok((found.greatest.map(|best| (best.amount_sat, best.first_row, best.n_rows)), found.n_rows, found.n_none))
}

/// ((value, first output row, outputs with it) or None, outputs, outputs of unknown value).
#[pyfunction]
#[pyo3(signature = (chain, bound, threads=None, progress=None))]
pub fn scan_largest_output(
    py: Python<'_>,
    chain: &PyChain,
    bound: PyBound,
    threads: Option<usize>,
    progress: Progress,
) -> PyResult<Largest> {
    largest_of(py, chain, (threads, progress), |snapshot, work| largest::output(snapshot, &bound.0, work))
}

/// ((fee, first transaction row, transactions with it) or None, transactions, those of unknown fee or none).
#[pyfunction]
#[pyo3(signature = (chain, bound, threads=None, progress=None))]
pub fn scan_largest_fee(
    py: Python<'_>,
    chain: &PyChain,
    bound: PyBound,
    threads: Option<usize>,
    progress: Progress,
) -> PyResult<Largest> {
    largest_of(py, chain, (threads, progress), |snapshot, work| largest::fee(snapshot, &bound.0, work))
}

/// Per script kind: (name, outputs, value, unspent outputs, value of these).
#[pyfunction]
#[pyo3(signature = (chain, bound, threads=None, progress=None))]
#[allow(clippy::type_complexity, reason = "one row a kind")]
pub fn scan_kinds(
    py: Python<'_>,
    chain: &PyChain,
    bound: PyBound,
    threads: Option<usize>,
    progress: Progress,
) -> PyResult<Vec<(&'static str, u64, i128, u64, i128)>> {
    let found = run(py, chain, (threads, progress), |snapshot, work| kinds::kinds(snapshot, &bound.0, work))?;
    let rows = Kind::ALL.iter().zip(found);
    Ok(rows.map(|(kind, s)| (kind.name(), s.n_outputs, s.value_sat, s.n_unspent, s.unspent_sat)).collect())
}

type Counts<'py> = Bound<'py, PyArray1<u64>>;
type Amounts<'py> = Bound<'py, PyArray1<i64>>;

/// Per block: outputs, their value, unspent ones, their value, unspent ones that nobody can spend, their value.
#[pyfunction]
#[pyo3(signature = (chain, bound, threads=None, progress=None))]
#[allow(clippy::type_complexity, reason = "parallel arrays of one answer")]
pub fn scan_block_outputs<'py>(
    py: Python<'py>,
    chain: &PyChain,
    bound: PyBound,
    threads: Option<usize>,
    progress: Progress,
) -> PyResult<(Counts<'py>, Amounts<'py>, Counts<'py>, Amounts<'py>, Counts<'py>, Amounts<'py>)> {
    let bound: ChainBound = bound.0;
    let found = run(py, chain, (threads, progress), |snapshot, work| blocks::outputs(snapshot, &bound, work))?;
    Ok((
        found.n_outputs.into_pyarray(py),
        found.value_sat.into_pyarray(py),
        found.n_unspent.into_pyarray(py),
        found.unspent_sat.into_pyarray(py),
        found.n_unspendable.into_pyarray(py),
        found.unspendable_sat.into_pyarray(py),
    ))
}

/// Per block: transactions, sum of the known fees, fees that are unknown.
#[pyfunction]
#[pyo3(signature = (chain, bound, threads=None, progress=None))]
pub fn scan_block_fees<'py>(
    py: Python<'py>,
    chain: &PyChain,
    bound: PyBound,
    threads: Option<usize>,
    progress: Progress,
) -> PyResult<(Counts<'py>, Amounts<'py>, Counts<'py>)> {
    let found = run(py, chain, (threads, progress), |snapshot, work| blocks::fees(snapshot, &bound.0, work))?;
    Ok((found.n_txs.into_pyarray(py), found.fees_sat.into_pyarray(py), found.n_unknown.into_pyarray(py)))
}

/// Sum, modulo 2^64, of the words of some buffers, on as many threads and in the same stretches as a scan: its yardstick.
#[pyfunction]
#[pyo3(signature = (chain, buffers, threads=None))]
pub fn scan_floor(
    py: Python<'_>,
    chain: &PyChain,
    buffers: Vec<pyo3::buffer::PyBuffer<u8>>,
    threads: Option<usize>,
) -> PyResult<u64> {
    if buffers.iter().any(|buffer| !buffer.is_c_contiguous()) {
        return Err(pyo3::exceptions::PyValueError::new_err("a buffer is not contiguous"));
    }
    let places: Vec<(usize, usize)> =
        buffers.iter().map(|buffer| (buffer.buf_ptr() as usize, buffer.len_bytes())).collect();
    run(py, chain, (threads, None), move |snapshot, work| {
        places.into_iter().filter(|(_, len)| *len > 0).try_fold(0u64, |sum, (address, len)| {
            // SAFETY: the buffer is held by `buffers`, which outlive this call, and has that many contiguous bytes.
            let bytes = unsafe { std::slice::from_raw_parts(address as *const u8, len) };
            Ok(sum.wrapping_add(floor::sum_words(snapshot, bytes, work)?))
        })
    })
}

/// Sum of the kinds of the addresses of all outputs, whatever that means: the yardstick of a scan that looks up each of them.
#[pyfunction]
#[pyo3(signature = (chain, bound, threads=None))]
pub fn scan_kinds_floor(py: Python<'_>, chain: &PyChain, bound: PyBound, threads: Option<usize>) -> PyResult<u64> {
    run(py, chain, (threads, None), |snapshot, work| floor::sum_kinds(snapshot, &bound.0, work))
}
