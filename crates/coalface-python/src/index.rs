//! Indexing block files.

use std::path::PathBuf;

use coalface_core::blockfile::parse::ParsedBlock;
use coalface_core::blockfile::{Source, SourceOptions};
use coalface_core::context::shown;
use coalface_core::hash::Hash32;
use coalface_core::link::{self, IndexOptions, IndexProgress, IndexReport};
use coalface_core::network::Network;
use coalface_core::store::file_system;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::error::{raise, CoreError};
use crate::gate;

/// So many threads, one a core unless given.
pub fn thread_pool(py: Python<'_>, threads: Option<usize>) -> PyResult<rayon::ThreadPool> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0)).build();
    pool.map_err(|error| raise(py, "io_threads", &format!("cannot start threads: {error}"), None, vec![]))
}

/// The network of that name, or a usage error.
pub fn network(py: Python<'_>, name: &str) -> PyResult<Network> {
    Network::from_name(name).ok_or_else(|| {
        let known = Network::ALL.map(Network::name).join(", ");
        let name = shown(name);
        let message = format!("network `{name}` is not known, known are {known}");
        raise(py, "usage_network", &message, None, vec![("received", name.into()), ("allowed", known.into())])
    })
}

/// Brings the store in folder `store` up to what `sources` hold; returns what was done.
///
/// `memory_bytes` is what the run may take; without it half of what the machine, or the control group, has.
/// `progress(phase, done, total, txs)` is called now and then. A file system over a network is refused unless allowed.
#[pyfunction]
#[pyo3(signature = (sources, store, *, network=None, skip_damaged=false, heights=Vec::new(), use_undo=true, commit_bytes=None, batch_bytes=None, memory_bytes=None, threads=None, allow_network_fs=false, progress=None))]
#[allow(clippy::too_many_arguments, reason = "keyword arguments of one Python call")]
pub fn index<'py>(
    py: Python<'py>,
    sources: Vec<PathBuf>,
    store: PathBuf,
    network: Option<&str>,
    skip_damaged: bool,
    heights: Vec<(String, u32)>,
    use_undo: bool,
    commit_bytes: Option<u64>,
    batch_bytes: Option<u64>,
    memory_bytes: Option<u64>,
    threads: Option<usize>,
    allow_network_fs: bool,
    progress: Option<Py<PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let network = network.map(|name| self::network(py, name)).transpose()?;
    let mut options = IndexOptions { skip_damaged, use_undo, ..IndexOptions::default() };
    options.commit_bytes = commit_bytes.unwrap_or(options.commit_bytes);
    options.batch_bytes = batch_bytes.unwrap_or(options.batch_bytes);
    options.memory_bytes = memory_bytes.or_else(coalface_core::bulk::default_memory_bytes);
    for (hash, height) in heights {
        let Some(hash) = Hash32::from_display(&hash) else {
            let hash = shown(&hash);
            let message = format!("block hash `{hash}` is not 64 hex digits");
            let facts = vec![("received", hash.into()), ("allowed", "64 hex digits".into())];
            return Err(raise(py, "invalid_block_hash", &message, None, facts));
        };
        options.heights.insert(hash, height);
    }
    let pool = thread_pool(py, threads)?;
    let listener = gate::Listener::new(progress);
    let tell = |at: IndexProgress| match at {
        IndexProgress::Scan { files, n_files } => listener.tell(("scan", files, n_files, 0u64)),
        IndexProgress::Bulk { phase, done, total } => listener.tell((phase, done, total, 0u64)),
        IndexProgress::Append { bytes, n_bytes, txs, .. } => listener.tell(("append", bytes, n_bytes, txs)),
    };
    let report = gate::run(py, || {
        if !allow_network_fs {
            file_system::refuse_undependable(&store, file_system::magic_of(&store)?)?;
        }
        pool.install(|| {
            let source = Source::open(&sources, &SourceOptions { network, skip_damaged })?;
            let report = link::index_folder(&source, &store, &options, &tell)?;
            // The store is committed; what follows it goes on from there.
            let go_on = || tell(IndexProgress::Bulk { phase: "clusters", done: 0, total: 0 });
            let sets = coalface_core::rule_set::grow_all(&store, &go_on)?;
            Ok((report, sets))
        })
    });
    let (report, sets) = listener.result(report)?;
    let dict = to_dict(py, &report)?;
    dict.set_item("rule_sets", crate::rule_set::outcomes(sets))?;
    Ok(dict)
}

