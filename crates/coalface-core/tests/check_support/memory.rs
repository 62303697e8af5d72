//! Files in memory.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Mutex;

use coalface_core::io::{IoError, Storage, View};

#[derive(Default)]
pub struct MemoryStorage(Mutex<BTreeMap<String, Vec<u8>>>);

impl Clone for MemoryStorage {
    fn clone(&self) -> Self {
        MemoryStorage(Mutex::new(self.files()))
    }
}

impl MemoryStorage {
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        self.0.lock().unwrap().clone()
    }

    /// Changes the bytes of a file.
    pub fn change(&self, file: &str, change: impl FnOnce(&mut Vec<u8>)) {
        change(self.0.lock().unwrap().get_mut(file).unwrap());
    }
}

fn missing(path: &str) -> IoError {
    IoError::new("read", path, std::io::ErrorKind::NotFound.into())
}

impl Storage for MemoryStorage {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, IoError> {
        Ok(self.0.lock().unwrap().get(path).cloned())
    }

    fn len(&self, path: &str) -> Result<Option<u64>, IoError> {
        Ok(self.0.lock().unwrap().get(path).map(|bytes| bytes.len() as u64))
    }

    fn view(&self, path: &str, len: u64) -> Result<View, IoError> {
        let files = self.0.lock().unwrap();
        let bytes = match files.get(path) {
            Some(bytes) => bytes,
            None if len == 0 => return Ok(View::empty()),
            None => return Err(missing(path)),
        };
        bytes.get(..len as usize).map(View::copy_of).ok_or_else(|| missing(path))
    }

    fn write_at(&self, path: &str, offset: u64, bytes: &[u8]) -> Result<(), IoError> {
        let mut files = self.0.lock().unwrap();
        let file = files.entry(path.to_owned()).or_default();
        let end = offset as usize + bytes.len();
        if file.len() < end {
            file.resize(end, 0);
        }
        file[offset as usize..end].copy_from_slice(bytes);
        Ok(())
    }

    fn sync(&self, _: &str) -> Result<(), IoError> {
        Ok(())
    }

    fn sync_folder(&self, _: &str) -> Result<(), IoError> {
        Ok(())
    }

    fn rename(&self, from: &str, to: &str) -> Result<(), IoError> {
        let mut files = self.0.lock().unwrap();
        let bytes = files.remove(from).ok_or_else(|| missing(from))?;
        files.insert(to.to_owned(), bytes);
        Ok(())
    }

    fn remove(&self, path: &str) -> Result<(), IoError> {
        self.0.lock().unwrap().remove(path);
        Ok(())
    }

    fn list(&self, path: &str) -> Result<Vec<String>, IoError> {
        let files = self.0.lock().unwrap();
        let names = files.keys().filter_map(|name| name.strip_prefix(path)?.strip_prefix('/'));
        Ok(names.map(str::to_owned).collect())
    }
}

/// Directory with keys, values and extra column of a run file, as docs/format.md describes it.
pub fn run_sections(kind: &str, bytes: &[u8]) -> [Range<usize>; 3] {
    let number = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize;
    let (rows, buckets) = (number(16), number(32));
    let (key, value) = (usize::from(bytes[40]).div_ceil(8), usize::from(bytes[41]));
    let extra = if kind == "strict_child" { 4 } else { 0 };
    let keys = 64..64 + (buckets + 1) * 4 + rows * key;
    let start = keys.end.next_multiple_of(8);
    let values = start..start + rows * value;
    let start = values.end.next_multiple_of(8);
    [keys, values, start..start + rows * extra]
}

/// Makes all addresses one chain, each the child of the one before, and lists every child twice.
pub fn replace_children(storage: &MemoryStorage, addresses: u64) {
    use coalface_core::store::manifest::{Clip, Manifest};
    use coalface_core::store::run::{write, Entry, RunKind};
    let mut manifest = Manifest::read(storage).unwrap().unwrap();
    let children = (1..addresses).flat_map(|child| [child, child]);
    let entries = children.map(|child| Entry { key: child - 1, value: child, extra: 1 });
    let clip = Clip::at(&manifest.counts);
    let run = write(storage, RunKind::StrictChild, "twice.run", 2 * (addresses - 1), clip, 0, entries).unwrap();
    manifest.runs.retain(|run| run.kind != "strict_child");
    manifest.runs.push(run);
    manifest.replace(storage).unwrap();
    for address in 1..addresses {
        storage.write_at("columns/cluster_strict.parent", address * 4, &(address as u32 - 1).to_le_bytes()).unwrap();
        storage.write_at("columns/cluster_strict.link_tx", address * 4, &0u32.to_le_bytes()).unwrap();
    }
}
