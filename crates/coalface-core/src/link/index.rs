//! `coalface index`: bring a store up to what a source holds.
//!
//! The wanted chain is a function of all blocks known (those of the source and those in the store) and of the blocks
//! refused so far. What the store holds beyond the common beginning is taken back, the rest is appended in batches.
//! A block that breaks a rule is noted, and the chain is chosen anew without it. So one run or many, and whatever
//! order the blocks lie in, lead to the same store.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use super::ahead::Ahead;
use super::batch::Linker;
use super::fault::Fault;
use super::load::{fault_of_bytes, load, Loaded, ToLoad};
use super::undo::UndoReport;
use crate::blockfile::parse::ParsedBlock;
use crate::blockfile::undo::UndoFiles;
use crate::blockfile::{plan, BlockFileError, BlockRef, FileSpan, OrderRules, Plan, Scan, ScanProgress, Source};
use crate::bulk::{self, Shape};
use crate::hash::Hash32;
use crate::ids::NONE_U32;
use crate::stages::{Stage, StageClock, StageTime};
use crate::store::manifest::{ChainFacts, RefusedBlock};
use crate::store::{Snapshot, StoreWriter};
use crate::{Error, Result};

/// File number of a block that the store holds and the source does not.
const NOT_IN_SOURCE: u32 = u32::MAX;

/// How to index.
#[derive(Debug, Clone)]
pub struct IndexOptions {
    /// Heights of blocks that nothing else tells, by block.
    pub heights: HashMap<Hash32, u32>,
    /// Rows that wait for a commit, in bytes.
    pub commit_bytes: u64,
    /// Block bytes that are linked at once.
    pub batch_bytes: u64,
    /// New rows are written ahead of their commit in portions of this many bytes, so that the disk need not wait for it.
    pub ahead_bytes: u64,
    /// Bytes past which the tables of recent transactions and addresses are emptied at a commit; then older rows are
    /// found through the store's runs, which is slower.
    pub max_table_bytes: usize,
    /// Memory that a run may take, in bytes, everything counted: the numbers above are cut to it, and that of the tables
    /// follows from it. `None` leaves it to these numbers.
    pub memory_bytes: Option<u64>,
    /// How a build in bounded memory is cut, where that is to be tried in any case.
    pub shape: Option<Shape>,
    /// Whether the source was opened to skip damage; then an unreadable block is refused, else it is an error.
    pub skip_damaged: bool,
    /// Whether undo files of the source tell what the outputs outside a partial chain hold.
    pub use_undo: bool,
}

impl Default for IndexOptions {
    fn default() -> Self {
        IndexOptions {
            heights: HashMap::new(),
            commit_bytes: 768 << 20,
            batch_bytes: 16 << 20,
            ahead_bytes: 96 << 20,
            max_table_bytes: 3 << 30,
            memory_bytes: None,
            shape: None,
            skip_damaged: false,
            use_undo: true,
        }
    }
}

/// How far indexing has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexProgress {
    /// Looking for blocks.
    Scan {
        /// Files looked through.
        files: u64,
        /// Files in all.
        n_files: u64,
    },
    /// Building in bounded memory, phase by phase.
    Bulk {
        /// Name of the phase.
        phase: &'static str,
        /// Steps of the phase that are done.
        done: u64,
        /// Its steps in all: bytes of blocks, transactions, or partitions.
        total: u64,
    },
    /// Appending blocks.
    Append {
        /// Blocks appended by this run.
        blocks: u64,
        /// Blocks to append.
        n_blocks: u64,
        /// Their bytes so far.
        bytes: u64,
        /// Bytes in all.
        n_bytes: u64,
        /// Transactions appended by this run.
        txs: u64,
    },
}

