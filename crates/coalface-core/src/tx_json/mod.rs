//! Transactions in JSON, as an Esplora server gives them, with the outputs that they spend: for rules that need one
//! transaction and no store.
//!
//! The JSON is hostile: its size is bounded, hex and amounts are checked, and where all parts are there they must hash to the
//! transaction's id. What the JSON says a script *is* (`scriptpubkey_type`) is not read: [`classify`](fn@classify) says so.

mod error;
mod form;

use std::collections::HashMap;

pub use error::TxJsonError;
use form::{EsploraInput, EsploraOutput, EsploraTx};

use crate::blockfile::parse::tx_flags;
use crate::hash::{from_hex, sha256d, Hash32};
use crate::ids::NONE_U32;
use crate::script::{classify, spend_flags, Kind, SpendFlags, Witness};
use crate::tx_view::{InputView, OutputView, TxHead, TxView, ViewBuffers};
use crate::units::is_money;

/// Most bytes of JSON that are read: that many hold several transactions as large as a block.
pub const MAX_JSON_BYTES: usize = 64 << 20;
/// Characters of a wrong field that an error shows.
const SHOWN: usize = 80;
const SEQUENCE_RBF: u32 = 0xffff_fffe;

/// One transaction with what it spends.
#[derive(Debug, Clone)]
pub struct TxJson {
    /// Its id.
    pub txid: Hash32,
    /// Whether its parts hash to the id; `false` if the JSON leaves out scriptSigs, so that nobody can tell.
    pub is_txid_checked: bool,
    head: TxHead,
    buffers: ViewBuffers,
}

impl TxJson {
    /// The view of it. Addresses are numbered in the order in which their scripts come.
    #[must_use]
    pub fn view(&self) -> TxView<'_> {
        self.buffers.view(self.head)
    }
}

/// Reads one transaction or a list of them.
///
/// # Errors
/// If the bytes are too many, no JSON, not of that form, or say what cannot be.
pub fn read(json: &[u8]) -> Result<Vec<TxJson>, TxJsonError> {
    if json.len() > MAX_JSON_BYTES {
        return Err(TxJsonError::TooLarge { received: json.len(), allowed: MAX_JSON_BYTES });
    }
    let is_list = json.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    let txs: Vec<EsploraTx> = if is_list {
        serde_json::from_slice(json).map_err(syntax)?
    } else {
        vec![serde_json::from_slice(json).map_err(syntax)?]
    };
    if txs.is_empty() {
        return Err(TxJsonError::Empty);
    }
    txs.iter().map(read_tx).collect()
}

fn syntax(error: serde_json::Error) -> TxJsonError {
    let (line, column) = (error.line(), error.column());
    let text = error.to_string();
    let end = text.rfind(" at line ").unwrap_or(text.len());
    TxJsonError::Syntax { line, column, what: cut(&text[..end]) }
}

