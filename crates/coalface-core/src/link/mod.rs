//! From blocks to rows: reading them in chain order, giving every row its id, linking spends, checking value.
//!
//! [`mod@index`] is the driver; [`load`] reads and parses a batch in parallel, [`batch`] links it, [`intern`] gives
//! addresses their ids, [`finish`] checks value and writes rows, [`flush`] commits. [`fault`] says why a block is refused.

pub mod batch;
pub mod fault;
pub mod finish;
pub mod flush;
pub mod index;
pub mod intern;
pub mod load;
pub mod table;

pub use index::{index, IndexOptions, IndexProgress, IndexReport};