/// What a run did.
#[derive(Debug, Clone, Default)]
pub struct IndexReport {
    /// Blocks appended.
    pub blocks_added: u64,
    /// Transactions appended.
    pub txs_added: u64,
    /// Blocks taken back by a reorganisation.
    pub blocks_removed: u64,
    /// What was seen beside the chain.
    pub facts: ChainFacts,
    /// Records that run past the end of their file: (file name, offset).
    pub unfinished: Vec<(String, u64)>,
    /// Stretches that were skipped: (file name, first byte, end).
    pub damaged: Vec<(String, u64, u64)>,
    /// Gaps in the numbers of block files: (first, last).
    pub missing_files: Vec<(u32, u32)>,
    /// Records without proof of work.
    pub without_work: u64,
    /// Heights given by the user that had no effect: (block, why).
    pub ignored_heights: Vec<(String, String)>,
    /// What undo files told.
    pub undo: UndoReport,
    /// Where the time went.
    pub stages: Vec<StageTime>,
}

struct Run<'a> {
    source: &'a Source,
    options: &'a IndexOptions,
    progress: &'a (dyn Fn(IndexProgress) -> ControlFlow<()> + Sync),
    blocks: Vec<BlockRef>,
    /// With each fault, whether the chain below the block was complete.
    refused: BTreeMap<Hash32, (Fault, bool)>,
    known_refused: Vec<RefusedBlock>,
    without_work: Vec<Hash32>,
    bad_copies: HashSet<usize>,
    heights: HashMap<Hash32, u32>,
    report: IndexReport,
    clock: StageClock,
}

/// Brings `writer`'s store up to `source`.
///
/// # Errors
/// If the source is damaged or cannot be read, the store cannot be written, blocks that a reorganisation needs again
/// are gone, or `progress` says stop. What was committed stays; the next run goes on from there.
pub fn index(
    source: &Source,
    writer: &mut StoreWriter,
    options: &IndexOptions,
    progress: &(dyn Fn(IndexProgress) -> ControlFlow<()> + Sync),
) -> Result<IndexReport> {
    let clock = StageClock::default();
    let scan = scan(source, &clock, progress)?;
    index_scanned(source, writer, scan, options, clock, progress)
}

/// What `source` holds.
pub(super) fn scan(
    source: &Source,
    clock: &StageClock,
    progress: &(dyn Fn(IndexProgress) -> ControlFlow<()> + Sync),
) -> Result<Scan, BlockFileError> {
    let tell = |scan: ScanProgress| {
        progress(IndexProgress::Scan { files: scan.files_done as u64, n_files: scan.n_files as u64 })
    };
    clock.time_phase(Stage::Scan, || source.scan(&tell))
}

/// [`index`] with the scan of `source` already made.
pub(super) fn index_scanned(
    source: &Source,
    writer: &mut StoreWriter,
    scan: Scan,
    options: &IndexOptions,
    clock: StageClock,
    progress: &(dyn Fn(IndexProgress) -> ControlFlow<()> + Sync),
) -> Result<IndexReport> {
    let start = Instant::now();
    let before = clock.busy();
    // A run that failed may have written rows ahead that were of other blocks than this one's.
    writer.repair()?;
    writer.set_clock(clock.clone());
    options.memory_bytes.map_or(Ok(()), bulk::budget::check_memory)?;
    let within = options.memory_bytes.map(|memory_bytes| bulk::budget::within(options, memory_bytes));
    let mut run = Run::new(source, writer, within.as_ref().unwrap_or(options), progress, scan)?;
    run.clock = clock;
    loop {
        let plan = run.plan(writer);
        let snapshot = writer.snapshot();
        let common = run.common_beginning(snapshot, &plan);
        run.check_present(&plan, common)?;
        let held = snapshot.counts().blocks;
        if (common as u64) < held {
            if run.would_lose_blocks(snapshot, common) && run.find_bad_content(&plan, common)?.is_break() {
                continue;
            }
            run.report.blocks_removed += held - common as u64;
            writer.move_bound(common as u64)?;
        }
        if run.append(writer, &plan, common)?.is_continue() {
            run.finish(writer, &plan)?;
            run.report.stages = run.clock.times();
            let all = start.elapsed() * rayon::current_num_threads() as u32;
            run.report.stages.push(StageTime::idle(all.saturating_sub(run.clock.busy() - before)));
            return Ok(run.report);
        }
    }
}

