//! What can be wrong with a trace.

use thiserror::Error;

use crate::{Context, ContextValue};

/// Why a trace was not made, or not finished.
#[derive(Debug, Error)]
pub enum TraceError {
    /// A part that its output does not have.
    #[error("satoshi {start_sat} to {end_sat} of an output of {value_sat} satoshi")]
    Part {
        /// First satoshi of the part.
        start_sat: i64,
        /// Satoshi behind its last.
        end_sat: i64,
        /// Value of the output.
        value_sat: i64,
    },
    /// A method without that direction.
    #[error("method `{method}` is not defined backward")]
    NotDefined {
        /// The method.
        method: &'static str,
    },
    /// Less memory than any trace needs.
    #[error("{received_bytes} bytes of memory are given to a trace, at least {allowed_bytes} are needed")]
    TooLittle {
        /// What is given.
        received_bytes: u64,
        /// The least.
        allowed_bytes: u64,
    },
    /// The answer itself does not fit.
    #[error("after {n_txs} transactions the answer needs {needed_bytes} bytes of memory, {allowed_bytes} are given")]
    Memory {
        /// Followed so far.
        n_txs: u64,
        /// What it needs by now.
        needed_bytes: u64,
        /// What is given.
        allowed_bytes: u64,
    },
    /// A file that the trace writes or reads back.
    #[error("`{path}`: {source}")]
    File {
        /// The file.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// A spilled entry that is not what was written.
    #[error("`{path}`, byte {offset}: what was spilled there came back damaged")]
    Spill {
        /// The file.
        path: String,
        /// Where in it.
        offset: u64,
    },
}

/// An amount as a fact; what is below zero is none.
fn amount(sat: i64) -> ContextValue {
    u64::try_from(sat).unwrap_or(0).into()
}

impl TraceError {
    /// Stable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            TraceError::Part { .. } => "usage_origin_part",
            TraceError::NotDefined { .. } => "usage_method_direction",
            TraceError::TooLittle { .. } => "usage_memory",
            TraceError::Memory { .. } => "limit_trace_memory",
            TraceError::File { .. } => "io_trace_file",
            TraceError::Spill { .. } => "io_trace_spill",
        }
    }

    /// Its facts one by one.
    #[must_use]
    pub fn context(&self) -> Context {
        match self {
            TraceError::Part { start_sat, end_sat, value_sat } => {
                vec![("start_sat", amount(*start_sat)), ("received", amount(*end_sat)), ("allowed", amount(*value_sat))]
            }
            TraceError::NotDefined { method } => vec![("method", (*method).into())],
            TraceError::TooLittle { received_bytes, allowed_bytes } => {
                vec![("received", (*received_bytes).into()), ("allowed", (*allowed_bytes).into())]
            }
            TraceError::Memory { n_txs, needed_bytes, allowed_bytes } => vec![
                ("n_txs", (*n_txs).into()),
                ("received", (*needed_bytes).into()),
                ("allowed", (*allowed_bytes).into()),
            ],
            TraceError::File { path, source } => {
                vec![("path", path.as_str().into()), ("what", source.to_string().into())]
            }
            TraceError::Spill { path, offset } => {
                vec![("path", path.as_str().into()), ("offset", (*offset).into())]
            }
        }
    }

    /// What the user can do.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            TraceError::Part { .. } => {
                Some("`txid:vout=SAT` takes the first SAT, `=SAT@START` those from START on".into())
            }
            TraceError::NotDefined { .. } => Some("trace backward by fifo, lifo, haircut or poison".into()),
            TraceError::TooLittle { allowed_bytes, .. } => {
                Some(format!("give at least `--memory {}M`", allowed_bytes.div_ceil(1 << 20)))
            }
            TraceError::Memory { .. } => Some(
                "give more `--memory`, write the edges to a file by `--edges`, or stop earlier by `--max-txs`".into(),
            ),
            TraceError::File { .. } => None,
            TraceError::Spill { .. } => Some("check the disk that holds temporary files, then trace again".into()),
        }
    }
}
