//! From blocks to rows: reading them in chain order, giving every row its id, linking spends, checking value.
//!
//! [`mod@index`] is the driver, [`folder`] stands before it where a store may have to be made; [`load`] reads and
//! parses a batch in parallel, `ahead` of its turn, [`batch`] links it, [`intern`] gives addresses their ids, [`finish`] checks value and
//! writes rows, [`flush`] commits. [`fault`] says why a block is refused, [`undo`] which undo data were used.

mod ahead;
pub mod batch;
pub mod fault;
pub mod finish;
pub mod flush;
pub mod folder;
pub mod index;
pub mod intern;
pub mod load;
mod prefetch;
pub mod table;
pub mod undo;

pub use folder::index_folder;
pub use index::{index, IndexOptions, IndexProgress, IndexReport};
pub use undo::UndoReport;
