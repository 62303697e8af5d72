//! Where the time of an index run goes: seconds of threads and of processors, by stage.
//!
//! A stage is timed where its work is done, on whichever thread that is; a stage within another takes its time away from
//! the outer one, so that nothing counts twice. Two readings of the clock a block and stage cost some hundred
//! nanoseconds each, less than a thousandth of what a full block takes. Nothing of it reaches the store.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::time::{clock_gettime, ClockId};

/// A stage of an index run; those of a build in bounded memory are its phases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Heads of all records.
    Scan,
    /// Bytes of blocks.
    Read,
    /// Taking blocks apart; keys of ids and addresses; rules that need no other block.
    Parse,
    /// Ids, merkle trees, witness commitments.
    Hash,
    /// Rows, and which output each input spends.
    Link,
    /// Ids of addresses.
    Addresses,
    /// Spends, amounts, fees and key links, in chain order.
    Check,
    /// The forest.
    Clusters,
    /// Rows and runs into files.
    Write,
    /// Two runs into one.
    Merge,
    /// Making files durable.
    Sync,
    /// Sorting what runs hold.
    Sort,
    /// Bounded memory: reading, checking and spilling blocks.
    BulkParse,
    /// Bounded memory: inputs to outputs.
    BulkJoin,
    /// Bounded memory: first occurrences.
    BulkAddresses,
    /// Bounded memory: value and address of what is spent.
    BulkSpends,
    /// Bounded memory: reading blocks again, writing rows.
    BulkRows,
    /// Bounded memory: the forest, index runs and the commit.
    BulkFinish,
}

impl Stage {
    /// All stages, in the order of work.
    pub const ALL: [Stage; 18] = [
        Stage::Scan,
        Stage::BulkParse,
        Stage::BulkJoin,
        Stage::BulkAddresses,
        Stage::BulkSpends,
        Stage::BulkRows,
        Stage::BulkFinish,
        Stage::Read,
        Stage::Parse,
        Stage::Hash,
        Stage::Link,
        Stage::Addresses,
        Stage::Check,
        Stage::Clusters,
        Stage::Sort,
        Stage::Write,
        Stage::Merge,
        Stage::Sync,
    ];

    /// Name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Stage::Scan => "scan",
            Stage::Read => "read",
            Stage::Parse => "parse",
            Stage::Hash => "hash",
            Stage::Link => "link",
            Stage::Addresses => "addresses",
            Stage::Check => "check",
            Stage::Clusters => "clusters",
            Stage::Sort => "sort",
            Stage::Write => "write",
            Stage::Merge => "merge",
            Stage::Sync => "sync",
            Stage::BulkParse => "bulk_parse",
            Stage::BulkJoin => "bulk_join",
            Stage::BulkAddresses => "bulk_addresses",
            Stage::BulkSpends => "bulk_spends",
            Stage::BulkRows => "bulk_rows",
            Stage::BulkFinish => "bulk_finish",
        }
    }

    /// What bounds it while its threads have a processor.
    fn bound(self) -> &'static str {
        match self {
            Stage::Scan => "one read a record",
            Stage::Read => "copies out of the page cache",
            Stage::Parse => "instructions: a byte after the other",
            Stage::Hash => "instructions: rounds of SHA-256",
            Stage::Link => "memory latency: transactions and outputs spent, anywhere in the chain",
            Stage::Addresses => "memory latency: a slot of the table and a payload for each output",
            Stage::Check => "memory latency and chain order: one thread",
            Stage::Clusters => "memory latency and chain order: one thread",
            Stage::Sort => "instructions: comparisons",
            Stage::Write => "copies into the page cache",
            Stage::Merge => "instructions: one entry after the other",
            Stage::Sync => "disk",
            Stage::BulkParse => "instructions: hashing and parsing; writes of spills",
            Stage::BulkJoin => "memory latency within a partition; reads of spills",
            Stage::BulkAddresses => "memory latency within a partition; reads of spills",
            Stage::BulkSpends => "reads and writes of spills",
            Stage::BulkRows => "instructions: parsing again; writes of columns",
            Stage::BulkFinish => "chain order: one thread; writes of runs",
        }
    }
}

/// What one stage took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StageTime {
    /// Name of the stage; `idle` for threads that had nothing to do.
    pub name: &'static str,
    /// Time of threads in the stage, waiting included; of a phase on all threads, time on the wall for each of them.
    pub thread: Duration,
    /// Time of processors.
    pub cpu: Duration,
    /// What bounds it.
    pub bound: &'static str,
}

impl StageTime {
    /// Threads that had nothing to do.
    #[must_use]
    pub fn idle(thread: Duration) -> StageTime {
        let bound = "what runs on one thread, and waits for the disk";
        StageTime { name: "idle", thread, cpu: Duration::ZERO, bound }
    }
}

#[derive(Debug, Default)]
struct Totals {
    thread_ns: [AtomicU64; Stage::ALL.len()],
    cpu_ns: [AtomicU64; Stage::ALL.len()],
    in_phase: AtomicBool,
}

