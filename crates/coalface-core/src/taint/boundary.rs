//! Where a trace stops, and why.

use super::set::IdSet;
use crate::blockfile::parse::tx_flags;
use crate::coinjoin::{Eras, Exclusion};
use crate::ids::{AddressId, TxNum, NONE_SAT};
use crate::lookup::place::{inputs_of, outputs_of, tx_of_output};
use crate::lookup::Bound;
use crate::script::Kind;
use crate::store::Snapshot;
use crate::tx_view::ViewBuffers;
use crate::Result;

/// Longest script that can run (Bitcoin Core `MAX_SCRIPT_SIZE`).
const MAX_SCRIPT_BYTES: usize = 10_000;

/// Why a trace stops at an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Boundary {
    /// Not spent as of the bound.
    Unspent,
    /// An address that the caller named: a service by label, by its cluster, or by hand.
    Service,
    /// An address that the caller suspects to be a service, by behaviour or size.
    Suspected,
    /// An address of a custodial mixer.
    Mixer,
    /// Left the chain in a swap.
    Swap,
    /// An address from which a court or an authority sold.
    CourtSale,
    /// A transaction that may be a CoinJoin.
    Coinjoin,
    /// Made by a coinbase (backward).
    Coinbase,
    /// Cannot be spent by anybody (OP_RETURN, the genesis coinbase, a script too long to run).
    Burned,
    /// The limit of transactions was reached.
    Limit,
    /// A transaction with inputs of unknown value, or outside a partial chain.
    Coverage,
}

impl Boundary {
    /// All, in the order of totals.
    pub const ALL: [Boundary; 11] = [
        Boundary::Unspent,
        Boundary::Service,
        Boundary::Suspected,
        Boundary::Mixer,
        Boundary::Swap,
        Boundary::CourtSale,
        Boundary::Coinjoin,
        Boundary::Coinbase,
        Boundary::Burned,
        Boundary::Limit,
        Boundary::Coverage,
    ];

    /// Name in answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Boundary::Unspent => "unspent",
            Boundary::Service => "service",
            Boundary::Suspected => "suspected_service",
            Boundary::Mixer => "mixer",
            Boundary::Swap => "swap",
            Boundary::CourtSale => "court_sale",
            Boundary::Coinjoin => "coinjoin",
            Boundary::Coinbase => "coinbase",
            Boundary::Burned => "burned",
            Boundary::Limit => "limit",
            Boundary::Coverage => "coverage",
        }
    }

    /// The boundary with that name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Boundary> {
        Boundary::ALL.into_iter().find(|boundary| boundary.name() == name)
    }

    /// The boundary with that number, as a mark of a stop; a number that none has is a service.
    #[must_use]
    pub fn of_mark(mark: u8) -> Boundary {
        Boundary::ALL.get(usize::from(mark)).copied().unwrap_or(Boundary::Service)
    }
}

/// Says where a trace stops.
#[derive(Debug)]
pub struct Judge<'a> {
    snapshot: &'a Snapshot,
    bound: Bound,
    /// Addresses that are boundaries, each with the number of its boundary.
    stops: IdSet,
    /// Outputs that are, likewise.
    stop_outputs: IdSet,
    stop_at_coinjoins: bool,
    exclusion: Exclusion,
    view: ViewBuffers,
}

impl<'a> Judge<'a> {
    /// A judge with these stops.
    #[must_use]
    pub fn new(
        snapshot: &'a Snapshot,
        bound: Bound,
        stops: &[(AddressId, Boundary)],
        stop_outputs: &[(u64, Boundary)],
        stop_at_coinjoins: bool,
    ) -> Judge<'a> {
        let stops = IdSet::new(stops.iter().map(|(id, boundary)| (u64::from(*id), *boundary as u8)).collect());
        let stop_outputs = IdSet::new(stop_outputs.iter().map(|(id, boundary)| (*id, *boundary as u8)).collect());
        let exclusion = Exclusion::new(Eras::of(snapshot.network()));
        let view = ViewBuffers::default();
        Judge { snapshot, bound, stops, stop_outputs, stop_at_coinjoins, exclusion, view }
    }

    /// Whether value stops at an output because of what the caller said of it or of its address. The address of an
    /// origin does not stop it.
    #[must_use]
    pub fn named(&self, output: u64, address: AddressId, is_origin: bool) -> Option<Boundary> {
        let of_address = || if is_origin { None } else { self.stops.mark(u64::from(address)) };
        self.stop_outputs.mark(output).or_else(of_address).map(Boundary::of_mark)
    }

    /// Whether a transaction may be a CoinJoin. The one place in which a trace asks.
    fn is_mix(&mut self, tx: TxNum) -> Result<bool> {
        let (inputs, outputs) = (inputs_of(self.snapshot, tx), outputs_of(self.snapshot, tx));
        // What every detector asks, before addresses are read.
        if inputs.end - inputs.start < 2 || outputs.end - outputs.start < 3 {
            return Ok(false);
        }
        Ok(self.exclusion.may_be_coinjoin(self.view.fill(self.snapshot, tx)?))
    }

    /// Why a trace does not go through a transaction, if so, and whether it may be a CoinJoin.
    ///
    /// # Errors
    /// If the store contradicts itself.
    pub fn tx(&mut self, tx: TxNum) -> Result<(Option<Boundary>, bool)> {
        let is_mix = self.is_mix(tx)?;
        if is_mix && self.stop_at_coinjoins {
            return Ok((Some(Boundary::Coinjoin), true));
        }
        let fee = self.snapshot.columns.tx_fee_sat.get(tx as usize).copied().unwrap_or(NONE_SAT);
        Ok(((fee == NONE_SAT && !self.is_coinbase(tx)).then_some(Boundary::Coverage), is_mix))
    }

    /// Whether a transaction is a coinbase.
    #[must_use]
    pub fn is_coinbase(&self, tx: TxNum) -> bool {
        self.snapshot.columns.tx_flags.get(tx as usize).is_some_and(|flags| flags & tx_flags::COINBASE != 0)
    }

    /// Whether nobody can ever spend an output with an address: the genesis coinbase, one that a repeated coinbase
    /// overwrote (before BIP-0030), a script that is too long to run.
    ///
    /// # Errors
    /// If the store contradicts itself.
    pub fn is_unspendable(&self, output: u64, address: AddressId) -> Result<bool> {
        let columns = &*self.snapshot.columns;
        let tx = tx_of_output(self.snapshot, output)?;
        if self.is_coinbase(tx) {
            let is_genesis = tx == 0 && columns.block_hash.first() == Some(&self.snapshot.network().genesis_hash());
            let latest = self.snapshot.find_tx(&columns.tx_txid[tx as usize], self.bound.txs);
            if is_genesis || latest.is_some_and(|latest| latest > tx) {
                return Ok(true);
            }
        }
        if columns.address_kind.get(address as usize) != Some(&(Kind::Nonstandard as u8)) {
            return Ok(false);
        }
        let script = self.snapshot.address_payload(address);
        Ok(script.is_some_and(|(kind, payload)| kind == Kind::Nonstandard && payload.len() > MAX_SCRIPT_BYTES))
    }
}

/// Rows of a column, none where the range makes no sense.
pub(super) fn rows<T>(column: &[T], range: std::ops::Range<u64>) -> &[T] {
    column.get(range.start as usize..range.end as usize).unwrap_or(&[])
}
