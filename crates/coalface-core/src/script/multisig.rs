//! The bare multisig template.

use super::instructions::{Instruction, Instructions, OP_1, OP_16, OP_CHECKMULTISIG};
use super::key::is_key;

/// Most keys a multisig script may hold (Bitcoin Core `MAX_PUBKEYS_PER_MULTISIG`).
pub const MAX_KEYS: usize = 20;

/// An m-of-n multisig script, recognised as Bitcoin Core's `MatchMultisig` does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Multisig<'a> {
    /// Signatures needed, `1..=n`.
    pub m: u8,
    /// Keys, `1..=20`.
    pub n: u8,
    script: &'a [u8],
}

impl<'a> Multisig<'a> {
    /// Reads `script`; `None` if it is not exactly `m key… n OP_CHECKMULTISIG`.
    ///
    /// Keys may be pushed in any form; the two numbers only in the shortest one (OP_1 to OP_16, then `01 11` to `01 14`).
    #[must_use]
    pub fn parse(script: &'a [u8]) -> Option<Multisig<'a>> {
        if script.last() != Some(&OP_CHECKMULTISIG) {
            return None;
        }
        let mut instructions = Instructions::new(script);
        let m = number(instructions.next()?)?;
        let mut n_keys = 0;
        let end = loop {
            let instruction = instructions.next()?;
            if !instruction.pushed.is_some_and(is_key) {
                break instruction;
            }
            n_keys += 1;
            if n_keys > MAX_KEYS {
                return None;
            }
        };
        let n = number(end)?;
        let is_whole = instructions.rest() == [OP_CHECKMULTISIG];
        (m <= n && usize::from(n) == n_keys && is_whole).then_some(Multisig { m, n, script })
    }

    /// The public keys in script order.
    pub fn keys(&self) -> impl Iterator<Item = &'a [u8]> {
        Instructions::new(self.script).skip(1).take(usize::from(self.n)).filter_map(|instruction| instruction.pushed)
    }
}

/// The number `1..=20` that an instruction pushes in its shortest form.
fn number(instruction: Instruction<'_>) -> Option<u8> {
    match (instruction.opcode, instruction.pushed) {
        (opcode @ OP_1..=OP_16, _) => Some(opcode - OP_1 + 1),
        (0x01, Some(&[value @ 17..=20])) => Some(value),
        _ => None,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Pushes a number in its shortest form.
    fn push_number(script: &mut Vec<u8>, number: u8) {
        if number <= 16 {
            script.push(OP_1 - 1 + number);
        } else {
            script.extend([0x01, number]);
        }
    }

    /// A multisig script over made-up keys.
    pub(crate) fn multisig_script(m: u8, n: u8) -> Vec<u8> {
        let mut script = Vec::new();
        push_number(&mut script, m);
        for i in 0..n {
            script.extend([33, 2 + (i & 1)]);
            script.extend([i; 32]);
        }
        push_number(&mut script, n);
        script.push(OP_CHECKMULTISIG);
        script
    }

    #[test]
    fn one_to_twenty_keys() {
        for n in 1..=20 {
            for m in 1..=n {
                let script = multisig_script(m, n);
                let multisig = Multisig::parse(&script).unwrap();
                assert_eq!((multisig.m, multisig.n), (m, n));
                let keys: Vec<_> = multisig.keys().collect();
                assert_eq!(keys.len(), usize::from(n));
                assert!(keys.iter().enumerate().all(|(i, key)| key.len() == 33 && key[1] == i as u8));
            }
        }
    }

    #[test]
    fn what_core_refuses() {
        assert_eq!(Multisig::parse(&multisig_script(2, 1)), None, "m > n");
        assert_eq!(Multisig::parse(&multisig_script(1, 21)), None, "21 keys");
        assert_eq!(Multisig::parse(&multisig_script(17, 16)), None, "m > n, number by push");
        assert_eq!(Multisig::parse(&[0x00, 0x00, 0xae]), None, "0 of 0");
        assert_eq!(Multisig::parse(&[0x51, 0x51, 0xae]), None, "1 of 1 without a key");
        let good = multisig_script(1, 2);
        for len in 0..good.len() {
            assert_eq!(Multisig::parse(&good[..len]), None, "cut to {len}");
        }
        let mut more = good.clone();
        more.push(OP_CHECKMULTISIG);
        assert_eq!(Multisig::parse(&more), None, "one opcode too many");
        let mut long_number = vec![0x01, 0x01];
        long_number.extend(&good[1..]);
        assert_eq!(Multisig::parse(&long_number), None, "m = 1 not in the shortest form");
        let mut pushdata_17 = multisig_script(1, 17);
        let at = pushdata_17.len() - 3;
        pushdata_17.insert(at, 0x4c);
        assert_eq!(Multisig::parse(&pushdata_17), None, "n = 17 by OP_PUSHDATA1");
        let mut wide_17 = multisig_script(1, 17);
        let at = wide_17.len() - 3;
        wide_17.splice(at..at + 2, [0x02, 0x11, 0x00]);
        assert_eq!(Multisig::parse(&wide_17), None, "n = 17 in two bytes");
    }

    #[test]
    fn keys_of_any_form() {
        let mut script = vec![0x51, 0x4c, 33, 3];
        script.extend([1; 32]);
        script.extend([65, 6]);
        script.extend([2; 64]);
        script.extend([0x52, OP_CHECKMULTISIG]);
        assert_eq!(Multisig::parse(&script).unwrap().keys().map(<[u8]>::len).collect::<Vec<_>>(), [33, 65]);
        script[3] = 5;
        assert_eq!(Multisig::parse(&script), None, "header 5 is no key");
    }
}
