//! CoinJoins, for Python: one transaction with all evidence, or all of a chain as arrays.

use coalface_core::coinjoin::{judge, lineage, Eras, Finding, Judgement, DETECTORS, RULE};
use coalface_core::hash::Hash32;
use coalface_core::ids::NONE_U32;
use coalface_core::lookup::tx::address_text;
use coalface_core::scan::coinjoins::coinjoins;
use coalface_core::scan::{Cuts, Work};
use coalface_core::tx_json;
use coalface_core::tx_view::{TxView, ViewBuffers};
use numpy::IntoPyArray;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::chain::{PyBound, PyChain};
use crate::gate;
use crate::index::thread_pool;

type Dict<'py> = Bound<'py, PyDict>;

fn eras(is_mainnet: bool) -> Eras {
    if is_mainnet {
        Eras::Mainnet
    } else {
        Eras::Off
    }
}

/// Rule name of the exclusion, and (rule, name, role) of every detector.
#[pyfunction]
pub fn coinjoin_rules() -> (&'static str, Vec<(String, &'static str, &'static str)>) {
    (RULE, DETECTORS.iter().map(|detector| (detector.rule(), detector.name, detector.role.name())).collect())
}

/// All evidence on transaction `tx` of a store.
#[pyfunction]
pub fn coinjoin_tx<'py>(py: Python<'py>, chain: &PyChain, tx: u32, mainnet_eras: bool) -> PyResult<Dict<'py>> {
    struct Asked {
        txid: Hash32,
        buffers: ViewBuffers,
        judgement: Judgement,
        height: Option<u32>,
        texts: Vec<Option<String>>,
    }
    let asked = gate::ask(py, chain.snapshot(), |snapshot| {
        let mut buffers = ViewBuffers::default();
        let view = buffers.fill(snapshot, tx)?;
        let judgement = judge(view, eras(mainnet_eras));
        let text = |address: u32| (address != NONE_U32).then(|| address_text(snapshot, address).0).flatten();
        let texts = view.outputs.iter().map(|output| text(output.address)).collect();
        let (txid, height) = (snapshot.columns.tx_txid[tx as usize], view.height);
        Ok(Asked { txid, judgement, height, texts, buffers })
    })?;
    let dict = evidence(py, &asked.judgement, asked.txid, asked.height)?;
    let outputs = asked.buffers.outputs.iter().map(|output| (output.value_sat, output.kind.name())).collect::<Vec<_>>();
    dict.set_item("n_inputs", asked.buffers.inputs.len())?;
    dict.set_item("outputs", rows(py, &outputs, &asked.texts, &asked.judgement)?)?;
    Ok(dict)
}

/// Where the coins of a mix come from: a dict, or `None` if the transaction has not the shape of one.
#[pyfunction]
pub fn coinjoin_lineage<'py>(
    py: Python<'py>,
    chain: &PyChain,
    tx: u32,
    mainnet_eras: bool,
    max_mixes: usize,
) -> PyResult<Option<Dict<'py>>> {
    let found = gate::ask(py, chain.snapshot(), |snapshot| {
        let found = lineage(snapshot, tx, eras(mainnet_eras), max_mixes)?;
        let txid = |tx: u32| snapshot.columns.tx_txid[tx as usize].to_display();
        let broken = found.as_ref().and_then(|found| found.broken).map(|(source, mix)| (txid(source), txid(mix)));
        Ok(found.map(|found| (found, broken)))
    })?;
    let Some((found, broken)) = found else { return Ok(None) };
    let dict = PyDict::new(py);
    dict.set_item("rule", lineage_rule())?;
    dict.set_item("decision", found.decision.name())?;
    dict.set_item("n_mixes", found.n_mixes)?;
    dict.set_item("n_tx0s", found.n_tx0s)?;
    dict.set_item("n_external", found.n_external)?;
    dict.set_item("is_cut", found.is_cut)?;
    dict.set_item("broken", broken)?;
    Ok(Some(dict))
}

fn lineage_rule() -> &'static str {
    coalface_core::coinjoin::lineage::RULE
}

/// All evidence on transactions in JSON.
#[pyfunction]
pub fn coinjoin_json<'py>(py: Python<'py>, json: &[u8], mainnet_eras: bool) -> PyResult<Vec<Dict<'py>>> {
    let eras = eras(mainnet_eras);
    let txs = gate::run(py, || Ok(tx_json::read(json)?))?;
    txs.iter()
        .map(|tx| {
            let view: TxView<'_> = tx.view();
            let judgement = judge(view, eras);
            let dict = evidence(py, &judgement, tx.txid, view.height)?;
            let outputs = view.outputs.iter().map(|output| (output.value_sat, output.kind.name())).collect::<Vec<_>>();
            dict.set_item("n_inputs", view.inputs.len())?;
            dict.set_item("outputs", rows(py, &outputs, &vec![None; outputs.len()], &judgement)?)?;
            dict.set_item("txid_checked", tx.is_txid_checked)?;
            Ok(dict)
        })
        .collect()
}

