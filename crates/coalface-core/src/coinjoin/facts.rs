//! What gates look at, worked out once for a transaction: counts, equal values, who could have paid for what.

use super::era::Eras;
use crate::ids::NONE_U32;
use crate::script::Kind;
use crate::tx_view::TxView;

/// Outputs of one value that have an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Equal {
    /// The value.
    pub value_sat: i64,
    /// Number of such outputs.
    pub n_outputs: u32,
    /// Number of different addresses among them.
    pub n_addresses: u32,
}

/// Inputs of one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Payer {
    address: u32,
    n_inputs: u32,
    value_sat: Option<i64>,
}

/// Memory of the facts of one transaction at a time.
#[derive(Debug, Clone, Default)]
pub struct FactsBuffers {
    outputs: Vec<(i64, u32)>,
    equals: Vec<Equal>,
    inputs: Vec<(u32, Option<i64>)>,
    payers: Vec<Payer>,
    addresses: Vec<u32>,
}

/// Facts about one transaction. Inputs and outputs without an address do not count, unless a name says so.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The transaction.
    pub view: TxView<'a>,
    /// Whether its height is judged.
    pub eras: Eras,
    /// Outputs by value, ascending.
    pub equals: &'a [Equal],
    /// The value of most outputs; of several, the lowest (as GraphSense breaks ties).
    pub modal: Equal,
    /// The value of most addresses that input addresses are enough for.
    pub shared: Equal,
    /// Outputs with an address.
    pub n_spendable: u32,
    /// OP_RETURN outputs.
    pub n_op_return: u32,
    /// Inputs with a known address.
    pub n_inputs: u32,
    /// Different addresses among them.
    pub n_input_addresses: u32,
    /// Inputs of the address that has most of them.
    pub most_inputs_of_one: u32,
    payers: &'a [Payer],
    /// All addresses of inputs, one for each different one, then those of outputs; sorted.
    n_repeated_outputs: u32,
}

const NO_EQUAL: Equal = Equal { value_sat: 0, n_outputs: 0, n_addresses: 0 };

