//! A set of outputs of one transaction.

/// Outputs that a transaction may have to be judged: one bit each.
pub const MAX_OUTPUTS: usize = 64;

/// Numbers of outputs below [`MAX_OUTPUTS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Outputs(pub u64);

impl Outputs {
    /// No output.
    pub const NONE: Outputs = Outputs(0);

    /// Whether output `n` is among them.
    #[must_use]
    pub fn contains(self, n: u32) -> bool {
        n < MAX_OUTPUTS as u32 && self.0 & (1 << n) != 0
    }

    /// Takes output `n` in; a number that does not fit is left out.
    pub fn insert(&mut self, n: u32) {
        if n < MAX_OUTPUTS as u32 {
            self.0 |= 1 << n;
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The only one; `None` if there is none or several.
    #[must_use]
    pub fn single(self) -> Option<u32> {
        (self.len() == 1).then(|| self.0.trailing_zeros())
    }

    /// Those of `self` that are not in `other`.
    #[must_use]
    pub fn without(self, other: Outputs) -> Outputs {
        Outputs(self.0 & !other.0)
    }

    /// The numbers, ascending.
    pub fn iter(self) -> impl Iterator<Item = u32> {
        (0..MAX_OUTPUTS as u32).filter(move |n| self.contains(*n))
    }
}

impl FromIterator<u32> for Outputs {
    fn from_iter<I: IntoIterator<Item = u32>>(numbers: I) -> Outputs {
        let mut found = Outputs::NONE;
        numbers.into_iter().for_each(|n| found.insert(n));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_what_was_put_in() {
        let some: Outputs = [0, 5, 63, 64, u32::MAX].into_iter().collect();
        assert_eq!(some.iter().collect::<Vec<_>>(), [0, 5, 63]);
        assert_eq!((some.len(), some.single()), (3, None));
        assert_eq!(some.without([0, 63].into_iter().collect()).single(), Some(5));
        assert!(!some.contains(64) && !some.contains(1) && Outputs::NONE.is_empty());
    }
}
