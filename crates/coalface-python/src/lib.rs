//! `coalface._core`: the private module behind the Python package. The list below is all that Python sees.

use pyo3::prelude::*;

#[pymodule]
fn _core(_module: &Bound<'_, PyModule>) -> PyResult<()> {
    Ok(())
}
