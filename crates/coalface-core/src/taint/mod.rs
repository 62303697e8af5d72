//! Following value forward. One method a file; [`mod@trace`] holds what they share: the queue in chain order, the
//! boundaries, the result.

pub mod haircut;
pub mod trace;

pub use trace::{trace, Boundary, Hop, Terminal, TraceOptions, TraceResult};
