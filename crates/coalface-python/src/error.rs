//! The one place where an engine error becomes a Python exception.

use coalface_core::{Context, ContextValue, Error};
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
        Python::attach(|py| raise(py, error.code(), &error.to_string(), error.hint(), error.context()))
    }
}

/// The Python exception of an error's code, message, hint and facts.
pub fn raise(py: Python<'_>, code: &str, message: &str, hint: Option<String>, context: Context) -> PyErr {
    let make = || {
        let facts = PyDict::new(py);
        for (name, value) in context {
            match value {
                ContextValue::Text(text) => facts.set_item(name, text)?,
                ContextValue::Number(number) => facts.set_item(name, number)?,
            }
        }
        py.import("coalface.errors")?.getattr("_from_core")?.call1((code, message, hint, facts))
    };
    match make() {
        Ok(exception) => PyErr::from_value(exception),
        Err(error) => error,
    }
}
