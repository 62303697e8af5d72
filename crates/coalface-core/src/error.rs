//! The one error of the engine's public calls: every module's error converts into it.

use thiserror::Error as ThisError;

/// Anything an engine call can fail with. `code` is stable; the message says what, where and what was allowed.
#[derive(Debug, ThisError)]
pub enum Error {
    /// Files and devices.
    #[error(transparent)]
    Io(#[from] crate::io::IoError),
    /// The caller asked to stop (Ctrl-C).
    #[error("cancelled")]
    Cancelled,
}

/// Result of an engine call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Stable, machine-readable name of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Error::Io(error) => error.code(),
            Error::Cancelled => "cancelled",
        }
    }

    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Error::Io(error) => error.hint(),
            Error::Cancelled => None,
        }
    }
}
