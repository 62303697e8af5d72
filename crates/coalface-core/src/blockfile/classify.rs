//! What a file is, by its first bytes.

use std::path::Path;

use super::header::Header;
use super::record::{self, is_block_len};
use super::window::Window;
use super::work::meets_target;
use super::xor::XorKey;
use super::BlockFileError;
use crate::network::Network;

/// What the first bytes say.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// No bytes, or zeros only.
    Empty,
    /// Records of that network.
    Records(Network),
    /// One serialized block whose header meets its own target.
    Loose(Header),
    /// Neither.
    Unknown {
        /// The first bytes, decoded.
        found: Vec<u8>,
        /// Length of the file in bytes.
        len: u64,
    },
}

/// Looks at the file at `path`, whose folder has `key`.
pub(super) fn classify(path: &Path, key: Option<XorKey>) -> Result<Class, BlockFileError> {
    let mut window = Window::open(path, key)?;
    let len = window.len();
    let (raw, decoded) = window.get(0, Header::LEN)?;
    let found: Vec<u8> = decoded.iter().take(4).copied().collect();
    let header = record::header_bytes(raw).copied();
    if raw.iter().take(8).all(|byte| *byte == 0) && window.is_zero_from(0)? {
        return Ok(Class::Empty);
    }
    // A file cut within its first magic still tells: no two magics share their first byte.
    if let Some(network) = Network::ALL.into_iter().find(|network| network.magic().starts_with(&found)) {
        return Ok(Class::Records(network));
    }
    if let Some(bytes) = header.filter(|_| is_block_len(len)) {
        let header = Header::parse(&bytes);
        if meets_target(Header::hash(&bytes), header.bits, header.bits) {
            return Ok(Class::Loose(header));
        }
    }
    Ok(Class::Unknown { found, len })
}