fn cut(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

fn read_tx(json: &EsploraTx) -> Result<TxJson, TxJsonError> {
    let shown_id = cut(&json.txid);
    let field = |name: String, received: &str, allowed: &'static str| TxJsonError::Field {
        txid: shown_id.clone(),
        field: name,
        received: cut(received),
        allowed,
    };
    let txid = Hash32::from_display(&json.txid).ok_or_else(|| field("txid".into(), &json.txid, "64 hex digits"))?;
    let version = u32::try_from(json.version)
        .or_else(|_| i32::try_from(json.version).map(|version| version as u32))
        .map_err(|_| field("version".into(), &json.version.to_string(), "a number of 32 bits"))?;
    for (name, n) in [("vin", json.vin.len()), ("vout", json.vout.len())] {
        if n == 0 {
            return Err(field(name.into(), "[]", "a list of at least one"));
        }
    }
    let mut scripts = Scripts::default();
    let mut buffers = ViewBuffers::default();
    let mut parts = Parts::default();
    let is_coinbase = json.vin.iter().any(|input| input.is_coinbase);
    let (mut in_sat, mut previous) = (0i64, None);
    let (mut has_witness, mut is_rbf, mut is_sorted) = (false, false, true);
    for (n, input) in json.vin.iter().enumerate() {
        let name = |part: &str| format!("vin[{n}].{part}");
        let hex = |part: &str, text: &str| from_hex(text).ok_or_else(|| field(name(part), text, "hex"));
        let spent =
            Hash32::from_display(&input.txid).ok_or_else(|| field(name("txid"), &input.txid, "64 hex digits"))?;
        let script_sig = input.scriptsig.as_deref().map(|text| hex("scriptsig", text)).transpose()?;
        let witness = witness_of(input).ok_or_else(|| field(name("witness"), "", "a list of hex"))?;
        has_witness |= !witness.is_empty();
        is_rbf |= input.sequence < SEQUENCE_RBF;
        let mut key = (spent.0, input.vout);
        key.0.reverse();
        is_sorted &= previous.is_none_or(|previous| previous <= key);
        previous = Some(key);
        let view = match (&input.prevout, is_coinbase) {
            (_, true) => InputView {
                value_sat: None,
                address: NONE_U32,
                kind: None,
                sequence: input.sequence,
                spend_flags: SpendFlags::NONE,
            },
            (None, false) => return Err(TxJsonError::MissingPrevout { txid: shown_id, input: n }),
            (Some(prevout), false) => {
                let script = hex("prevout.scriptpubkey", &prevout.scriptpubkey)?;
                let value_sat = amount(&shown_id, || name("prevout.value"), prevout.value)?;
                in_sat = amount(&shown_id, || "vin".into(), in_sat.saturating_add(value_sat))?;
                let (address, kind) = scripts.number(script);
                let flags = spend_flags(Some(kind), script_sig.as_deref().unwrap_or(&[]), Witness::new(&witness));
                InputView {
                    value_sat: Some(value_sat),
                    address,
                    kind: Some(kind),
                    sequence: input.sequence,
                    spend_flags: flags,
                }
            }
        };
        buffers.inputs.push(view);
        parts.add_input(&spent, input, script_sig.as_deref());
    }
    let mut out_sat = 0i64;
    let mut previous: Option<(i64, Vec<u8>)> = None;
    let mut are_outputs_sorted = true;
    parts.start_outputs(json.vin.len(), json.vout.len());
    for (n, output) in json.vout.iter().enumerate() {
        let text = &output.scriptpubkey;
        let script = from_hex(text).ok_or_else(|| field(format!("vout[{n}].scriptpubkey"), text, "hex"))?;
        let value_sat = amount(&shown_id, || format!("vout[{n}].value"), output.value)?;
        out_sat = amount(&shown_id, || "vout".into(), out_sat.saturating_add(value_sat))?;
        parts.add_output(output, &script);
        let key = (value_sat, script.clone());
        are_outputs_sorted &= previous.as_ref().is_none_or(|previous| *previous <= key);
        previous = Some(key);
        let (address, kind) = scripts.number(script);
        buffers.outputs.push(OutputView { value_sat, address, kind, n: n as u32 });
    }
    if !is_coinbase && out_sat > in_sat {
        return Err(TxJsonError::Amount {
            txid: shown_id,
            field: "vout".into(),
            received: out_sat,
            allowed: "no more than the inputs bring",
        });
    }
    let computed = parts.txid(version, json.locktime);
    if let Some(computed) = computed.filter(|computed| *computed != txid) {
        return Err(TxJsonError::Txid { received: shown_id, computed: computed.to_display() });
    }
    let flags = [
        (is_coinbase, tx_flags::COINBASE),
        (has_witness, tx_flags::SEGWIT),
        (is_rbf, tx_flags::RBF),
        (is_sorted, tx_flags::BIP69_INPUTS),
        (are_outputs_sorted, tx_flags::BIP69_OUTPUTS),
    ];
    let head = TxHead {
        height: json.status.as_ref().and_then(|status| status.block_height),
        time_unix: json.status.as_ref().and_then(|status| status.block_time).unwrap_or(0),
        version,
        locktime: json.locktime,
        size_bytes: json.size,
        weight_wu: json.weight,
        fee_sat: (!is_coinbase).then(|| in_sat - out_sat),
        flags: flags.into_iter().filter(|(is_set, _)| *is_set).map(|(_, flag)| flag).sum(),
    };
    Ok(TxJson { txid, is_txid_checked: computed.is_some(), head, buffers })
}

