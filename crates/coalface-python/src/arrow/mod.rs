//! Tables of a store for other programs, through Arrow's C interfaces in Python capsules.
//!
//! Columns of fixed-width cells are all there is, so the interface's three structs, filled by hand, are less than a crate
//! that knows all of Arrow: [`ffi`] has the structs, [`schema`] and [`batch`] fill them, [`stream`] hands them out,
//! [`tables`] says which columns there are, [`made`] makes those that do not lie in a file as they are.

use coalface_core::context::shown;
use coalface_core::lookup::Bound;
use coalface_core::store::Snapshot;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::chain::{PyBound, PyChain};
use crate::error::raise;
use crate::gate;

mod batch;
mod ffi;
mod made;
mod schema;
mod stream;
mod tables;

use tables::{Field, TABLES};

/// Rows of a batch: cells that are made take half a megabyte a column, and threads have work.
const BATCH_ROWS: usize = 1 << 16;

/// A table of a store as of a bound.
#[pyclass(frozen, name = "Table", module = "coalface._core")]
pub struct PyTable {
    snapshot: Snapshot,
    bound: Bound,
    fields: Vec<Field>,
    rows: usize,
    batch_rows: usize,
}

/// Names of all tables.
#[pyfunction]
pub fn table_names() -> Vec<&'static str> {
    TABLES.iter().map(|table| table.name).collect()
}

#[pymethods]
impl PyTable {
    /// The table `name` as of `bound`; all columns unless some are named.
    #[new]
    #[pyo3(signature = (chain, name, bound, columns=None, batch_rows=BATCH_ROWS))]
    fn new(
        py: Python<'_>,
        chain: &pyo3::Bound<'_, PyChain>,
        name: &str,
        bound: PyBound,
        columns: Option<Vec<String>>,
        batch_rows: usize,
    ) -> PyResult<PyTable> {
        let unknown = |what: &str, name: &str, known: Vec<&str>| {
            let message = format!("there is no {what} `{}`", shown(name));
            let hint = format!("there are {}", known.join(", "));
            raise(py, "usage_table", &message, Some(hint), vec![("received", shown(name).into())])
        };
        let Some(table) = TABLES.iter().find(|table| table.name == name) else {
            return Err(unknown("table", name, table_names()));
        };
        let fields = match columns {
            None => table.fields.to_vec(),
            Some(names) => {
                let of_name = |wanted: &String| {
                    let found = table.fields.iter().find(|field| field.name == wanted).copied();
                    let known = || table.fields.iter().map(|field| field.name).collect();
                    found.ok_or_else(|| unknown("column", wanted, known()))
                };
                names.iter().map(of_name).collect::<PyResult<_>>()?
            }
        };
        let snapshot = chain.get().snapshot();
        let rows = gate::ask(py, snapshot, |snapshot| Ok((table.rows)(&snapshot.counts_at(bound.0.blocks)?)))?;
        Ok(PyTable { snapshot: snapshot.clone(), bound: bound.0, fields, rows: rows as usize, batch_rows })
    }

    /// Number of rows.
    fn __len__(&self) -> usize {
        self.rows
    }

    /// Names of the columns, and whether each lies in the mapped file as it is.
    fn columns(&self) -> Vec<(&'static str, bool)> {
        let is_mapped = |field: &Field| matches!(field.source, tables::Source::Mapped(..));
        self.fields.iter().map(|field| (field.name, is_mapped(field))).collect()
    }

    /// The schema, as Arrow's PyCapsule interface asks for it.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<pyo3::Bound<'py, PyCapsule>> {
        PyCapsule::new_with_value(py, schema::schema(&self.fields), c"arrow_schema")
    }

    /// A stream of all rows, as Arrow's PyCapsule interface asks for it. No other schema is made than the table's own.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<pyo3::Bound<'py, PyAny>>,
    ) -> PyResult<pyo3::Bound<'py, PyCapsule>> {
        // The interface lets a producer ignore it: "best effort".
        drop(requested_schema);
        let stream = stream::stream(self.snapshot.clone(), self.bound, self.fields.clone(), self.rows, self.batch_rows);
        PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
    }
}
