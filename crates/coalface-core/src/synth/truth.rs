//! The truth beside a bulk chain: columns of fixed width that say who owns what and what each output is for.
//!
//! Little-endian, one entry after the other, no head. Addresses are in order of their first output in chain order (by
//! height, a block's coinbase first), as a store numbers them; the genesis block's is the first.
//!
//! | file | entry | for each |
//! |---|---|---|
//! | `address_owner.u32` | number of the owner, 0 is nobody | address |
//! | `address_script.u64` | first eight bytes of the SHA-256 of its script | address |
//! | `output_purpose.u8` | [`Purpose`] | output of the best chain |
//! | `owner_class.u8` | [`OwnerClass`](super::owners::OwnerClass) | owner, nobody included |

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::hash::sha256;
use crate::io::IoError;

use super::error::BulkError;
use super::generator::Draft;
use super::genesis;

/// What an output is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Purpose {
    /// Reward of a block.
    Coinbase = 0,
    /// To somebody else.
    Payment = 1,
    /// Back to the one who pays, beside payments.
    Change = 2,
    /// Everything back to the one who pays.
    Consolidation = 3,
    /// Data.
    Data = 4,
    /// Commitment to witnesses.
    Commitment = 5,
}

const BUFFER_BYTES: usize = 1 << 18;

/// One column that grows.
#[derive(Debug)]
struct Column {
    path: PathBuf,
    file: BufWriter<File>,
}

impl Column {
    fn create(folder: &Path, name: &str) -> Result<Column, BulkError> {
        let path = folder.join(name);
        let file = File::create(&path).map_err(|error| IoError::new("create", &path, error))?;
        Ok(Column { path, file: BufWriter::with_capacity(BUFFER_BYTES, file) })
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), BulkError> {
        Ok(self.file.write_all(bytes).map_err(|error| IoError::new("write", &self.path, error))?)
    }
}

/// The columns of a chain that is being written.
#[derive(Debug)]
pub(super) struct Truth {
    address_owner: Column,
    address_script: Column,
    output_purpose: Column,
    owner_class: Column,
}

impl Truth {
    /// Starts in `folder`, which is made if there is none, with what the genesis block holds.
    ///
    /// # Errors
    /// The folder or a file cannot be written.
    pub(super) fn create(folder: &Path) -> Result<Truth, BulkError> {
        std::fs::create_dir_all(folder).map_err(|error| IoError::new("create", folder, error))?;
        let mut truth = Truth {
            address_owner: Column::create(folder, "address_owner.u32")?,
            address_script: Column::create(folder, "address_script.u64")?,
            output_purpose: Column::create(folder, "output_purpose.u8")?,
            owner_class: Column::create(folder, "owner_class.u8")?,
        };
        truth.address(0, &genesis::script())?;
        truth.output_purpose.append(&[Purpose::Coinbase as u8])?;
        Ok(truth)
    }

    fn address(&mut self, owner: u32, script: &[u8]) -> Result<(), BulkError> {
        self.address_owner.append(&owner.to_le_bytes())?;
        self.address_script.append(&sha256(script)[..8])
    }

    /// Appends what a block brought.
    ///
    /// # Errors
    /// A file cannot be written.
    pub(super) fn append(&mut self, draft: &Draft) -> Result<(), BulkError> {
        for (owner, script) in draft.new_addresses.iter() {
            self.address(owner, script)?;
        }
        for _ in 0..draft.coinbase_values_sat.len() {
            self.output_purpose.append(&[Purpose::Coinbase as u8])?;
        }
        if draft.has_witness() {
            self.output_purpose.append(&[Purpose::Commitment as u8])?;
        }
        self.output_purpose.append(&draft.purposes)?;
        self.owner_class.append(&draft.new_owner_classes)
    }

    /// Ends all files.
    ///
    /// # Errors
    /// A file cannot be written.
    pub(super) fn finish(mut self) -> Result<(), BulkError> {
        for column in
            [&mut self.address_owner, &mut self.address_script, &mut self.output_purpose, &mut self.owner_class]
        {
            column.file.flush().map_err(|error| IoError::new("write", &column.path, error))?;
        }
        Ok(())
    }
}
