//! Addresses: their identity inside the engine and their text form.

mod bech32_text;
mod decode;
mod encode;
mod error;
mod key;

pub use decode::{decode, MAX_TEXT_BYTES};
pub use encode::encode;
pub use error::{AddressError, WitnessProgramProblem};
pub use key::AddressKey;

/// What the text of an address without a standard encoding starts with.
pub const SCRIPT_PREFIX: &str = "script:";
