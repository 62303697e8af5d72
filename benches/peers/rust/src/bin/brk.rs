//! `brk_reader` reads and parses every block, `brk_indexer` indexes transactions, inputs, outputs and addresses. Both
//! ask a node which blocks make the chain; here `node.py` answers.
//!
//! Usage: brk FOLDER read|index URL OUT

use std::path::Path;
use std::time::Instant;

use brk_indexer::Indexer;
use brk_reader::Reader;
use brk_rpc::{Auth, Client};
use coalface_peers::{argument, Answer};
use vecdb::{Exit, ReadableVec};

fn main() {
    let start = Instant::now();
    let client = Client::new(&argument(3), Auth::None).expect("a client");
    let reader = Reader::new(argument(1).into(), &client);
    let mut answer = Answer::default();
    if argument(2) == "read" {
        for block in reader.after_with(None, 2).expect("readable blocks") {
            let block = block.expect("a sound block");
            answer.blocks += 1;
            for (n, tx) in block.txdata.iter().enumerate() {
                let (txid, _, _) = block.compute_tx_id_and_sizes(n);
                answer.txs += 1;
                answer.add_txid(txid.as_ref());
                answer.inputs += tx.input.len() as u64;
                answer.outputs += tx.output.len() as u64;
                answer.output_sat += tx.output.iter().map(|output| output.value.to_sat()).sum::<u64>();
            }
        }
        answer.print(start);
        return;
    }
    let mut indexer = Indexer::forced_import(Path::new(&argument(4))).expect("an index");
    indexer.index(&reader, &client, &Exit::new()).expect("indexed blocks");
    indexer.advance_safe_lengths().expect("a written index");
    let lengths = indexer.safe_lengths();
    answer.blocks = u64::from(u32::from(lengths.height));
    answer.txs = u64::from(u32::from(lengths.tx_index));
    answer.inputs = u64::from(lengths.txin_index);
    answer.outputs = u64::from(lengths.txout_index);
    answer.output_sat = indexer.vecs.outputs.value.collect().into_iter().map(|value| *value).sum();
    answer.print(start);
}