fn amount(txid: &str, field: impl Fn() -> String, value_sat: i64) -> Result<i64, TxJsonError> {
    if is_money(value_sat) {
        return Ok(value_sat);
    }
    Err(TxJsonError::Amount {
        txid: txid.into(),
        field: field(),
        received: value_sat,
        allowed: "0 to 2100000000000000",
    })
}

/// Numbers of scripts. Hashed with a key of the process, so that nobody can prepare scripts that collide.
#[derive(Default)]
struct Scripts {
    numbers: HashMap<Vec<u8>, u32>,
}

impl Scripts {
    fn number(&mut self, script: Vec<u8>) -> (u32, Kind) {
        let kind = classify(&script).0;
        if !kind.has_address() {
            return (NONE_U32, kind);
        }
        // Fewer scripts than bytes of JSON, so that no number comes near NONE.
        let next = self.numbers.len() as u32;
        (*self.numbers.entry(script).or_insert(next), kind)
    }
}

/// The stack of an input as blocks hold it; empty if there is none. `None` if it is no hex.
fn witness_of(input: &EsploraInput) -> Option<Vec<u8>> {
    let Some(items) = input.witness.as_ref().filter(|items| !items.is_empty()) else { return Some(Vec::new()) };
    let mut bytes = Vec::new();
    push_compact(&mut bytes, items.len());
    for item in items {
        let item = from_hex(item)?;
        push_compact(&mut bytes, item.len());
        bytes.extend(item);
    }
    Some(bytes)
}

fn push_compact(bytes: &mut Vec<u8>, n: usize) {
    match n {
        0..=0xfc => bytes.push(n as u8),
        0xfd..=0xffff => {
            bytes.push(0xfd);
            bytes.extend((n as u16).to_le_bytes());
        }
        // Lengths are below MAX_JSON_BYTES.
        _ => {
            bytes.push(0xfe);
            bytes.extend((n as u32).to_le_bytes());
        }
    }
}

/// The transaction as it is hashed, without version and lock time.
#[derive(Default)]
struct Parts {
    inputs: Vec<u8>,
    outputs: Vec<u8>,
    n_inputs: Vec<u8>,
    lacks_script_sig: bool,
}

impl Parts {
    fn add_input(&mut self, spent: &Hash32, input: &EsploraInput, script_sig: Option<&[u8]>) {
        self.lacks_script_sig |= script_sig.is_none();
        self.inputs.extend(spent.0);
        self.inputs.extend(input.vout.to_le_bytes());
        let script_sig = script_sig.unwrap_or(&[]);
        push_compact(&mut self.inputs, script_sig.len());
        self.inputs.extend(script_sig);
        self.inputs.extend(input.sequence.to_le_bytes());
    }

    fn start_outputs(&mut self, n_inputs: usize, n_outputs: usize) {
        push_compact(&mut self.n_inputs, n_inputs);
        push_compact(&mut self.outputs, n_outputs);
    }

    fn add_output(&mut self, output: &EsploraOutput, script: &[u8]) {
        self.outputs.extend(output.value.to_le_bytes());
        push_compact(&mut self.outputs, script.len());
        self.outputs.extend(script);
    }

    fn txid(&self, version: u32, locktime: u32) -> Option<Hash32> {
        if self.lacks_script_sig {
            return None;
        }
        let (version, locktime) = (version.to_le_bytes(), locktime.to_le_bytes());
        let parts = [&version[..], &self.n_inputs, &self.inputs, &self.outputs, &locktime];
        Some(Hash32(sha256d(&parts.concat())))
    }
}

#[cfg(test)]
mod tests;