/// All transactions of which a detector says more than no: arrays `tx`, `decision` and per detector, as numbers (0 no, 1 undecided,
/// 2 yes), `excluded`, and `protocol` (number of the detector, or -1).
#[pyfunction]
#[pyo3(signature = (chain, bound, mainnet_eras, threads=None, progress=None))]
pub fn coinjoin_scan<'py>(
    py: Python<'py>,
    chain: &PyChain,
    bound: PyBound,
    mainnet_eras: bool,
    threads: Option<usize>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Dict<'py>> {
    let pool = thread_pool(py, threads)?;
    let listener = gate::Listener::new(progress);
    let tell = |done: u64, total: u64| listener.tell((done, total));
    let found = gate::ask(py, chain.snapshot(), |snapshot| {
        let work = Work { cuts: Cuts::default(), pool: Some(&pool), progress: &tell };
        coinjoins(snapshot, &bound.0, eras(mainnet_eras), work)
    });
    let found = listener.result(found)?;
    let dict = PyDict::new(py);
    dict.set_item("tx", found.iter().map(|each| each.tx).collect::<Vec<_>>().into_pyarray(py))?;
    let decision = found.iter().map(|each| number(each.outcome.decision)).collect::<Vec<u8>>();
    dict.set_item("decision", decision.into_pyarray(py))?;
    let excluded = found.iter().map(|each| each.outcome.is_excluded).collect::<Vec<_>>();
    dict.set_item("excluded", excluded.into_pyarray(py))?;
    let protocol_of = |name: Option<&str>| {
        let at = name.and_then(|name| DETECTORS.iter().position(|detector| detector.name == name));
        at.map_or(-1, |at| at as i8)
    };
    let protocol = found.iter().map(|each| protocol_of(each.outcome.protocol)).collect::<Vec<_>>();
    dict.set_item("protocol", protocol.into_pyarray(py))?;
    for (n, detector) in DETECTORS.iter().enumerate() {
        let said = found.iter().map(|each| number(each.decisions[n])).collect::<Vec<u8>>();
        dict.set_item(detector.name, said.into_pyarray(py))?;
    }
    Ok(dict)
}

fn number(decision: coalface_core::coinjoin::Decision) -> u8 {
    use coalface_core::coinjoin::Decision;
    match decision {
        Decision::No => 0,
        Decision::Undecided => 1,
        Decision::Yes => 2,
    }
}

fn evidence<'py>(py: Python<'py>, judgement: &Judgement, txid: Hash32, height: Option<u32>) -> PyResult<Dict<'py>> {
    let dict = PyDict::new(py);
    dict.set_item("txid", txid.to_display())?;
    dict.set_item("height", height)?;
    dict.set_item("decision", judgement.outcome.decision.name())?;
    dict.set_item("protocol", judgement.outcome.protocol)?;
    dict.set_item("excluded", judgement.outcome.is_excluded)?;
    dict.set_item("denominations_sat", judgement.denominations_sat.clone())?;
    let findings = judgement.findings.iter().map(|each| finding(py, each)).collect::<PyResult<Vec<_>>>()?;
    dict.set_item("findings", findings)?;
    Ok(dict)
}

fn finding<'py>(py: Python<'py>, finding: &Finding) -> PyResult<Dict<'py>> {
    let dict = PyDict::new(py);
    dict.set_item("detector", finding.detector.name)?;
    dict.set_item("rule", finding.detector.rule())?;
    dict.set_item("role", finding.detector.role.name())?;
    dict.set_item("decision", finding.decision.name())?;
    let gates = finding.gates.iter().enumerate().map(|(n, gate)| {
        let dict = PyDict::new(py);
        dict.set_item("name", gate.name)?;
        dict.set_item("passed", gate.passed)?;
        dict.set_item("value", gate.value)?;
        dict.set_item("allowed", gate.allowed.to_string())?;
        dict.set_item("required", finding.is_required(n))?;
        Ok(dict)
    });
    dict.set_item("gates", gates.collect::<PyResult<Vec<_>>>()?)?;
    Ok(dict)
}

fn rows<'py>(
    py: Python<'py>,
    outputs: &[(i64, &'static str)],
    texts: &[Option<String>],
    judgement: &Judgement,
) -> PyResult<Vec<Dict<'py>>> {
    let each = outputs.iter().zip(texts).zip(&judgement.anonymity_sets).enumerate();
    each.map(|(n, (((value_sat, kind), text), anonymity_set))| {
        let dict = PyDict::new(py);
        dict.set_item("n", n)?;
        dict.set_item("value_sat", value_sat)?;
        dict.set_item("script_type", kind)?;
        dict.set_item("address", text)?;
        dict.set_item("anonymity_set", anonymity_set)?;
        Ok(dict)
    })
    .collect()
}
