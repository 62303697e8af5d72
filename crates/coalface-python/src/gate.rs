//! The one gate for engine calls: the GIL is released, Ctrl-C is heard, and a stale answer is refused.

use std::ops::ControlFlow;

use coalface_core::store::Snapshot;
use coalface_core::Error;
use pyo3::prelude::*;

use crate::error::CoreError;

/// Runs `call` without the GIL.
pub fn run<T: Send>(py: Python<'_>, call: impl FnOnce() -> Result<T, Error> + Send) -> PyResult<T> {
    py.detach(call).map_err(|error| CoreError(error).into())
}

/// Runs `call` on a snapshot without the GIL, and fails if the chain was reorganised meanwhile.
pub fn ask<T: Send>(
    py: Python<'_>,
    snapshot: &Snapshot,
    call: impl FnOnce(&Snapshot) -> Result<T, Error> + Send,
) -> PyResult<T> {
    run(py, || {
        let answer = call(snapshot);
        // Rows that were taken back may have been written over: then even an error may be an artefact.
        snapshot.check_fresh()?;
        answer
    })
}

/// Whether to go on: hears Ctrl-C.
pub fn signals() -> ControlFlow<()> {
    match Python::attach(|py| py.check_signals()) {
        Ok(()) => ControlFlow::Continue(()),
        Err(_) => ControlFlow::Break(()),
    }
}
