//! Where ties between addresses come from: one [`EdgeSource`] a rule.

use crate::change::Judge;
use crate::coinjoin::Exclusion;
use crate::ids::{AddressId, TxNum};
use crate::lookup::Bound;
use crate::store::{Snapshot, StoreError};
use crate::tx_view::ViewBuffers;

/// The rules that tie addresses, as links name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Rule {
    /// Both are inputs of one transaction.
    MultiInput = 0,
    /// Both are forms of one public key.
    Key = 1,
    /// One paid, the other took the change.
    Change = 2,
}

impl Rule {
    /// All of them.
    pub const ALL: [Rule; 3] = [Rule::MultiInput, Rule::Key, Rule::Change];

    /// Name and version.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Rule::MultiInput => "multi_input/1",
            Rule::Key => "key/1",
            Rule::Change => "change/1",
        }
    }

    /// The rule of that number.
    #[must_use]
    pub fn from_u8(number: u8) -> Option<Rule> {
        Rule::ALL.get(usize::from(number)).copied()
    }

    /// Whether what it says is a ledger fact: no opinion about people's habits is needed.
    #[must_use]
    pub fn is_fact(self) -> bool {
        self == Rule::Key
    }
}

/// A tie between two addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// One address.
    pub from: AddressId,
    /// The other.
    pub to: AddressId,
    /// The transaction that it is about.
    pub tx: TxNum,
    /// Transaction of its latest evidence.
    pub stamp: TxNum,
    /// What ties them.
    pub rule: Rule,
    /// As in [`Link::score`](super::record::Link::score).
    pub score: i16,
}

/// Memory that sources use again and again, with one snapshot.
#[derive(Debug, Default)]
pub struct Scratch {
    /// Address ids.
    pub ids: Vec<AddressId>,
    /// A transaction.
    pub view: ViewBuffers,
    /// What leaves CoinJoins alone, made for the snapshot at hand when it is first wanted.
    pub exclusion: Option<Exclusion>,
    /// What judges change, made for the snapshot at hand when it is first wanted.
    pub judge: Option<Judge>,
}

/// One rule that ties addresses.
pub trait EdgeSource: Send + Sync {
    /// Which.
    fn rule(&self) -> Rule;

    /// Adds the ties that transaction `tx` makes, which lies below `bound`. Only what lies below `bound` may be looked at:
    /// then an answer "as of" that bound is never changed by later blocks. A source whose rule
    /// [waits](super::RuleSet::lag_blocks) is asked as of the end of the block in which the wait ends.
    ///
    /// # Errors
    /// If the store contradicts itself.
    fn edges(
        &self,
        snapshot: &Snapshot,
        bound: &Bound,
        tx: TxNum,
        scratch: &mut Scratch,
        edges: &mut Vec<Edge>,
    ) -> Result<(), StoreError>;
}
