//! `bindex`, the index of `electrs`: script hash -> transactions, txid -> transaction, transaction -> place in its block.
//! It asks a node for every block; here `node.py` answers.
//!
//! Usage: bindex FOLDER URL NETWORK TIP

use std::time::Instant;

use bindex::bitcoin::Network;
use bindex::IndexedChain;
use coalface_peers::{argument, Answer};

fn main() {
    let network: Network = argument(3).parse().expect("a network");
    let start = Instant::now();
    let mut chain = IndexedChain::open(argument(1), network, Some(argument(2))).expect("an open index");
    let mut answer = Answer::default();
    loop {
        let stats = chain.sync(1000).expect("a synchronised index");
        answer.blocks += stats.indexed_blocks as u64;
        if stats.indexed_blocks == 0 {
            break;
        }
    }
    let tip = chain.headers().tip().expect("a tip");
    answer.txs = u64::from(u32::from_be_bytes(tip.next_txnum().serialize()));
    assert_eq!(chain.headers().tip_hash().to_string(), argument(4));
    answer.print(start);
}
