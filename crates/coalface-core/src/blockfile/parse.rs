//! One serialized block, taken apart into parallel arrays without copying its scripts.
//!
//! Own code rather than `bitcoin_slices` (which the tests compare it with), because an error must name its byte and
//! the linker wants arrays, not visits. Every count is checked against the bytes that are left before anything is
//! reserved for it, so hostile counts cost nothing.

use thiserror::Error;

use super::header::Header;
use crate::hash::lanes::sha256d_each;
use crate::hash::{sha256d_parts, Hash32};

/// A block that cannot be read: damage, since a node writes only blocks that it could read itself.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("byte {offset} of the block: {what} is {received}, allowed {allowed}")]
pub struct ParseError {
    /// Position in the serialized block.
    pub offset: usize,
    /// What was being read.
    pub what: &'static str,
    /// What stood there.
    pub received: u64,
    /// What could have stood there.
    pub allowed: &'static str,
}

/// A range of bytes of the serialized block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The bytes of this span in `block`, the block that was parsed.
    #[must_use]
    pub fn of(self, block: &[u8]) -> &[u8] {
        &block[self.start as usize..self.end as usize]
    }

    /// Number of bytes.
    #[must_use]
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether there are no bytes.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }
}

/// Bits of the `flags` column of a transaction.
pub mod tx_flags {
    /// The block's first transaction.
    pub const COINBASE: u16 = 1 << 0;
    /// Serialized with witnesses (BIP-0144).
    pub const SEGWIT: u16 = 1 << 1;
    /// An input's sequence is below 0xfffffffe: signals replaceability (BIP-0125).
    pub const RBF: u16 = 1 << 2;
    /// Inputs stand in BIP-0069 order (always so for one input).
    pub const BIP69_INPUTS: u16 = 1 << 3;
    /// Outputs stand in BIP-0069 order (always so for one output).
    pub const BIP69_OUTPUTS: u16 = 1 << 4;
}

/// Parallel arrays over the transactions, inputs and outputs of one block.
#[derive(Debug, Default, Clone)]
pub struct ParsedBlock {
    /// The 80 bytes in front.
    pub header: Header,
    /// Hash of the header.
    pub hash: Hash32,
    /// Serialized size.
    pub size_bytes: u32,
    /// Weight (BIP-0141).
    pub weight_wu: u32,
    /// Whether any input has a witness.
    pub has_witness: bool,
    /// Per transaction.
    pub txid: Vec<Hash32>,
    /// Per transaction: all its bytes.
    pub tx_span: Vec<Span>,
    /// Per transaction: its inputs and outputs, without version, witness and lock time.
    pub tx_body: Vec<Span>,
    /// First input of each transaction, and the number of inputs at the end.
    pub first_input: Vec<u32>,
    /// First output of each transaction, and the number of outputs at the end.
    pub first_output: Vec<u32>,
    /// Version, as the unsigned reading of its four bytes.
    pub version: Vec<u32>,
    /// Lock time.
    pub locktime: Vec<u32>,
    /// Serialized size of each transaction.
    pub tx_size_bytes: Vec<u32>,
    /// Weight of each transaction.
    pub tx_weight_wu: Vec<u32>,
    /// See [`tx_flags`].
    pub flags: Vec<u16>,
    /// Per input: txid of the spent output.
    pub prev_txid: Vec<Hash32>,
    /// Per input: number of the spent output in its transaction.
    pub prev_vout: Vec<u32>,
    /// Per input.
    pub sequence: Vec<u32>,
    /// Per input: scriptSig.
    pub script_sig: Vec<Span>,
    /// Per input: serialized witness stack with its count; empty if the transaction has none.
    pub witness: Vec<Span>,
    /// Per output.
    pub value_sat: Vec<i64>,
    /// Per output: scriptPubKey.
    pub script: Vec<Span>,
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    fn take(&mut self, len: usize, what: &'static str) -> Result<&'a [u8], ParseError> {
        if len > self.left() {
            return Err(self.error(what, len as u64, "no more than the bytes left in the block"));
        }
        let taken = &self.bytes[self.at..self.at + len];
        self.at += len;
        Ok(taken)
    }

    fn error(&self, what: &'static str, received: u64, allowed: &'static str) -> ParseError {
        ParseError { offset: self.at, what, received, allowed }
    }

    fn u32(&mut self, what: &'static str) -> Result<u32, ParseError> {
        Ok(u32::from_le_bytes(self.take(4, what)?.try_into().expect("four bytes were taken")))
    }

    fn hash(&mut self, what: &'static str) -> Result<Hash32, ParseError> {
        Ok(Hash32(self.take(32, what)?.try_into().expect("32 bytes were taken")))
    }

    fn compact_size(&mut self, what: &'static str) -> Result<u64, ParseError> {
        let first = self.take(1, what)?[0];
        let (len, least) = match first {
            0..=0xfc => return Ok(u64::from(first)),
            0xfd => (2, 0xfd),
            0xfe => (4, 0x1_0000),
            0xff => (8, 0x1_0000_0000),
        };
        let mut value = [0; 8];
        value[..len].copy_from_slice(self.take(len, what)?);
        let value = u64::from_le_bytes(value);
        if value < least {
            self.at -= len + 1;
            return Err(self.error(what, value, "the shortest form of a compact size"));
        }
        Ok(value)
    }

    /// A count of things of at least `least_bytes` each, which must fit in what is left.
    fn count(&mut self, what: &'static str, least_bytes: usize) -> Result<usize, ParseError> {
        let at = self.at;
        let value = self.compact_size(what)?;
        match usize::try_from(value) {
            Ok(count) if count <= self.left() / least_bytes => Ok(count),
            _ => {
                self.at = at;
                Err(self.error(what, value, "no more than fit in the bytes left in the block"))
            }
        }
    }

    fn bytes_with_length(&mut self, what: &'static str) -> Result<Span, ParseError> {
        let len = self.count(what, 1)?;
        let start = self.at;
        self.at += len;
        Ok(Span { start: start as u32, end: self.at as u32 })
    }
}

impl ParsedBlock {
    /// Parses `block` into `self`, whose arrays are reused.
    ///
    /// # Errors
    /// [`ParseError`] at the first byte that cannot belong to a block, or if bytes are left over.
    pub fn parse(&mut self, block: &[u8]) -> Result<(), ParseError> {
        self.parse_unhashed(block)?;
        self.hash_txs(block);
        Ok(())
    }

