//! `blocks_iterator`: every block in order of height with its txids; `prevout` gives every input the output that it
//! spends. It hands out a block only once another follows, so the last one is missing.
//!
//! Usage: blocks_iterator FOLDER parse|prevout NETWORK

use std::time::Instant;

use blocks_iterator::bitcoin::hashes::Hash;
use blocks_iterator::bitcoin::Network;
use blocks_iterator::Config;
use coalface_peers::{argument, Answer};

fn main() {
    let network: Network = argument(3).parse().expect("a network");
    let prevout = argument(2) == "prevout";
    let mut config = Config::new(argument(1), network);
    config.skip_prevout = !prevout;
    config.max_reorg = 1;
    config.channels_size = 8;
    let start = Instant::now();
    let mut answer = Answer::default();
    let mut spent_sat = 0;
    for extra in blocks_iterator::iter(config) {
        answer.blocks += 1;
        for (txid, tx) in extra.iter_tx() {
            answer.txs += 1;
            answer.add_txid(txid.as_byte_array());
            answer.inputs += tx.input.len() as u64;
            answer.outputs += tx.output.len() as u64;
            answer.output_sat += tx.output.iter().map(|output| output.value.to_sat()).sum::<u64>();
            if prevout && !tx.is_coinbase() {
                for input in &tx.input {
                    spent_sat += extra.outpoint_values()[&input.previous_output].value.to_sat();
                }
            }
        }
    }
    answer.spent_sat = prevout.then_some(spent_sat);
    answer.print(start);
}
