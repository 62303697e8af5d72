//! One-pass summaries of a scriptSig and a witness stack, and shapes that taproot spends can be told by.

use super::instructions::Instructions;
use super::key::{is_compressed_key, is_key};
use super::kind::Kind;
use super::signature::{schnorr_hash_type, DerSignature};
use super::witness::Witness;
use super::{classify, instructions};

/// What a scriptSig pushes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pushes<'a> {
    /// Elements pushed.
    pub n: usize,
    pub first: Option<&'a [u8]>,
    pub second: Option<&'a [u8]>,
    /// Element that the last instruction pushes; `None` if it pushes none.
    pub last: Option<&'a [u8]>,
    /// Whether every instruction is a push and none is cut off.
    pub is_push_only: bool,
}

impl<'a> Pushes<'a> {
    pub fn read(script_sig: &'a [u8]) -> Self {
        let mut pushes = Pushes { is_push_only: true, ..Pushes::default() };
        let mut instructions = Instructions::new(script_sig);
        for instruction in instructions.by_ref() {
            pushes.last = instruction.pushed;
            match (instruction.pushed, pushes.n) {
                (None, _) => {
                    pushes.is_push_only = false;
                    continue;
                }
                (element, 0) => pushes.first = element,
                (element, 1) => pushes.second = element,
                _ => {}
            }
            pushes.n += 1;
        }
        if instructions.is_broken() {
            pushes.is_push_only = false;
            pushes.last = None;
        }
        pushes
    }
}

/// What a witness stack holds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Stack<'a> {
    /// Items, an annex included.
    pub n: usize,
    pub first: Option<&'a [u8]>,
    pub second: Option<&'a [u8]>,
    pub before_last: Option<&'a [u8]>,
    pub last: Option<&'a [u8]>,
    /// Whether the bytes do not hold exactly the announced items.
    pub is_broken: bool,
}

impl<'a> Stack<'a> {
    pub fn read(witness: Witness<'a>) -> Self {
        let mut stack = Stack::default();
        let mut items = witness.iter();
        for item in items.by_ref() {
            match stack.n {
                0 => stack.first = Some(item),
                1 => stack.second = Some(item),
                _ => {}
            }
            stack.before_last = stack.last;
            stack.last = Some(item);
            stack.n += 1;
        }
        stack.is_broken = items.is_broken();
        stack
    }

    /// Items without the annex that a taproot spend would have: the last of at least two, if it starts with 0x50.
    pub fn n_without_annex(&self) -> usize {
        if self.has_annex_shape() {
            self.n - 1
        } else {
            self.n
        }
    }

    pub fn has_annex_shape(&self) -> bool {
        self.n >= 2 && self.last.is_some_and(|item| item.first() == Some(&0x50))
    }

    /// The last item that is no annex.
    pub fn last_without_annex(&self) -> Option<&'a [u8]> {
        if self.has_annex_shape() {
            self.before_last
        } else {
            self.last
        }
    }
}

/// Whether `item` has the shape of a taproot control block (BIP-0341): 33 + 32 k bytes, k at most 128, and one of the
/// leaf versions that BIP-0341 names because no other spend can begin so. Other leaf versions are valid, never used,
/// and cannot be told.
pub(super) fn is_control_block(item: &[u8]) -> bool {
    let Some(&first) = item.first() else { return false };
    let has_length = item.len() >= 33 && (item.len() - 33).is_multiple_of(32) && item.len() <= 33 + 32 * 128;
    let version = first & 0xfe;
    has_length && (version >= 0xc0 || matches!(version, 0x66 | 0x7e | 0x80 | 0x84 | 0x96 | 0x98 | 0xba | 0xbc | 0xbe))
}

/// Kind of the output that an input spends, judged by the shape of the spend alone: a good guess, no proof.
pub(super) fn likely_spent_kind(script_sig: &[u8], pushes: &Pushes<'_>, stack: &Stack<'_>) -> Option<Kind> {
    let is_der = |item: Option<&[u8]>| item.is_some_and(|bytes| DerSignature::parse(bytes).is_some());
    if stack.n > 0 && !script_sig.is_empty() {
        let redeem = instructions::only_data_push(script_sig)?;
        return classify::witness_program(redeem).map(|_| Kind::P2sh);
    }
    if stack.n > 0 {
        if stack.n == 2 && is_der(stack.first) && stack.second.is_some_and(is_compressed_key) {
            return Some(Kind::P2wpkh);
        }
        let is_taproot = match stack.n_without_annex() {
            1 => stack.first.is_some_and(|item| schnorr_hash_type(item).is_some()),
            _ => stack.last_without_annex().is_some_and(is_control_block),
        };
        return Some(if is_taproot { Kind::P2tr } else { Kind::P2wsh });
    }
    match (pushes.n, pushes.second, pushes.last) {
        (1, _, _) if is_der(pushes.first) => Some(Kind::P2pk),
        (2, Some(key), _) if is_key(key) && is_der(pushes.first) => Some(Kind::P2pkh),
        (2.., _, Some(redeem)) if matches!(classify(redeem).0, Kind::P2pk | Kind::P2pkh | Kind::Multisig) => {
            Some(Kind::P2sh)
        }
        (2.., second, _) if pushes.first == Some(&[]) && is_der(second) => Some(Kind::Multisig),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_blocks() {
        let block = |first: u8, len: usize| is_control_block(&[vec![first], vec![0; len - 1]].concat());
        assert!(block(0xc0, 33) && block(0xc1, 65) && block(0xfe, 33 + 32 * 128));
        assert!(!block(0xc0, 33 + 32 * 129) && !block(0xc0, 34) && !block(0xc0, 1));
        assert!(!block(0x02, 33) && !block(0x03, 33) && !block(0x04, 65) && !block(0x52, 513));
        assert!(!is_control_block(&[]));
    }

    #[test]
    fn pushes_in_one_pass() {
        let pushes = Pushes::read(&[0x00, 0x01, 9, 0x51]);
        assert_eq!(
            (pushes.n, pushes.first, pushes.second, pushes.last),
            (3, Some(&[][..]), Some(&[9][..]), Some(&[1][..]))
        );
        assert!(pushes.is_push_only);
        assert!(Pushes::read(&[0x51, 0xac]).last.is_none() && !Pushes::read(&[0x51, 0xac]).is_push_only);
        assert!(Pushes::read(&[0x51, 0x02, 1]).last.is_none() && !Pushes::read(&[0x51, 0x02, 1]).is_push_only);
        assert!(Pushes::read(&[]).is_push_only && Pushes::read(&[]).n == 0);
        assert_eq!(Pushes::read(&vec![0; 1_000_000]).n, 1_000_000);
    }
}
