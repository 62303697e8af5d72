//! A store whose bytes are damaged is indexed on, reorganised and read: an answer or an error, never a panic.

#![allow(clippy::unwrap_used)] // a test may panic

mod support;

use std::sync::Arc;

use coalface_core::io::replay::ReplayStorage;
use coalface_core::link::IndexOptions;
use rayon::prelude::*;
use support::{digests_of, options, run, source_of, ChainBuilder, Rng};

#[test]
fn indexed_on() {
    let mut chain = ChainBuilder::mature(2);
    chain.add_blocks(8, 8);
    let storage = Arc::new(ReplayStorage::default());
    run(storage.clone(), &source_of(&chain.blocks).source, &options(20_000, 5_000)).unwrap();
    let files = storage.files();
    let mut rival = chain.fork(1);
    rival.blocks.truncate(rival.blocks.len() - 3);
    chain.add_blocks(4, 8);
    let grown = source_of(&chain.blocks);
    // Blocks without their spends, so that they stand on the shorter chain too.
    for _ in 0..6 {
        rival.mine(vec![], -1);
    }
    let n = rival.blocks.len() - 6;
    let reorganised = source_of(chain.blocks[..chain.blocks.len() - 4].iter().chain(&rival.blocks[n..]));
    let names: Vec<&String> = files.keys().filter(|name| files[*name].len() > 1).collect();
    let n_seeds = if support::soak() { 20_000 } else { 1_500 };
    (0..n_seeds).into_par_iter().for_each(|seed| {
        let mut rng = Rng::new(seed);
        let mut damaged = files.clone();
        let name = names[rng.below(names.len())];
        let content = damaged.get_mut(name).unwrap();
        if rng.chance(10) {
            content.truncate(rng.below(content.len()));
        } else {
            for _ in 0..1 + rng.below(8) {
                let at = rng.below(content.len());
                content[at] = if rng.chance(50) { 0xff } else { rng.next() as u8 };
            }
        }
        for source in [&grown, &reorganised] {
            let storage = Arc::new(ReplayStorage::new(damaged.clone()));
            let options = IndexOptions { max_table_bytes: rng.below(2) << 30, ..options(1 << 20, 1 << 20) };
            if let Err(error) = run(storage.clone(), &source.source, &options) {
                assert!(!error.to_string().is_empty(), "seed {seed}, {name}");
            }
            _ = coalface_core::store::Snapshot::open(&*storage);
        }
    });
    assert!(digests_of(&*storage).is_some());
}
