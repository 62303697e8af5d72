//! What forward and backward passes share: origins, ends, hops, and the memory that all of it takes.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::boundary::{Boundary, Judge};
use super::coin::{Coin, Run};
use super::edges::EdgeFile;
use super::error::TraceError;
use super::options::{Part, TraceOptions};
use super::queue::{Entry, Queue, LEAST_BYTES};
use super::result::{Terminal, TraceResult};
use super::set::IdSet;
use super::spill::SpillFile;
use crate::ids::TxNum;
use crate::store::{Snapshot, StoreError};
use crate::{Error, Result};

/// Transactions between two looks at progress and memory.
const LOOK_TXS: u64 = 4096;

/// Tells how many transactions were followed; may stop the trace.
pub type Progress<'a> = &'a dyn Fn(u64) -> ControlFlow<()>;

/// One run of a method.
pub(super) struct Pass<'a, C> {
    pub snapshot: &'a Snapshot,
    pub options: &'a TraceOptions,
    pub judge: Judge<'a>,
    pub found: TraceResult,
    queue: Queue<C>,
    origins: IdSet,
    /// Ends at origins, at which value may arrive twice.
    origin_ends: BTreeMap<u64, (C, Boundary, bool)>,
    /// Runs of each terminal, in the order in which they were found.
    runs: Vec<Run>,
    n_runs: Vec<u32>,
    edges: Option<EdgeFile>,
    progress: Progress<'a>,
    /// Output that waits under a key.
    output_of: fn(&Snapshot, u64) -> u64,
}

/// Coins of the origin parts, by output, and what the pass needs.
pub(super) type Start<C> = Vec<(u64, C)>;

impl<'a, C: Coin> Pass<'a, C> {
    /// A pass over keys below `end`, and the coin of every origin output.
    pub fn new(
        snapshot: &'a Snapshot,
        parts: &[Part],
        options: &'a TraceOptions,
        progress: Progress<'a>,
        end: u64,
        output_of: fn(&Snapshot, u64) -> u64,
    ) -> Result<(Pass<'a, C>, Start<C>)> {
        if options.memory_bytes < LEAST_BYTES {
            let received_bytes = options.memory_bytes;
            return Err(TraceError::TooLittle { received_bytes, allowed_bytes: LEAST_BYTES }.into());
        }
        let parts = checked_parts(snapshot, parts, options.bound.outputs)?;
        let mut start: Start<C> = Vec::new();
        let mut before = 0i64;
        for part in &parts {
            let value_sat = snapshot.columns.output_value_sat[part.output as usize];
            let run = Run { start_sat: part.start_sat, len_sat: part.len_sat, origin_sat: before };
            // A gap of one, so that coins of two parts never continue each other.
            before = before.saturating_add(part.len_sat).saturating_add(1);
            let coin = C::of_part(value_sat, run);
            match start.last_mut() {
                Some((output, first)) if *output == part.output => {
                    *first = std::mem::take(first).merge(coin, value_sat).0;
                }
                _ => start.push((part.output, coin)),
            }
        }
        let judge =
            Judge::new(snapshot, options.bound, &options.stops, &options.stop_outputs, options.stop_at_coinjoins);
        let pass = Pass {
            snapshot,
            options,
            judge,
            found: TraceResult { origins: parts, ..TraceResult::default() },
            queue: Queue::new(end, SpillFile::new(&options.spill_folder)),
            origins: IdSet::new(start.iter().map(|(output, _)| (*output, 0)).collect()),
            origin_ends: BTreeMap::new(),
            runs: Vec::new(),
            n_runs: Vec::new(),
            edges: options.edges.as_deref().map(EdgeFile::create).transpose()?,
            progress,
            output_of,
        };
        Ok((pass, start))
    }

    /// Whether an output is an origin, or a part of it is.
    pub fn is_origin(&self, output: u64) -> bool {
        self.origins.has(output)
    }

    /// Value ends at an output.
    pub fn end(&mut self, output: u64, coin: C, boundary: Boundary, is_mixed: bool) {
        if !self.is_origin(output) {
            self.put_end(output, &coin, boundary, is_mixed);
            return;
        }
        let value_sat = self.value_of(output);
        match self.origin_ends.remove(&output) {
            None => _ = self.origin_ends.insert(output, (coin, boundary, is_mixed)),
            Some((before, first, was_mixed)) => {
                let (both, twice) = before.merge(coin, value_sat);
                self.found.met_again_sat = self.found.met_again_sat.saturating_add(twice);
                self.origin_ends.insert(output, (both, first, was_mixed | is_mixed));
            }
        }
    }

    /// As `end`, for an amount without places at an output to which nothing else comes.
    pub fn end_amount(&mut self, output: u64, tainted_sat: i64, boundary: Boundary, is_mixed: bool) {
        self.found.terminals.push(Terminal { output, tainted_sat, boundary, is_mixed });
        if self.options.keep_runs {
            self.n_runs.push(0);
        }
    }

    fn put_end(&mut self, output: u64, coin: &C, boundary: Boundary, is_mixed: bool) {
        self.found.terminals.push(Terminal { output, tainted_sat: coin.sat(), boundary, is_mixed });
        if self.options.keep_runs {
            let before = self.runs.len();
            coin.runs(&mut self.runs);
            self.n_runs.push((self.runs.len() - before) as u32);
        }
    }

    /// Value of an output, 0 of one that is not there.
    pub fn value_of(&self, output: u64) -> i64 {
        usize::try_from(output).ok().and_then(|n| self.snapshot.columns.output_value_sat.get(n)).copied().unwrap_or(0)
    }

