//! What a rule looked at: the evidence of its vote.

/// Value of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactValue {
    /// A count, an amount in satoshi, or a field of a transaction; the fact's name says which.
    Number(i64),
    /// Yes or no.
    Flag(bool),
    /// A kind of script, or another fixed word.
    Word(&'static str),
    /// A transaction, by row.
    Tx(u32),
    /// The store does not know.
    Unknown,
}

/// One thing that a rule looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fact {
    /// The output that it is about; `None` if about the transaction.
    pub output: Option<u32>,
    /// What it is, with its unit.
    pub name: &'static str,
    /// What was found.
    pub value: FactValue,
}

/// Where rules write down what they looked at; or nothing, where nobody asks.
#[derive(Debug, Default)]
pub struct Notes {
    facts: Option<Vec<Fact>>,
}

impl Notes {
    /// Nothing is kept.
    #[must_use]
    pub fn off() -> Notes {
        Notes { facts: None }
    }

    /// Everything is kept.
    #[must_use]
    pub fn on() -> Notes {
        Notes { facts: Some(Vec::new()) }
    }

    /// A fact about output `n`.
    pub fn output(&mut self, n: u32, name: &'static str, value: FactValue) {
        if let Some(facts) = &mut self.facts {
            facts.push(Fact { output: Some(n), name, value });
        }
    }

    /// A fact about the transaction.
    pub fn tx(&mut self, name: &'static str, value: FactValue) {
        if let Some(facts) = &mut self.facts {
            facts.push(Fact { output: None, name, value });
        }
    }

    /// The facts since the last call.
    pub fn take(&mut self) -> Vec<Fact> {
        self.facts.as_mut().map(std::mem::take).unwrap_or_default()
    }
}
