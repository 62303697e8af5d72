//! Named rule sets beside the store's own `strict` one: who is held to be one, by which rules, and why.
//!
//! A set lies in a folder of its own below the store and is log-structured ([ADR 6](../../../docs/adr/0006-rule-sets.md)):
//! unions are appended in chain order, never changed. [`record`] has the rows, [`pieces`] the log, [`cells`] the forest
//! file, [`manifest`] what belongs to a set. [`definition`] says which rules a set has, [`edge`] what a rule is;
//! [`multi_input`], [`key_tie`] and [`change_tie`] are rules. [`mod@grow`] finds and unites, over [`union`] or [`sparse`] ([`lean`] for lists alone); [`writer`]
//! commits, [`mod@verify`] derives it all again. [`view`] answers as of any block, [`clusters`] for whichever set, [`mod@explain`] by which
//! evidence, [`mod@shortest`] by the fewest steps, [`mod@apart`] why not; [`merges`] and [`diff`] compare two blocks and
//! two sets, [`component`] has the ties that an overlay replays. [`all`] keeps every set of a store at its tip.

pub mod all;
pub mod apart;
pub mod cells;
pub mod change_tie;
pub mod clusters;
pub mod component;
pub mod definition;
pub mod diff;
pub mod edge;
pub mod error;
pub mod explain;
pub mod files;
pub mod grow;
pub mod key_tie;
pub mod lean;
pub mod manifest;
pub mod merges;
pub mod multi_input;
pub mod pieces;
pub mod record;
pub mod shortest;
pub mod sparse;
pub mod ties;
pub mod union;
pub mod verify;
pub mod view;
pub mod writer;
pub mod zeroed;

pub use all::{grow_all, SetOutcome};
pub use clusters::ClustersAt;
pub use definition::RuleSet;
pub use edge::{Edge, EdgeSource, Rule};
pub use error::RuleSetError;
pub use view::{AsOf, SetView};
pub use writer::{build_folder, built, BuildOptions, BuildReport};