fn to_dict<'py>(py: Python<'py>, report: &IndexReport) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("blocks_added", report.blocks_added)?;
    dict.set_item("txs_added", report.txs_added)?;
    dict.set_item("blocks_removed", report.blocks_removed)?;
    dict.set_item("stale_blocks", report.facts.stale_blocks)?;
    dict.set_item("refused_descendants", report.facts.refused_descendants)?;
    let refused: Vec<_> = report.facts.refused.iter().map(|r| (&r.hash, &r.code, &r.reason)).collect();
    dict.set_item("refused", refused)?;
    dict.set_item("unfinished", &report.unfinished)?;
    dict.set_item("damaged", &report.damaged)?;
    dict.set_item("missing_files", &report.missing_files)?;
    dict.set_item("without_work", report.without_work)?;
    dict.set_item("ignored_heights", &report.ignored_heights)?;
    dict.set_item("undo_used", report.undo.n_used)?;
    dict.set_item("undo_missing", report.undo.n_missing)?;
    let bad: Vec<_> = report.undo.bad.iter().map(|bad| (&bad.file, bad.offset, &bad.reason)).collect();
    dict.set_item("undo_bad", bad)?;
    let micros = |time: std::time::Duration| time.as_micros() as u64;
    let stages: Vec<_> = report.stages.iter().map(|s| (s.name, micros(s.thread), micros(s.cpu), s.bound)).collect();
    dict.set_item("stages", stages)?;
    Ok(dict)
}

/// The first rule that a serialized block breaks by itself, as (code, reason); `None` if only other blocks can tell.
#[pyfunction]
pub fn block_fault(py: Python<'_>, block: &[u8]) -> Option<(&'static str, String)> {
    py.detach(|| {
        let fault = link::load::fault_of_bytes(&mut ParsedBlock::default(), block)?;
        Some((fault.code(), fault.to_string()))
    })
}

/// Script kind and identifying bytes (hex) of an address text.
#[pyfunction]
pub fn decode_address(py: Python<'_>, network: &str, text: &Bound<'_, PyString>) -> PyResult<(&'static str, String)> {
    let network = self::network(py, network)?;
    let key = coalface_core::script::address::decode(network, &text.to_string_lossy()).map_err(CoreError::from)?;
    Ok((key.kind().name(), coalface_core::hash::to_hex(key.as_bytes())))
}

/// Script kind of a scriptPubKey, and its address (`None` for OP_RETURN).
#[pyfunction]
pub fn classify_script(py: Python<'_>, network: &str, script: &[u8]) -> PyResult<(&'static str, Option<String>)> {
    let network = self::network(py, network)?;
    let (kind, range) = coalface_core::script::classify(script);
    Ok((kind.name(), coalface_core::script::address::encode(network, kind, &script[range])))
}

/// Names of the eras of bulk chains, in order of time, each with the heights of the blocks it was measured on.
#[pyfunction]
pub fn bulk_eras() -> Vec<(&'static str, Vec<u32>)> {
    coalface_core::synth::ERAS.iter().map(|era| (era.name, era.measured_on.to_vec())).collect()
}

