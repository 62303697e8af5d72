//! Which phases of a build are finished, so that the next run goes on after them.
//!
//! The file `spill/checkpoint` is replaced by rename, once what it names is durable. It counts only for the same blocks
//! at the same places, the same salt and the same shape; whatever cannot be read counts for none.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::blocks::BlockTable;
use super::records::BlockRow;
use super::shape::Shape;
use super::spill::{Spill, FOLDER};
use super::Build;
use crate::hash::to_hex;
use crate::io::Storage;
use crate::store::manifest::Manifest;
use crate::store::{Counts, StoreError};

const FILE: &str = "spill/checkpoint";
const NEW: &str = "spill/checkpoint.new";
const VERSION: u32 = 1;

/// What is to be done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Phase {
    Parse,
    Join,
    Addresses,
    Spends,
    Rows,
    Forest,
    Runs,
}

impl Phase {
    /// Name as progress shows it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Phase::Parse => "parse",
            Phase::Join => "join",
            Phase::Addresses => "addresses",
            Phase::Spends => "spends",
            Phase::Rows => "rows",
            Phase::Forest => "forest",
            Phase::Runs => "runs",
        }
    }
}

/// What a build is of: blocks with their places and heights, and how it is cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PlanId {
    blocks: String,
    shape: Shape,
}

/// Identity of the plan of `build`.
pub(super) fn plan_of(build: &Build<'_>) -> PlanId {
    let mut hasher = Sha256::new();
    hasher.update(build.salt.0);
    hasher.update(build.network.name());
    for block in build.blocks {
        hasher.update(block.block.hash.0);
        hasher.update(block.height.unwrap_or(u32::MAX).to_le_bytes());
        hasher.update(block.block.file.to_le_bytes());
        hasher.update(block.block.offset.to_le_bytes());
        hasher.update(block.block.len.to_le_bytes());
    }
    PlanId { blocks: to_hex(&hasher.finalize()), shape: build.shape }
}

/// How far a build has come, and what it has spilled.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct State {
    version: u32,
    plan: PlanId,
    pub(super) phase: Phase,
    /// Blocks before the first that asks for a closer look.
    cut: Option<u64>,
    /// Bound of inputs that `output.spent_by` was written with.
    pub(super) spent_by_bound: u64,
    rows: [u64; 3],
    spills: BTreeMap<String, Spill>,
    written: Option<(Counts, BTreeMap<String, u32>)>,
    #[serde(skip)]
    blocks: BlockTable,
}

impl State {
    pub(super) fn new(plan: PlanId) -> State {
        State {
            version: VERSION,
            plan,
            phase: Phase::Parse,
            cut: None,
            spent_by_bound: 0,
            rows: [0; 3],
            spills: BTreeMap::new(),
            written: None,
            blocks: BlockTable::default(),
        }
    }

    /// The state that an earlier run of the same plan left; `None` if there is none to go on from.
    pub(super) fn read(storage: &dyn Storage, plan: &PlanId) -> Result<Option<State>, StoreError> {
        const MAX_BYTES: u64 = 64 << 20;
        if storage.len(FILE)?.is_none_or(|len| len > MAX_BYTES) {
            return Ok(None);
        }
        let Some(state) = storage.read(FILE)?.as_deref().and_then(State::parse) else { return Ok(None) };
        if state.version != VERSION || state.plan != *plan || !plan.shape.is_sane() {
            return Ok(None);
        }
        let mut state = state;
        let rows = match state.spill("blocks").and_then(|spill| spill.load::<BlockRow>(storage, 0)) {
            Ok(rows) => rows,
            Err(StoreError::Io(error)) => return Err(error.into()),
            Err(_) => return Ok(None),
        };
        let is_sorted =
            rows.windows(2).all(|w| w[0].tx < w[1].tx && w[0].input < w[1].input && w[0].output < w[1].output);
        state.blocks = BlockTable::new(rows);
        let end = state.blocks.end();
        let is_whole = is_sorted && [end.tx, end.input, end.output] == state.rows;
        Ok(is_whole.then_some(state))
    }

