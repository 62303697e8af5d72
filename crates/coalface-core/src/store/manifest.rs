//! The manifest: the only file that is replaced, and so the one that says what belongs to the store.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::key::Salt;
use super::layout::{all_columns, Counts, FORMAT, GROUPS};
use crate::hash::{from_hex, to_hex};
use crate::ids::{MAX_ADDRESS, MAX_TX};
use crate::io::Storage;
use crate::network::Network;

/// Name of the manifest below the store.
pub const FILE: &str = "manifest.json";

/// One index run that belongs to the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunEntry {
    /// See [`super::run::RunKind`].
    pub kind: String,
    /// File name in the folder `runs`.
    pub file: String,
    /// Entries.
    pub rows: u64,
    /// Checksums of its keys, values and extra column.
    pub crcs: [u32; 3],
    /// Entries at or above these counts were orphaned by a reorganisation and are passed over.
    pub clip: Clip,
}

/// Bounds that a run's entries must stay below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clip {
    /// Transactions.
    pub txs: u64,
    /// Outputs.
    pub outputs: u64,
    /// Addresses.
    pub addresses: u64,
    /// External outputs.
    pub externals: u64,
}

impl Clip {
    /// Everything below `counts`.
    #[must_use]
    pub fn at(counts: &Counts) -> Clip {
        let Counts { txs, outputs, addresses, externals, .. } = *counts;
        Clip { txs, outputs, addresses, externals }
    }

    /// The tighter of both, bound by bound.
    #[must_use]
    pub fn min(&self, other: &Clip) -> Clip {
        Clip {
            txs: self.txs.min(other.txs),
            outputs: self.outputs.min(other.outputs),
            addresses: self.addresses.min(other.addresses),
            externals: self.externals.min(other.externals),
        }
    }
}

/// A block that was on disk and broke a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefusedBlock {
    /// Block hash as displayed.
    pub hash: String,
    /// Stable name of the rule.
    pub code: String,
    /// Why, with numbers.
    pub reason: String,
    /// Whether the chain below it was complete, so that no further block can change the verdict.
    pub is_final: bool,
}

/// What the last index run saw beside the chain itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChainFacts {
    /// Valid-looking blocks that are not on the best chain of their segment.
    pub stale_blocks: u64,
    /// Blocks that broke a rule.
    pub refused: Vec<RefusedBlock>,
    /// Blocks that descend from refused ones.
    pub refused_descendants: u64,
    /// Heights given by the user, by block hash as displayed.
    pub heights: BTreeMap<String, u32>,
    /// Different blocks that the source and the store held together.
    pub known_blocks: u64,
    /// Names of the source's files; `block.file_no` counts in this list.
    pub source_files: Vec<String>,
}

/// The whole manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Format number.
    pub format: u64,
    /// Network name.
    pub network: String,
    /// Salt of the hash keys, hex.
    pub salt: String,
    /// Rises by one with every commit.
    pub generation: u64,
    /// Rises by one whenever rows were taken back (a reorganisation).
    pub epoch: u64,
    /// Rows that belong to the store.
    pub counts: Counts,
    /// Version of every column group.
    pub groups: BTreeMap<String, u64>,
    /// Checksum of the unfinished last chunk of every append-only column.
    pub tails: BTreeMap<String, u32>,
    /// Index runs, oldest first within a kind.
    pub runs: Vec<RunEntry>,
    /// What else the last run saw.
    pub chain: ChainFacts,
}

impl Manifest {
    /// Manifest of an empty store.
    #[must_use]
    pub fn new(network: Network, salt: Salt) -> Manifest {
        Manifest {
            format: FORMAT,
            network: network.name().to_owned(),
            salt: to_hex(&salt.0),
            generation: 0,
            epoch: 0,
            counts: Counts::default(),
            groups: GROUPS.iter().map(|(name, version)| ((*name).to_owned(), *version)).collect(),
            tails: BTreeMap::new(),
            runs: Vec::new(),
            chain: ChainFacts::default(),
        }
    }

    /// Reads and checks the manifest; `None` if there is none.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] or [`StoreError::UnsupportedFormat`].
    pub fn read(storage: &dyn Storage) -> Result<Option<Manifest>, StoreError> {
        // Some kilobytes in practice; a line a refused block or source file is its only growth.
        const MAX_BYTES: u64 = 256 << 20;
        if let Some(len) = storage.len(FILE)?.filter(|len| *len > MAX_BYTES) {
            return Err(StoreError::corrupt(
                FILE,
                MAX_BYTES,
                format!("the file has {len} bytes, at most {MAX_BYTES} are read"),
            ));
        }
        let Some(bytes) = storage.read(FILE)? else { return Ok(None) };
        #[derive(Deserialize)]
        struct FormatOnly {
            format: u64,
        }
        let bad = |error: serde_json::Error| StoreError::corrupt(FILE, error.column() as u64, error.to_string());
        let found = serde_json::from_slice::<FormatOnly>(&bytes).map_err(bad)?.format;
        if found != FORMAT {
            return Err(StoreError::UnsupportedFormat { found, known: FORMAT });
        }
        let manifest: Manifest = serde_json::from_slice(&bytes).map_err(bad)?;
        manifest.check()?;
        Ok(Some(manifest))
    }

    pub(crate) fn check(&self) -> Result<(), StoreError> {
        let wrong = |what: String| Err(StoreError::corrupt(FILE, 0, what));
        if Network::from_name(&self.network).is_none() {
            return wrong(format!("network `{}` is not known", self.network));
        }
        if from_hex(&self.salt).map(|salt| salt.len()) != Some(16) {
            return wrong("the salt is not 16 bytes of hex".into());
        }
        if self.counts.txs > MAX_TX || self.counts.addresses > MAX_ADDRESS || self.counts.blocks > MAX_TX {
            return wrong(format!("counts above the limits: {:?}", self.counts));
        }
        // Counts become lengths: none may come near the end of the number range.
        for (column, rows) in all_columns(&self.counts) {
            if rows.checked_mul(column.width as u64).is_none_or(|bytes| bytes > 1 << 60) {
                return wrong(format!("{rows} rows of column {}", column.key()));
            }
        }
        for (name, version) in GROUPS {
            if self.groups.get(name) != Some(&version) {
                return wrong(format!("column group {name} has version {:?}, not {version}", self.groups.get(name)));
            }
        }
        for run in &self.runs {
            let plain = run.file.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_' || b == b'.');
            if !plain || run.file.starts_with('.') {
                return wrong(format!("run file name `{}`", run.file));
            }
        }
        Ok(())
    }

    /// The network.
    #[must_use]
    pub fn network(&self) -> Network {
        Network::from_name(&self.network).expect("checked when the manifest was read or made")
    }

    /// The salt.
    #[must_use]
    pub fn salt(&self) -> Salt {
        let bytes = from_hex(&self.salt).and_then(|bytes| bytes.try_into().ok());
        Salt(bytes.expect("checked when the manifest was read or made"))
    }

    /// Replaces the manifest of the store by this one, durably.
    ///
    /// # Errors
    /// If a file operation fails; then the old manifest still stands.
    pub fn replace(&self, storage: &dyn Storage) -> Result<(), StoreError> {
        const NEW: &str = "manifest.json.new";
        let mut text = serde_json::to_vec_pretty(self).expect("plain numbers, strings and maps always serialise");
        text.push(b'\n');
        storage.remove(NEW)?;
        storage.write_at(NEW, 0, &text)?;
        storage.sync(NEW)?;
        storage.rename(NEW, FILE)?;
        storage.sync_folder("")?;
        Ok(())
    }
}