/// Writes a bulk regtest chain into the `blocks` folder `folder`, and its truth into `truth`; returns what it holds.
///
/// `era` is a name of `bulk_eras`, or `history` for all of them one after the other. `progress(n_txs)` is called after
/// every block.
#[pyfunction]
#[pyo3(signature = (folder, *, n_txs, seed=1, era=None, truth=None, xor_key=None, threads=2, stale_branches=0, duplicate_coinbases=0, megabyte_txs=0, wide_txs=0, flood_outputs=0, progress=None))]
#[allow(clippy::too_many_arguments, reason = "keyword arguments of one Python call")]
pub fn write_bulk<'py>(
    py: Python<'py>,
    folder: PathBuf,
    n_txs: u64,
    seed: u64,
    era: Option<&str>,
    truth: Option<PathBuf>,
    xor_key: Option<[u8; 8]>,
    threads: usize,
    stale_branches: u64,
    duplicate_coinbases: u64,
    megabyte_txs: u64,
    wide_txs: u64,
    flood_outputs: u64,
    progress: Option<Py<PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    use coalface_core::synth;
    let era = match era {
        None => Some(synth::LATEST),
        Some("history") => None,
        Some(name) => Some(synth::Era::named(name).ok_or_else(|| {
            let allowed: Vec<&str> = synth::ERAS.iter().map(|era| era.name).chain(["history"]).collect();
            let facts = vec![("received", name.into()), ("allowed", allowed.join(", ").into())];
            let message = format!("`era` is `{}`, allowed are {}", shown(name), allowed.join(", "));
            raise(py, "usage_option_out_of_range", &message, None, facts)
        })?),
    };
    let options = synth::BulkOptions {
        seed,
        n_txs,
        era,
        truth,
        xor_key,
        threads,
        n_stale_branches: stale_branches,
        n_duplicate_coinbases: duplicate_coinbases,
        n_megabyte_txs: megabyte_txs,
        n_wide_txs: wide_txs,
        n_flood_outputs: flood_outputs,
        ..synth::BulkOptions::default()
    };
    let listener = gate::Listener::new(progress);
    let tell = |n_txs: u64| listener.tell((n_txs,)).is_continue();
    let summary = gate::run(py, || Ok(synth::write_bulk(&folder, &options, &tell)?));
    let summary = listener.result(summary)?;
    let dict = PyDict::new(py);
    dict.set_item("n_blocks", summary.n_blocks)?;
    dict.set_item("n_txs", summary.n_txs)?;
    dict.set_item("n_inputs", summary.n_inputs)?;
    dict.set_item("n_outputs", summary.n_outputs)?;
    dict.set_item("n_bytes", summary.n_bytes)?;
    dict.set_item("n_addresses", summary.n_addresses)?;
    dict.set_item("n_owners", summary.n_owners)?;
    dict.set_item("n_stale_branches", summary.n_stale_branches)?;
    dict.set_item("n_stale_blocks", summary.n_stale_blocks)?;
    dict.set_item("n_duplicate_coinbases", summary.n_duplicate_coinbases)?;
    dict.set_item("n_megabyte_txs", summary.n_megabyte_txs)?;
    dict.set_item("n_wide_txs", summary.n_wide_txs)?;
    dict.set_item("n_flood_outputs", summary.n_flood_outputs)?;
    dict.set_item("tip_hash", summary.tip_hash.to_display())?;
    dict.set_item("tip_height", summary.tip_height)?;
    Ok(dict)
}

/// Seconds that hashing alone takes on `threads` threads: (transactions, bytes, seconds one message after the other,
/// seconds several at a time).
#[pyfunction]
pub fn hash_floor(py: Python<'_>, sources: Vec<PathBuf>, threads: usize) -> PyResult<(u64, u64, f64, f64)> {
    let pool = thread_pool(py, Some(threads))?;
    let floor = gate::run(py, || {
        let source = Source::open(&sources, &SourceOptions::default())?;
        Ok(pool.install(|| coalface_core::blockfile::floor::floor(&source))?)
    })?;
    Ok((floor.txs, floor.bytes, floor.elapsed.as_secs_f64(), floor.elapsed_two_lanes.as_secs_f64()))
}

/// Writes serialized blocks as a node would, each record behind magic and length; returns (file number, offset) of each.
#[pyfunction]
#[pyo3(signature = (folder, network, blocks, *, xor_key=None, tail_zeros=false, max_file_bytes=None))]
pub fn write_block_files(
    py: Python<'_>,
    folder: PathBuf,
    network: &str,
    blocks: Vec<Vec<u8>>,
    xor_key: Option<[u8; 8]>,
    tail_zeros: bool,
    max_file_bytes: Option<u64>,
) -> PyResult<Vec<(u32, u64)>> {
    use coalface_core::blockfile::{BlockFileWriter, Tail, WriterOptions, XorKey, MAX_FILE_BYTES};
    let network = self::network(py, network)?;
    gate::run(py, || {
        let options = WriterOptions {
            key: xor_key.and_then(XorKey::new),
            max_file_bytes: max_file_bytes.unwrap_or(MAX_FILE_BYTES),
        };
        let mut writer = BlockFileWriter::create(folder, network, options)?;
        let places = blocks.iter().map(|block| writer.append(block)).collect::<Result<Vec<_>, _>>()?;
        writer.finish(if tail_zeros { Tail::Keep } else { Tail::Truncate })?;
        Ok(places)
    })
}
