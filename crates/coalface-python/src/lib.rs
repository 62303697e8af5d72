//! `coalface._core`: the private module behind the Python package. The list below is all that Python sees.

use pyo3::prelude::*;

mod arrow;
mod build_info;
mod chain;
mod column;
mod error;
mod gate;
mod index;
mod record;
mod scan;
mod trace;

#[pymodule]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<chain::PyBound>()?;
    module.add_class::<chain::PyChain>()?;
    module.add_class::<chain::PyHistory>()?;
    module.add_class::<arrow::PyTable>()?;
    module.add_function(wrap_pyfunction!(arrow::table_names, module)?)?;
    module.add_function(wrap_pyfunction!(build_info::build_info, module)?)?;
    module.add_function(wrap_pyfunction!(index::block_fault, module)?)?;
    module.add_function(wrap_pyfunction!(index::classify_script, module)?)?;
    module.add_function(wrap_pyfunction!(index::decode_address, module)?)?;
    module.add_function(wrap_pyfunction!(index::hash_floor, module)?)?;
    module.add_function(wrap_pyfunction!(index::index, module)?)?;
    module.add_function(wrap_pyfunction!(scan::scan_block_fees, module)?)?;
    module.add_function(wrap_pyfunction!(scan::scan_block_outputs, module)?)?;
    module.add_function(wrap_pyfunction!(scan::scan_floor, module)?)?;
    module.add_function(wrap_pyfunction!(scan::scan_kinds, module)?)?;
    module.add_function(wrap_pyfunction!(scan::scan_largest_fee, module)?)?;
    module.add_function(wrap_pyfunction!(scan::scan_largest_output, module)?)?;
    module.add_function(wrap_pyfunction!(scan::scan_locktimes, module)?)?;
    module.add_function(wrap_pyfunction!(scan::scan_versions, module)?)?;
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
