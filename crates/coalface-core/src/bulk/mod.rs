//! Building a store whose tables do not fit the memory: phase after phase, each sequential, over partitioned files.
//!
//! The path in memory ([`crate::link`]) keeps tables of all transactions and addresses. Here every question that they
//! would answer is written down instead, sorted by where its answer lies, and answered partition by partition:
//!
//! | phase | file | what |
//! |---|---|---|
//! | parse | `parse` | blocks are checked; what each transaction defines and spends and which addresses occur is spilled by key |
//! | join | `join` | per partition of transaction ids: which output each input spends |
//! | addresses | `addresses` | per partition of address keys: first occurrences; the rank of one is the address id |
//! | spends | `spends` | per window of outputs: value and address of what is spent, and `output.spent_by` |
//! | rows | `rows` | blocks are read again and all other rows are written |
//! | forest | `trees` | clusters |
//! | runs | `finish` | index runs, then one commit |
//!
//! Nothing that is written belongs to the store before that commit; what a crash leaves lies past the end of its
//! columns. `checkpoint` remembers finished phases, so that the next run goes on after the last of them. A block
//! that breaks a rule, and whatever would need one to be looked at closely, ends the build just before it: ids are in
//! chain order, so a cut is a bound. The path in memory goes on from there and finds what is wrong.

mod addresses;
mod bits;
mod blocks;
pub mod budget;
mod by_id;
mod checkpoint;
mod error;
mod feed;
mod finish;
mod inputs;
mod join;
mod parse;
mod records;
mod reread;
mod rows;
mod scatter;
mod shape;
mod spends;
pub mod spill;
mod table;
mod trees;

use std::ops::ControlFlow;
use std::sync::Arc;

pub use budget::{default_memory_bytes, MIN_MEMORY_BYTES};
pub use error::MemoryError;
pub use shape::Shape;

use crate::blockfile::Source;
use crate::io::Storage;
use crate::link::load::ToLoad;
use crate::link::IndexProgress;
use crate::network::Network;
use crate::stages::{Stage, StageClock};
use crate::store::key::Salt;
use crate::store::{StoreError, StoreWriter};
use crate::{Error, Result};
use checkpoint::{Phase, State};

/// What a build works on.
pub(crate) struct Build<'a> {
    /// Where the blocks lie.
    pub source: &'a Source,
    /// The blocks, from genesis on and without a gap.
    pub blocks: &'a [ToLoad],
    /// How it is cut to the memory.
    pub shape: Shape,
    /// Told now and then; may stop the build, which keeps its checkpoint.
    pub progress: &'a (dyn Fn(IndexProgress) -> ControlFlow<()> + Sync),
    /// Files of the store.
    pub storage: Arc<dyn Storage>,
    /// Salt of the store.
    pub salt: Salt,
    /// Network of the store.
    pub network: Network,
    /// Times the phases.
    pub clock: StageClock,
}

impl Build<'_> {
    /// Tells how far a phase has come; an error if the build is to stop.
    fn tell(&self, phase: Phase, done: u64, total: u64) -> Result<()> {
        let told = (self.progress)(IndexProgress::Bulk { phase: phase.name(), done, total });
        if told.is_break() {
            return Err(Error::Cancelled);
        }
        Ok(())
    }
}

/// Builds the store of `writer`, which holds no block yet, and commits it. Returns the number of blocks that it holds
/// then: less than all if a block asks for a closer look.
///
/// # Errors
/// If a file operation fails, memory or disk do not suffice, or the caller says stop. Finished phases are kept.
pub(crate) fn build(build: &Build<'_>, writer: &mut StoreWriter) -> Result<usize> {
    match run(build, writer) {
        // What was written is not what is read: the store holds nothing yet, so all of it can be made again.
        Err(Error::Store(StoreError::Corrupt { .. })) => {
            writer.repair()?;
            spill::remove_all(&*build.storage)?;
            run(build, writer)
        }
        other => other,
    }
}

fn run(build: &Build<'_>, writer: &mut StoreWriter) -> Result<usize> {
    let (storage, clock) = (&*build.storage, &build.clock);
    let plan = checkpoint::plan_of(build);
    let mut state = match State::read(storage, &plan)? {
        Some(state) => state,
        None => {
            spill::remove_all(storage)?;
            budget::check_disk(storage, build.blocks)?;
            State::new(plan)
        }
    };
    if state.phase == Phase::Parse {
        clock.time_phase(Stage::BulkParse, || parse::parse(build, &mut state))?;
        state.advance(storage, Phase::Join, &[])?;
    }
    if state.n_blocks()? == 0 {
        spill::remove_all(storage)?;
        return Ok(0);
    }
    if state.phase == Phase::Join {
        clock.time_phase(Stage::BulkJoin, || join::join(build, &mut state))?;
        state.advance(storage, Phase::Addresses, &["defs", "spends"])?;
    }
    if state.phase == Phase::Addresses {
        clock.time_phase(Stage::BulkAddresses, || addresses::find(build, &mut state))?;
        state.advance(storage, Phase::Spends, &["occurrences", "known"])?;
    }
    if state.phase == Phase::Spends {
        clock.time_phase(Stage::BulkSpends, || spends::resolve(build, &mut state))?;
        state.advance(storage, Phase::Rows, &["pairs", "values"])?;
    }
    if state.n_blocks()? == 0 {
        spill::remove_all(storage)?;
        return Ok(0);
    }
    if state.phase == Phase::Rows {
        clock.time_phase(Stage::BulkRows, || rows::write(build, &mut state, writer))?;
        state.advance(storage, Phase::Forest, &["spent", "txids", "output_address"])?;
    } else if let Some(manifest) = state.pending(&writer.snapshot().manifest)? {
        writer.resume_pending(manifest)?;
    }
    if writer.snapshot().counts().blocks == 0 {
        writer.repair()?;
        spill::remove_all(storage)?;
        return Ok(0);
    }
    clock.time_phase(Stage::BulkFinish, || finish::commit(build, &mut state, writer))?;
    spill::remove_all(storage)?;
    Ok(writer.snapshot().counts().blocks as usize)
}
