//! `bitcoin-block-parser`: `parse` reads every block and hashes its transactions, `utxo` gives every input the output
//! that it spends and says of every output whether it is spent.
//!
//! Usage: block_parser FOLDER parse|utxo THREADS SCRATCH OUTPUTS

use std::path::Path;
use std::time::Instant;

use bitcoin::hashes::Hash;
use bitcoin::{Block, Transaction, Txid};
use bitcoin_block_parser::blocks::ParserOptions;
use bitcoin_block_parser::utxos::UtxoBlock;
use bitcoin_block_parser::{BlockParser, UtxoParser};
use coalface_peers::{argument, Answer};

fn add_tx(answer: &mut Answer, tx: &Transaction, txid: Txid) {
    answer.txs += 1;
    answer.add_txid(txid.as_byte_array());
    answer.inputs += tx.input.len() as u64;
    answer.outputs += tx.output.len() as u64;
    answer.output_sat += tx.output.iter().map(|output| output.value.to_sat()).sum::<u64>();
}

fn of_block(block: Block) -> Answer {
    let mut answer = Answer { blocks: 1, ..Answer::default() };
    for tx in &block.txdata {
        add_tx(&mut answer, tx, tx.compute_txid());
    }
    answer
}

fn of_linked(block: UtxoBlock) -> Answer {
    let mut answer = Answer { blocks: 1, ..Answer::default() };
    let mut spent_sat = 0;
    for tx in &block.txdata {
        add_tx(&mut answer, &tx.transaction, tx.txid);
        if !tx.transaction.is_coinbase() {
            spent_sat += tx.input().map(|(_, output)| output.value.to_sat()).sum::<u64>();
        }
    }
    answer.spent_sat = Some(spent_sat);
    answer
}

fn main() {
    let (folder, what) = (argument(1), argument(2));
    let options = ParserOptions { num_threads: argument(3).parse().expect("a number"), ..ParserOptions::default() };
    let start = Instant::now();
    let mut answer = Answer::default();
    if what == "utxo" {
        let filter = Path::new(&argument(4)).join("filter.bin");
        let parser = UtxoParser::new(&folder, filter.to_str().expect("a plain path"))
            .estimated_utxos(argument(5).parse().expect("a number"))
            .with_opts(options);
        for part in parser.parse(of_linked).expect("readable blocks") {
            answer.add(&part);
        }
    } else {
        for part in BlockParser::new_with_opts(&folder, options).expect("readable blocks").parse(of_block) {
            answer.add(&part);
        }
    }
    answer.print(start);
}
