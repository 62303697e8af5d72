//! `Chain`: one snapshot of a store, for Python. Ids go in and out; every call passes the gate.

use std::path::PathBuf;

use coalface_core::context::shown;
use coalface_core::forest;
use coalface_core::hash::Hash32;
use coalface_core::ids::NONE_U32;
use coalface_core::lookup::history::{for_each_output, History, WINDOW_EVENTS};
use coalface_core::lookup::place::place_of_tx;
use coalface_core::lookup::{address, block, coverage, tx, Bound};
use coalface_core::script::address::decode;
use coalface_core::store::layout::all_columns;
use coalface_core::store::run::RunKind;
use coalface_core::store::{Snapshot, StoreError};
use coalface_core::{Error, Result};
use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::error::{raise, CoreError};
use crate::gate;

/// "As of": how many rows an answer may use.
#[pyclass(frozen, name = "Bound", module = "coalface._core", from_py_object)]
#[derive(Clone, Copy)]
pub struct PyBound(pub Bound);

#[pymethods]
impl PyBound {
    /// Number of blocks.
    #[getter]
    fn blocks(&self) -> u64 {
        self.0.blocks
    }
    /// Number of transactions.
    #[getter]
    fn txs(&self) -> u64 {
        self.0.txs
    }
    /// Number of inputs.
    #[getter]
    fn inputs(&self) -> u64 {
        self.0.inputs
    }
    /// Number of outputs.
    #[getter]
    fn outputs(&self) -> u64 {
        self.0.outputs
    }
}

/// A snapshot of a store.
#[pyclass(frozen, name = "Chain", module = "coalface._core")]
pub struct PyChain {
    snapshot: Snapshot,
    folder: PathBuf,
}

fn hash(py: Python<'_>, what: &str, text: &str) -> PyResult<Hash32> {
    Hash32::from_display(text).ok_or_else(|| {
        let text = shown(text);
        let message = format!("{what} `{text}` is not 64 hex digits");
        let facts = vec![("what", what.into()), ("received", text.into()), ("allowed", "64 hex digits".into())];
        raise(py, "invalid_hash", &message, None, facts)
    })
}

/// `id`, if the store has such an address.
pub fn check_address(snapshot: &Snapshot, id: u32) -> Result<u32> {
    let limit = snapshot.counts().addresses;
    if u64::from(id) < limit {
        return Ok(id);
    }
    Err(StoreError::OutOfRange { what: "address", id: u64::from(id), limit }.into())
}

impl PyChain {
    /// The snapshot that it answers from.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The store's folder.
    pub fn folder(&self) -> &std::path::Path {
        &self.folder
    }
}

#[pymethods]
impl PyChain {
    /// Opens the store in `folder`.
    #[staticmethod]
    fn open(py: Python<'_>, folder: PathBuf) -> PyResult<PyChain> {
        let snapshot = gate::run(py, || Ok(Snapshot::open_folder(&folder)?))?;
        Ok(PyChain { snapshot, folder })
    }

