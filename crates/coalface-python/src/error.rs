//! The one place where an engine error becomes a Python exception.

use coalface_core::Error;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Wraps an engine error for `?` in functions that return a `PyResult`.
pub struct CoreError(pub Error);

impl<E: Into<Error>> From<E> for CoreError {
    fn from(error: E) -> Self {
        CoreError(error.into())
    }
}

impl From<CoreError> for PyErr {
    fn from(CoreError(error): CoreError) -> PyErr {
        Python::attach(|py| raise(py, error.code(), &error.to_string(), error.hint()))
    }
}

/// The Python exception of an engine error's code, message and hint.
pub fn raise(py: Python<'_>, code: &str, message: &str, hint: Option<String>) -> PyErr {
    let made = py
        .import("coalface.errors")
        .and_then(|module| module.getattr("_from_core"))
        .and_then(|make| make.call1((code, message, hint, PyDict::new(py))));
    match made {
        Ok(exception) => PyErr::from_value(exception),
        Err(error) => error,
    }
}