impl<'a> Run<'a> {
    fn new(
        source: &'a Source,
        writer: &StoreWriter,
        options: &'a IndexOptions,
        progress: &'a (dyn Fn(IndexProgress) -> ControlFlow<()> + Sync),
        scan: Scan,
    ) -> Result<Run<'a>> {
        let snapshot = writer.snapshot();
        let facts = &snapshot.manifest.chain;
        let name = |file: u32| source.files()[file as usize].path.display().to_string();
        let place = |span: &FileSpan| (name(span.file), span.start, span.end);
        let report = IndexReport {
            unfinished: scan.unfinished.iter().map(|span| (name(span.file), span.start)).collect(),
            damaged: scan.damaged.iter().map(place).collect(),
            missing_files: scan.missing_files.iter().map(|gap| (gap.first, gap.last)).collect(),
            without_work: scan.bad_pow.len() as u64,
            ..IndexReport::default()
        };
        let known_heights =
            facts.heights.iter().filter_map(|(hash, height)| Some((Hash32::from_display(hash)?, *height)));
        let mut heights: HashMap<Hash32, u32> = known_heights.collect();
        heights.extend(&options.heights);
        let mut run = Run {
            source,
            options,
            progress,
            blocks: scan.blocks,
            refused: BTreeMap::new(),
            // What descends from a header without work is no better than that header.
            known_refused: facts.refused.clone(),
            without_work: scan.bad_pow.iter().map(|bad| bad.hash).collect(),
            bad_copies: HashSet::new(),
            heights,
            report,
            clock: StageClock::default(),
        };
        run.add_held_blocks(snapshot);
        run.look_again_at_refused(facts)?;
        Ok(run)
    }

    /// A block that was refused for its content may have been repaired, or has another copy now. One that was refused
    /// on top of a partial chain may be sound on top of a fuller one, or with other heights.
    fn look_again_at_refused(&mut self, before: &ChainFacts) -> Result<()> {
        let is_news = self.known_blocks() > before.known_blocks || self.options.heights != HashMap::new();
        let mut parsed = ParsedBlock::default();
        let mut raw = Vec::new();
        let mut still = Vec::new();
        for refused in std::mem::take(&mut self.known_refused) {
            let of_copy = ["merkle_root", "mutated_merkle", "witness_commitment", "unreadable"];
            if !of_copy.contains(&refused.code.as_str()) {
                // Header rules are looked at anew by every plan.
                if refused.code != "header" && (refused.is_final || !is_news) {
                    still.push(refused);
                }
                continue;
            }
            let hash = Hash32::from_display(&refused.hash);
            let mut sound = false;
            let copies = self.blocks.iter().enumerate();
            for (n, block) in copies.filter(|(_, block)| Some(block.hash) == hash && block.file != NOT_IN_SOURCE) {
                self.source.read_block(block, &mut raw)?;
                match fault_of_bytes(&mut parsed, &raw) {
                    Some(_) => _ = self.bad_copies.insert(n),
                    None => sound = true,
                }
            }
            if !sound {
                still.push(refused);
            }
        }
        self.known_refused = still;
        Ok(())
    }

    /// Number of different blocks in the source and the store.
    fn known_blocks(&self) -> u64 {
        self.blocks.iter().map(|block| block.hash).collect::<HashSet<_>>().len() as u64
    }

    /// Blocks of the store that the source does not hold (any more) still count when the chain is chosen.
    fn add_held_blocks(&mut self, snapshot: &Snapshot) {
        let in_source: HashSet<Hash32> = self.blocks.iter().map(|block| block.hash).collect();
        let columns = &*snapshot.columns;
        for (n, hash) in columns.block_hash.iter().enumerate() {
            if in_source.contains(hash) {
                continue;
            }
            let header = crate::blockfile::Header {
                version: columns.block_version[n] as i32,
                prev: columns.block_prev_hash[n],
                merkle_root: columns.block_merkle_root[n],
                time_unix: columns.block_time[n],
                bits: columns.block_bits[n],
                nonce: columns.block_nonce[n],
            };
            let script = crate::store::snapshot::heap_item(&columns.block_coinbase_end, &columns.heap_coinbase, n);
            self.blocks.push(BlockRef {
                hash: *hash,
                header,
                file: NOT_IN_SOURCE,
                offset: 0,
                len: columns.block_size[n],
                coinbase_height: script.and_then(crate::blockfile::pushed_height),
            });
        }
    }

    fn plan(&self, writer: &StoreWriter) -> Plan {
        let known = self.known_refused.iter().filter_map(|refused| Hash32::from_display(&refused.hash));
        let refused: HashSet<Hash32> =
            self.refused.keys().copied().chain(known).chain(self.without_work.iter().copied()).collect();
        let network = writer.snapshot().network();
        let rules = OrderRules { network, refused: &refused, heights: &self.heights, bad_copies: &self.bad_copies };
        plan(&self.blocks, &rules)
    }

    /// Number of blocks that the store and the plan have in common at their beginning.
    fn common_beginning(&self, snapshot: &Snapshot, plan: &Plan) -> usize {
        let columns = &*snapshot.columns;
        let held = columns.block_hash.iter().zip(columns.block_height.iter());
        let same = |((hash, height), planned): &((&Hash32, &u32), &crate::blockfile::Planned)| {
            self.blocks[planned.block].hash == **hash && planned.height.unwrap_or(NONE_U32) == **height
        };
        held.zip(&plan.order).take_while(same).count()
    }

    fn check_present(&self, plan: &Plan, common: usize) -> Result<()> {
        match plan.order[common..].iter().find(|planned| self.blocks[planned.block].file == NOT_IN_SOURCE) {
            Some(planned) => Err(Error::BlockGone { hash: self.blocks[planned.block].hash }),
            None => Ok(()),
        }
    }

    /// Whether a block of the store from number `common` on could not be read again if it were taken back.
    fn would_lose_blocks(&self, snapshot: &Snapshot, common: usize) -> bool {
        let gone = self.blocks.iter().filter(|block| block.file == NOT_IN_SOURCE);
        let gone: HashSet<Hash32> = gone.map(|block| block.hash).collect();
        snapshot.columns.block_hash[common..].iter().any(|hash| gone.contains(hash))
    }

    /// Looks at the content of all blocks from number `common` on before anything makes way for them; refuses the first
    /// bad one. What only linking can show, as a spend of what is spent, is not found here.
    fn find_bad_content(&mut self, plan: &Plan, common: usize) -> Result<ControlFlow<()>> {
        let (mut parsed, mut raw) = (ParsedBlock::default(), Vec::new());
        for planned in &plan.order[common..] {
            self.source.read_block(&self.blocks[planned.block], &mut raw)?;
            if let Some(fault) = fault_of_bytes(&mut parsed, &raw) {
                self.refuse(planned, fault, true)?;
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Appends the plan from block `start` on. Breaks off when a block is refused, after committing what is sound.
    fn append(&mut self, writer: &mut StoreWriter, plan: &Plan, start: usize) -> Result<ControlFlow<()>> {
        let complete_until = if plan.from_genesis { plan.segments.first().map_or(0, |first| first.end) } else { 0 };
        let to_load = self.to_load(plan, start, complete_until);
        let built = self.build_in_bulk(writer, &to_load)?;
        let (start, to_load) = (start + built, &to_load[built..]);
        let wants_undo = self.options.use_undo && to_load.iter().any(|block| !block.complete);
        let undo_files = wants_undo.then(|| UndoFiles::scan(self.source));
        let undo_files = undo_files.as_ref();
        let (n_blocks, n_bytes) =
            (to_load.len() as u64, to_load.iter().map(|block| u64::from(block.block.len)).sum::<u64>());
        let salt = writer.snapshot().salt();
        let mut linker = Linker::new(writer.snapshot().clone());
        linker.clock = self.clock.clone();
        let clock = self.clock.clone();
        let source = self.source;
        let read = |batch, used| load(source, undo_files, salt, &clock, batch, used);
        let (mut blocks, mut bytes, txs_before) = (0u64, 0u64, self.report.txs_added);
        let mut ahead = Ahead::new(batches(to_load, self.options.batch_bytes), read);
        while let Some(current) = ahead.next()? {
            // The next batches are read and parsed while this one is linked.
            let is_linked = AtomicBool::new(false);
            let link = || {
                let linked = self.link(writer, &mut linker, &current);
                is_linked.store(true, Ordering::Relaxed);
                linked
            };
            let (linked, ()) = rayon::join(link, || ahead.fill(&is_linked));
            let (n_sound, fault) = linked?;
            self.report.blocks_added += n_sound as u64;
            self.report.txs_added += current[..n_sound].iter().map(|block| block.block.txid.len() as u64).sum::<u64>();
            blocks += n_sound as u64;
            bytes += current[..n_sound].iter().map(|block| block.raw.len() as u64).sum::<u64>();
            self.report.undo.add(undo_files, &current[..n_sound], &mut linker.used);
            if let Some(fault) = fault {
                self.report.undo.close(undo_files, false);
                linker.flush(writer, self.options.max_table_bytes)?;
                let at = start + blocks as usize;
                self.refuse(&plan.order[at], fault, at < complete_until)?;
                return Ok(ControlFlow::Break(()));
            }
            let txs = self.report.txs_added - txs_before;
            if (self.progress)(IndexProgress::Append { blocks, n_blocks, bytes, n_bytes, txs }).is_break() {
                linker.flush(writer, self.options.max_table_bytes)?;
                return Err(Error::Cancelled);
            }
            ahead.give_back(current);
        }
        linker.flush(writer, self.options.max_table_bytes)?;
        self.report.undo.close(undo_files, start == 0 && complete_until == 0);
        Ok(ControlFlow::Continue(()))
    }

    /// The blocks of the plan from number `start` on.
    fn to_load(&self, plan: &Plan, start: usize, complete_until: usize) -> Vec<ToLoad> {
        // Per parent one child, and the parents that have others. Only where undo files may be read.
        let mut children = HashMap::new();
        let mut shared = HashSet::new();
        if self.options.use_undo && complete_until < plan.order.len() {
            for BlockRef { hash, header, .. } in &self.blocks {
                if *children.entry(header.prev).or_insert(*hash) != *hash {
                    shared.insert(header.prev);
                }
            }
        }
        let planned = plan.order[start..].iter().enumerate();
        planned
            .map(|(n, planned)| {
                let block = self.blocks[planned.block].clone();
                let has_siblings = shared.contains(&block.header.prev);
                ToLoad { block, height: planned.height, complete: start + n < complete_until, has_siblings }
            })
            .collect()
    }

    /// Builds an empty store in bounded memory, if that is asked for and the tables in memory would not fit. Returns how
    /// many of the blocks it holds then.
    fn build_in_bulk(&mut self, writer: &mut StoreWriter, to_load: &[ToLoad]) -> Result<usize> {
        let n_complete = to_load.iter().take_while(|block| block.complete).count();
        let blocks = &to_load[..n_complete];
        let n_bytes = blocks.iter().map(|block| u64::from(block.block.len)).sum();
        let fits = bulk::budget::tables_fit(n_bytes, self.options);
        let shape = match (self.options.shape, self.options.memory_bytes) {
            (Some(shape), _) => shape,
            (None, Some(bytes)) if !fits => Shape::new(bytes, n_bytes, rayon::current_num_threads()),
            (None, _) => return self.forget_bulk(writer),
        };
        if writer.snapshot().counts().blocks > 0 || blocks.is_empty() {
            return self.forget_bulk(writer);
        }
        let build = bulk::Build {
            source: self.source,
            blocks,
            shape,
            progress: self.progress,
            storage: writer.shared_storage(),
            salt: writer.snapshot().salt(),
            network: writer.snapshot().network(),
            clock: self.clock.clone(),
        };
        let n_blocks = bulk::build(&build, writer)?;
        self.report.blocks_added += n_blocks as u64;
        self.report.txs_added += writer.snapshot().counts().txs;
        Ok(n_blocks)
    }

    /// Spills of a build that is no longer wanted.
    fn forget_bulk(&self, writer: &StoreWriter) -> Result<usize> {
        bulk::spill::remove_all(writer.storage())?;
        Ok(0)
    }

    /// Links one batch and commits if enough waits. Returns the number of sound blocks and what the next one breaks.
    fn link(&self, writer: &mut StoreWriter, linker: &mut Linker, batch: &[Loaded]) -> Result<(usize, Option<Fault>)> {
        let readable = batch.iter().position(|loaded| loaded.fault.is_some()).unwrap_or(batch.len());
        let mut linked = self.clock.time(Stage::Link, || linker.link(&batch[..readable]))?;
        let (n_sound, fault) = self.clock.time(Stage::Check, || linker.finish(&batch[..readable], &mut linked))?;
        linker.used = linked;
        let fault = fault.or_else(|| batch.get(readable).and_then(|loaded| loaded.fault.clone()));
        if fault.is_none() {
            if linker.waiting_bytes() >= self.options.commit_bytes {
                linker.flush(writer, self.options.max_table_bytes)?;
            } else {
                linker.write_ahead(writer, self.options.ahead_bytes)?;
            }
        }
        Ok((n_sound, fault))
    }

    fn refuse(&mut self, planned: &crate::blockfile::Planned, fault: Fault, is_complete: bool) -> Result<()> {
        let block = &self.blocks[planned.block];
        if fault.is_of_copy() {
            self.bad_copies.insert(planned.block);
            let hash = block.hash;
            let other = |(n, other): (usize, &BlockRef)| other.hash == hash && !self.bad_copies.contains(&n);
            if self.blocks.iter().enumerate().any(other) {
                return Ok(());
            }
        }
        if let (Fault::Unreadable(error), false) = (&fault, self.options.skip_damaged) {
            let file = self.source.files()[block.file as usize].path.display().to_string();
            let offset = block.offset + error.offset as u64;
            return Err(Error::DamagedBlock { file, offset, hash: block.hash, source: error.clone() });
        }
        self.refused.insert(block.hash, (fault, is_complete));
        Ok(())
    }

    /// Notes what was seen beside the chain.
    fn finish(&mut self, writer: &mut StoreWriter, plan: &Plan) -> Result<()> {
        let mut refused = self.known_refused.clone();
        refused.extend(self.refused.iter().map(|(hash, (fault, is_final))| RefusedBlock {
            hash: hash.to_display(),
            code: fault.code().to_owned(),
            reason: fault.to_string(),
            is_final: *is_final,
        }));
        refused.extend(plan.contextual_refusals.iter().map(|(hash, refusal)| RefusedBlock {
            hash: hash.to_display(),
            code: "header".to_owned(),
            reason: refusal.to_string(),
            is_final: false,
        }));
        refused.sort_by(|a, b| a.hash.cmp(&b.hash));
        refused.dedup_by(|a, b| a.hash == b.hash);
        let file_name = |file: &crate::blockfile::SourceFile| {
            file.path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
        };
        self.report.ignored_heights =
            plan.ignored_heights.iter().map(|(hash, why)| (hash.to_display(), why.to_string())).collect();
        self.report.facts = ChainFacts {
            stale_blocks: plan.stale,
            refused,
            known_blocks: self.known_blocks(),
            refused_descendants: plan.refused_descendants,
            heights: self.heights.iter().map(|(hash, height)| (hash.to_display(), *height)).collect(),
            source_files: self.source.files().iter().map(file_name).collect(),
        };
        Ok(writer.set_facts(self.report.facts.clone())?)
    }
}

/// Cuts the blocks into batches of about `batch_bytes`.
pub(crate) fn batches(blocks: &[ToLoad], batch_bytes: u64) -> Vec<&[ToLoad]> {
    let mut batches = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (n, block) in blocks.iter().enumerate() {
        bytes += u64::from(block.block.len);
        if bytes >= batch_bytes || n + 1 == blocks.len() {
            batches.push(&blocks[start..=n]);
            (start, bytes) = (n + 1, 0);
        }
    }
    batches
}
