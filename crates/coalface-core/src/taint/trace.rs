//! The one entry: which method, which direction.

use super::backward::backward;
use super::error::TraceError;
use super::fifo::Fifo;
use super::forward::forward;
use super::haircut::Haircut;
use super::lifo::Lifo;
use super::options::{Method, Part, TraceOptions};
use super::pass::Progress;
use super::poison::Poison;
use super::result::TraceResult;
use super::tiho::Tiho;
use crate::store::Snapshot;
use crate::Result;

/// Traces `parts` of outputs below the bound.
///
/// `progress` gets the number of transactions followed now and then and may stop the call. Memory: 16 bytes a waiting
/// output (FIFO and LIFO: and about 110 a stretch), which spill to disk when they pass `memory_bytes`, and the answer.
///
/// # Errors
/// [`crate::Error::Cancelled`], a part that is not there, a method without that direction, an answer that does not fit
/// the memory, a file that cannot be written, or a store that contradicts itself.
pub fn trace(
    snapshot: &Snapshot,
    parts: &[Part],
    options: &TraceOptions,
    progress: Progress<'_>,
) -> Result<TraceResult> {
    match (options.method, options.is_backward) {
        (Method::Haircut, false) => forward::<Haircut>(snapshot, parts, options, progress),
        (Method::Haircut, true) => backward::<Haircut>(snapshot, parts, options, progress),
        (Method::Fifo, false) => forward::<Fifo>(snapshot, parts, options, progress),
        (Method::Fifo, true) => backward::<Fifo>(snapshot, parts, options, progress),
        (Method::Lifo, false) => forward::<Lifo>(snapshot, parts, options, progress),
        (Method::Lifo, true) => backward::<Lifo>(snapshot, parts, options, progress),
        (Method::Poison, false) => forward::<Poison>(snapshot, parts, options, progress),
        (Method::Poison, true) => backward::<Poison>(snapshot, parts, options, progress),
        (Method::Tiho, false) => forward::<Tiho>(snapshot, parts, options, progress),
        (Method::Tiho, true) => Err(TraceError::NotDefined { method: Method::Tiho.name() }.into()),
    }
}
