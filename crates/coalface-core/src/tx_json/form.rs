//! Esplora's form of a transaction, as far as it is read.

use serde::Deserialize;

/// A transaction. Fields that are not named here are passed over.
#[derive(Debug, Deserialize)]
pub(super) struct EsploraTx {
    pub txid: String,
    pub version: i64,
    pub locktime: u32,
    pub vin: Vec<EsploraInput>,
    pub vout: Vec<EsploraOutput>,
    #[serde(default)]
    pub size: u32,
    #[serde(default)]
    pub weight: u32,
    pub status: Option<EsploraStatus>,
}

#[derive(Debug, Deserialize)]
pub(super) struct EsploraInput {
    pub txid: String,
    pub vout: u32,
    pub prevout: Option<EsploraOutput>,
    pub scriptsig: Option<String>,
    #[serde(default)]
    pub witness: Option<Vec<String>>,
    #[serde(default)]
    pub is_coinbase: bool,
    pub sequence: u32,
}

#[derive(Debug, Deserialize)]
pub(super) struct EsploraOutput {
    pub scriptpubkey: String,
    pub value: i64,
}

#[derive(Debug, Deserialize)]
pub(super) struct EsploraStatus {
    pub block_height: Option<u32>,
    pub block_time: Option<u32>,
}
