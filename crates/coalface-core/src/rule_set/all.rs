//! All sets of a store: grown after every commit of the store, so that they are at its tip unless something went wrong.

use std::ops::ControlFlow;
use std::path::Path;

use super::definition::RuleSet;
use super::error::RuleSetError;
use super::files::SetFiles;
use super::manifest;
use super::verify::{digest, verify};
use super::view::SetView;
use super::writer::{build_folder, built, BuildOptions, BuildReport};
use crate::store::check::{CheckStep, Problem};
use crate::store::{Snapshot, StoreError};
use crate::{Error, Result};

/// What became of one set.
#[derive(Debug)]
pub struct SetOutcome {
    /// Its name.
    pub name: String,
    /// What was done, or why nothing was: a set that lags behind is legal, its readers say so.
    pub result: Result<BuildReport>,
}

/// Brings every set that was built beside the store in `store` to the store's tip. A set that cannot be grown is left as
/// it is and named; the store is not touched.
///
/// # Errors
/// If the store cannot be opened, or `progress` says stop.
pub fn grow_all(store: &Path, progress: &dyn Fn() -> ControlFlow<()>) -> Result<Vec<SetOutcome>> {
    let mut outcomes = Vec::new();
    let names = built(store)?;
    if names.is_empty() {
        return Ok(outcomes);
    }
    let snapshot = Snapshot::open_folder(store)?;
    for name in names {
        let grown = RuleSet::named(&name)
            .map_err(Error::from)
            .and_then(|rules| build_folder(store, &snapshot, &rules, false, &BuildOptions::default(), &|_| progress()));
        if let Err(Error::Cancelled) = grown {
            return Err(Error::Cancelled);
        }
        outcomes.push(SetOutcome { name, result: grown });
    }
    Ok(outcomes)
}

/// A step for every set that was built: everything is derived again and compared. What is wrong is in the step, not an
/// error.
///
/// # Errors
/// If files cannot be read, rows were taken back meanwhile, or `progress` says stop: it is told the name of the step, and
/// transactions done and in all.
pub fn check_all(
    store: &Path,
    snapshot: &Snapshot,
    progress: &dyn Fn(&str, u64, u64) -> ControlFlow<()>,
) -> Result<Vec<CheckStep>> {
    let mut steps = Vec::new();
    for name in built(store)? {
        let files = SetFiles::of_store(store, &name);
        let found = RuleSet::named(&name).map_err(Error::from).and_then(|rules| {
            verify(&files, snapshot, &rules, &|at| progress(&format!("clusters {name}"), at.txs, at.n_txs))
        });
        let (rows, problems) = match found {
            Ok(rows) => (rows, Vec::new()),
            Err(error) => (0, vec![problem(error, &files)?]),
        };
        let n_problems = problems.len() as u64;
        // Names of steps are few and live as long as the program: one a rule set.
        let name = known_name(&name);
        steps.push(CheckStep { name, rows, problems, n_problems, skipped: false });
    }
    Ok(steps)
}

fn known_name(name: &str) -> &'static str {
    match name {
        "keyed" => "clusters_keyed",
        "standard" => "clusters_standard",
        "wide" => "clusters_wide",
        _ => "clusters_other",
    }
}

/// Damage as a problem; other errors are not about the set.
fn problem(error: Error, files: &SetFiles) -> Result<Problem> {
    let code = error.code();
    let message = error.to_string();
    match error {
        Error::Store(StoreError::Corrupt { file, offset, .. })
        | Error::RuleSet(RuleSetError::Store(StoreError::Corrupt { file, offset, .. })) => {
            Ok(Problem { code, file, offset, row: None, message })
        }
        Error::RuleSet(RuleSetError::Store(error)) => Err(error.into()),
        Error::RuleSet(_) | Error::Store(StoreError::UnsupportedFormat { .. }) => {
            Ok(Problem { code, file: files.shown(manifest::FILE), offset: 0, row: None, message })
        }
        other => Err(other),
    }
}

/// Digest of every set that was built, by the name of its step.
///
/// # Errors
/// If a set cannot be opened.
pub fn digests_all(store: &Path, snapshot: &Snapshot) -> Result<Vec<(String, String)>> {
    let mut digests = Vec::new();
    for name in built(store)? {
        let rules = RuleSet::named(&name)?;
        let view = SetView::open_folder(store, snapshot, &rules)?;
        digests.push((format!("clusters_{name}"), digest(&view)?));
    }
    Ok(digests)
}
