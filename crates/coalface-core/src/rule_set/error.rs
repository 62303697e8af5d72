//! What can be wrong with a rule set that lies beside a store.

use thiserror::Error;

use crate::context::shown;
use crate::io::IoError;
use crate::store::StoreError;
use crate::Context;

/// A rule set that cannot be used as asked.
#[derive(Debug, Error)]
pub enum RuleSetError {
    /// No rule set of that name exists.
    #[error("rule set `{name}` is not known, known are {known}")]
    Unknown {
        /// As asked for.
        name: String,
        /// All names.
        known: String,
    },
    /// It was never built in this store.
    #[error("rule set `{name}` is not built in this store: it has no `{path}`")]
    NotBuilt {
        /// Its name.
        name: String,
        /// The missing file, below the store.
        path: String,
    },
    /// Built by another version of the rules.
    #[error("rule set `{name}` was built by version {found} of its rules, this is version {known}")]
    OtherVersion {
        /// Its name.
        name: String,
        /// In the manifest.
        found: u64,
        /// Of this program.
        known: u64,
    },
    /// Its files belong to another store.
    #[error("`{path}` belongs to another store: its salt or network is not this store's")]
    OtherStore {
        /// The manifest, below the store.
        path: String,
    },
    /// The store or the files of the set.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<IoError> for RuleSetError {
    fn from(error: IoError) -> Self {
        RuleSetError::Store(error.into())
    }
}

impl RuleSetError {
    /// Stable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            RuleSetError::Unknown { .. } => "usage_rule_set",
            RuleSetError::NotBuilt { .. } => "not_found_rule_set",
            RuleSetError::OtherVersion { .. } => "store_unsupported_rule_set",
            RuleSetError::OtherStore { .. } => "store_corrupt_rule_set",
            RuleSetError::Store(error) => error.code(),
        }
    }

    /// Its facts one by one.
    #[must_use]
    pub fn context(&self) -> Context {
        match self {
            RuleSetError::Unknown { name, known } => {
                vec![("received", shown(name).into()), ("allowed", known.as_str().into())]
            }
            RuleSetError::NotBuilt { name, path } => {
                vec![("rule_set", shown(name).into()), ("path", path.as_str().into())]
            }
            RuleSetError::OtherVersion { name, found, known } => {
                vec![("rule_set", shown(name).into()), ("received", (*found).into()), ("allowed", (*known).into())]
            }
            RuleSetError::OtherStore { path } => vec![("path", path.as_str().into())],
            RuleSetError::Store(error) => error.context(),
        }
    }

    /// What the user can do.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            RuleSetError::Unknown { .. } => None,
            RuleSetError::NotBuilt { name, .. } => {
                Some(format!("build it with `coalface clusters build STORE --rule-set {}`", shown(name)))
            }
            RuleSetError::OtherVersion { .. } | RuleSetError::OtherStore { .. } => {
                Some("build it anew with `coalface clusters build STORE --rule-set NAME --anew`".into())
            }
            RuleSetError::Store(error @ StoreError::Corrupt { file, .. }) if file.starts_with("clusters/") => {
                let _ = error;
                Some("build it anew with `coalface clusters build STORE --rule-set NAME --anew`".into())
            }
            RuleSetError::Store(error) => error.hint(),
        }
    }
}
