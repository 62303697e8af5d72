//! What can be wrong with a transaction in JSON.

use thiserror::Error;

use crate::context::shown;
use crate::Context;

/// A transaction in JSON that cannot be used.
#[derive(Debug, Error)]
pub enum TxJsonError {
    /// Too many bytes.
    #[error("{received} bytes of JSON, at most {allowed} are read")]
    TooLarge {
        /// Bytes given.
        received: usize,
        /// Largest number.
        allowed: usize,
    },
    /// Not JSON, or not of Esplora's form.
    #[error("line {line}, column {column}: {what}")]
    Syntax {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong.
        what: String,
    },
    /// Nothing in it.
    #[error("the JSON holds no transaction")]
    Empty,
    /// An input does not say what it spends.
    #[error("input {input} of transaction {txid} has no `prevout`, the output that it spends")]
    MissingPrevout {
        /// The transaction.
        txid: String,
        /// Number of the input.
        input: usize,
    },
    /// A field that is no hex.
    #[error("transaction {txid}, `{field}`: `{received}` is not {allowed}")]
    Field {
        /// The transaction.
        txid: String,
        /// Where.
        field: String,
        /// What stands there, cut.
        received: String,
        /// What may.
        allowed: &'static str,
    },
    /// An amount that cannot be.
    #[error("transaction {txid}, `{field}`: {received} sat, allowed are {allowed}")]
    Amount {
        /// The transaction.
        txid: String,
        /// Where.
        field: String,
        /// What stands there.
        received: i64,
        /// What may.
        allowed: &'static str,
    },
    /// The parts do not hash to the id.
    #[error("the parts of transaction {received} hash to {computed}")]
    Txid {
        /// What the JSON says.
        received: String,
        /// What its parts give.
        computed: String,
    },
}

impl TxJsonError {
    /// Stable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            TxJsonError::TooLarge { .. } => "limit_tx_json",
            TxJsonError::MissingPrevout { .. } => "tx_json_no_prevout",
            TxJsonError::Txid { .. } => "tx_json_txid",
            _ => "tx_json_invalid",
        }
    }

    /// Its facts one by one.
    #[must_use]
    pub fn context(&self) -> Context {
        match self {
            TxJsonError::TooLarge { received, allowed } => {
                vec![("received", (*received as u64).into()), ("allowed", (*allowed as u64).into())]
            }
            TxJsonError::Syntax { line, column, what } => {
                vec![("line", (*line as u64).into()), ("column", (*column as u64).into()), ("what", shown(what).into())]
            }
            TxJsonError::Empty => Vec::new(),
            TxJsonError::MissingPrevout { txid, input } => {
                vec![("txid", shown(txid).into()), ("input", (*input as u64).into())]
            }
            TxJsonError::Field { txid, field, received, allowed } => vec![
                ("txid", shown(txid).into()),
                ("field", shown(field).into()),
                ("received", shown(received).into()),
                ("allowed", (*allowed).into()),
            ],
            TxJsonError::Amount { txid, field, received, allowed } => vec![
                ("txid", shown(txid).into()),
                ("field", shown(field).into()),
                ("received", received.to_string().into()),
                ("allowed", (*allowed).into()),
            ],
            TxJsonError::Txid { received, computed } => {
                vec![("received", shown(received).into()), ("computed", shown(computed).into())]
            }
        }
    }

    /// What to do.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            TxJsonError::MissingPrevout { .. } => {
                "take the transaction from an Esplora server (`GET /tx/TXID`): its inputs hold what they spend; Bitcoin Core \
                 gives it in another form, `getrawtransaction TXID 2`"
            }
            TxJsonError::Syntax { .. } | TxJsonError::Empty => {
                "one transaction as an Esplora server gives it, or a list of them"
            }
            TxJsonError::Txid { .. } => "a part of the transaction was changed or left out",
            _ => return None,
        };
        Some(text.into())
    }
}
