//! Names and types of a table's columns as an `ArrowSchema`.

use std::ffi::{c_void, CString};

use super::ffi::{ArrowSchema, FLAG_NULLABLE};
use super::tables::Field;

/// What a schema owns.
struct Private {
    format: CString,
    name: CString,
    children: Vec<*mut ArrowSchema>,
}

/// The schema of a table: a struct of its fields.
pub fn schema(fields: &[Field]) -> ArrowSchema {
    let children = fields.iter().map(|field| {
        let flags = if field.is_nullable() { FLAG_NULLABLE } else { 0 };
        Box::into_raw(Box::new(filled(field.format, field.name, flags, Vec::new())))
    });
    filled("+s", "", 0, children.collect())
}

fn filled(format: &str, name: &str, flags: i64, children: Vec<*mut ArrowSchema>) -> ArrowSchema {
    let text = |text: &str| CString::new(text).expect("names and formats are literals without zeros");
    let mut private = Box::new(Private { format: text(format), name: text(name), children });
    let mut schema = ArrowSchema::EMPTY;
    schema.format = private.format.as_ptr();
    schema.name = private.name.as_ptr();
    schema.flags = flags;
    schema.n_children = private.children.len() as i64;
    schema.children = private.children.as_mut_ptr();
    schema.release = Some(release);
    schema.private_data = Box::into_raw(private).cast::<c_void>();
    schema
}

unsafe extern "C" fn release(schema: *mut ArrowSchema) {
    // SAFETY: the consumer calls this once, with a struct that `filled` made.
    unsafe {
        let private = Box::from_raw((*schema).private_data.cast::<Private>());
        for child in &private.children {
            // Dropping a child releases it, unless the consumer took it over.
            drop(Box::from_raw(*child));
        }
        (*schema).release = None;
    }
}
