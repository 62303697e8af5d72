//! A table as an `ArrowArrayStream`: batch after batch, in bounded memory, without Python.

use std::ffi::{c_char, c_int, CString};
use std::panic::{catch_unwind, AssertUnwindSafe};

use coalface_core::lookup::Bound;
use coalface_core::store::Snapshot;

use super::batch::batch;
use super::ffi::{ArrowArray, ArrowArrayStream, ArrowSchema, EIO};
use super::schema::schema;
use super::tables::Field;

/// What a stream owns.
struct Private {
    snapshot: Snapshot,
    bound: Bound,
    fields: Vec<Field>,
    rows: usize,
    batch_rows: usize,
    next: usize,
    error: CString,
}

/// The first `rows` rows of some fields as of `bound`, in batches of at most `batch_rows`.
pub fn stream(
    snapshot: Snapshot,
    bound: Bound,
    fields: Vec<Field>,
    rows: usize,
    batch_rows: usize,
) -> ArrowArrayStream {
    let error = CString::default();
    let batch_rows = batch_rows.max(1);
    let private = Box::new(Private { snapshot, bound, fields, rows, batch_rows, next: 0, error });
    ArrowArrayStream {
        get_schema: Some(get_schema),
        get_next: Some(get_next),
        get_last_error: Some(get_last_error),
        release: Some(release),
        private_data: Box::into_raw(private).cast(),
    }
}

impl Private {
    /// The next batch; an ended struct behind the last.
    fn next_batch(&mut self) -> Result<ArrowArray, String> {
        let rows = self.next..self.next.saturating_add(self.batch_rows).min(self.rows);
        let columns = self.fields.iter().map(|field| field.cells(&self.snapshot, &self.bound, rows.clone()));
        let columns = columns.collect::<Result<Vec<_>, _>>();
        // Rows that were taken back may have been written over: then even an error may be an artefact.
        self.snapshot.check_fresh().map_err(|error| error.to_string())?;
        let columns = columns.map_err(|error| error.to_string())?;
        if rows.is_empty() {
            return Ok(ArrowArray::EMPTY);
        }
        self.next = rows.end;
        Ok(batch(rows.len(), columns))
    }
}

/// Runs `call`; its error or panic becomes the stream's error.
///
/// # Safety
/// `stream` was made by this module and is not released.
unsafe fn guarded(stream: *mut ArrowArrayStream, call: impl FnOnce(&mut Private) -> Result<(), String>) -> c_int {
    // SAFETY: the caller's promise; the consumer uses a stream from one thread at a time.
    let private = unsafe { &mut *(*stream).private_data.cast::<Private>() };
    let result = catch_unwind(AssertUnwindSafe(|| call(private))).unwrap_or_else(|_| Err("a bug".to_owned()));
    let Err(error) = result else { return 0 };
    private.error = CString::new(error).unwrap_or_default();
    EIO
}

unsafe extern "C" fn get_schema(stream: *mut ArrowArrayStream, out: *mut ArrowSchema) -> c_int {
    // SAFETY: the interface's promise; `out` may be uninitialised, so nothing there is dropped.
    unsafe {
        guarded(stream, |private| {
            out.write(schema(&private.fields));
            Ok(())
        })
    }
}

unsafe extern "C" fn get_next(stream: *mut ArrowArrayStream, out: *mut ArrowArray) -> c_int {
    // SAFETY: as above.
    unsafe {
        guarded(stream, |private| {
            out.write(private.next_batch()?);
            Ok(())
        })
    }
}

unsafe extern "C" fn get_last_error(stream: *mut ArrowArrayStream) -> *const c_char {
    // SAFETY: the interface's promise.
    unsafe { (*(*stream).private_data.cast::<Private>()).error.as_ptr() }
}

unsafe extern "C" fn release(stream: *mut ArrowArrayStream) {
    // SAFETY: the consumer calls this once, with a struct that `stream` made.
    unsafe {
        drop(Box::from_raw((*stream).private_data.cast::<Private>()));
        (*stream).release = None;
    }
}