/// Adds up the time of one run; copies add to the same sums.
#[derive(Debug, Clone, Default)]
pub struct StageClock(Arc<Totals>);

thread_local! {
    /// Time that stages within the present one took on this thread.
    static WITHIN: Cell<(Duration, Duration)> = const { Cell::new((Duration::ZERO, Duration::ZERO)) };
}

fn cpu_now(clock: ClockId) -> Duration {
    let now = clock_gettime(clock);
    // Neither is negative: the clocks start at zero with the thread and the process.
    Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec.unsigned_abs() as u32)
}

impl StageClock {
    /// Does `work` as part of `stage`, on this thread. Where it hands work to others, they time their share themselves.
    pub fn time<T>(&self, stage: Stage, work: impl FnOnce() -> T) -> T {
        if self.0.in_phase.load(Ordering::Relaxed) {
            return work();
        }
        let (outer_thread, outer_cpu) = WITHIN.replace((Duration::ZERO, Duration::ZERO));
        let (start, cpu_start) = (Instant::now(), cpu_now(ClockId::ThreadCPUTime));
        let done = work();
        let (thread, cpu) = (start.elapsed(), cpu_now(ClockId::ThreadCPUTime).saturating_sub(cpu_start));
        let (within_thread, within_cpu) = WITHIN.replace((outer_thread + thread, outer_cpu + cpu));
        self.add(stage, thread.saturating_sub(within_thread), cpu.saturating_sub(within_cpu));
        done
    }

    /// Does `work` as a phase of its own, on all threads of the pool; no stage is timed meanwhile.
    pub fn time_phase<T>(&self, stage: Stage, work: impl FnOnce() -> T) -> T {
        self.0.in_phase.store(true, Ordering::Relaxed);
        let (start, cpu_start) = (Instant::now(), cpu_now(ClockId::ProcessCPUTime));
        let done = work();
        let thread = start.elapsed() * rayon::current_num_threads() as u32;
        self.add(stage, thread, cpu_now(ClockId::ProcessCPUTime).saturating_sub(cpu_start));
        self.0.in_phase.store(false, Ordering::Relaxed);
        done
    }

    fn add(&self, stage: Stage, thread: Duration, cpu: Duration) {
        self.0.thread_ns[stage as usize].fetch_add(thread.as_nanos() as u64, Ordering::Relaxed);
        self.0.cpu_ns[stage as usize].fetch_add(cpu.as_nanos() as u64, Ordering::Relaxed);
    }

    /// Time of threads in all stages.
    #[must_use]
    pub fn busy(&self) -> Duration {
        Duration::from_nanos(self.0.thread_ns.iter().map(|sum| sum.load(Ordering::Relaxed)).sum())
    }

    /// Every stage that took time, in the order of work.
    #[must_use]
    pub fn times(&self) -> Vec<StageTime> {
        let read = |sum: &AtomicU64| Duration::from_nanos(sum.load(Ordering::Relaxed));
        let all = Stage::ALL.into_iter().map(|stage| {
            let (thread, cpu) = (read(&self.0.thread_ns[stage as usize]), read(&self.0.cpu_ns[stage as usize]));
            StageTime { name: stage.name(), thread, cpu, bound: stage.bound() }
        });
        all.filter(|time| !time.thread.is_zero()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pass(time: Duration) {
        let start = Instant::now();
        while start.elapsed() < time {}
    }

    #[test]
    fn a_stage_within_another_counts_once() {
        let clock = StageClock::default();
        let long = Duration::from_millis(30);
        let start = Instant::now();
        clock.time(Stage::Link, || {
            clock.time(Stage::Addresses, || pass(long));
            clock.time(Stage::Addresses, || clock.time(Stage::Sync, || std::thread::sleep(long)));
        });
        let all = start.elapsed();
        let times = clock.times();
        let of = |stage: Stage| *times.iter().find(|time| time.name == stage.name()).unwrap();
        assert_eq!(times.iter().map(|time| time.name).collect::<Vec<_>>(), ["link", "addresses", "sync"]);
        assert!(of(Stage::Addresses).thread >= long && of(Stage::Addresses).thread < all - long / 2);
        assert!(of(Stage::Sync).thread >= long && of(Stage::Sync).cpu < long);
        assert!(of(Stage::Link).thread < all - 2 * long + long / 2);
        assert!(times.iter().map(|time| time.thread).sum::<Duration>() <= all);
        assert_eq!(times.iter().map(|time| time.thread).sum::<Duration>(), clock.busy());
    }

    #[test]
    fn a_phase_counts_for_all_threads_and_no_stage_within_it() {
        let clock = StageClock::default();
        clock.time_phase(Stage::BulkJoin, || {
            clock.time(Stage::Read, || pass(Duration::from_millis(5)));
            let other = std::thread::spawn(|| pass(Duration::from_millis(5)));
            other.join().unwrap();
        });
        let times = clock.times();
        assert_eq!(times.iter().map(|time| time.name).collect::<Vec<_>>(), ["bulk_join"]);
        assert!(times[0].thread >= Duration::from_millis(10));
    }
}
