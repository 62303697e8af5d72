//! The rules by name.

/// A change rule. The numbers are positions in tables of weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Rule {
    /// The only output to an address that was never used before.
    OneTimeChange = 0,
    /// Of the kind that all inputs have.
    AddressType = 1,
    /// Not a round amount.
    RoundValue = 2,
    /// Smaller than every input.
    OptimalChange = 3,
    /// To an address that was never used before.
    ClientBehaviour = 4,
    /// Back to an address that is spent from.
    Reuse = 5,
    /// To an address that is paid again later.
    ReceivedAgain = 6,
    /// Spent at the same fee rate.
    FixedFee = 7,
    /// Spent by the next hop of a peel chain.
    Peel = 8,
    /// Spent by a transaction of the same version.
    FingerprintVersion = 9,
    /// Spent by a transaction with the same habit of lock times.
    FingerprintLocktime = 10,
    /// Spent with the same kind of sequence.
    FingerprintSequence = 11,
    /// Spent by a transaction that is serialized with witnesses as this one is, or as this one without.
    FingerprintSegwit = 12,
    /// Spent by a transaction that orders inputs and outputs as this one does.
    FingerprintOrder = 13,
    /// Locked by the same script template, as its spend shows.
    FingerprintScript = 14,
    /// Signed with short R as this one is.
    FingerprintLowR = 15,
    /// The only output whose spend has all features of this transaction.
    SameFeatures = 16,
    /// Spent together with coins of the payer.
    CoSpent = 17,
}

/// Number of rules.
pub const N_RULES: usize = 18;

impl Rule {
    /// All rules, in the order of their numbers.
    pub const ALL: [Rule; N_RULES] = [
        Rule::OneTimeChange,
        Rule::AddressType,
        Rule::RoundValue,
        Rule::OptimalChange,
        Rule::ClientBehaviour,
        Rule::Reuse,
        Rule::ReceivedAgain,
        Rule::FixedFee,
        Rule::Peel,
        Rule::FingerprintVersion,
        Rule::FingerprintLocktime,
        Rule::FingerprintSequence,
        Rule::FingerprintSegwit,
        Rule::FingerprintOrder,
        Rule::FingerprintScript,
        Rule::FingerprintLowR,
        Rule::SameFeatures,
        Rule::CoSpent,
    ];

    /// Name and version, as answers give it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Rule::OneTimeChange => "one_time_change/1",
            Rule::AddressType => "address_type/1",
            Rule::RoundValue => "round_value/1",
            Rule::OptimalChange => "optimal_change/1",
            Rule::ClientBehaviour => "client_behaviour/1",
            Rule::Reuse => "reuse/1",
            Rule::ReceivedAgain => "received_again/1",
            Rule::FixedFee => "fixed_fee/1",
            Rule::Peel => "peel/1",
            Rule::FingerprintVersion => "fingerprint_version/1",
            Rule::FingerprintLocktime => "fingerprint_locktime/1",
            Rule::FingerprintSequence => "fingerprint_sequence/1",
            Rule::FingerprintSegwit => "fingerprint_segwit/1",
            Rule::FingerprintOrder => "fingerprint_order/1",
            Rule::FingerprintScript => "fingerprint_script/1",
            Rule::FingerprintLowR => "fingerprint_low_r/1",
            Rule::SameFeatures => "same_features/1",
            Rule::CoSpent => "co_spent/1",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_positions_and_names_are_unique() {
        let mut names: Vec<&str> = Rule::ALL.iter().map(|rule| rule.name()).collect();
        assert!(Rule::ALL.iter().enumerate().all(|(n, rule)| *rule as usize == n));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), N_RULES);
    }
}
