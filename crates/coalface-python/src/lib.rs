//! `coalface._core`: the private module behind the Python package. The list below is all that Python sees.

use pyo3::prelude::*;

mod arrow;
mod build_info;
mod chain;
mod change;
mod coinjoin;
mod column;
mod error;
mod gate;
mod index;
mod record;
mod rule_set;
mod scan;
mod timing;
mod trace;

#[pymodule]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<chain::PyBound>()?;
    module.add_class::<chain::PyChain>()?;
    module.add_class::<chain::PyHistory>()?;
    module.add_class::<arrow::PyTable>()?;
    module.add_class::<rule_set::PyRuleSet>()?;
    module.add_class::<rule_set::PyClustered>()?;
    module.add_function(wrap_pyfunction!(arrow::table_names, module)?)?;
    module.add_function(wrap_pyfunction!(build_info::build_info, module)?)?;
    module.add_function(wrap_pyfunction!(change::change_model, module)?)?;
    module.add_function(wrap_pyfunction!(change::change_tx, module)?)?;
    module.add_function(wrap_pyfunction!(change::change_votes, module)?)?;
    module.add_function(wrap_pyfunction!(coinjoin::coinjoin_json, module)?)?;
    module.add_function(wrap_pyfunction!(coinjoin::coinjoin_lineage, module)?)?;
    module.add_function(wrap_pyfunction!(coinjoin::coinjoin_rules, module)?)?;
    module.add_function(wrap_pyfunction!(coinjoin::coinjoin_scan, module)?)?;
    module.add_function(wrap_pyfunction!(coinjoin::coinjoin_tx, module)?)?;
    module.add_function(wrap_pyfunction!(index::block_fault, module)?)?;
    module.add_function(wrap_pyfunction!(index::classify_script, module)?)?;
    module.add_function(wrap_pyfunction!(index::decode_address, module)?)?;
    module.add_function(wrap_pyfunction!(index::hash_floor, module)?)?;
    module.add_function(wrap_pyfunction!(index::index, module)?)?;
    module.add_function(wrap_pyfunction!(rule_set::build_rule_set, module)?)?;
    module.add_function(wrap_pyfunction!(rule_set::built_rule_sets, module)?)?;
    module.add_function(wrap_pyfunction!(rule_set::cluster_lists, module)?)?;
    module.add_function(wrap_pyfunction!(rule_set::diff_rule_sets, module)?)?;
    module.add_function(wrap_pyfunction!(rule_set::rule_sets, module)?)?;
    module.add_function(wrap_pyfunction!(scan::scan_block_fees, module)?)?;
    module.add_function(wrap_pyfunction!(scan::scan_block_outputs, module)?)?;
    module.add_function(wrap_pyfunction!(scan::scan_floor, module)?)?;
    module.add_function(wrap_pyfunction!(scan::scan_kinds, module)?)?;
    module.add_function(wrap_pyfunction!(scan::scan_kinds_floor, module)?)?;
    module.add_function(wrap_pyfunction!(scan::scan_largest_fee, module)?)?;
    module.add_function(wrap_pyfunction!(scan::scan_largest_output, module)?)?;
    module.add_function(wrap_pyfunction!(scan::scan_locktimes, module)?)?;
    module.add_function(wrap_pyfunction!(scan::scan_versions, module)?)?;
    module.add_function(wrap_pyfunction!(timing::time_addresses, module)?)?;
    module.add_function(wrap_pyfunction!(timing::time_outputs, module)?)?;
    module.add_function(wrap_pyfunction!(timing::time_txs, module)?)?;
    module.add_function(wrap_pyfunction!(trace::trace, module)?)?;
    module.add_function(wrap_pyfunction!(trace::trace_boundaries, module)?)?;
    module.add_function(wrap_pyfunction!(trace::trace_outputs, module)?)?;
    module.add_function(wrap_pyfunction!(trace::trace_times, module)?)?;
    module.add_function(wrap_pyfunction!(trace::trace_ways, module)?)?;
    module.add_function(wrap_pyfunction!(index::write_block_files, module)?)?;
    module.add_function(wrap_pyfunction!(index::bulk_eras, module)?)?;
    module.add_function(wrap_pyfunction!(index::write_bulk, module)?)?;
    Ok(())
}
