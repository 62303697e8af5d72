//! Change rules, for Python: one transaction with its evidence, or the votes about all outputs as arrays.

use coalface_core::change::{self, Fact, FactValue, Judge, Refusal, FITTED, LAG_BLOCKS};
use coalface_core::change::{Outputs, Rule, STANDARD_MILLINATS, WIDE_MILLINATS};
use coalface_core::lookup::place::place_of_tx;
use coalface_core::lookup::Bound as ChainBound;
use numpy::IntoPyArray;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::chain::{PyBound, PyChain};
use crate::gate;

/// Rules with their weights in thousandths of a natural logarithm, thresholds, lag: what every judgement rests on.
#[pyfunction]
pub fn change_model(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("rule", change::RULE)?;
    dict.set_item("rules", Rule::ALL.map(Rule::name).to_vec())?;
    dict.set_item("keeps", FITTED.keeps.to_vec())?;
    dict.set_item("rules_out", FITTED.rules_out.to_vec())?;
    dict.set_item("two_outputs", FITTED.two_outputs)?;
    dict.set_item("more_outputs", FITTED.more_outputs)?;
    dict.set_item("standard_millinats", STANDARD_MILLINATS)?;
    dict.set_item("wide_millinats", WIDE_MILLINATS)?;
    dict.set_item("lag_blocks", LAG_BLOCKS)?;
    Ok(dict)
}

/// Votes, evidence and decision about the transaction in row `tx`, as of the earlier of its lag and `bound`.
#[pyfunction]
pub fn change_tx<'py>(py: Python<'py>, chain: &PyChain, tx: u32, bound: PyBound) -> PyResult<Bound<'py, PyDict>> {
    let (found, at, is_final, height) = gate::ask(py, chain.snapshot(), |snapshot| {
        let wanted = (place_of_tx(snapshot, tx).block as u64).saturating_add(LAG_BLOCKS + 1);
        let is_final = wanted <= bound.0.blocks;
        let at = ChainBound::blocks(snapshot, wanted.min(bound.0.blocks));
        let found = change::explain(&mut Judge::new(snapshot), snapshot, tx, &at, &FITTED)?;
        let height =
            at.blocks.checked_sub(1).and_then(|block| snapshot.columns.block_height.get(block as usize).copied());
        Ok((found, at, is_final, height.filter(|height| *height != coalface_core::ids::NONE_U32)))
    })?;
    let dict = PyDict::new(py);
    dict.set_item("judged_at_blocks", at.blocks)?;
    dict.set_item("judged_at_height", height)?;
    dict.set_item("is_final", is_final)?;
    let explained = match found {
        Ok(explained) => explained,
        Err(refusal) => {
            dict.set_item("refusal", refusal.name())?;
            dict.set_item("best", None::<u32>)?;
            dict.set_item("log_odds_millinats", None::<i32>)?;
            dict.set_item("scores", Vec::<(u32, i32)>::new())?;
            dict.set_item("votes", PyList::empty(py))?;
            return Ok(dict);
        }
    };
    let judgement = &explained.judgement;
    dict.set_item("refusal", judgement.refusal.map(Refusal::name))?;
    dict.set_item("best", judgement.decision.best)?;
    dict.set_item("log_odds_millinats", judgement.decision.log_odds_millinats)?;
    let scores: Vec<(u32, i32)> =
        judgement.spendable.iter().map(|n| (n, judgement.decision.scores[n as usize])).collect();
    dict.set_item("scores", scores)?;
    let mut votes = Vec::new();
    for (vote, (rule, facts)) in judgement.votes.iter().zip(&explained.facts) {
        let row = PyDict::new(py);
        row.set_item("rule", rule.name())?;
        row.set_item("keeps", numbers(vote.keeps))?;
        row.set_item("rules_out", numbers(vote.rules_out))?;
        row.set_item("facts", facts.iter().map(|fact| fact_of(py, fact)).collect::<PyResult<Vec<_>>>()?)?;
        votes.push(row);
    }
    dict.set_item("votes", votes)?;
    Ok(dict)
}

fn numbers(outputs: Outputs) -> Vec<u32> {
    outputs.iter().collect()
}

/// (output or None, name, value); a transaction is a dict with its row, so that it is no number.
fn fact_of<'py>(py: Python<'py>, fact: &Fact) -> PyResult<(Option<u32>, &'static str, Bound<'py, PyAny>)> {
    let value = match fact.value {
        FactValue::Number(number) => number.into_pyobject(py)?.into_any(),
        FactValue::Flag(flag) => flag.into_pyobject(py)?.to_owned().into_any(),
        FactValue::Word(word) => word.into_pyobject(py)?.into_any(),
        FactValue::Tx(tx) => {
            let dict = PyDict::new(py);
            dict.set_item("tx", tx)?;
            dict.into_any()
        }
        FactValue::Unknown => py.None().into_bound(py),
    };
    Ok((fact.output, fact.name, value))
}

/// Votes about every output of the transactions that are old enough, as parallel arrays; `progress(done, total)` in blocks.
#[pyfunction]
#[pyo3(signature = (chain, bound, progress=None))]
pub fn change_votes<'py>(
    py: Python<'py>,
    chain: &PyChain,
    bound: PyBound,
    progress: Option<Py<PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let listener = gate::Listener::new(progress);
    let tell = |done: u64, total: u64| listener.tell((done, total));
    let answer = gate::ask(py, chain.snapshot(), |snapshot| {
        let mut rows = Vec::new();
        change::sweep_judgements(snapshot, &bound.0, &FITTED, &tell, |row| rows.push(row))?;
        Ok(rows)
    });
    let rows = listener.result(answer)?;
    let dict = PyDict::new(py);
    dict.set_item("tx", rows.iter().map(|row| row.tx).collect::<Vec<u32>>().into_pyarray(py))?;
    dict.set_item("output", rows.iter().map(|row| row.output).collect::<Vec<u64>>().into_pyarray(py))?;
    dict.set_item("kept_by", rows.iter().map(|row| row.kept_by).collect::<Vec<u32>>().into_pyarray(py))?;
    dict.set_item("ruled_out_by", rows.iter().map(|row| row.ruled_out_by).collect::<Vec<u32>>().into_pyarray(py))?;
    dict.set_item(
        "is_best",
        rows.iter().map(|row| row.log_odds_millinats.is_some()).collect::<Vec<_>>().into_pyarray(py),
    )?;
    let odds: Vec<i32> = rows.iter().map(|row| row.log_odds_millinats.unwrap_or(0)).collect();
    dict.set_item("log_odds_millinats", odds.into_pyarray(py))?;
    // Whether the outputs could tie anything is a fact about the output, so it is told of every row.
    dict.set_item("refusal", rows.iter().map(|row| row.refusal.map(Refusal::name)).collect::<Vec<_>>())?;
    Ok(dict)
}