    /// Same without the transaction ids, which [`ParsedBlock::hash_txs`] fills in.
    ///
    /// # Errors
    /// As [`ParsedBlock::parse`].
    pub fn parse_unhashed(&mut self, block: &[u8]) -> Result<(), ParseError> {
        self.parse_with(block, None)
    }

    /// Same with the transaction ids known from an earlier look at the same bytes, which saves hashing them again.
    ///
    /// # Errors
    /// As [`ParsedBlock::parse`], or if there are not as many transactions as ids.
    pub fn parse_known(&mut self, block: &[u8], txids: &[Hash32]) -> Result<(), ParseError> {
        self.parse_with(block, Some(txids))
    }

    fn parse_with(&mut self, block: &[u8], known: Option<&[Hash32]>) -> Result<(), ParseError> {
        self.clear();
        let mut reader = Reader { bytes: block, at: 0 };
        if block.len() > u32::MAX as usize {
            return Err(reader.error("block size", block.len() as u64, "less than 4 GiB"));
        }
        let header: &[u8; 80] = reader.take(80, "header")?.try_into().expect("80 bytes were taken");
        self.header = Header::parse(header);
        self.hash = Header::hash(header);
        let n_txs = reader.count("transaction count", 60)?;
        if n_txs == 0 {
            return Err(reader.error("transaction count", 0, "at least the coinbase"));
        }
        let count_len = reader.at - 80;
        let mut stripped = 80 + count_len;
        self.first_input.push(0);
        self.first_output.push(0);
        for _ in 0..n_txs {
            stripped += self.transaction(&mut reader)?;
        }
        if reader.left() > 0 {
            return Err(reader.error("bytes after the last transaction", reader.left() as u64, "none"));
        }
        match known {
            None => {}
            Some(known) if known.len() == self.tx_span.len() => self.txid.extend_from_slice(known),
            Some(_) => return Err(reader.error("transaction count", n_txs as u64, "as many as ids are known")),
        }
        self.size_bytes = block.len() as u32;
        let weight = stripped * 3 + block.len();
        self.weight_wu =
            u32::try_from(weight).map_err(|_| reader.error("block weight", weight as u64, "less than 2^32"))?;
        Ok(())
    }

