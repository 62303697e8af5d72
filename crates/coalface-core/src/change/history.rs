//! What rules may know beside the transaction itself, as of a bound.

use crate::script::SpendFlags;

/// What happened to an output's address outside of the transaction, below the bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressUse {
    /// Whether no earlier transaction paid it or spent from it; `None` in a partial chain, whose missing blocks may hold one.
    pub is_first_use: Option<bool>,
    /// Whether a later transaction pays it.
    pub is_paid_again: bool,
}

/// Numbers of inputs and outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Inputs.
    pub n_inputs: u64,
    /// Outputs.
    pub n_outputs: u64,
}

impl Shape {
    /// One input, two outputs: a hop of a peel chain looks so, and so does an everyday payment.
    #[must_use]
    pub fn is_hop(self) -> bool {
        self.n_inputs == 1 && self.n_outputs == 2
    }
}

/// The transaction that spends an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spend {
    /// Its row.
    pub tx: u32,
    /// Version.
    pub version: u32,
    /// Lock time.
    pub locktime: u32,
    /// See `tx_flags`.
    pub flags: u16,
    /// Virtual size (BIP-0141).
    pub vsize_bytes: u32,
    /// Fee, where it is known.
    pub fee_sat: Option<i64>,
    /// Numbers of inputs and outputs.
    pub shape: Shape,
    /// Sequence of the input that spends the output.
    pub sequence: u32,
    /// What that input reveals.
    pub spend_flags: SpendFlags,
}

/// The history around one transaction, as of a bound: nothing above it is seen.
///
/// Outputs and inputs are those of that transaction, by number.
pub trait History {
    /// What else happened to the address of output `n`.
    fn address(&self, n: u32) -> AddressUse;

    /// What spends output `n`; `None` if nothing does below the bound.
    fn spend(&self, n: u32) -> Option<Spend>;

    /// Shape of the transaction that made what input `n` spends; `None` if it is not in the store.
    fn funding(&self, n: u32) -> Option<Shape>;

    /// Whether output `n` pays an address that the strict rule set ties to the first input's, below the bound.
    fn is_of_payer(&self, n: u32) -> bool;
}
