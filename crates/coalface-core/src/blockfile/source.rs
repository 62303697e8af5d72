//! The files of one source: found, told apart, and read.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::classify::{classify, Class};
use super::header::Header;
use super::locate::{file_number, is_block_file_name, locate};
use super::open::OpenFiles;
use super::record;
use super::scan::BlockRef;
use super::xor::XorKey;
use super::BlockFileError;
use crate::io::IoError;
use crate::network::Network;

/// How a source is read.
#[derive(Clone, Copy, Debug, Default)]
pub struct SourceOptions {
    /// The network wanted; `None` takes the one that is there (mainnet for loose blocks, which do not say).
    pub network: Option<Network>,
    /// Go on at the next record after damage, and note what was skipped, instead of failing.
    pub skip_damaged: bool,
}

/// How blocks lie in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Magic, length and block, again and again, maybe XORed.
    Records,
    /// One serialized block and nothing else.
    Loose,
}

/// One file of a source.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Where it is.
    pub path: PathBuf,
    /// How blocks lie in it.
    pub kind: FileKind,
    /// Number in its name, if a node named it.
    pub number: Option<u32>,
    /// What its bytes are XORed with.
    pub key: Option<XorKey>,
}

/// A gap in the numbers of the block files of one folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingFiles {
    /// The folder.
    pub folder: PathBuf,
    /// First number missing.
    pub first: u32,
    /// Last number missing.
    pub last: u32,
}

/// Files with blocks of one network.
#[derive(Debug)]
pub struct Source {
    files: Vec<SourceFile>,
    network: Option<Network>,
    skip_damaged: bool,
    missing_files: Vec<MissingFiles>,
    open_files: OpenFiles,
}

impl Source {
    /// Finds the files that `paths` stand for: data directories, `blocks` folders, block files, loose blocks or
    /// folders of them, in any mixture; files keep that order, a file named twice counts once. Reads the first bytes
    /// of each, the keys beside them, and nothing else.
    ///
    /// # Errors
    /// A path holds no blocks or cannot be read, a key is broken, missing or wrong, a loose file is no block of the
    /// network, or there is more than one network or another than `options` wants.
    pub fn open(paths: &[PathBuf], options: &SourceOptions) -> Result<Source, BlockFileError> {
        let mut opening = Opening { options: *options, ..Opening::default() };
        for path in paths {
            for file in locate(path, options.network)? {
                opening.add(file)?;
            }
        }
        // Where another file of the folder starts well, the key is right and this file is damaged: the scan says so.
        if let Some((_, error)) = opening.unknown.into_iter().find(|(folder, _)| !opening.known.contains(folder)) {
            return Err(error);
        }
        Ok(Source {
            missing_files: missing_files(&opening.files),
            files: opening.files,
            network: opening.network.map(|(network, _)| network).or(options.network),
            skip_damaged: options.skip_damaged,
            open_files: OpenFiles::default(),
        })
    }

    /// The files, in the order in which blocks count as seen.
    #[must_use]
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }

    /// The network; `None` if no file has a block and none was asked for.
    #[must_use]
    pub fn network(&self) -> Option<Network> {
        self.network
    }

    /// Gaps in the numbers of the block files.
    #[must_use]
    pub fn missing_files(&self) -> &[MissingFiles] {
        &self.missing_files
    }

    pub(super) fn skip_damaged(&self) -> bool {
        self.skip_damaged
    }

    /// Reads a serialized block into `buf`, which it fills exactly. May be called from several threads.
    ///
    /// # Errors
    /// The file cannot be read, no longer holds this block there, or the reference is not of this source.
    pub fn read_block(&self, block: &BlockRef, buf: &mut Vec<u8>) -> Result<(), BlockFileError> {
        let file = match self.files.get(block.file as usize) {
            Some(file) if record::is_block_len(u64::from(block.len)) => file,
            _ => {
                return Err(BlockFileError::ForeignBlock {
                    hash: block.hash,
                    file: block.file,
                    len: block.len,
                    n_files: self.files.len(),
                })
            }
        };
        let changed = || BlockFileError::Changed { path: file.path.clone(), offset: block.offset, hash: block.hash };
        buf.resize(block.len as usize, 0);
        match self.open_files.get(block.file, &file.path)?.read_exact_at(buf, block.offset) {
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Err(changed()),
            other => other.map_err(|error| IoError::new("read", &file.path, error))?,
        }
        if let Some(key) = file.key {
            key.apply(block.offset, buf);
        }
        match record::header_bytes(buf) {
            Some(bytes) if Header::hash(bytes) == block.hash => Ok(()),
            _ => Err(changed()),
        }
    }
}