    fn clear(&mut self) {
        let ParsedBlock {
            header: _,
            hash: _,
            size_bytes: _,
            weight_wu: _,
            has_witness,
            txid,
            tx_span,
            tx_body,
            first_input,
            first_output,
            version,
            locktime,
            tx_size_bytes,
            tx_weight_wu,
            flags,
            prev_txid,
            prev_vout,
            sequence,
            script_sig,
            witness,
            value_sat,
            script,
        } = self;
        *has_witness = false;
        for hashes in [txid, prev_txid] {
            hashes.clear();
        }
        for numbers in [first_input, first_output, version, locktime, tx_size_bytes, tx_weight_wu, prev_vout, sequence]
        {
            numbers.clear();
        }
        for spans in [tx_span, tx_body, script_sig, witness, script] {
            spans.clear();
        }
        flags.clear();
        value_sat.clear();
    }

    /// Reads one transaction and returns its size without witnesses.
    fn transaction(&mut self, reader: &mut Reader<'_>) -> Result<usize, ParseError> {
        let start = reader.at;
        let version = reader.u32("transaction version")?;
        let segwit = reader.left() >= 2 && reader.bytes[reader.at] == 0 && reader.bytes[reader.at + 1] != 0;
        if segwit {
            let flag = reader.bytes[reader.at + 1];
            if flag != 1 {
                return Err(reader.error("segwit flag", u64::from(flag), "1"));
            }
            reader.at += 2;
        }
        let body = reader.at;
        let mut flags = if self.tx_span.is_empty() { tx_flags::COINBASE } else { 0 };
        let n_inputs = self.inputs(reader, &mut flags)?;
        self.outputs(reader, &mut flags)?;
        let body_end = reader.at;
        if segwit {
            flags |= tx_flags::SEGWIT;
            self.witnesses(reader, n_inputs)?;
        } else {
            let end = self.script_sig.len();
            self.witness.resize(end, Span::default());
        }
        let locktime = reader.u32("lock time")?;
        let raw = &reader.bytes[start..reader.at];
        let stripped = 8 + body_end - body;
        self.tx_span.push(Span { start: start as u32, end: reader.at as u32 });
        self.tx_body.push(Span { start: body as u32, end: body_end as u32 });
        self.version.push(version);
        self.locktime.push(locktime);
        self.tx_size_bytes.push(raw.len() as u32);
        let weight = stripped * 3 + raw.len();
        self.tx_weight_wu.push(
            u32::try_from(weight).map_err(|_| reader.error("transaction weight", weight as u64, "less than 2^32"))?,
        );
        self.flags.push(flags);
        self.first_input.push(self.prev_vout.len() as u32);
        self.first_output.push(self.value_sat.len() as u32);
        Ok(stripped)
    }

    fn inputs(&mut self, reader: &mut Reader<'_>, flags: &mut u16) -> Result<usize, ParseError> {
        let n_inputs = reader.count("input count", 41)?;
        if n_inputs == 0 {
            return Err(reader.error("input count", 0, "at least 1"));
        }
        let mut sorted = true;
        for n in 0..n_inputs {
            let txid = reader.hash("spent transaction id")?;
            let vout = reader.u32("spent output number")?;
            let script_sig = reader.bytes_with_length("scriptSig length")?;
            let sequence = reader.u32("sequence")?;
            if n > 0 && sorted {
                let before = (self.prev_txid.last(), self.prev_vout.last());
                let (before_txid, before_vout) = (before.0.expect("n > 0"), before.1.expect("n > 0"));
                // BIP-0069 compares txids in display order, the reverse of the bytes here.
                let order = before_txid.0.iter().rev().cmp(txid.0.iter().rev()).then(before_vout.cmp(&vout));
                sorted = order.is_le();
            }
            if sequence < 0xffff_fffe {
                *flags |= tx_flags::RBF;
            }
            self.prev_txid.push(txid);
            self.prev_vout.push(vout);
            self.script_sig.push(script_sig);
            self.sequence.push(sequence);
        }
        if sorted {
            *flags |= tx_flags::BIP69_INPUTS;
        }
        Ok(n_inputs)
    }

