//! Gates: the tests that a detector makes, each with what it found and what it allows.

use std::fmt;

use super::facts::Facts;

/// What a gate allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowed {
    /// That or more.
    AtLeast(i64),
    /// That or less.
    AtMost(i64),
    /// Both ends included.
    Between(i64, i64),
    /// That alone.
    Exactly(i64),
    /// What the words say.
    Text(&'static str),
}

impl Allowed {
    /// Whether a number is allowed; words allow none.
    #[must_use]
    pub fn holds(self, value: i64) -> bool {
        match self {
            Allowed::AtLeast(least) => value >= least,
            Allowed::AtMost(most) => value <= most,
            Allowed::Between(least, most) => (least..=most).contains(&value),
            Allowed::Exactly(only) => value == only,
            Allowed::Text(_) => false,
        }
    }
}

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Allowed::AtLeast(least) => write!(f, "at least {least}"),
            Allowed::AtMost(most) => write!(f, "at most {most}"),
            Allowed::Between(least, most) => write!(f, "{least} to {most}"),
            Allowed::Exactly(only) => write!(f, "{only}"),
            Allowed::Text(text) => f.write_str(text),
        }
    }
}

/// One test and how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gate {
    /// What is looked at; a quantity names its unit.
    pub name: &'static str,
    /// `None` where what it needs is not known (the value of an input outside a partial chain).
    pub passed: Option<bool>,
    /// What was found; `None` where that is no number or not known.
    pub value: Option<i64>,
    /// What is allowed.
    pub allowed: Allowed,
}

impl Gate {
    /// A gate on a number that is known.
    #[must_use]
    pub fn of(name: &'static str, value: i64, allowed: Allowed) -> Gate {
        Gate { name, passed: Some(allowed.holds(value)), value: Some(value), allowed }
    }

    /// A gate on a number that may not be known.
    #[must_use]
    pub fn of_known(name: &'static str, value: Option<i64>, allowed: Allowed) -> Gate {
        Gate { name, passed: value.map(|value| allowed.holds(value)), value, allowed }
    }

    /// A gate on a property that may not be known.
    #[must_use]
    pub fn is(name: &'static str, passed: Option<bool>, allowed: &'static str) -> Gate {
        Gate { name, passed, value: None, allowed: Allowed::Text(allowed) }
    }
}

/// A gate to be tried.
pub type GateFn = fn(&Facts<'_>) -> Gate;
