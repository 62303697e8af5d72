//! Following value. One method a file, each of which says how one transaction hands it on ([`rule`]); `forward` and
//! `backward` go through the chain, [`boundary`] says where they stop, [`queue`] keeps what waits.

mod backward;
pub mod boundary;
pub mod coin;
pub mod edges;
pub mod error;
pub mod fifo;
mod forward;
pub mod haircut;
pub mod lifo;
pub mod line;
pub mod options;
mod pass;
pub mod paths;
pub mod poison;
pub mod queue;
pub mod result;
pub mod rope;
pub mod rule;
pub mod set;
pub mod spill;
pub mod tiho;
mod trace;

pub use boundary::Boundary;
pub use error::TraceError;
pub use options::{Method, Part, TraceOptions};
pub use result::{Hops, Terminal, TraceResult};
pub use trace::trace;
