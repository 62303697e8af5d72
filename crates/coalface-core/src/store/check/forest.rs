//! Step `forest`: the clusters of rule set `strict`, grown again from the transactions and compared link by link.
//!
//! The forest is a function of the chain: equal links mean equal clusters, equal sizes, no cycle, a depth below 32,
//! and that every linking transaction spends from both sides. Sequential; eight bytes an address.

use super::context::{at, table, Bits, Context};
use super::log::shown;
use super::{Found, Log};
use crate::coinjoin::{Eras, Exclusion};
use crate::forest::root_of;
use crate::ids::NONE_U32;
use crate::store::run::{Entry, Run, RunKind};
use crate::tx_view::ViewBuffers;
use crate::Result;

const PARENT: &str = "cluster_strict.parent";
const LINK_TX: &str = "cluster_strict.link_tx";

/// The forest as it has to be.
struct Grown {
    /// Parent, or NONE for a root.
    parent: Vec<u32>,
    /// Of a root: addresses below and including it. Of another: addresses in the cluster after the link that made it
    /// one.
    size: Vec<u32>,
}

pub(super) fn check(context: &Context<'_>) -> Result<Found> {
    let counts = &context.counts;
    let mut log = context.scan(counts.addresses, 1 << 14, |ids, log| {
        for id in ids {
            if let Err(error) = root_of(context.snapshot, id as u32, counts.txs) {
                log.cell("forest_depth", PARENT, id, || error.to_string());
            }
        }
    })?;
    let mut grown = Grown { parent: table(counts.addresses, || NONE_U32)?, size: table(counts.addresses, || 1u32)? };
    let mut inputs = Vec::new();
    let (mut exclusion, mut view) = (Exclusion::new(Eras::of(context.snapshot.network())), ViewBuffers::default());
    for tx in 0..counts.txs {
        if tx % (1 << 18) == 0 {
            context.tick(tx, counts.txs)?;
        }
        let spent_from = context.inputs_of(tx).filter_map(|input| at(&context.columns.input_address, input));
        inputs.clear();
        inputs.extend(spent_from.filter(|id| u64::from(*id) < counts.addresses));
        if inputs.len() < 2 {
            continue;
        }
        if inputs.iter().all(|address| *address == inputs[0]) {
            continue;
        }
        let cell = |output: u64| {
            at(&context.columns.output_value_sat, output).zip(at(&context.columns.output_address, output))
        };
        // Where the view contradicts itself, another step says so.
        let is_excluded = exclusion.may_be_excluded(context.outputs_of(tx).filter_map(cell))
            && view.fill(context.snapshot, tx as u32).is_ok_and(|view| exclusion.is_excluded(view));
        if !is_excluded {
            grown.join_all(context, tx as u32, &inputs, &mut log);
        }
    }
    let is_quiet = context.is_quiet()?;
    log = log.merge(context.scan(counts.addresses, 1 << 14, |ids, log| {
        ids.for_each(|id| check_root(context, &grown, id, is_quiet, log));
    })?);
    let (rows, children) = check_children(context, &grown)?;
    Ok(Found::of(counts.txs + counts.addresses + rows, log.merge(children)))
}

impl Grown {
    fn root(&self, mut id: u32) -> u32 {
        // Ends: this forest was grown here, by size, from nothing.
        while let Some(parent) = self.parent.get(id as usize).copied().filter(|parent| *parent != NONE_U32) {
            id = parent;
        }
        id
    }

    /// Ties the first input's cluster to those of the others, in their order.
    fn join_all(&mut self, context: &Context<'_>, tx: u32, inputs: &[u32], log: &mut Log) {
        let mut root = self.root(inputs[0]);
        for other in &inputs[1..] {
            let other = self.root(*other);
            if other == root {
                continue;
            }
            let (size, other_size) = (self.size[root as usize], self.size[other as usize]);
            let root_stays = size > other_size || (size == other_size && root < other);
            let (parent, child) = if root_stays { (root, other) } else { (other, root) };
            let size = size.saturating_add(other_size);
            self.parent[child as usize] = parent;
            self.size[parent as usize] = size;
            self.size[child as usize] = size;
            check_link(context, parent, child, tx, log);
            root = parent;
        }
    }
}