impl<'a> Facts<'a> {
    /// Works them out. O(n log n) in inputs and outputs; no allocation once the buffers have grown.
    #[must_use]
    pub fn new(view: TxView<'a>, eras: Eras, buffers: &'a mut FactsBuffers) -> Facts<'a> {
        let FactsBuffers { outputs, equals, inputs, payers, addresses } = buffers;
        outputs.clear();
        outputs.extend(view.spendable().map(|output| (output.value_sat, output.address)));
        outputs.sort_unstable();
        equals.clear();
        for group in outputs.chunk_by(|a, b| a.0 == b.0) {
            let n_addresses = 1 + group.windows(2).filter(|pair| pair[0].1 != pair[1].1).count() as u32;
            equals.push(Equal { value_sat: group[0].0, n_outputs: group.len() as u32, n_addresses });
        }
        inputs.clear();
        let known = view.inputs.iter().filter(|input| input.address != NONE_U32);
        inputs.extend(known.map(|input| (input.address, input.value_sat)));
        inputs.sort_unstable();
        payers.clear();
        for group in inputs.chunk_by(|a, b| a.0 == b.0) {
            let value_sat = group.iter().try_fold(0i64, |sum, (_, value_sat)| Some(sum.saturating_add((*value_sat)?)));
            payers.push(Payer { address: group[0].0, n_inputs: group.len() as u32, value_sat });
        }
        addresses.clear();
        addresses.extend(outputs.iter().map(|output| output.1));
        addresses.sort_unstable();
        let n_repeated_outputs = addresses.windows(2).filter(|pair| pair[0] == pair[1]).count() as u32;
        let n_input_addresses = payers.len() as u32;
        let most = |allowed: u32| {
            let fits = equals.iter().filter(|equal| equal.n_addresses <= allowed);
            fits.rev().max_by_key(|equal| equal.n_outputs).copied().unwrap_or(NO_EQUAL)
        };
        let widest = equals.iter().rev().filter(|equal| equal.n_addresses <= n_input_addresses);
        Facts {
            view,
            eras,
            modal: most(u32::MAX),
            shared: widest.max_by_key(|equal| equal.n_addresses).copied().unwrap_or(NO_EQUAL),
            n_spendable: outputs.len() as u32,
            n_op_return: (view.outputs.len() - outputs.len()) as u32,
            n_inputs: inputs.len() as u32,
            n_input_addresses,
            most_inputs_of_one: payers.iter().map(|payer| payer.n_inputs).max().unwrap_or(0),
            n_repeated_outputs,
            equals,
            payers,
        }
    }

    /// Outputs of another value than `value_sat`, with an address.
    pub fn others(&self, value_sat: i64) -> impl Iterator<Item = i64> + '_ {
        self.view.spendable().map(|output| output.value_sat).filter(move |value| *value != value_sat)
    }

    /// Outputs whose value has a property.
    #[must_use]
    pub fn n_outputs_where(&self, is_so: impl Fn(i64) -> bool) -> u32 {
        self.equals.iter().filter(|equal| is_so(equal.value_sat)).map(|equal| equal.n_outputs).sum()
    }

    /// Values that occur at least twice.
    pub fn repeated(&self) -> impl Iterator<Item = &Equal> {
        self.equals.iter().filter(|equal| equal.n_outputs > 1)
    }

    /// Outputs with the address of another output, the first of each address not counted.
    #[must_use]
    pub fn n_repeated_outputs(&self) -> u32 {
        self.n_repeated_outputs
    }

    /// Outputs to an address that is spent from.
    #[must_use]
    pub fn n_self_paid(&self) -> u32 {
        let is_payer = |address: u32| self.payers.binary_search_by_key(&address, |payer| payer.address).is_ok();
        self.view.spendable().filter(|output| is_payer(output.address)).count() as u32
    }

    /// An upper bound of how many people can each bring `value_sat`; `None` if a value is not known.
    ///
    /// Whoever brings less than that alone needs the coins of others of his: every group of coins that is enough either
    /// has one that is enough, or takes at least `value_sat` from the small ones. Coins of one address are of one owner.
    #[must_use]
    pub fn most_funders(&self, value_sat: i64) -> Option<i64> {
        if value_sat <= 0 {
            return None;
        }
        let (mut n_large, mut small_sat) = (0i64, 0i64);
        for payer in self.payers {
            let paid_sat = payer.value_sat?;
            if paid_sat >= value_sat {
                n_large += 1;
            } else {
                small_sat = small_sat.saturating_add(paid_sat);
            }
        }
        Some(n_large + small_sat / value_sat)
    }

    /// Values of inputs in order; `None` if one is not known.
    pub fn input_values(&self) -> Option<impl Iterator<Item = i64> + Clone + '_> {
        let all_known = self.view.inputs.iter().all(|input| input.value_sat.is_some());
        all_known.then(|| self.view.inputs.iter().filter_map(|input| input.value_sat))
    }

    /// Whether inputs stand by value, largest first.
    #[must_use]
    pub fn has_descending_inputs(&self) -> Option<bool> {
        Some(self.input_values()?.is_sorted_by(|a, b| a >= b))
    }

    /// Whether outputs stand by value, largest first.
    #[must_use]
    pub fn has_descending_outputs(&self) -> bool {
        self.view.outputs.is_sorted_by(|a, b| a.value_sat >= b.value_sat)
    }

    /// Whether all inputs are of such a kind; `None` if one is not known and no other is of another kind.
    #[must_use]
    pub fn all_inputs(&self, is_so: impl Fn(Kind) -> bool) -> Option<bool> {
        let mut all = Some(true);
        for input in self.view.inputs {
            match input.kind {
                Some(kind) if !is_so(kind) => return Some(false),
                Some(_) => {}
                None => all = None,
            }
        }
        all
    }

    /// Whether all outputs are of such a kind, those without an address included.
    #[must_use]
    pub fn all_outputs(&self, is_so: impl Fn(Kind) -> bool) -> bool {
        self.view.outputs.iter().all(|output| is_so(output.kind))
    }

    /// Outputs of `value_sat` that are not of the kind which most of them have.
    #[must_use]
    pub fn n_of_other_kinds(&self, value_sat: i64) -> u32 {
        let mut counts = [0u32; Kind::ALL.len()];
        for output in self.view.spendable().filter(|output| output.value_sat == value_sat) {
            counts[output.kind as usize] += 1;
        }
        counts.iter().sum::<u32>() - counts.iter().max().copied().unwrap_or(0)
    }
}
