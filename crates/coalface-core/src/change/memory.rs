//! A history that is written down, for tests.

use super::history::{AddressUse, History, Shape, Spend};
use crate::script::{Kind, SpendFlags};
use crate::tx_view::{InputView, OutputView, TxHead, ViewBuffers};

/// A transaction and what happened around it.
#[derive(Debug, Clone, Default)]
pub struct Case {
    pub head: TxHead,
    pub buffers: ViewBuffers,
    pub uses: Vec<AddressUse>,
    pub spends: Vec<Option<Spend>>,
    pub of_payer: Vec<bool>,
    pub funding: Option<Shape>,
}

impl Case {
    /// A transaction of version 2 that pays a fee of 1000 satoshi at 200 virtual bytes.
    pub fn new() -> Case {
        let head = TxHead { version: 2, weight_wu: 800, size_bytes: 200, fee_sat: Some(1000), ..TxHead::default() };
        Case { head, ..Case::default() }
    }

    /// With an input.
    pub fn input(mut self, value_sat: i64, address: u32, kind: Kind) -> Case {
        self.buffers.inputs.push(InputView {
            value_sat: Some(value_sat),
            address,
            kind: Some(kind),
            sequence: 0xffff_fffd,
            spend_flags: SpendFlags::NONE,
        });
        self
    }

    /// With an output to an address that is first used here and never again.
    pub fn output(mut self, value_sat: i64, address: u32, kind: Kind) -> Case {
        let n = self.buffers.outputs.len() as u32;
        self.buffers.outputs.push(OutputView { value_sat, address, kind, n });
        self.uses.push(AddressUse { is_first_use: Some(true), is_paid_again: false });
        self.spends.push(None);
        self.of_payer.push(false);
        self
    }

    /// The last output's address was used before.
    pub fn used_before(mut self) -> Case {
        self.uses.last_mut().expect("an output").is_first_use = Some(false);
        self
    }

    /// It is not known whether the last output's address was used before.
    pub fn unknown_past(mut self) -> Case {
        self.uses.last_mut().expect("an output").is_first_use = None;
        self
    }

    /// The last output's address is paid again.
    pub fn paid_again(mut self) -> Case {
        self.uses.last_mut().expect("an output").is_paid_again = true;
        self
    }

    /// The last output is spent by a transaction that is as this one, changed by `change`.
    pub fn spent(mut self, change: impl FnOnce(&mut Spend)) -> Case {
        let mut spend = Spend {
            tx: 7,
            version: self.head.version,
            locktime: self.head.locktime,
            flags: self.head.flags,
            vsize_bytes: 200,
            fee_sat: Some(1000),
            shape: Shape { n_inputs: 1, n_outputs: 2 },
            sequence: 0xffff_fffd,
            spend_flags: SpendFlags::NONE,
        };
        change(&mut spend);
        *self.spends.last_mut().expect("an output") = Some(spend);
        self
    }
}

impl History for Case {
    fn address(&self, n: u32) -> AddressUse {
        self.uses[n as usize]
    }

    fn spend(&self, n: u32) -> Option<Spend> {
        self.spends[n as usize]
    }

    fn funding(&self, _: u32) -> Option<Shape> {
        self.funding
    }

    fn is_of_payer(&self, n: u32) -> bool {
        self.of_payer[n as usize]
    }
}