    /// Network name.
    #[getter]
    fn network(&self) -> &'static str {
        self.snapshot.network().name()
    }

    /// The manifest as JSON.
    #[getter]
    fn manifest(&self, py: Python<'_>) -> PyResult<String> {
        let path = self.folder.join("manifest.json");
        serde_json::to_string(&*self.snapshot.manifest).map_err(|error| {
            let message = format!("`{}`: {error}", path.display());
            raise(py, "store_corrupt", &message, None, vec![("path", path.as_path().into())])
        })
    }

    /// Fails if the chain was reorganised since the store was opened.
    fn check_fresh(&self) -> PyResult<()> {
        Ok(self.snapshot.check_fresh().map_err(CoreError::from)?)
    }

    /// Rows and bytes of every column and index run: (group, name, rows, bytes).
    fn sizes(&self) -> Vec<(String, String, u64, u64)> {
        let columns = all_columns(self.snapshot.counts());
        let mut sizes: Vec<_> = columns
            .into_iter()
            .map(|(column, rows)| (column.group.to_owned(), column.name.to_owned(), rows, rows * column.width as u64))
            .collect();
        for kind in RunKind::ALL {
            let (mut rows, mut bytes) = (0, 0);
            for run in self.snapshot.runs(kind) {
                rows += run.entry.rows;
                bytes += run.bytes();
            }
            sizes.push(("index".to_owned(), kind.name().to_owned(), rows, bytes));
        }
        sizes
    }

    /// Everything in the snapshot.
    fn bound_tip(&self) -> PyBound {
        PyBound(Bound::tip(&self.snapshot))
    }

    /// Blocks up to `height`, or `None` if it is above the tip.
    fn bound_height(&self, py: Python<'_>, height: u32) -> PyResult<Option<PyBound>> {
        gate::ask(py, &self.snapshot, |snapshot| Ok(Bound::height(snapshot, height).map(PyBound)))
    }

    /// Blocks up to the one with that hash, or `None`.
    fn bound_hash(&self, py: Python<'_>, text: &str) -> PyResult<Option<PyBound>> {
        let hash = hash(py, "block hash", text)?;
        gate::ask(py, &self.snapshot, |snapshot| Ok(Bound::hash(snapshot, &hash).map(PyBound)))
    }

    /// Blocks up to the last one whose median time is not after `time_unix`.
    fn bound_time(&self, py: Python<'_>, time_unix: i64) -> PyResult<PyBound> {
        gate::ask(py, &self.snapshot, |snapshot| Ok(PyBound(Bound::time(snapshot, time_unix))))
    }

    /// Hashes of the blocks in rows `first` up to `end`, 32 bytes each in internal order.
    fn block_hashes(&self, py: Python<'_>, first: usize, end: usize) -> PyResult<Vec<u8>> {
        gate::ask(py, &self.snapshot, |snapshot| {
            let hashes = &snapshot.columns.block_hash;
            let limit = hashes.len() as u64;
            let rows = hashes.get(first..end);
            let rows = rows.ok_or(StoreError::OutOfRange { what: "block", id: end as u64, limit })?;
            Ok(rows.iter().flat_map(|hash| hash.0).collect())
        })
    }

    /// Segments below `bound`: (blocks, first height, last height, hash of the last block).
    #[allow(clippy::type_complexity, reason = "one row a segment")]
    fn segments(&self, py: Python<'_>, bound: PyBound) -> PyResult<Vec<(u64, Option<u32>, Option<u32>, String)>> {
        gate::ask(py, &self.snapshot, |snapshot| {
            let segments = coverage::segments(snapshot, &bound.0).into_iter();
            Ok(segments.map(|s| (s.n_blocks, s.first_height, s.last_height, s.last_hash.to_display())).collect())
        })
    }

    /// Whether the blocks below `bound` are one chain from genesis on.
    fn complete_from_genesis(&self, py: Python<'_>, bound: PyBound) -> PyResult<bool> {
        gate::ask(py, &self.snapshot, |snapshot| Ok(coverage::complete_from_genesis(snapshot, &bound.0)))
    }

    /// Row of the latest transaction with that id below `bound`, or `None`.
    fn find_tx(&self, py: Python<'_>, txid: &str, bound: PyBound) -> PyResult<Option<u32>> {
        let txid = hash(py, "txid", txid)?;
        gate::ask(py, &self.snapshot, |snapshot| Ok(snapshot.find_tx(&txid, bound.0.txs)))
    }

    /// Whether a transaction of that id, outside a partial chain, is spent from.
    fn is_external_tx(&self, py: Python<'_>, txid: &str, bound: PyBound) -> PyResult<bool> {
        let txid = hash(py, "txid", txid)?;
        gate::ask(py, &self.snapshot, |snapshot| {
            let mut entries = snapshot.entries(RunKind::External, snapshot.salt().txid(&txid));
            Ok(entries.any(|entry| {
                let row = entry.value as usize;
                let columns = &snapshot.columns;
                columns.external_txid[row] == txid && columns.external_spent_by[row] < bound.0.inputs
            }))
        })
    }

    /// Outputs of a transaction: (first output row, one past the last).
    fn outputs_of(&self, py: Python<'_>, tx: u32) -> PyResult<(u64, u64)> {
        let outputs =
            gate::ask(py, &self.snapshot, |snapshot| Ok(coalface_core::lookup::place::outputs_of(snapshot, tx)))?;
        Ok((outputs.start, outputs.end))
    }

    /// The transaction in row `tx` as a dict.
    fn tx<'py>(&self, py: Python<'py>, tx: u32, bound: PyBound) -> PyResult<Bound_<'py>> {
        let found = gate::ask(py, &self.snapshot, |snapshot| Ok(tx::tx(snapshot, tx, &bound.0)?))?;
        crate::record::tx(py, &found)
    }

    /// Rows of the blocks with that height below `bound`.
    fn find_height(&self, py: Python<'_>, height: u32, bound: PyBound) -> PyResult<Vec<usize>> {
        gate::ask(py, &self.snapshot, |snapshot| Ok(block::find_height(snapshot, height, &bound.0)))
    }

    /// Row of the block with that hash below `bound`, or `None`.
    fn find_block(&self, py: Python<'_>, text: &str, bound: PyBound) -> PyResult<Option<usize>> {
        let hash = hash(py, "block hash", text)?;
        gate::ask(py, &self.snapshot, |snapshot| Ok(block::find_hash(snapshot, &hash, &bound.0)))
    }

    /// The block in row `n` as a dict.
    fn block<'py>(&self, py: Python<'py>, n: usize) -> PyResult<Bound_<'py>> {
        let found = gate::ask(py, &self.snapshot, |snapshot| Ok(block::block(snapshot, n)?))?;
        crate::record::block(py, &found)
    }

    /// Id of an address that occurs below `bound`, or `None`. The text is checked.
    fn find_address(&self, py: Python<'_>, text: &pyo3::Bound<'_, PyString>, bound: PyBound) -> PyResult<Option<u32>> {
        // What is no Unicode (half a surrogate, as the shell may pass on) is no address either.
        let text = text.to_string_lossy();
        gate::ask(py, &self.snapshot, |snapshot| {
            let key = decode(snapshot.network(), &text)?;
            let Some(id) = snapshot.find_address(&key) else { return Ok(None) };
            let end = snapshot.columns.block_first_address.get(bound.0.blocks as usize);
            Ok(Some(id).filter(|id| end.is_none_or(|end| id < end)))
        })
    }

    /// Text and script kind of an address.
    fn address_text(&self, py: Python<'_>, address_id: u32) -> PyResult<(Option<String>, Option<&'static str>)> {
        gate::ask(py, &self.snapshot, |snapshot| {
            let (text, kind) = tx::address_text(snapshot, check_address(snapshot, address_id)?);
            Ok((text, kind.map(coalface_core::script::Kind::name)))
        })
    }

    /// Texts of addresses.
    fn address_texts(&self, py: Python<'_>, ids: PyReadonlyArray1<'_, u32>) -> PyResult<Vec<Option<String>>> {
        let ids = ids.as_array().to_vec();
        gate::ask(py, &self.snapshot, |snapshot| {
            ids.iter()
                .map(|id| match *id {
                    NONE_U32 => Ok(None),
                    id => Ok(tx::address_text(snapshot, check_address(snapshot, id)?).0),
                })
                .collect()
        })
    }

    /// Totals of an address as a dict.
    fn address_totals<'py>(&self, py: Python<'py>, address_id: u32, bound: PyBound) -> PyResult<Bound_<'py>> {
        let (totals, seen) = gate::ask(py, &self.snapshot, |snapshot| {
            let totals = address::totals(snapshot, check_address(snapshot, address_id)?, &bound.0)?;
            let place = |tx: Option<u32>| tx.map(|tx| place_of_tx(snapshot, tx));
            let seen = [("first_seen", place(totals.first_tx)), ("last_seen", place(totals.last_tx))];
            Ok((totals, seen))
        })?;
        crate::record::totals(py, &totals, seen)
    }

    /// History of an address, in windows of about so many outputs and spends.
    #[pyo3(signature = (address_id, bound, window_events=WINDOW_EVENTS))]
    fn address_history(
        &self,
        py: Python<'_>,
        address_id: u32,
        bound: PyBound,
        window_events: u64,
    ) -> PyResult<PyHistory> {
        let history = gate::ask(py, &self.snapshot, |snapshot| {
            let id = check_address(snapshot, address_id)?;
            Ok(History::new(snapshot.clone(), id, bound.0, window_events)?)
        })?;
        Ok(PyHistory { history: std::sync::Mutex::new(history), snapshot: self.snapshot.clone() })
    }

    /// Rows of the outputs of an address below `bound`, ascending.
    fn address_outputs<'py>(
        &self,
        py: Python<'py>,
        address_id: u32,
        bound: PyBound,
    ) -> PyResult<pyo3::Bound<'py, PyArray1<u64>>> {
        let outputs = gate::ask(py, &self.snapshot, |snapshot| {
            let mut outputs = Vec::new();
            for_each_output(snapshot, check_address(snapshot, address_id)?, &bound.0, |output| {
                outputs.push(output);
                Ok(())
            })?;
            Ok(outputs)
        })?;
        Ok(outputs.into_pyarray(py))
    }

    /// For output rows: (txids, numbers, values, address ids with NONE = 2^32 - 1).
    #[allow(clippy::type_complexity, reason = "parallel lists of one answer")]
    fn outputs<'py>(
        &self,
        py: Python<'py>,
        outputs: PyReadonlyArray1<'py, u64>,
    ) -> PyResult<(Vec<String>, Vec<u32>, Vec<i64>, pyo3::Bound<'py, PyArray1<u32>>)> {
        let outputs = outputs.as_array().to_vec();
        let (txids, numbers, values, addresses) = gate::ask(py, &self.snapshot, |snapshot| {
            let limit = snapshot.counts().outputs;
            let (mut txids, mut numbers, mut values, mut addresses) = (vec![], vec![], vec![], vec![]);
            for output in outputs {
                if output >= limit {
                    return Err(StoreError::OutOfRange { what: "output", id: output, limit }.into());
                }
                let (txid, n) = tx::outpoint(snapshot, output)?;
                txids.push(txid.to_display());
                numbers.push(n);
                values.push(snapshot.columns.output_value_sat[output as usize]);
                addresses.push(snapshot.columns.output_address[output as usize]);
            }
            Ok((txids, numbers, values, addresses))
        })?;
        Ok((txids, numbers, values, addresses.into_pyarray(py)))
    }

    /// For transaction rows: (txids, heights, times).
    #[allow(clippy::type_complexity, reason = "parallel lists of one answer")]
    fn txs(
        &self,
        py: Python<'_>,
        txs: PyReadonlyArray1<'_, u32>,
    ) -> PyResult<(Vec<String>, Vec<Option<u32>>, Vec<u32>)> {
        let txs = txs.as_array().to_vec();
        gate::ask(py, &self.snapshot, |snapshot| {
            let limit = snapshot.counts().txs;
            let (mut txids, mut heights, mut times) = (vec![], vec![], vec![]);
            for tx in txs {
                let Some(txid) = snapshot.columns.tx_txid.get(tx as usize) else {
                    return Err(StoreError::OutOfRange { what: "transaction", id: u64::from(tx), limit }.into());
                };
                let place = coalface_core::lookup::place::place_of_tx(snapshot, tx);
                txids.push(txid.to_display());
                heights.push(place.height);
                times.push(place.time_unix);
            }
            Ok((txids, heights, times))
        })
    }

    /// Root of the cluster of an address as of `bound`, and the number of its addresses.
    fn cluster(&self, py: Python<'_>, address_id: u32, bound: PyBound) -> PyResult<(u32, u32)> {
        gate::ask(py, &self.snapshot, |snapshot| {
            let root = forest::root_of(snapshot, check_address(snapshot, address_id)?, bound.0.txs)?;
            Ok((root, forest::cluster_size(snapshot, root, bound.0.txs)))
        })
    }

    /// At most `limit` addresses of the cluster under `root` as of `bound`, and whether these are all.
    fn cluster_members<'py>(
        &self,
        py: Python<'py>,
        root: u32,
        bound: PyBound,
        limit: usize,
    ) -> PyResult<(pyo3::Bound<'py, PyArray1<u32>>, bool)> {
        let (members, is_all) = gate::ask(py, &self.snapshot, |snapshot| {
            let mut members = Vec::new();
            let root = check_address(snapshot, root)?;
            let is_all = forest::members(snapshot, root, bound.0.txs, &mut |id| {
                if members.len() < limit {
                    members.push(id);
                    return true;
                }
                false
            });
            Ok((members, is_all))
        })?;
        Ok((members.into_pyarray(py), is_all))
    }

    /// Steps that tie `a` to `b` as of `bound`: (from, to, transaction), and whether there are more than `limit`.
    #[allow(clippy::type_complexity, reason = "one row a step")]
    fn explain(
        &self,
        py: Python<'_>,
        a: u32,
        b: u32,
        bound: PyBound,
        limit: usize,
    ) -> PyResult<Option<(Vec<(u32, u32, u32)>, bool)>> {
        gate::ask(py, &self.snapshot, |snapshot| {
            let (a, b) = (check_address(snapshot, a)?, check_address(snapshot, b)?);
            let found = forest::explain(snapshot, a, b, bound.0.txs, limit)?;
            Ok(found.map(|(ties, more)| (ties.iter().map(|tie| (tie.from, tie.to, tie.tx)).collect(), more)))
        })
    }

    /// A column as a read-only array over the mapped file, e.g. `output.value_sat`; stamped columns are masked copies.
    fn column<'py>(
        slf: pyo3::Bound<'py, Self>,
        name: &pyo3::Bound<'py, PyString>,
    ) -> PyResult<pyo3::Bound<'py, PyAny>> {
        let snapshot = &slf.get().snapshot;
        let column = crate::column::column(slf.py(), snapshot, slf.as_any(), &name.to_string_lossy())?;
        // Rows that a reorganisation took back may have been written over before they were copied or mapped.
        snapshot.check_fresh().map_err(CoreError::from)?;
        Ok(column)
    }

    /// The report of a full check, as JSON; `progress(step, done, total)` is called now and then.
    #[pyo3(signature = (progress=None))]
    fn check(&self, py: Python<'_>, progress: Option<Py<PyAny>>) -> PyResult<String> {
        let storage = coalface_core::io::FolderStorage::new(self.folder.clone());
        let listener = gate::Listener::new(progress);
        let tell = |at: coalface_core::store::check::CheckProgress| listener.tell((at.step, at.rows_done, at.rows));
        let tell_set = |step: &str, done: u64, total: u64| listener.tell((step, done, total));
        let report = gate::ask(py, &self.snapshot, |snapshot| {
            let mut report = coalface_core::store::check::check(&storage, snapshot, &tell)?;
            report.steps.extend(coalface_core::rule_set::all::check_all(&self.folder, snapshot, &tell_set)?);
            Ok(report)
        });
        let report = listener.result(report)?;
        serde_json::to_string(&report).map_err(|error| raise(py, "store_corrupt", &error.to_string(), None, vec![]))
    }

    /// Logical digest of every column group and index.
    fn digests(&self, py: Python<'_>) -> PyResult<std::collections::BTreeMap<String, String>> {
        let storage = coalface_core::io::FolderStorage::new(self.folder.clone());
        gate::ask(py, &self.snapshot, |snapshot| {
            let mut digests = coalface_core::store::digest::digests(&storage, snapshot)?;
            digests.extend(coalface_core::rule_set::all::digests_all(&self.folder, snapshot)?);
            Ok(digests)
        })
    }
}