/// A source while its files are looked at.
#[derive(Default)]
struct Opening {
    options: SourceOptions,
    files: Vec<SourceFile>,
    network: Option<(Network, PathBuf)>,
    keys: HashMap<PathBuf, Option<XorKey>>,
    seen: HashSet<PathBuf>,
    /// Folders in which some block file starts with a known magic.
    known: HashSet<PathBuf>,
    /// Block files that start with none, and the error if their folder has no better one.
    unknown: Vec<(PathBuf, BlockFileError)>,
}

impl Opening {
    fn add(&mut self, path: PathBuf) -> Result<(), BlockFileError> {
        let full = path.canonicalize().map_err(|error| IoError::new("look at", &path, error))?;
        if !self.seen.insert(full) {
            return Ok(());
        }
        let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
        let key = match self.keys.get(&folder) {
            Some(key) => *key,
            None => *self.keys.entry(folder.clone()).or_insert(XorKey::load(&folder)?),
        };
        let mut kind = FileKind::Records;
        match classify(&path, key)? {
            Class::Empty => {}
            Class::Records(network) => {
                self.agree(network, &path)?;
                self.known.insert(folder);
            }
            Class::Unknown { found, .. } if is_block_file_name(&path) => {
                let error = BlockFileError::UnknownMagic { path: path.clone(), found, with_key: key.is_some() };
                self.unknown.push((folder, error));
            }
            Class::Loose(header) => {
                let network = self.options.network.unwrap_or(Network::Mainnet);
                let allowed = network.pow_limit_bits();
                let easy = super::target_from_bits(header.bits) > super::target_from_bits(allowed);
                if easy && !self.options.skip_damaged {
                    return Err(BlockFileError::TooEasy { path, bits: header.bits, allowed, network });
                }
                self.agree(network, &path)?;
                kind = FileKind::Loose;
            }
            Class::Unknown { len, .. } => {
                if !self.options.skip_damaged {
                    return Err(BlockFileError::NotABlock { path, len });
                }
                kind = FileKind::Loose;
            }
        }
        let key = key.filter(|_| kind == FileKind::Records);
        self.files.push(SourceFile { number: file_number(&path), path, kind, key });
        Ok(())
    }

    fn agree(&mut self, found: Network, path: &Path) -> Result<(), BlockFileError> {
        let path = path.to_path_buf();
        if let Some(wanted) = self.options.network.filter(|wanted| *wanted != found) {
            return Err(BlockFileError::WrongNetwork { path, found, wanted });
        }
        match &self.network {
            None => self.network = Some((found, path)),
            Some((before, before_path)) if *before != found => {
                let (before, before_path) = (*before, before_path.clone());
                return Err(BlockFileError::MixedNetworks { path, offset: 0, found, before_path, before });
            }
            Some(_) => {}
        }
        Ok(())
    }
}

fn missing_files(files: &[SourceFile]) -> Vec<MissingFiles> {
    let mut numbers: BTreeMap<&Path, Vec<u32>> = BTreeMap::new();
    for file in files {
        if let (Some(number), Some(folder)) = (file.number, file.path.parent()) {
            numbers.entry(folder).or_default().push(number);
        }
    }
    let mut missing = Vec::new();
    for (folder, mut numbers) in numbers {
        numbers.sort_unstable();
        for pair in numbers.windows(2) {
            if pair[1] - pair[0] > 1 {
                missing.push(MissingFiles { folder: folder.to_path_buf(), first: pair[0] + 1, last: pair[1] - 1 });
            }
        }
    }
    missing
}