    /// A coin waits under a key, which must be above all that were taken out.
    pub fn wait(&mut self, key: u64, coin: C, is_mixed: bool) {
        let (snapshot, output_of, found) = (self.snapshot, self.output_of, &mut self.found);
        self.queue.push(Entry { key, coin, is_mixed }, &mut |key, a, b| {
            merged(snapshot, output_of(snapshot, key), found, a, b)
        });
    }

    /// The smallest key that waits below `end`.
    pub fn peek_below(&mut self, end: u64) -> Result<Option<u64>> {
        let (snapshot, output_of, found) = (self.snapshot, self.output_of, &mut self.found);
        Ok(self.queue.peek_below(end, &mut |key, a, b| merged(snapshot, output_of(snapshot, key), found, a, b))?)
    }

    /// Takes out the smallest key below `end`.
    pub fn pop_below(&mut self, end: u64) -> Result<Option<Entry<C>>> {
        let (snapshot, output_of, found) = (self.snapshot, self.output_of, &mut self.found);
        Ok(self.queue.pop_below(end, &mut |key, a, b| merged(snapshot, output_of(snapshot, key), found, a, b))?)
    }

    /// Whether the limit of transactions is reached. Looks at progress and memory now and then.
    pub fn is_full(&mut self) -> Result<bool> {
        let n_txs = self.found.n_txs;
        if n_txs.is_multiple_of(LOOK_TXS) {
            if (self.progress)(n_txs).is_break() {
                return Err(Error::Cancelled);
            }
            self.keep_to_memory()?;
        }
        Ok(n_txs >= self.options.max_txs)
    }

    fn keep_to_memory(&mut self) -> Result<()> {
        let runs = self.runs.capacity() * size_of::<Run>() + self.n_runs.capacity() * 4;
        let answer = self.found.bytes() + runs as u64;
        let allowed_bytes = self.options.memory_bytes;
        let needed_bytes = answer + LEAST_BYTES / 2;
        if needed_bytes > allowed_bytes {
            let n_txs = self.found.n_txs;
            return Err(TraceError::Memory { n_txs, needed_bytes, allowed_bytes }.into());
        }
        if self.queue.bytes() + answer > allowed_bytes {
            self.queue.spill()?;
        }
        Ok(())
    }

    /// Value went through a transaction.
    pub fn hop(&mut self, tx: TxNum, inputs: &[(u64, i64)], outputs: &[(u64, i64)], fee_sat: i64) -> Result<()> {
        self.found.n_txs += 1;
        if self.options.keep_hops {
            let hops = &mut self.found.hops;
            hops.txs.push(tx);
            hops.fee_sat.push(fee_sat);
            hops.inputs.add(inputs);
            hops.outputs.add(outputs);
        }
        match &mut self.edges {
            Some(edges) => edges.write(self.snapshot, tx, inputs, outputs, fee_sat),
            None => Ok(()),
        }
    }

    /// The answer.
    pub fn finish(mut self) -> Result<TraceResult> {
        for (output, (coin, boundary, is_mixed)) in std::mem::take(&mut self.origin_ends) {
            self.put_end(output, &coin, boundary, is_mixed);
        }
        self.found.spilled_bytes = self.queue.spilled_bytes();
        let terminals = &mut self.found.terminals;
        if self.options.keep_runs {
            let mut firsts = Vec::with_capacity(terminals.len());
            let mut first = 0;
            for n in &self.n_runs {
                firsts.push(first);
                first += *n as usize;
            }
            let mut order: Vec<usize> = (0..terminals.len()).collect();
            order.sort_by_key(|n| (terminals[*n].output, terminals[*n].boundary));
            self.found.first_run = vec![0];
            for n in &order {
                let runs = firsts[*n]..firsts[*n] + self.n_runs[*n] as usize;
                self.found.runs.extend_from_slice(&self.runs[runs]);
                self.found.first_run.push(self.found.runs.len() as u64);
            }
            *terminals = order.into_iter().map(|n| terminals[n]).collect();
        } else {
            terminals.sort_unstable_by_key(|terminal| (terminal.output, terminal.boundary));
        }
        if let Some(edges) = self.edges.take() {
            edges.finish()?;
        }
        Ok(self.found)
    }
}

fn merged<C: Coin>(snapshot: &Snapshot, output: u64, found: &mut TraceResult, a: C, b: C) -> C {
    let value = usize::try_from(output).ok().and_then(|n| snapshot.columns.output_value_sat.get(n));
    let (both, twice) = a.merge(b, value.copied().unwrap_or(i64::MAX));
    found.met_again_sat = found.met_again_sat.saturating_add(twice);
    both
}

/// Parts in order, those of one output joined where they touch or overlap, empty ones left out.
fn checked_parts(snapshot: &Snapshot, parts: &[Part], limit: u64) -> Result<Vec<Part>> {
    let mut parts = parts.to_vec();
    parts.sort_unstable();
    let mut joined: Vec<Part> = Vec::with_capacity(parts.len());
    for part in parts {
        if part.output >= limit {
            return Err(StoreError::OutOfRange { what: "output", id: part.output, limit }.into());
        }
        let value_sat = snapshot.columns.output_value_sat[part.output as usize];
        let end_sat = part.start_sat.saturating_add(part.len_sat);
        if part.start_sat < 0 || part.len_sat < 0 || end_sat > value_sat {
            return Err(TraceError::Part { start_sat: part.start_sat, end_sat, value_sat }.into());
        }
        match joined.last_mut() {
            _ if part.len_sat == 0 => {}
            Some(last) if last.output == part.output && part.start_sat <= last.start_sat + last.len_sat => {
                last.len_sat = last.len_sat.max(end_sat - last.start_sat);
            }
            _ => joined.push(part),
        }
    }
    Ok(joined)
}
