//! All access to a store's files goes through [`Storage`], so that tests can replay every state a crash may leave.

pub mod replay;

use std::fs::{File, OpenOptions};
use std::io;
use std::ops::Deref;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// A file operation that failed, with its path.
#[derive(Debug, Error)]
#[error("cannot {action} `{path}`: {source}")]
pub struct IoError {
    /// What was tried, as a verb.
    pub action: &'static str,
    /// The file or folder.
    pub path: String,
    /// The system's answer.
    pub source: io::Error,
}

impl IoError {
    /// Wraps `source`.
    pub fn new(action: &'static str, path: impl AsRef<Path>, source: io::Error) -> Self {
        IoError { action, path: path.as_ref().display().to_string(), source }
    }

    /// Stable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.source.kind() {
            io::ErrorKind::NotFound => "file_not_found",
            io::ErrorKind::PermissionDenied => "permission_denied",
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "disk_full",
            _ => "io",
        }
    }

    /// Its facts one by one.
    #[must_use]
    pub fn context(&self) -> crate::Context {
        let mut facts: crate::Context =
            vec![("path", self.path.as_str().into()), ("action", self.action.into()), ("reason", self.reason().into())];
        if let Some(number) = self.source.raw_os_error() {
            facts.push(("os_error", number.unsigned_abs().into()));
        }
        facts
    }

    fn reason(&self) -> String {
        crate::context::shown(&self.source.to_string())
    }

    /// What the user can do.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self.code() {
            "disk_full" => {
                Some("free some space and run the same command again: it goes on after the last commit".into())
            }
            "permission_denied" => Some("check the owner and mode of the file".into()),
            _ => None,
        }
    }
}

/// A read-only view of the first bytes of a file.
#[derive(Debug, Clone)]
pub enum View {
    /// Mapped memory; the file must not be truncated while it lives (a store never shrinks its columns).
    Mapped(std::sync::Arc<memmap2::Mmap>),
    /// A copy of so many bytes, aligned like a column (test storages; empty views).
    Owned(std::sync::Arc<Vec<u64>>, usize),
}

impl Deref for View {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        match self {
            View::Mapped(map) => map,
            View::Owned(words, len) => &bytemuck::cast_slice(words)[..*len],
        }
    }
}

impl View {
    /// A view of nothing.
    #[must_use]
    pub fn empty() -> View {
        View::Owned(std::sync::Arc::new(Vec::new()), 0)
    }

    /// A copy of `bytes`.
    #[must_use]
    pub fn copy_of(bytes: &[u8]) -> View {
        let mut words = vec![0u64; bytes.len().div_ceil(8)];
        bytemuck::cast_slice_mut(&mut words)[..bytes.len()].copy_from_slice(bytes);
        View::Owned(std::sync::Arc::new(words), bytes.len())
    }
}

/// Files of one store, by path relative to its folder.
pub trait Storage: Send + Sync {
    /// Whole content, or `None` if there is no such file.
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, IoError>;
    /// Length in bytes, or `None` if there is no such file.
    fn len(&self, path: &str) -> Result<Option<u64>, IoError>;
    /// View of the first `len` bytes; an error if the file is shorter.
    fn view(&self, path: &str, len: u64) -> Result<View, IoError>;
    /// Fills `bytes` from `offset` on, without mapping the file; an error if it is shorter.
    fn read_at(&self, path: &str, offset: u64, bytes: &mut [u8]) -> Result<(), IoError> {
        let end = offset.saturating_add(bytes.len() as u64);
        bytes.copy_from_slice(&self.view(path, end)?[end as usize - bytes.len()..]);
        Ok(())
    }
    /// Writes `bytes` at `offset`, creating the file and its folder and extending it as needed.
    fn write_at(&self, path: &str, offset: u64, bytes: &[u8]) -> Result<(), IoError>;
    /// Makes everything written to `path` durable.
    fn sync(&self, path: &str) -> Result<(), IoError>;
    /// Makes creations, renames and removals in the folder `path` durable (`""` is the store itself).
    fn sync_folder(&self, path: &str) -> Result<(), IoError>;
    /// Replaces `to` by `from` atomically.
    fn rename(&self, from: &str, to: &str) -> Result<(), IoError>;
    /// Removes a file; none is no error.
    fn remove(&self, path: &str) -> Result<(), IoError>;
    /// Removes the folder `path` if it is empty; none, or one that is not empty, is no error.
    fn remove_folder(&self, _path: &str) -> Result<(), IoError> {
        Ok(())
    }
    /// File names in the folder `path`; none if there is no such folder.
    fn list(&self, path: &str) -> Result<Vec<String>, IoError>;
    /// Bytes that this user may still write; `None` where nothing limits them.
    fn free_bytes(&self) -> Result<Option<u64>, IoError> {
        Ok(None)
    }
}

/// Largest file that is read as a whole: a journal of two hundred million cells.
const MAX_READ_BYTES: u64 = 2 << 30;

/// The real thing: a folder of a file system.
#[derive(Debug)]
pub struct FolderStorage {
    root: PathBuf,
}

impl FolderStorage {
    /// Storage below `root`, which need not exist yet.
    #[must_use]
    pub fn new(root: PathBuf) -> Self {
        FolderStorage { root }
    }

