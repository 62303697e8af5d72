//! What a script is, how its address is written, and what a spend reveals.
//!
//! Pure functions over bytes; nothing here reads a file or runs a script. Signatures are recognised by shape and never
//! verified: a block that a node has accepted has had that done.
//!
//! - [`kind`], [`classify`](mod@classify): the kind of an output script and the part of it that identifies it.
//! - [`address`]: the identity of an address and its text form, both ways.
//! - [`witness`], [`instructions`], [`signature`], [`key`], [`multisig`]: views of the parts, all without allocation.
//! - [`spend`](mod@spend): the flags column of an input. [`reveal`](mod@reveal): the address an input itself proves,
//!   and [`links`], the public keys that tie addresses together.
//!
//! Every function accepts any bytes, works in one pass or a small fixed number of passes, never recurses, and never
//! allocates in proportion to its input except [`to_script`] and the text of an address. Worth fuzzing: no function
//! panics; `to_script(classify(s)) == s`; `address::decode(address::encode(..))` equals [`AddressKey::of`];
//! [`Witness`] never yields more items than bytes; whatever [`revealed_address`] returns encodes.

#![cfg_attr(test, allow(clippy::unwrap_used))] // a test that meets a surprise must stop

pub mod address;
pub mod classify;
pub mod instructions;
pub mod key;
pub mod kind;
pub mod links;
pub mod multisig;
pub mod reveal;
mod shape;
pub mod signature;
pub mod spend;
mod spend_scan;
pub mod witness;

pub use address::{AddressError, AddressKey};
pub use classify::{classify, to_script};
pub use kind::Kind;
pub use links::{output_keys, revealed_keys, KeyLink, KeyRole};
pub use reveal::{revealed_address, spend_contradicts, Revealed};
pub use spend::{spend_flags, SpendFlags};
pub use witness::Witness;
