//! ECDSA and Schnorr signatures by their shape. Nothing is verified.

/// Hash type of a signature: which parts of the transaction it commits to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashType(pub u8);

impl HashType {
    /// ALL, NONE or SINGLE, with or without ANYONECANPAY.
    #[must_use]
    pub fn is_defined(self) -> bool {
        matches!(self.0 & 0x7f, 1..=3)
    }
}

/// A DER-encoded ECDSA signature with its hash type byte, as scripts carry it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DerSignature<'a> {
    r: &'a [u8],
    s: &'a [u8],
    /// The byte after the DER structure.
    pub hash_type: HashType,
}

impl<'a> DerSignature<'a> {
    /// Reads `30 len 02 len R 02 len S hashtype`, where all lengths agree.
    ///
    /// This admits the padding and the negative numbers that were valid before BIP-0066;
    /// [`DerSignature::is_strict`] does not. At most 73 bytes, as in BIP-0066, and neither number empty.
    #[must_use]
    pub fn parse(bytes: &'a [u8]) -> Option<DerSignature<'a>> {
        if !(9..=73).contains(&bytes.len()) {
            return None;
        }
        let (&hash_type, der) = bytes.split_last()?;
        let (&[0x30, len], body) = der.split_first_chunk()? else { return None };
        if usize::from(len) != body.len() {
            return None;
        }
        let (r, rest) = integer(body)?;
        let (s, rest) = integer(rest)?;
        rest.is_empty().then_some(DerSignature { r, s, hash_type: HashType(hash_type) })
    }

    /// Whether the encoding is the strict one of BIP-0066: neither number is negative or padded more than needed.
    #[must_use]
    pub fn is_strict(&self) -> bool {
        [self.r, self.s].into_iter().all(|number| match number {
            [0, next, ..] => next & 0x80 != 0,
            [first, ..] => first & 0x80 == 0,
            [] => false,
        })
    }

    /// Whether R is below 2^255. Wallets that grind for it (Bitcoin Core since 0.17) always have it, others half the time.
    #[must_use]
    pub fn is_low_r(&self) -> bool {
        let start = self.r.iter().position(|&b| b != 0).unwrap_or(self.r.len());
        let r = &self.r[start..];
        r.len() < 32 || (r.len() == 32 && r[0] & 0x80 == 0)
    }
}

/// Splits a DER integer off the front.
fn integer(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&[0x02, len], rest) = bytes.split_first_chunk()? else { return None };
    if len == 0 {
        return None;
    }
    rest.split_at_checked(usize::from(len))
}

/// Hash type of bytes that have the shape of a Schnorr signature (BIP-0341): 64 bytes, or 65 with a defined hash type.
///
/// `None` if they have not. The hash type of 64 bytes is 0, DEFAULT. Any 64 bytes have the shape.
#[must_use]
pub fn schnorr_hash_type(bytes: &[u8]) -> Option<HashType> {
    match bytes.len() {
        64 => Some(HashType(0)),
        65 => Some(HashType(bytes[64])).filter(|hash_type| hash_type.is_defined()),
        _ => None,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A DER signature over the numbers given as big-endian bytes.
    pub(crate) fn der(r: &[u8], s: &[u8], hash_type: u8) -> Vec<u8> {
        let mut bytes = vec![0x30, (4 + r.len() + s.len()) as u8, 0x02, r.len() as u8];
        bytes.extend(r);
        bytes.extend([0x02, s.len() as u8]);
        bytes.extend(s);
        bytes.push(hash_type);
        bytes
    }

    /// A strict signature with R < 2^255.
    pub(crate) fn low_r() -> Vec<u8> {
        der(&[0x7f; 32], &[0x11; 32], 1)
    }

    /// A strict signature with R >= 2^255.
    pub(crate) fn high_r() -> Vec<u8> {
        der(&[&[0][..], &[0x80; 32]].concat(), &[0x11; 32], 1)
    }

    #[test]
    fn low_and_high_r() {
        assert!(DerSignature::parse(&low_r()).unwrap().is_low_r());
        assert!(!DerSignature::parse(&high_r()).unwrap().is_low_r());
        assert!(DerSignature::parse(&der(&[1], &[1], 1)).unwrap().is_low_r());
        assert!(!DerSignature::parse(&der(&[0x80; 32], &[1], 1)).unwrap().is_low_r(), "written as a negative number");
        assert!(!DerSignature::parse(&der(&[1; 33], &[1; 32], 1)).unwrap().is_low_r(), "more than 256 bits");
        assert!(DerSignature::parse(&der(&[&[0, 0][..], &[1; 30]].concat(), &[1; 32], 1)).unwrap().is_low_r());
    }

    #[test]
    fn strictness() {
        let strict = |r: &[u8], s: &[u8]| DerSignature::parse(&der(r, s, 1)).unwrap().is_strict();
        assert!(DerSignature::parse(&low_r()).unwrap().is_strict());
        assert!(DerSignature::parse(&high_r()).unwrap().is_strict());
        assert!(!strict(&[0x80; 32], &[1; 32]), "negative R");
        assert!(!strict(&[1; 32], &[0x80; 32]), "negative S");
        assert!(!strict(&[0, 1], &[1]), "padded R");
        assert!(!strict(&[1], &[0, 0x7f]), "padded S");
        assert!(strict(&[0, 0x80], &[1]));
    }

    #[test]
    fn any_damage_to_the_frame_is_seen() {
        let good = high_r();
        assert_eq!(good.len(), 72);
        for len in 0..good.len() {
            assert_eq!(DerSignature::parse(&good[..len]), None, "cut to {len}");
        }
        for at in [0, 1, 2, 3, 37, 38] {
            let mut bad = good.clone();
            bad[at] ^= 1;
            assert_eq!(DerSignature::parse(&bad), None, "byte {at}");
        }
        assert_eq!(DerSignature::parse(&der(&[], &[1; 32], 1)), None);
        assert_eq!(DerSignature::parse(&der(&[1; 60], &[1; 60], 1)), None, "longer than any signature");
    }

    #[test]
    fn schnorr_shapes() {
        assert_eq!(schnorr_hash_type(&[9; 64]), Some(HashType(0)));
        assert_eq!(schnorr_hash_type(&[0x83; 65]), Some(HashType(0x83)));
        assert_eq!(schnorr_hash_type(&[0; 65]), None, "DEFAULT is never written out");
        assert_eq!(schnorr_hash_type(&[1; 63]), None);
    }
}
