//! What can go wrong between a path and a block.

use std::path::PathBuf;

use thiserror::Error;

use super::record::{MAX_BLOCK_BYTES, MIN_BLOCK_BYTES};
use crate::context::MAX_SHOWN_CHARS;
use crate::hash::{to_hex, Hash32};
use crate::io::IoError;
use crate::network::Network;
use crate::{Context, ContextValue};

/// A block file, or a set of them, that cannot be used.
#[derive(Debug, Error)]
pub enum BlockFileError {
    /// Files and devices.
    #[error(transparent)]
    Io(#[from] IoError),
    /// The caller asked to stop.
    #[error("cancelled")]
    Cancelled,
    /// A path with nothing in it to read.
    #[error("`{}` holds no block files: no blk*.dat, no data directory around them, no *.blk", path.display())]
    NoBlockFiles {
        /// The path.
        path: PathBuf,
    },
    /// A data directory that holds several networks.
    #[error("`{}` holds the block files of several networks: {}", path.display(), names(found))]
    SeveralNetworks {
        /// The data directory.
        path: PathBuf,
        /// The networks found.
        found: Vec<Network>,
    },
    /// The wanted network is not in the files.
    #[error("`{}` belongs to {}, {} was asked for", path.display(), found.name(), wanted.name())]
    WrongNetwork {
        /// The file.
        path: PathBuf,
        /// Its network.
        found: Network,
        /// The network that the caller named.
        wanted: Network,
    },
    /// Two networks in one source.
    #[error(
        "two networks in one source: `{}` has a block of {found} at byte {offset}, `{}` belongs to {before}",
        path.display(), before_path.display(), found = found.name(), before = before.name()
    )]
    MixedNetworks {
        /// The file.
        path: PathBuf,
        /// Where in the file.
        offset: u64,
        /// The network found there.
        found: Network,
        /// A file of another network.
        before_path: PathBuf,
        /// The network of that file.
        before: Network,
    },
    /// A key file that is none.
    #[error("`{}` has {len} bytes or is no plain file; a key has 8 bytes", path.display())]
    BadKeyFile {
        /// The key file.
        path: PathBuf,
        /// Its length in bytes.
        len: u64,
    },
    /// Block files that start with no network's magic.
    #[error(
        "xor.dat missing or wrong: `{}` starts with {} {}, which is no Bitcoin network",
        path.display(), to_hex(found),
        if *with_key { "after decoding with xor.dat" } else { "and there is no key in xor.dat" }
    )]
    UnknownMagic {
        /// The first such file.
        path: PathBuf,
        /// Its first bytes, decoded.
        found: Vec<u8>,
        /// Whether a key was found.
        with_key: bool,
    },
    /// A loose file that is no block.
    #[error(
        "`{}` is no block: {len} bytes ({MIN_BLOCK_BYTES} to {MAX_BLOCK_BYTES} allowed) that start with no network's \
         magic and no header that meets its own target", path.display()
    )]
    NotABlock {
        /// The file.
        path: PathBuf,
        /// Its length in bytes.
        len: u64,
    },
    /// A loose block that is too easy for its network.
    #[error(
        "the block in `{}` has target {bits:08x}, easier than the {allowed:08x} that {} allows",
        path.display(), network.name()
    )]
    TooEasy {
        /// The file.
        path: PathBuf,
        /// The target in its header, in compact form.
        bits: u32,
        /// The easiest target allowed, in compact form.
        allowed: u32,
        /// The network that it was taken to belong to.
        network: Network,
    },
    /// Bytes between records.
    #[error(
        "`{}` is damaged at byte {offset}: found {}, a record starts with {}",
        path.display(), to_hex(found), to_hex(allowed)
    )]
    BadMagic {
        /// The file.
        path: PathBuf,
        /// Where in the file.
        offset: u64,
        /// The bytes there, decoded.
        found: Vec<u8>,
        /// The network's magic.
        allowed: [u8; 4],
    },
    /// A record of impossible length.
    #[error(
        "`{}` is damaged at byte {offset}: a block of {found} bytes, {MIN_BLOCK_BYTES} to {MAX_BLOCK_BYTES} allowed",
        path.display()
    )]
    BadLength {
        /// The file.
        path: PathBuf,
        /// Where in the file the length stands.
        offset: u64,
        /// The length found.
        found: u32,
    },
    /// A block that is not where it was.
    #[error("`{}` has changed: block {hash} is no longer at byte {offset}", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
        /// Where in the file its header was.
        offset: u64,
        /// The block.
        hash: Hash32,
    },
    /// A block reference that does not belong to this source.
    #[error("block {hash} names file {file} and {len} bytes; this source has {n_files} files")]
    ForeignBlock {
        /// The block.
        hash: Hash32,
        /// The file index in the reference.
        file: u32,
        /// The length in the reference, in bytes.
        len: u32,
        /// Number of files of this source.
        n_files: usize,
    },
    /// A block that no block file can hold.
    #[error("a block of {len} bytes cannot be written: {MIN_BLOCK_BYTES} to {MAX_BLOCK_BYTES} are allowed")]
    UnwritableBlock {
        /// Its length in bytes.
        len: usize,
    },
}

