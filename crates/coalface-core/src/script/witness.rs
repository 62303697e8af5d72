//! The witness stack of one input.

/// View of one input's serialised witness: a compact-size count, then the items, each with a compact-size length.
///
/// Any bytes are accepted: iteration ends at the first item that is not fully there. Making one costs nothing; every
/// look-up walks the stack, so callers that need several items should walk once.
#[derive(Clone, Copy, Debug)]
pub struct Witness<'a> {
    bytes: &'a [u8],
}

impl<'a> Witness<'a> {
    /// The witness of an input that has none.
    pub const EMPTY: Witness<'static> = Witness { bytes: &[] };

    /// Views `bytes`; no bytes are an empty stack.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Witness { bytes }
    }

    /// Whether there is no item.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.iter().next().is_none()
    }

    /// Number of items that [`Witness::iter`] yields. Walks the stack.
    #[must_use]
    pub fn len(self) -> usize {
        self.iter().count()
    }

    /// The items from the bottom of the stack to its top.
    #[must_use]
    pub fn iter(self) -> Items<'a> {
        let mut rest = self.bytes;
        match compact_size(&mut rest) {
            Some(left) => Items { rest, left, is_broken: false },
            None => Items { rest, left: 0, is_broken: !self.bytes.is_empty() },
        }
    }

    /// The top of the stack. Walks the stack.
    #[must_use]
    pub fn last(self) -> Option<&'a [u8]> {
        self.iter().last()
    }

    /// Item `index`, counted from the bottom. Walks the stack up to it.
    #[must_use]
    pub fn get(self, index: usize) -> Option<&'a [u8]> {
        self.iter().nth(index)
    }
}

impl<'a> IntoIterator for Witness<'a> {
    type Item = &'a [u8];
    type IntoIter = Items<'a>;
    fn into_iter(self) -> Items<'a> {
        self.iter()
    }
}

/// Iterator over the items of a [`Witness`].
#[derive(Clone, Debug)]
pub struct Items<'a> {
    rest: &'a [u8],
    left: u64,
    is_broken: bool,
}

impl Items<'_> {
    /// Whether the bytes ended before the announced items did, or go on after them. Known once iteration has ended.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.is_broken || (self.left == 0 && !self.rest.is_empty())
    }
}

impl<'a> Iterator for Items<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.left == 0 || self.is_broken {
            return None;
        }
        let mut rest = self.rest;
        let item = compact_size(&mut rest)
            .and_then(|len| usize::try_from(len).ok())
            .and_then(|len| rest.split_at_checked(len));
        let Some((item, rest)) = item else {
            self.is_broken = true;
            return None;
        };
        self.rest = rest;
        self.left -= 1;
        Some(item)
    }
}

/// Reads a compact size off the front. Longer forms than needed are accepted: parsing blocks is where they are refused.
fn compact_size(bytes: &mut &[u8]) -> Option<u64> {
    let (&first, rest) = bytes.split_first()?;
    let (value, rest) = match first {
        0xfd => rest.split_first_chunk().map(|(b, rest)| (u64::from(u16::from_le_bytes(*b)), rest))?,
        0xfe => rest.split_first_chunk().map(|(b, rest)| (u64::from(u32::from_le_bytes(*b)), rest))?,
        0xff => rest.split_first_chunk().map(|(b, rest)| (u64::from_le_bytes(*b), rest))?,
        small => (u64::from(small), rest),
    };
    *bytes = rest;
    Some(value)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Serialises a stack.
    pub(crate) fn serialise(items: &[&[u8]]) -> Vec<u8> {
        let size = |n: usize| if n < 0xfd { vec![n as u8] } else { [&[0xfd][..], &(n as u16).to_le_bytes()].concat() };
        let mut bytes = size(items.len());
        for item in items {
            bytes.extend(size(item.len()));
            bytes.extend(*item);
        }
        bytes
    }

    #[test]
    fn reads_items() {
        let long = vec![7; 300];
        let bytes = serialise(&[b"a", b"", &long]);
        let witness = Witness::new(&bytes);
        assert_eq!(witness.len(), 3);
        assert_eq!(witness.get(1), Some(&b""[..]));
        assert_eq!(witness.last(), Some(&long[..]));
        assert_eq!(witness.get(3), None);
        let mut items = witness.iter();
        assert_eq!(items.by_ref().count(), 3);
        assert!(!items.is_broken());
        assert!(Witness::EMPTY.is_empty() && Witness::new(&[0]).is_empty());
        assert!(!Witness::EMPTY.iter().is_broken() && !Witness::new(&[0]).iter().is_broken());
    }

    #[test]
    fn hostile_bytes_end_the_iteration() {
        for bytes in [
            &[0xff, 255, 255, 255, 255, 255, 255, 255, 255][..],
            &[0xff, 255, 255, 255, 255, 255, 255, 255, 255, 0xff, 255, 255, 255, 255, 255, 255, 255, 255, 1],
            &[0xfd, 1],
            &[0xfe],
            &[2, 1, 9, 5, 1],
            &[1, 0xfd, 1],
            &[0, 1],
        ] {
            let mut items = Witness::new(bytes).iter();
            assert!(items.by_ref().count() <= 1);
            assert!(items.is_broken(), "{bytes:?}");
            assert_eq!(items.next(), None);
        }
    }

    #[test]
    fn millions_of_items() {
        let mut bytes = vec![0xfe];
        bytes.extend(4_000_000u32.to_le_bytes());
        bytes.extend(std::iter::repeat_n(0, 4_000_000));
        assert_eq!(Witness::new(&bytes).len(), 4_000_000);
    }
}