    fn at(&self, path: &str) -> PathBuf {
        if path.is_empty() {
            self.root.clone()
        } else {
            self.root.join(path)
        }
    }
}

impl Storage for FolderStorage {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, IoError> {
        let full = self.at(path);
        let refuse = |what: &str| Err(IoError::new("read", &full, io::Error::new(io::ErrorKind::InvalidInput, what)));
        match std::fs::metadata(&full) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(IoError::new("read", &full, error)),
            // A pipe would be waited for, for ever.
            Ok(meta) if !meta.is_file() => return refuse("it is no regular file"),
            Ok(meta) if meta.len() > MAX_READ_BYTES => return refuse("it is larger than any file read as a whole"),
            Ok(_) => {}
        }
        std::fs::read(&full).map(Some).map_err(|error| IoError::new("read", &full, error))
    }

    fn len(&self, path: &str) -> Result<Option<u64>, IoError> {
        match std::fs::metadata(self.at(path)) {
            Ok(meta) => Ok(Some(meta.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(IoError::new("look at", self.at(path), error)),
        }
    }

    fn view(&self, path: &str, len: u64) -> Result<View, IoError> {
        if len == 0 {
            return Ok(View::empty());
        }
        let full = self.at(path);
        let file = File::open(&full).map_err(|error| IoError::new("open", &full, error))?;
        let have = file.metadata().map_err(|error| IoError::new("look at", &full, error))?.len();
        if have < len {
            let error = io::Error::new(io::ErrorKind::UnexpectedEof, format!("{have} bytes, {len} expected"));
            return Err(IoError::new("map", &full, error));
        }
        let len = usize::try_from(len)
            .map_err(|_| IoError::new("map", &full, io::Error::other("larger than the address space")))?;
        // SAFETY: the file is opened read-only and its writers (this store's, held to one by the lock) only append
        // past, or stamp aligned cells within, what is mapped; they never truncate it. A change by a third party
        // can change bytes under the view, and every reader bounds-checks the ids and lengths it finds.
        let map = unsafe { memmap2::MmapOptions::new().len(len).map(&file) }
            .map_err(|error| IoError::new("map", &full, error))?;
        Ok(View::Mapped(std::sync::Arc::new(map)))
    }

    fn read_at(&self, path: &str, offset: u64, bytes: &mut [u8]) -> Result<(), IoError> {
        let full = self.at(path);
        let file = File::open(&full).map_err(|error| IoError::new("open", &full, error))?;
        file.read_exact_at(bytes, offset).map_err(|error| IoError::new("read", &full, error))
    }

    fn write_at(&self, path: &str, offset: u64, bytes: &[u8]) -> Result<(), IoError> {
        let full = self.at(path);
        let open = || OpenOptions::new().write(true).create(true).truncate(false).open(&full);
        let file = match open() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let folder = full.parent().unwrap_or(&self.root);
                std::fs::create_dir_all(folder).map_err(|error| IoError::new("create", folder, error))?;
                open()
            }
            other => other,
        }
        .map_err(|error| IoError::new("open", &full, error))?;
        file.write_all_at(bytes, offset).map_err(|error| IoError::new("write", &full, error))
    }

    fn sync(&self, path: &str) -> Result<(), IoError> {
        let full = self.at(path);
        File::open(&full).and_then(|file| file.sync_all()).map_err(|error| IoError::new("sync", &full, error))
    }

    fn sync_folder(&self, path: &str) -> Result<(), IoError> {
        self.sync(path)
    }

    fn rename(&self, from: &str, to: &str) -> Result<(), IoError> {
        std::fs::rename(self.at(from), self.at(to)).map_err(|error| IoError::new("rename", self.at(from), error))
    }

    fn remove(&self, path: &str) -> Result<(), IoError> {
        match std::fs::remove_file(self.at(path)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(IoError::new("remove", self.at(path), error)),
            _ => Ok(()),
        }
    }

    fn remove_folder(&self, path: &str) -> Result<(), IoError> {
        match std::fs::remove_dir(self.at(path)) {
            Err(error) if !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::DirectoryNotEmpty) => {
                Err(IoError::new("remove", self.at(path), error))
            }
            _ => Ok(()),
        }
    }

    fn list(&self, path: &str) -> Result<Vec<String>, IoError> {
        let full = self.at(path);
        // Files are removed from what is listed: a link could lead to somebody else's.
        if !path.is_empty() && full.is_symlink() {
            let error = io::Error::new(io::ErrorKind::InvalidInput, "it is a link, and a store's folders are none");
            return Err(IoError::new("list", &full, error));
        }
        let entries = match std::fs::read_dir(&full) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(|error| IoError::new("list", &full, error))?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| IoError::new("list", &full, error))?;
            if let Ok(name) = entry.file_name().into_string() {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    fn free_bytes(&self) -> Result<Option<u64>, IoError> {
        match rustix::fs::statvfs(&self.root) {
            Ok(stats) => Ok(Some(stats.f_bavail.saturating_mul(stats.f_frsize))),
            Err(error) => Err(IoError::new("look at", &self.root, error.into())),
        }
    }
}
