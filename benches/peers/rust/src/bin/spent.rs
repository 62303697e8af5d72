//! What a node's undo files hold, for `node.py`: for every block the outputs that it spends, in the binary shape of the
//! node's REST call `spenttxouts`. Writes `spent.bin`, and `spent.idx` with one line a block: hash, start, length.
//!
//! Usage: spent FOLDER OUT

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;

use bitcoin_slices::{bsl, Visit, Visitor};
use coalface_peers::{argument, block_files, blocks, read_plain};

/// Outputs of a transaction, end to end, and where each ends.
type Outputs = (Box<[u8]>, Box<[u32]>);

#[derive(Default)]
struct Spent {
    txs: HashMap<[u8; 32], Outputs>,
    outputs: Vec<u8>,
    ends: Vec<u32>,
    inputs: Vec<([u8; 32], u32)>,
    out: Vec<u8>,
}

fn compact(out: &mut Vec<u8>, n: usize) {
    match n {
        0..=0xfc => out.push(n as u8),
        0xfd..=0xffff => {
            out.push(0xfd);
            out.extend((n as u16).to_le_bytes());
        }
        _ => {
            out.push(0xfe);
            out.extend((n as u32).to_le_bytes());
        }
    }
}

fn array(bytes: &[u8]) -> [u8; 32] {
    bytes.try_into().expect("32 bytes")
}

impl Visitor for Spent {
    fn visit_block_begin(&mut self, total: usize) {
        self.out.clear();
        compact(&mut self.out, total);
    }

    fn visit_tx_in(&mut self, _vin: usize, tx_in: &bsl::TxIn) -> ControlFlow<()> {
        self.inputs.push((array(tx_in.prevout().txid()), tx_in.prevout().vout()));
        ControlFlow::Continue(())
    }

    fn visit_tx_out(&mut self, _vout: usize, tx_out: &bsl::TxOut) -> ControlFlow<()> {
        self.outputs.extend(tx_out.as_ref());
        self.ends.push(self.outputs.len() as u32);
        ControlFlow::Continue(())
    }

    fn visit_transaction(&mut self, tx: &bsl::Transaction) -> ControlFlow<()> {
        self.inputs.retain(|(_, vout)| *vout != u32::MAX);
        compact(&mut self.out, self.inputs.len());
        for (txid, vout) in &self.inputs {
            let (outputs, ends) = &self.txs[txid];
            let vout = *vout as usize;
            let from = if vout == 0 { 0 } else { ends[vout - 1] };
            self.out.extend(&outputs[from as usize..ends[vout] as usize]);
        }
        self.txs.insert(array(&tx.txid_sha2()), (self.outputs.as_slice().into(), self.ends.as_slice().into()));
        self.inputs.clear();
        self.outputs.clear();
        self.ends.clear();
        ControlFlow::Continue(())
    }
}

fn main() {
    let (folder, out) = (argument(1), argument(2));
    let mut bytes_file = BufWriter::new(File::create(Path::new(&out).join("spent.bin")).expect("a writable folder"));
    let mut index = BufWriter::new(File::create(Path::new(&out).join("spent.idx")).expect("a writable folder"));
    let mut spent = Spent::default();
    let mut start = 0;
    for path in block_files(Path::new(&folder)).expect("a readable folder") {
        for block in blocks(&read_plain(&path).expect("a readable file")) {
            let parsed = bsl::Block::visit(block, &mut spent).expect("a sound block").parsed_owned();
            let hash: String = parsed.block_hash_sha2().iter().rev().map(|byte| format!("{byte:02x}")).collect();
            bytes_file.write_all(&spent.out).expect("a writable file");
            writeln!(index, "{hash} {start} {}", spent.out.len()).expect("a writable file");
            start += spent.out.len();
        }
    }
    bytes_file.flush().and(index.flush()).expect("a writable file");
}
