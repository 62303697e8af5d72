//! What can be wrong with a budget.

use thiserror::Error;

use crate::Context;

/// Memory or disk that does not suffice.
#[derive(Debug, Error)]
pub enum MemoryError {
    /// The budget is below what anything needs.
    #[error("{received_bytes} bytes of memory are given, at least {allowed_bytes} are needed")]
    TooLittle {
        /// The budget.
        received_bytes: u64,
        /// The smallest one.
        allowed_bytes: u64,
    },
    /// The disk cannot hold what is written on the way.
    #[error("the build needs about {needed_bytes} bytes of disk, {available_bytes} are free")]
    Disk {
        /// Spills at their most, and the store.
        needed_bytes: u64,
        /// Free for this user where the store lies.
        available_bytes: u64,
    },
}

impl MemoryError {
    /// Stable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            MemoryError::TooLittle { .. } => "usage_memory",
            MemoryError::Disk { .. } => "disk_full",
        }
    }

    /// Its facts one by one.
    #[must_use]
    pub fn context(&self) -> Context {
        match self {
            MemoryError::TooLittle { received_bytes, allowed_bytes } => {
                vec![("received", (*received_bytes).into()), ("allowed", (*allowed_bytes).into())]
            }
            MemoryError::Disk { needed_bytes, available_bytes } => {
                vec![("needed_bytes", (*needed_bytes).into()), ("available_bytes", (*available_bytes).into())]
            }
        }
    }

    /// What the user can do.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            MemoryError::TooLittle { allowed_bytes, .. } => {
                format!("give at least `--memory {}M`", allowed_bytes.div_ceil(1 << 20))
            }
            MemoryError::Disk { .. } => {
                "free some space, put the store on another disk, or give more memory, which needs less disk".into()
            }
        })
    }
}
