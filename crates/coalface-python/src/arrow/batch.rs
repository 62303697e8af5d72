//! A stretch of rows as an `ArrowArray`: cells that lie in the mapped file stay there.

use std::ffi::c_void;

use coalface_core::io::View;

use super::ffi::ArrowArray;

/// Cells of one column.
pub enum Cells {
    /// In the mapped file, from this byte on.
    Mapped(View, usize),
    /// Made for this batch; words, so that cells of any width are aligned.
    Made(Vec<u64>),
}

impl Cells {
    fn as_ptr(&self) -> *const u8 {
        match self {
            Cells::Mapped(view, offset) => view.get(*offset..).map_or(std::ptr::null(), <[u8]>::as_ptr),
            Cells::Made(words) => words.as_ptr().cast(),
        }
    }
}

/// Which cells of a column are not null; nothing where all are not.
#[derive(Default)]
pub struct Validity {
    words: Vec<u64>,
    n_null: usize,
}

impl Validity {
    /// Of so many cells, by number.
    pub fn of(rows: usize, is_valid: impl Fn(usize) -> bool) -> Validity {
        let (mut words, mut n_valid) = (Vec::with_capacity(rows.div_ceil(64)), 0);
        for start in (0..rows).step_by(64) {
            let mut word = 0;
            for n in start..rows.min(start + 64) {
                word |= u64::from(is_valid(n)) << (n - start);
            }
            n_valid += word.count_ones() as usize;
            words.push(word);
        }
        if n_valid == rows {
            return Validity::default();
        }
        Validity { words, n_null: rows - n_valid }
    }
}

/// What the array of one column owns.
struct Column {
    buffers: [*const c_void; 2],
    /// Kept while the array lives.
    _cells: Cells,
    _validity: Validity,
}

/// What the array of a batch owns.
struct Batch {
    buffers: [*const c_void; 1],
    children: Vec<*mut ArrowArray>,
}

/// So many rows of some columns, as a struct array.
pub fn batch(rows: usize, columns: Vec<(Cells, Validity)>) -> ArrowArray {
    let children = columns.into_iter().map(|(cells, validity)| {
        let bits = if validity.n_null == 0 { std::ptr::null() } else { validity.words.as_ptr().cast() };
        let n_null = validity.n_null;
        let buffers = [bits, cells.as_ptr().cast()];
        let mut private = Box::new(Column { buffers, _cells: cells, _validity: validity });
        let mut array = ArrowArray::EMPTY;
        array.length = rows as i64;
        array.null_count = n_null as i64;
        array.n_buffers = 2;
        array.buffers = private.buffers.as_mut_ptr();
        array.release = Some(release_column);
        array.private_data = Box::into_raw(private).cast();
        Box::into_raw(Box::new(array))
    });
    let mut private = Box::new(Batch { buffers: [std::ptr::null()], children: children.collect() });
    let mut array = ArrowArray::EMPTY;
    array.length = rows as i64;
    array.n_buffers = 1;
    array.n_children = private.children.len() as i64;
    array.buffers = private.buffers.as_mut_ptr();
    array.children = private.children.as_mut_ptr();
    array.release = Some(release_batch);
    array.private_data = Box::into_raw(private).cast();
    array
}

unsafe extern "C" fn release_column(array: *mut ArrowArray) {
    // SAFETY: the consumer calls this once, with a child that `batch` made.
    unsafe {
        drop(Box::from_raw((*array).private_data.cast::<Column>()));
        (*array).release = None;
    }
}

unsafe extern "C" fn release_batch(array: *mut ArrowArray) {
    // SAFETY: the consumer calls this once, with a struct that `batch` made.
    unsafe {
        let private = Box::from_raw((*array).private_data.cast::<Batch>());
        for child in &private.children {
            // Dropping a child releases it, unless the consumer took it over.
            drop(Box::from_raw(*child));
        }
        (*array).release = None;
    }
}