    fn outputs(&mut self, reader: &mut Reader<'_>, flags: &mut u16) -> Result<(), ParseError> {
        let n_outputs = reader.count("output count", 9)?;
        if n_outputs == 0 {
            return Err(reader.error("output count", 0, "at least 1"));
        }
        let mut sorted = true;
        for n in 0..n_outputs {
            let value = i64::from_le_bytes(reader.take(8, "output value")?.try_into().expect("eight bytes were taken"));
            let script = reader.bytes_with_length("scriptPubKey length")?;
            if n > 0 && sorted {
                let before = *self.value_sat.last().expect("n > 0");
                let before_script = *self.script.last().expect("n > 0");
                sorted =
                    before < value || (before == value && before_script.of(reader.bytes) <= script.of(reader.bytes));
            }
            self.value_sat.push(value);
            self.script.push(script);
        }
        if sorted {
            *flags |= tx_flags::BIP69_OUTPUTS;
        }
        Ok(())
    }

    fn witnesses(&mut self, reader: &mut Reader<'_>, n_inputs: usize) -> Result<(), ParseError> {
        let mut any = false;
        for _ in 0..n_inputs {
            let start = reader.at;
            let n_items = reader.count("witness item count", 1)?;
            for _ in 0..n_items {
                reader.bytes_with_length("witness item length")?;
            }
            any |= n_items > 0;
            self.witness.push(Span { start: start as u32, end: reader.at as u32 });
        }
        if !any {
            return Err(reader.error("witness items of a segwit transaction", 0, "at least one item"));
        }
        self.has_witness = true;
        Ok(())
    }

    /// Transaction `n` of `block`, the block that was parsed, without its witnesses, in up to three pieces: what its id is
    /// the double SHA-256 of.
    #[must_use]
    pub fn stripped_tx<'a>(&self, block: &'a [u8], n: usize) -> [&'a [u8]; 3] {
        let (span, body) = (self.tx_span[n], self.tx_body[n]);
        if body.len() + 8 == span.len() {
            return [span.of(block), &[], &[]];
        }
        let (start, end) = (span.start as usize, span.end as usize);
        [&block[start..start + 4], body.of(block), &block[end - 4..end]]
    }

    /// Fills in the transaction ids, after [`ParsedBlock::parse_unhashed`] of the same bytes.
    pub fn hash_txs(&mut self, block: &[u8]) {
        let n_txs = self.tx_span.len();
        let mut txid = std::mem::take(&mut self.txid);
        txid.resize(n_txs, Hash32::default());
        sha256d_each((0..n_txs).map(|n| self.stripped_tx(block, n)), |n, hash| txid[n] = hash);
        self.txid = txid;
    }

    /// Ids that cover the witnesses (BIP-0141): those of transactions without any are the plain ones, the coinbase's
    /// is zero.
    fn wtxids(&self, block: &[u8]) -> Vec<Hash32> {
        let mut wtxids = self.txid.clone();
        let with_witness: Vec<usize> =
            (1..self.tx_span.len()).filter(|n| self.flags[*n] & tx_flags::SEGWIT != 0).collect();
        let whole = |n: &usize| -> [&[u8]; 3] { [self.tx_span[*n].of(block), &[], &[]] };
        sha256d_each(with_witness.iter().map(whole), |n, hash| wtxids[with_witness[n]] = hash);
        wtxids[0] = Hash32::default();
        wtxids
    }

    /// Whether the coinbase commits to the witnesses of this block (BIP-0141); true where there are none.
    #[must_use]
    pub fn witness_commitment_holds(&self, block: &[u8]) -> bool {
        const PREFIX: [u8; 6] = [0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed];
        if !self.has_witness {
            return true;
        }
        // The coinbase's witness is one item of 32 bytes: count 1, length 32, the reserved value.
        let reserved = self.witness[0].of(block);
        if reserved.len() != 34 || reserved[..2] != [1, 32] {
            return false;
        }
        let coinbase_outputs = &self.script[..self.first_output[1] as usize];
        let commitment = coinbase_outputs
            .iter()
            .rev()
            .map(|script| script.of(block))
            .find(|script| script.len() >= 38 && script.starts_with(&PREFIX));
        let Some(commitment) = commitment else { return false };
        let (root, mutated) = super::merkle::merkle_root(&self.wtxids(block));
        !mutated && sha256d_parts(&[&root.0, &reserved[2..]]) == commitment[6..38]
    }
}
