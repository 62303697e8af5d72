//! Undo files of a node (`rev*.dat`): value and script of every output that a block spends.
//!
//! A node writes them to be able to take blocks back. Where a chain is partial they are the only source of what the
//! outputs before its beginning held. A record names no block: its checksum covers the hash of the block's parent, and
//! its counts are those of the block's inputs. [`UndoFiles::scan`] finds the records, [`UndoFiles::find`] that of one
//! block. Nothing here ends a run: a record that is missing, damaged or contradicts its block is left aside.
//!
//! One concept a file: `varint`, `amount` and `script` undo Bitcoin Core's compression, `record` reads one record,
//! `scan` walks the files, `find` looks for the record of a block, `agree` asks whether it can be the block's.

mod agree;
mod amount;
mod error;
mod find;
mod reader;
mod record;
mod scan;
mod script;
mod varint;

pub use amount::decompress_amount;
pub use error::{UndoError, UndoFault};
pub use find::{Found, Missed, Sought};
pub use record::Undo;
pub use scan::{UndoFiles, UndoRef, MAX_UNDO_BYTES};
