//! The one gate for engine calls: the GIL is released, Ctrl-C is heard, and a stale answer is refused.

use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

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

/// The caller's own progress function. An error in it stops the call and comes out as it is.
pub struct Listener {
    progress: Option<Py<PyAny>>,
    failed: Mutex<Option<PyErr>>,
}

impl Listener {
    /// Tells `progress`, if there is one.
    pub fn new(progress: Option<Py<PyAny>>) -> Listener {
        Listener { progress, failed: Mutex::new(None) }
    }

    /// Calls the function with `arguments` (a tuple); says whether to go on, and hears Ctrl-C.
    pub fn tell<A>(&self, arguments: A) -> ControlFlow<()>
    where
        A: for<'py> pyo3::call::PyCallArgs<'py>,
    {
        Python::attach(|py| {
            if py.check_signals().is_err() {
                return ControlFlow::Break(());
            }
            match self.progress.as_ref().map(|progress| progress.call1(py, arguments)) {
                None | Some(Ok(_)) => ControlFlow::Continue(()),
                Some(Err(error)) => {
                    *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                    ControlFlow::Break(())
                }
            }
        })
    }

    /// The answer of the call that was listened to, or what the caller's function raised.
    pub fn result<T>(self, answer: PyResult<T>) -> PyResult<T> {
        match self.failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(error) => Err(error),
            None => answer,
        }
    }
}
