//! Clusters: which addresses the multi-input rule ties together, and by which transactions.
//!
//! The forest is uncompressed, so that every link keeps the transaction that made it. [`grow`] adds links while
//! blocks are indexed ([`crate::coinjoin`] says which transactions make none), [`walk`] answers as of any bound, [`mod@explain`]
//! turns the forest's path into transactions that can be checked by hand.

pub mod explain;
pub mod grow;
pub mod walk;

pub use explain::{explain, Tie};
pub use walk::{cluster_size, members, root_of};
