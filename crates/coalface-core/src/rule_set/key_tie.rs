//! `key`, version 1: addresses that are forms of one public key.
//!
//! *What it claims.* Whoever holds the key can spend from all of its forms: P2PK, P2PKH, P2WPKH, and P2WPKH inside P2SH.
//!
//! *Why.* P2PKH and P2WPKH carry the hash of the key itself, P2PK the key, and a P2SH address is the wrapped form of a
//! key hash if it is the hash of that program (BIP-0141). No two keys share a hash that anybody could find.
//!
//! *When it is wrong.* Never about the key. A key that several people hold, or that was sold, is one key all the same.
//!
//! *Limits.* The compressed and the uncompressed serialisation of a key have different hashes and are not tied. A P2SH
//! address that appears after a plain form is tied when it is first spent. A P2PKH or P2WPKH address that appears after
//! the P2PK of its key is not tied: that would take an index of all keys that were ever shown.

use super::edge::{Edge, EdgeSource, Rule, Scratch};
use crate::hash::hash160;
use crate::ids::{AddressId, TxNum, NONE_U64};
use crate::lookup::place::outputs_of;
use crate::lookup::Bound;
use crate::script::links::KeyRole;
use crate::script::{AddressKey, Kind};
use crate::store::{Snapshot, StoreError};

/// The rule.
#[derive(Debug, Clone, Copy)]
pub struct KeyTie;

/// Kinds that stand for one key hash.
const FORMS: [Kind; 3] = [Kind::P2pkh, Kind::P2wpkh, Kind::P2sh];

impl EdgeSource for KeyTie {
    fn rule(&self) -> Rule {
        Rule::Key
    }

    fn edges(
        &self,
        snapshot: &Snapshot,
        bound: &Bound,
        tx: TxNum,
        _scratch: &mut Scratch,
        edges: &mut Vec<Edge>,
    ) -> Result<(), StoreError> {
        let columns = &*snapshot.columns;
        let outputs = outputs_of(snapshot, tx);
        let mut tie = |id: AddressId, key_hash: &[u8; 20]| {
            for form in FORMS {
                let other = snapshot.find_address(&key_of(form, key_hash)).filter(|other| *other != id);
                // Only what appeared by now; of an address without an output of its own it is not known when it did.
                let appeared = other.and_then(|other| columns.address_first_output.get(other as usize));
                if let Some(other) = other.filter(|_| appeared.is_some_and(|output| output < outputs.end)) {
                    edges.push(Edge { from: other, to: id, tx, stamp: tx, rule: Rule::Key, score: 0 });
                }
            }
        };
        // New addresses of this transaction.
        for output in outputs.clone() {
            let Some(&id) = columns.output_address.get(output as usize) else { continue };
            if columns.address_first_output.get(id as usize) != Some(output) {
                continue;
            }
            if let Some((Kind::P2pkh | Kind::P2wpkh, hash)) = snapshot.address_payload(id) {
                if let Ok(hash) = hash.try_into() {
                    tie(id, hash);
                }
            }
        }
        // Keys that it shows: of P2PK outputs, and of spends of P2SH.
        let first = columns.key_link_tx.partition_point(|shown| *shown < tx);
        for row in first..columns.key_link_tx.len() {
            if columns.key_link_tx[row] != tx {
                break;
            }
            let id = columns.key_link_address[row];
            let is_known = columns.address_first_output.get(id as usize).is_some_and(|first| first != NONE_U64);
            if columns.key_link_role[row] == KeyRole::Single as u8 && is_known {
                tie(id, &columns.key_link_hash[row]);
            }
        }
        let _ = bound;
        Ok(())
    }
}

/// The address of `kind` that stands for a key hash alone.
fn key_of(kind: Kind, key_hash: &[u8; 20]) -> AddressKey {
    if kind != Kind::P2sh {
        return AddressKey::of(kind, key_hash);
    }
    let mut program = [0; 22];
    program[1] = 20;
    program[2..].copy_from_slice(key_hash);
    AddressKey::of(Kind::P2sh, &hash160(&program))
}