fn check_link(context: &Context<'_>, parent: u32, child: u32, tx: u32, log: &mut Log) {
    let id = u64::from(child);
    let found = context.columns.strict_link_tx.try_get(child as usize);
    if found != Some(tx) {
        log.cell("forest_link", LINK_TX, id, || format!("is {}, transaction row {tx} makes the link", shown(found)));
    }
    let found = context.columns.strict_parent.try_get(child as usize);
    if found != Some(parent) {
        log.cell("forest_link", PARENT, id, || {
            format!("is {}, transaction row {tx} ties it to {parent}", shown(found))
        });
    }
}

/// An address that nothing links must have no link, nor a cell that would begin to count when the bound rises.
fn check_root(context: &Context<'_>, grown: &Grown, id: u64, is_quiet: bool, log: &mut Log) {
    if at(&grown.parent[..], id) != Some(NONE_U32) {
        return;
    }
    let link = context.columns.strict_link_tx.try_get(id as usize).unwrap_or(NONE_U32);
    let parent = context.columns.strict_parent.try_get(id as usize).unwrap_or(NONE_U32);
    if u64::from(link) < context.counts.txs {
        log.cell("forest_link", LINK_TX, id, || format!("is {link} (to {parent}), but no transaction links it"));
    } else if link != NONE_U32 && is_quiet {
        log.cell("stray_stamp", LINK_TX, id, || format!("transaction row {link}, there are {}", context.counts.txs));
    } else if parent != NONE_U32 && is_quiet {
        log.cell("stray_stamp", PARENT, id, || format!("{parent}, but there is no link"));
    }
}

/// The runs from parents to children: every link once, in order, with the size of the cluster after it.
fn check_children(context: &Context<'_>, grown: &Grown) -> Result<(u64, Log)> {
    let seen = Bits::new(context.counts.addresses)?;
    let mut log = Log::default();
    let mut rows = 0;
    let mut latest = None;
    for run in context.snapshot.runs(RunKind::StrictChild) {
        rows += run.len() as u64;
        let mut before = None;
        let (mut first, mut last) = (NONE_U32, None);
        let mut key_before = None;
        for (at, entry) in run.iter(0..run.len()).enumerate() {
            if at % (1 << 20) == 0 {
                context.tick(at as u64, run.len() as u64)?;
            }
            if key_before.replace(entry.key).is_some_and(|before| before > entry.key) {
                log.entry("index_order", run, at, || "does not follow the entry before".into());
            }
            let Some(link) = check_child(context, grown, (run, at, entry), &seen, &mut before, &mut log) else {
                continue;
            };
            first = first.min(link);
            last = last.max(Some(link));
        }
        if latest.is_some_and(|latest| latest >= first) {
            let what = || format!("holds a link of transaction row {first}, an earlier run one of {latest:?}");
            log.file("index_order", &format!("runs/{}", run.entry.file), 0, what);
        }
        latest = latest.max(last);
    }
    for (id, parent) in grown.parent.iter().enumerate() {
        if *parent != NONE_U32 && !seen.has(id as u64) {
            log.cell("index_missing", PARENT, id as u64, || "is not in the index `strict_child`".into());
        }
    }
    Ok((rows, log))
}

/// Looks at one entry; returns the transaction of its link if it is live.
fn check_child(
    context: &Context<'_>,
    grown: &Grown,
    (run, at, entry): (&Run, usize, Entry),
    seen: &Bits,
    before: &mut Option<(u64, u32)>,
    log: &mut Log,
) -> Option<u32> {
    if !context.snapshot.is_live(run, entry) {
        return None;
    }
    if before.is_some_and(|(key, size)| key == entry.key && size >= entry.extra) {
        log.entry("index_order", run, at, || "is not in the order of linking".into());
    }
    *before = Some((entry.key, entry.extra));
    let child = entry.value as usize;
    let expected = grown.parent.get(child).copied().zip(grown.size.get(child).copied());
    if expected.map(|(parent, size)| (u64::from(parent), size)) != Some((entry.key, entry.extra)) {
        let found = (entry.key, entry.extra);
        let what = || {
            let (parent, size) = expected.unzip();
            let (parent, size) = (shown(parent), shown(size));
            format!("says parent {} and size {} of address row {child}, expected {parent} and {size}", found.0, found.1)
        };
        log.entry("forest_size", run, at, what);
    }
    if seen.set(entry.value) {
        log.entry("index_twice", run, at, || format!("address row {child} is in the index already"));
    }
    context.columns.strict_link_tx.try_get(child)
}
