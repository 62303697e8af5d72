//! Questions about one block, transaction or address, as of any bound.
//!
//! [`bound`] turns "as of" into counts, [`place`] goes from a row to its transaction and block, [`tx`], [`block`] and
//! [`address`] answer, [`history`] streams what happened to an address, [`coverage`] says what the store cannot know,
//! [`timing`] measures single look-ups.

pub mod address;
pub mod block;
pub mod bound;
pub mod coverage;
pub mod history;
pub mod place;
pub mod timing;
pub mod tx;

pub use bound::Bound;