    fn parse(bytes: &[u8]) -> Option<State> {
        let at = bytes.iter().position(|byte| *byte == b'\n')?;
        let (sum, body) = (std::str::from_utf8(&bytes[..at]).ok()?, &bytes[at + 1..]);
        let found = crc32fast::hash(body);
        (sum == format!("{found:08x}")).then(|| serde_json::from_slice(body).ok())?
    }

    /// Notes durably that `phase` comes next; then removes the spills `unneeded`.
    pub(super) fn advance(&mut self, storage: &dyn Storage, phase: Phase, unneeded: &[&str]) -> Result<(), StoreError> {
        let old: Vec<Spill> = unneeded.iter().filter_map(|name| self.spills.remove(*name)).collect();
        self.phase = phase;
        let body = serde_json::to_vec(self).expect("numbers, strings and maps always serialise");
        let mut text = format!("{:08x}\n", crc32fast::hash(&body)).into_bytes();
        text.extend(body);
        storage.remove(NEW)?;
        storage.write_at(NEW, 0, &text)?;
        storage.sync(NEW)?;
        storage.rename(NEW, FILE)?;
        storage.sync_folder(FOLDER)?;
        storage.sync_folder("")?;
        old.iter().try_for_each(|spill| spill.remove(storage))
    }

    /// Notes a finished spill under `name`, which is durable then.
    pub(super) fn keep(&mut self, storage: &dyn Storage, name: &str, spill: Spill) -> Result<(), StoreError> {
        spill.sync(storage)?;
        self.spills.insert(name.to_owned(), spill);
        Ok(())
    }

    /// The spill noted under `name`.
    pub(super) fn spill(&self, name: &str) -> Result<&Spill, StoreError> {
        self.spills.get(name).ok_or_else(|| StoreError::corrupt(FILE, 0, format!("spill `{name}` is not named")))
    }

    /// Same, with as many partitions as it has to have.
    pub(super) fn spill_of(&self, name: &str, n_partitions: usize) -> Result<&Spill, StoreError> {
        let spill = self.spill(name)?;
        if spill.partitions().len() != n_partitions {
            let what = format!("spill `{name}` has {} partitions, not {n_partitions}", spill.partitions().len());
            return Err(StoreError::corrupt(FILE, 0, what));
        }
        Ok(spill)
    }

    /// Sets the table of blocks.
    pub(super) fn set_blocks(&mut self, blocks: BlockTable) {
        let end = blocks.end();
        self.rows = [end.tx, end.input, end.output];
        self.blocks = blocks;
    }

    /// Where the rows of each block begin.
    pub(super) fn blocks(&self) -> &BlockTable {
        &self.blocks
    }

    /// Cuts the build off before block `block`, if it is not cut before already.
    pub(super) fn cut_at(&mut self, block: usize) {
        self.cut = Some(self.cut.map_or(block as u64, |cut| cut.min(block as u64)));
    }

    /// Blocks that can be built.
    pub(super) fn n_blocks(&self) -> Result<usize, StoreError> {
        let all = self.blocks.len() as u64;
        Ok(self.cut.map_or(all, |cut| cut.min(all)) as usize)
    }

    /// Notes the rows that were written without a commit.
    pub(super) fn set_written(&mut self, pending: &Manifest) {
        self.written = Some((pending.counts, pending.tails.clone()));
    }

    /// The manifest of the rows that [`State::set_written`] noted, on top of the one that is committed.
    pub(super) fn pending(&self, committed: &Manifest) -> Result<Option<Manifest>, StoreError> {
        let Some((counts, tails)) = self.written.clone() else { return Ok(None) };
        let manifest = Manifest { counts, tails, ..committed.clone() };
        manifest.check()?;
        Ok(Some(manifest))
    }
}
