//! Which rules a named set has. A set is data: a name, a version, and the sources of its ties.

use super::edge::{EdgeSource, Rule};
use super::error::RuleSetError;
use super::key_tie::KeyTie;
use super::multi_input::MultiInput;

/// Blocks that a rule which needs the future waits, about a day.
///
/// *Why 144.* Most change is spent within a day if it is spent soon at all, and a rule about the spending of an output
/// gains little from waiting longer; at the same time an answer lags no more than a day behind. Constant per version of
/// a set, since another wait is another answer.
pub const LAG_BLOCKS: u64 = 144;

/// A named rule set.
pub struct RuleSet {
    /// Its name, and that of its folder.
    pub name: &'static str,
    /// Rises whenever the same blocks would give other links.
    pub version: u64,
    /// Rules that need nothing but the past, asked about every transaction in order.
    pub at_once: Vec<Box<dyn EdgeSource>>,
    /// Rules that look at what came after a transaction: asked `lag_blocks` blocks later.
    pub later: Vec<Box<dyn EdgeSource>>,
    /// How many.
    pub lag_blocks: u64,
}

impl std::fmt::Debug for RuleSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RuleSet").field("name", &self.name).field("version", &self.version).finish_non_exhaustive()
    }
}

impl RuleSet {
    /// Name and version, as answers give it.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{}/{}", self.name, self.version)
    }

    /// Its rules.
    pub fn rules(&self) -> impl Iterator<Item = Rule> + '_ {
        self.at_once.iter().chain(&self.later).map(|source| source.rule())
    }

    /// The rules of the store's own set, which the store keeps in columns of its own: for searches through its ties.
    #[must_use]
    pub fn strict() -> RuleSet {
        RuleSet { name: "strict", version: 1, at_once: vec![Box::new(MultiInput)], later: Vec::new(), lag_blocks: 0 }
    }

    /// Inputs of one transaction, and forms of one key.
    #[must_use]
    pub fn keyed() -> RuleSet {
        let at_once: Vec<Box<dyn EdgeSource>> = vec![Box::new(MultiInput), Box::new(KeyTie)];
        RuleSet { name: "keyed", version: 1, at_once, later: Vec::new(), lag_blocks: LAG_BLOCKS }
    }

    /// All sets that this release knows, narrowest first.
    #[must_use]
    pub fn all() -> Vec<RuleSet> {
        vec![RuleSet::keyed()]
    }

    /// The set of that name.
    ///
    /// # Errors
    /// [`RuleSetError::Unknown`].
    pub fn named(name: &str) -> Result<RuleSet, RuleSetError> {
        let all = RuleSet::all();
        let known = all.iter().map(|set| set.name).collect::<Vec<_>>().join(", ");
        let found = all.into_iter().find(|set| set.name == name);
        found.ok_or_else(|| RuleSetError::Unknown { name: crate::context::shown(name), known })
    }
}
