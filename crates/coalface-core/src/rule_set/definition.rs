//! Which rules a named set has. A set is data: a name, a version, and the sources of its ties.

use super::change_tie::ChangeTie;
use super::edge::{EdgeSource, Rule};
use super::error::RuleSetError;
use super::key_tie::KeyTie;
use super::multi_input::MultiInput;
use crate::change::{LAG_BLOCKS, STANDARD_MILLINATS, WIDE_MILLINATS};

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
        RuleSet { name: "strict", version: 2, at_once: vec![Box::new(MultiInput)], later: Vec::new(), lag_blocks: 0 }
    }

    /// Inputs of one transaction, and forms of one key.
    #[must_use]
    pub fn keyed() -> RuleSet {
        let at_once: Vec<Box<dyn EdgeSource>> = vec![Box::new(MultiInput), Box::new(KeyTie)];
        RuleSet { name: "keyed", version: 1, at_once, later: Vec::new(), lag_blocks: 0 }
    }

    /// As `keyed`, and change where the evidence is strong.
    #[must_use]
    pub fn standard() -> RuleSet {
        RuleSet { name: "standard", ..RuleSet::keyed().with_change(STANDARD_MILLINATS) }
    }

    /// As `standard`, and change where the evidence is weaker.
    #[must_use]
    pub fn wide() -> RuleSet {
        RuleSet { name: "wide", ..RuleSet::keyed().with_change(WIDE_MILLINATS) }
    }

    fn with_change(self, threshold_millinats: i32) -> RuleSet {
        let later: Vec<Box<dyn EdgeSource>> = vec![Box::new(ChangeTie { threshold_millinats })];
        // Change is judged once, so many blocks later: a constant of the rule, since another wait is another answer.
        RuleSet { later, lag_blocks: LAG_BLOCKS, ..self }
    }

    /// All sets that this release knows, narrowest first.
    #[must_use]
    pub fn all() -> Vec<RuleSet> {
        vec![RuleSet::keyed(), RuleSet::standard(), RuleSet::wide()]
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
