//! `coalface._core`: the private module behind the Python package. The list below is all that Python sees.

use pyo3::prelude::*;

mod build_info;

#[pymodule]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(build_info::build_info, module)?)?;
    Ok(())
}
