//! An append-only log in one or more files. What a reader has mapped is never written again.
//!
//! Rows are added behind the last file's. Taking rows back (a reorganisation) lowers how many rows of a file count and
//! closes it; the next row starts a new file. Small files are merged, so that there are few: each is at least twice as
//! long as the one behind it.

use bytemuck::Pod;

use super::files::SetFiles;
use super::manifest::{Piece, CHUNK_BYTES};
use crate::store::column::Column;
use crate::store::StoreError;

/// Bytes of rows that wait before they are written.
const BUFFER_BYTES: usize = 4 << 20;

/// A log as a reader sees it.
#[derive(Debug, Clone)]
pub struct Pieces<T> {
    views: Vec<Column<T>>,
    /// Rows before each file, and all of them.
    starts: Vec<u64>,
}

impl<T: Pod> Pieces<T> {
    /// Maps the files.
    ///
    /// # Errors
    /// If one is missing or too short.
    pub fn open(files: &SetFiles, pieces: &[Piece]) -> Result<Pieces<T>, StoreError> {
        let (mut views, mut starts, mut sum) = (Vec::new(), vec![0], 0);
        for piece in pieces {
            let view = Column::open(files.storage(), &piece.file, piece.rows);
            views.push(view.map_err(|error| rename(files, error))?);
            sum += piece.rows;
            starts.push(sum);
        }
        Ok(Pieces { views, starts })
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.starts.last().copied().unwrap_or(0)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A row; `None` past the end.
    #[must_use]
    pub fn get(&self, row: u64) -> Option<T> {
        if let [view] = &self.views[..] {
            return view.get(usize::try_from(row).ok()?).copied();
        }
        let n = self.starts.partition_point(|start| *start <= row).checked_sub(1)?;
        self.views.get(n)?.get(usize::try_from(row - self.starts[n]).ok()?).copied()
    }

    /// Rows from `start` up to `end`, file by file.
    pub fn slices(&self, start: u64, end: u64) -> impl Iterator<Item = &[T]> {
        self.views.iter().zip(&self.starts).filter_map(move |(view, first)| {
            let from = start.saturating_sub(*first).min(view.len() as u64);
            let to = end.saturating_sub(*first).min(view.len() as u64);
            (from < to).then(|| &view[from as usize..to as usize])
        })
    }
}

fn rename(files: &SetFiles, error: StoreError) -> StoreError {
    match error {
        StoreError::Corrupt { file, offset, what } => StoreError::Corrupt { file: files.shown(&file), offset, what },
        other => other,
    }
}

/// A log that is being written.
#[derive(Debug)]
pub struct PieceWriter<T> {
    /// `links` or `blocks`, the beginning of its file names.
    kind: &'static str,
    pieces: Vec<Piece>,
    buffer: Vec<T>,
    /// Files written to since the last sync.
    dirty: Vec<String>,
    next_file: u64,
}

impl<T: Pod> PieceWriter<T> {
    /// Goes on behind `pieces`. New files are named by `generation`, which no committed file may bear yet.
    #[must_use]
    pub fn new(kind: &'static str, pieces: Vec<Piece>, generation: u64) -> PieceWriter<T> {
        PieceWriter { kind, pieces, buffer: Vec::new(), dirty: Vec::new(), next_file: generation << 8 }
    }

    /// Rows, those that wait included.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.rows).sum::<u64>() + self.buffer.len() as u64
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Appends a row.
    ///
    /// # Errors
    /// If a file operation fails.
    pub fn push(&mut self, files: &SetFiles, row: T) -> Result<(), StoreError> {
        self.buffer.push(row);
        if self.buffer.len() * size_of::<T>() >= BUFFER_BYTES {
            self.write(files)?;
        }
        Ok(())
    }

    /// Writes what waits.
    fn write(&mut self, files: &SetFiles) -> Result<(), StoreError> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        if self.pieces.last().is_none_or(|piece| piece.is_closed) {
            let file = self.new_name();
            self.pieces.push(Piece { file, rows: 0, is_closed: false, sums: Vec::new(), tail: 0 });
        }
        let rows = std::mem::take(&mut self.buffer);
        let piece = self.pieces.last_mut().expect("one was added if there was none");
        append(files, piece, bytemuck::cast_slice(&rows), size_of::<T>())?;
        if self.dirty.last() != Some(&piece.file) {
            self.dirty.push(piece.file.clone());
        }
        self.buffer = rows;
        self.buffer.clear();
        Ok(())
    }