/// Shorthand for the dicts of answers.
type Bound_<'py> = pyo3::Bound<'py, PyDict>;

/// Windows of an address's history.
#[pyclass(frozen, name = "History", module = "coalface._core")]
pub struct PyHistory {
    history: std::sync::Mutex<History>,
    snapshot: Snapshot,
}

#[pymethods]
impl PyHistory {
    /// Arrays of the next window: (transactions, received, sent, inputs of unknown value); `None` at the end.
    #[allow(clippy::type_complexity, reason = "parallel arrays of one answer")]
    fn next<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<
        Option<(
            pyo3::Bound<'py, PyArray1<u32>>,
            pyo3::Bound<'py, PyArray1<i64>>,
            pyo3::Bound<'py, PyArray1<i64>>,
            pyo3::Bound<'py, PyArray1<u32>>,
        )>,
    > {
        let window = gate::ask(py, &self.snapshot, |_| {
            let mut history = self.history.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            Ok::<_, Error>(history.next_window()?)
        })?;
        Ok(window.map(|events| {
            let txs: Vec<u32> = events.iter().map(|event| event.tx).collect();
            let received: Vec<i64> = events.iter().map(|event| event.received_sat).collect();
            let sent: Vec<i64> = events.iter().map(|event| event.sent_sat).collect();
            let unknown: Vec<u32> = events.iter().map(|event| event.n_unknown).collect();
            (txs.into_pyarray(py), received.into_pyarray(py), sent.into_pyarray(py), unknown.into_pyarray(py))
        }))
    }
}
