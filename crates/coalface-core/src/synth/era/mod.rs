//! What transactions were like in a time: shares that a bulk chain of that time is drawn with.

mod tables;

pub use tables::{ERAS, LATEST};

use super::address::Form;
use super::kind::Kind;

/// Shares of one time. All shares are of 10,000. `(share, least, most)` stands for evenly spread numbers.
#[derive(Debug)]
pub struct Era {
    /// Year that names it.
    pub name: &'static str,
    /// Heights of the public blocks that it was measured on; none if it rests on published figures alone.
    pub measured_on: &'static [u32],
    /// Script kinds of outputs, OP_RETURN aside.
    pub(super) kinds: &'static [(u64, Kind)],
    /// Inputs of a transaction.
    pub(super) inputs: &'static [(u64, u64, u64)],
    /// Outputs of a transaction, OP_RETURN included.
    pub(super) outputs: &'static [(u64, u64, u64)],
    /// Transactions with an OP_RETURN output.
    pub(super) data: u64,
    /// Payments of a whole multiple of 10,000 satoshi.
    pub(super) round: u64,
    /// Transactions that spend an output of their own block.
    pub(super) same_block: u64,
    /// Outputs that pay an address that was paid before.
    pub(super) reuse: u64,
    /// P2PKH addresses with a 65-byte key.
    pub(super) uncompressed: u64,
    /// What P2SH addresses stand for.
    pub(super) p2sh: &'static [(u64, Form)],
    /// Transactions of version 2; the others have version 1.
    pub(super) version_2: u64,
    /// Transactions with a locktime of about their height.
    pub(super) locktime: u64,
    /// Sequence numbers of those without a locktime.
    pub(super) sequences: &'static [(u64, u32)],
    /// Weight of a block in thousands.
    pub(super) block_kwu: &'static [(u64, u64, u64)],
}

impl Era {
    /// The era of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Era> {
        ERAS.iter().find(|era| era.name == name)
    }

    /// Whether there is taproot, so that an input may carry data in a tapscript.
    pub(super) fn has_tapscripts(&self) -> bool {
        self.kinds.iter().any(|(_, kind)| *kind == Kind::P2tr)
    }

    /// The era of a chain that runs through all of them in equal parts, when `done` of `total` transactions are made.
    pub(super) fn at(done: u64, total: u64) -> &'static Era {
        let n = ERAS.len() as u64;
        let at = u128::from(done) * u128::from(n) / u128::from(total.max(1));
        &ERAS[usize::try_from(at).unwrap_or(usize::MAX).min(ERAS.len() - 1)]
    }
}

/// The entry of a table of shares that `pick`, below 10,000, falls on.
pub(super) fn choose<T>(table: &[T], share: impl Fn(&T) -> u64, mut pick: u64) -> Option<&T> {
    for entry in table {
        match pick.checked_sub(share(entry)) {
            Some(rest) => pick = rest,
            None => return Some(entry),
        }
    }
    table.last()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total<T>(table: &[T], share: impl Fn(&T) -> u64) -> u64 {
        table.iter().map(share).sum()
    }

    #[test]
    fn tables_are_complete() {
        for era in ERAS {
            assert_eq!(total(era.kinds, |entry| entry.0), 10_000, "{}", era.name);
            assert_eq!(total(era.p2sh, |entry| entry.0), 10_000, "{}", era.name);
            assert_eq!(total(era.sequences, |entry| entry.0), 10_000, "{}", era.name);
            for table in [era.inputs, era.outputs, era.block_kwu] {
                assert_eq!(total(table, |entry| entry.0), 10_000, "{} {table:?}", era.name);
                assert!(table.iter().all(|(_, least, most)| (1..=*most).contains(least)));
            }
        }
    }

    #[test]
    fn no_era_spends_more_outputs_than_it_makes() {
        let mean = |table: &[(u64, u64, u64)]| -> u64 { table.iter().map(|(s, a, b)| s * (a + b)).sum() };
        for era in ERAS {
            let spendable = mean(era.outputs) - 2 * era.data;
            assert!(mean(era.inputs) <= spendable, "{}: {} > {spendable}", era.name, mean(era.inputs));
        }
    }

    #[test]
    fn eras_follow_one_another() {
        assert_eq!(Era::at(0, 80).name, ERAS[0].name);
        assert_eq!(Era::at(79, 80).name, LATEST.name);
        assert_eq!(Era::at(80, 80).name, LATEST.name);
        assert!(Era::named("1999").is_none());
        assert_eq!(Era::named("2015").map(|era| era.name), Some("2015"));
    }
}
