//! How long single look-ups take, one by one, without what surrounds them elsewhere. For benches.

use std::collections::HashMap;
use std::time::Instant;

use super::place::tx_of_output;
use crate::hash::Hash32;
use crate::script::address::decode;
use crate::store::Snapshot;
use crate::Result;

/// Answers of look-ups and how long each took.
#[derive(Debug, Default)]
pub struct Timed {
    /// The row that was found, in the order of the questions.
    pub rows: Vec<Option<u64>>,
    /// Nanoseconds of each look-up, those of reading the clock once (some tens) included.
    pub nanos: Vec<u32>,
}

/// Asks each question once, in order.
fn ask<Q>(questions: &[Q], mut look_up: impl FnMut(&Q) -> Result<Option<u64>>) -> Result<Timed> {
    let mut timed = Timed::default();
    timed.rows.reserve_exact(questions.len());
    timed.nanos.reserve_exact(questions.len());
    for question in questions {
        let start = Instant::now();
        let row = look_up(question)?;
        let nanos = start.elapsed().as_nanos();
        timed.rows.push(row);
        timed.nanos.push(u32::try_from(nanos).unwrap_or(u32::MAX));
    }
    Ok(timed)
}

/// Transactions by id as it is displayed.
///
/// # Errors
/// None; a text that is no id is not found.
pub fn txs(snapshot: &Snapshot, txids: &[String]) -> Result<Timed> {
    let end = snapshot.counts().txs;
    ask(txids, |text| Ok(Hash32::from_display(text).and_then(|txid| snapshot.find_tx(&txid, end)).map(u64::from)))
}

/// Addresses by text.
///
/// # Errors
/// If a text is no address of the network.
pub fn addresses(snapshot: &Snapshot, texts: &[String]) -> Result<Timed> {
    ask(texts, |text| Ok(snapshot.find_address(&decode(snapshot.network(), text)?).map(u64::from)))
}

/// Transactions of outputs, through the rank directory.
///
/// # Errors
/// If there is no such output or the store contradicts itself.
pub fn outputs(snapshot: &Snapshot, outputs: &[u64]) -> Result<Timed> {
    ask(outputs, |output| Ok(Some(u64::from(tx_of_output(snapshot, *output)?))))
}

/// Transactions by id in a hash map of all ids, which is made before the clock starts: what memory alone would take.
///
/// # Errors
/// None; a text that is no id is not found.
pub fn txs_in_map(snapshot: &Snapshot, txids: &[String]) -> Result<Timed> {
    let rows = snapshot.columns.tx_txid.iter().zip(0u32..);
    let map: HashMap<Hash32, u32> = rows.map(|(txid, row)| (*txid, row)).collect();
    ask(txids, |text| Ok(Hash32::from_display(text).and_then(|txid| map.get(&txid)).map(|row| u64::from(*row))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_is_answered_and_timed() {
        let timed = ask(&[3u64, 5], |n| Ok(Some(*n).filter(|n| *n > 3))).unwrap();
        assert_eq!(timed.rows, [None, Some(5)]);
        assert_eq!(timed.nanos.len(), 2);
    }
}
