//! `bitcoin_slices`: visits every transaction, input and output, adds up the values; `txid` hashes as well.
//! The crate is given slices and has no threads or files of its own; this program adds both: one file a thread.
//!
//! Usage: slices FOLDER parse|txid THREADS

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use bitcoin_slices::{bsl, Visit, Visitor};
use coalface_peers::{argument, block_files, blocks, read_plain, Answer};

struct Count<const TXID: bool>(Answer);

impl<const TXID: bool> Visitor for Count<TXID> {
    fn visit_transaction(&mut self, tx: &bsl::Transaction) -> ControlFlow<()> {
        self.0.txs += 1;
        if TXID {
            self.0.add_txid(&tx.txid_sha2());
        }
        ControlFlow::Continue(())
    }

    fn visit_tx_in(&mut self, _vin: usize, _tx_in: &bsl::TxIn) -> ControlFlow<()> {
        self.0.inputs += 1;
        ControlFlow::Continue(())
    }

    fn visit_tx_out(&mut self, _vout: usize, tx_out: &bsl::TxOut) -> ControlFlow<()> {
        self.0.outputs += 1;
        self.0.output_sat += tx_out.value();
        ControlFlow::Continue(())
    }
}

fn count<const TXID: bool>(bytes: &[u8]) -> Answer {
    let mut visitor = Count::<TXID>(Answer::default());
    for block in blocks(bytes) {
        let parsed = bsl::Block::visit(block, &mut visitor).expect("a sound block");
        assert!(parsed.remaining().is_empty());
        visitor.0.blocks += 1;
    }
    visitor.0
}

fn main() {
    let (folder, txid, threads) = (argument(1), argument(2) == "txid", argument(3));
    let start = Instant::now();
    let files = block_files(Path::new(&folder)).expect("a readable folder");
    let next = AtomicUsize::new(0);
    let part = || {
        let mut answer = Answer::default();
        while let Some(path) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            let bytes = read_plain(path).expect("a readable file");
            answer.add(&if txid { count::<true>(&bytes) } else { count::<false>(&bytes) });
        }
        answer
    };
    let mut answer = Answer::default();
    thread::scope(|scope| {
        let parts: Vec<_> = (0..threads.parse().expect("a number")).map(|_| scope.spawn(part)).collect();
        for part in parts {
            answer.add(&part.join().expect("no panic"));
        }
    });
    answer.print(start);
}