/// The first bytes of what stands in a file, in hex.
fn hex(bytes: &[u8]) -> ContextValue {
    to_hex(&bytes[..bytes.len().min(MAX_SHOWN_CHARS / 2)]).into()
}

fn names(networks: &[Network]) -> String {
    networks.iter().map(|network| network.name()).collect::<Vec<_>>().join(", ")
}

impl BlockFileError {
    /// Stable, machine-readable name of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            BlockFileError::Io(error) => error.code(),
            BlockFileError::Cancelled => "cancelled",
            BlockFileError::NoBlockFiles { .. } => "source_no_block_files",
            BlockFileError::SeveralNetworks { .. } => "source_several_networks",
            BlockFileError::WrongNetwork { .. } => "source_wrong_network",
            BlockFileError::MixedNetworks { .. } => "source_mixed_networks",
            BlockFileError::BadKeyFile { .. } => "source_bad_xor_key_file",
            BlockFileError::UnknownMagic { .. } => "source_xor_key_missing_or_wrong",
            BlockFileError::NotABlock { .. } => "source_not_a_block",
            BlockFileError::TooEasy { .. } => "source_block_too_easy",
            BlockFileError::BadMagic { .. } | BlockFileError::BadLength { .. } => "source_block_file_damaged",
            BlockFileError::Changed { .. } => "source_block_file_changed",
            BlockFileError::ForeignBlock { .. } => "source_foreign_block",
            BlockFileError::UnwritableBlock { .. } => "source_unwritable_block",
        }
    }

    /// Its facts one by one.
    #[must_use]
    pub fn context(&self) -> Context {
        let lens = || ContextValue::from(format!("{MIN_BLOCK_BYTES} to {MAX_BLOCK_BYTES}"));
        let target = |bits: &u32| ContextValue::from(format!("{bits:08x}"));
        let path = |path: &PathBuf| ("path", path.as_path().into());
        match self {
            BlockFileError::Io(error) => error.context(),
            BlockFileError::Cancelled => Vec::new(),
            BlockFileError::NoBlockFiles { path: at } => vec![path(at)],
            BlockFileError::SeveralNetworks { path: at, found } => vec![path(at), ("received", names(found).into())],
            BlockFileError::WrongNetwork { path: at, found, wanted } => {
                vec![path(at), ("received", found.name().into()), ("allowed", wanted.name().into())]
            }
            BlockFileError::MixedNetworks { path: at, offset, found, before_path, before } => vec![
                path(at),
                ("offset", (*offset).into()),
                ("received", found.name().into()),
                ("allowed", before.name().into()),
                ("allowed_by", before_path.as_path().into()),
            ],
            BlockFileError::BadKeyFile { path: at, len } => {
                vec![path(at), ("received", (*len).into()), ("allowed", 8u64.into())]
            }
            BlockFileError::UnknownMagic { path: at, found, with_key } => vec![
                path(at),
                ("offset", 0u64.into()),
                ("received", hex(found)),
                ("xor_key", if *with_key { "applied" } else { "none" }.into()),
            ],
            BlockFileError::NotABlock { path: at, len } => {
                vec![path(at), ("received", (*len).into()), ("allowed", lens())]
            }
            BlockFileError::TooEasy { path: at, bits, allowed, network } => vec![
                path(at),
                ("received", target(bits)),
                ("allowed", target(allowed)),
                ("network", network.name().into()),
            ],
            BlockFileError::BadMagic { path: at, offset, found, allowed } => {
                vec![path(at), ("offset", (*offset).into()), ("received", hex(found)), ("allowed", hex(allowed))]
            }
            BlockFileError::BadLength { path: at, offset, found } => {
                vec![path(at), ("offset", (*offset).into()), ("received", (*found).into()), ("allowed", lens())]
            }
            BlockFileError::Changed { path: at, offset, hash } => {
                vec![path(at), ("offset", (*offset).into()), ("block_hash", (*hash).into())]
            }
            BlockFileError::ForeignBlock { hash, file, len, n_files } => vec![
                ("block_hash", (*hash).into()),
                ("file_no", (*file).into()),
                ("size_bytes", (*len).into()),
                ("n_files", (*n_files).into()),
            ],
            BlockFileError::UnwritableBlock { len } => vec![("received", (*len).into()), ("allowed", lens())],
        }
    }

    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            BlockFileError::Io(error) => return error.hint(),
            BlockFileError::Cancelled
            | BlockFileError::ForeignBlock { .. }
            | BlockFileError::UnwritableBlock { .. } => return None,
            BlockFileError::NoBlockFiles { .. } => "name the node's data directory, or its `blocks` folder",
            BlockFileError::SeveralNetworks { .. } => "choose one with --network",
            BlockFileError::WrongNetwork { .. } => "name another folder, or leave --network out",
            BlockFileError::MixedNetworks { .. } => "a store holds one network: index each into its own store",
            BlockFileError::BadKeyFile { .. } | BlockFileError::UnknownMagic { .. } => {
                "copy xor.dat from the `blocks` folder of the node that wrote these files"
            }
            BlockFileError::NotABlock { .. } => "leave this file out, or skip what is damaged with --skip-damaged",
            BlockFileError::TooEasy { .. } => "name the network of loose blocks with --network",
            BlockFileError::BadMagic { .. } | BlockFileError::BadLength { .. } => {
                "copy the file again from the node, or go on at the next record with --skip-damaged"
            }
            BlockFileError::Changed { .. } => "run the same command again: the files are then looked at anew",
        };
        Some(hint.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_messages() {
        let path = PathBuf::from("blk00007.dat");
        let hash = Hash32::default();
        let (found, network, wanted) = (vec![1, 2, 3, 4], Network::Mainnet, Network::Signet);
        let before_path = path.clone();
        let table = [
            (
                BlockFileError::NoBlockFiles { path: path.clone() },
                "source_no_block_files",
                "`blk00007.dat` holds no block files",
            ),
            (
                BlockFileError::SeveralNetworks { path: path.clone(), found: vec![network, wanted] },
                "source_several_networks",
                "networks: mainnet, signet",
            ),
            (
                BlockFileError::WrongNetwork { path: path.clone(), found: network, wanted },
                "source_wrong_network",
                "belongs to mainnet, signet was asked for",
            ),
            (
                BlockFileError::MixedNetworks {
                    path: path.clone(),
                    offset: 9,
                    found: network,
                    before_path,
                    before: wanted,
                },
                "source_mixed_networks",
                "a block of mainnet at byte 9",
            ),
            (BlockFileError::BadKeyFile { path: path.clone(), len: 7 }, "source_bad_xor_key_file", "has 7 bytes"),
            (
                BlockFileError::UnknownMagic { path: path.clone(), found: found.clone(), with_key: false },
                "source_xor_key_missing_or_wrong",
                "xor.dat missing or wrong: `blk00007.dat` starts with 01020304 and there is no key",
            ),
            (
                BlockFileError::NotABlock { path: path.clone(), len: 5 },
                "source_not_a_block",
                "5 bytes (81 to 4000000 allowed)",
            ),
            (
                BlockFileError::TooEasy { path: path.clone(), bits: 0x207f_ffff, allowed: 0x1d00_ffff, network },
                "source_block_too_easy",
                "target 207fffff, easier than the 1d00ffff that mainnet allows",
            ),
            (
                BlockFileError::BadMagic { path: path.clone(), offset: 9, found, allowed: network.magic() },
                "source_block_file_damaged",
                "damaged at byte 9: found 01020304, a record starts with f9beb4d9",
            ),
            (
                BlockFileError::BadLength { path: path.clone(), offset: 9, found: 5 },
                "source_block_file_damaged",
                "damaged at byte 9: a block of 5 bytes, 81 to 4000000 allowed",
            ),
            (BlockFileError::Changed { path, offset: 9, hash }, "source_block_file_changed", "no longer at byte 9"),
            (
                BlockFileError::ForeignBlock { hash, file: 3, len: 5, n_files: 1 },
                "source_foreign_block",
                "file 3 and 5 bytes",
            ),
            (
                BlockFileError::UnwritableBlock { len: 5 },
                "source_unwritable_block",
                "a block of 5 bytes cannot be written",
            ),
            (BlockFileError::Cancelled, "cancelled", "cancelled"),
        ];
        for (error, code, text) in table {
            assert_eq!(error.code(), code);
            assert!(error.to_string().contains(text), "{error}");
            let is_hintless = matches!(code, "cancelled" | "source_foreign_block" | "source_unwritable_block");
            assert_eq!(error.hint().is_none(), is_hintless, "{code}");
        }
    }
}