    fn new_name(&mut self) -> String {
        self.next_file += 1;
        format!("{}-{:016x}", self.kind, self.next_file)
    }

    /// Takes back all rows from number `rows` on. Nothing may wait.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn cut(&mut self, files: &SetFiles, rows: u64) -> Result<(), StoreError> {
        debug_assert!(self.buffer.is_empty());
        let mut start = 0;
        let mut kept = Vec::new();
        for mut piece in std::mem::take(&mut self.pieces) {
            let keep = rows.saturating_sub(start).min(piece.rows);
            start += piece.rows;
            if keep == 0 {
                continue;
            }
            if keep < piece.rows {
                let bytes = keep * size_of::<T>() as u64;
                let chunks = bytes / CHUNK_BYTES;
                let view = files.storage().view(&piece.file, bytes)?;
                piece.sums.truncate(chunks as usize);
                piece.tail = crc32fast::hash(&view[(chunks * CHUNK_BYTES) as usize..]);
                piece.rows = keep;
                piece.is_closed = true;
            }
            kept.push(piece);
        }
        self.pieces = kept;
        Ok(())
    }

    /// Writes and syncs everything, merges what became many; the files as a manifest names them.
    ///
    /// # Errors
    /// If a file operation fails.
    pub fn finish(&mut self, files: &SetFiles) -> Result<Vec<Piece>, StoreError> {
        self.write(files)?;
        while let [.., before, last] = &self.pieces[..] {
            if before.rows >= 2 * last.rows {
                break;
            }
            let (before, last) = (before.clone(), last.clone());
            let (file, rows) = (self.new_name(), before.rows + last.rows);
            let mut merged = Piece { file, rows: 0, is_closed: false, sums: Vec::new(), tail: 0 };
            let both = Pieces::<T>::open(files, &[before, last])?;
            for slice in both.slices(0, rows) {
                for part in slice.chunks(BUFFER_BYTES / size_of::<T>()) {
                    append(files, &mut merged, bytemuck::cast_slice(part), size_of::<T>())?;
                }
            }
            self.pieces.truncate(self.pieces.len() - 2);
            self.dirty.push(merged.file.clone());
            self.pieces.push(merged);
        }
        for file in std::mem::take(&mut self.dirty) {
            if self.pieces.iter().any(|piece| piece.file == file) {
                files.storage().sync(&file)?;
            }
        }
        Ok(self.pieces.clone())
    }
}

/// Writes rows behind those of a file and carries its checksums on.
fn append(files: &SetFiles, piece: &mut Piece, mut bytes: &[u8], width: usize) -> Result<(), StoreError> {
    let mut offset = piece.rows * width as u64;
    files.storage().write_at(&piece.file, offset, bytes)?;
    piece.rows += (bytes.len() / width) as u64;
    while !bytes.is_empty() {
        let in_chunk = offset % CHUNK_BYTES;
        let (now, later) = bytes.split_at((CHUNK_BYTES - in_chunk).min(bytes.len() as u64) as usize);
        let mut hasher = crc32fast::Hasher::new_with_initial_len(piece.tail, in_chunk);
        hasher.update(now);
        piece.tail = hasher.finalize();
        offset += now.len() as u64;
        if offset.is_multiple_of(CHUNK_BYTES) {
            piece.sums.push(std::mem::take(&mut piece.tail));
        }
        bytes = later;
    }
    Ok(())
}

/// Compares a file with its checksums.
///
/// # Errors
/// [`StoreError::Corrupt`] with file and offset of the first chunk that differs.
pub fn verify<T: Pod>(files: &SetFiles, piece: &Piece) -> Result<(), StoreError> {
    let view = Column::<T>::open(files.storage(), &piece.file, piece.rows).map_err(|error| rename(files, error))?;
    for (n, chunk) in view.view().chunks(CHUNK_BYTES as usize).enumerate() {
        let expected = piece.sums.get(n).copied().unwrap_or(piece.tail);
        let found = crc32fast::hash(chunk);
        if found != expected {
            let what = format!("checksum is {found:08x}, {expected:08x} was written");
            return Err(files.corrupt(&piece.file, n as u64 * CHUNK_BYTES, what));
        }
    }
    Ok(())
}
