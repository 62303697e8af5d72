//! What this compiled module was built from: for bug reports and for the provenance of results.

use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Returns the version, cargo profile and compiler of this module.
#[pyfunction]
pub fn build_info(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let info = PyDict::new(py);
    info.set_item("version", env!("CARGO_PKG_VERSION"))?;
    info.set_item("profile", env!("COALFACE_PROFILE"))?;
    info.set_item("rustc", env!("COALFACE_RUSTC"))?;
    Ok(info)
}
