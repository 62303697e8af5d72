//! Building a store whose tables do not fit the memory: phase after phase, each sequential, over partitioned files.
//!
//! [`spill`] keeps records in partitions that fit the memory one by one.

pub mod spill;
