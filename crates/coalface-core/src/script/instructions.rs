//! Reading a script instruction by instruction.

/// OP_0, which pushes an empty element.
pub const OP_0: u8 = 0x00;
/// Length of the push in the next byte.
pub const OP_PUSHDATA1: u8 = 0x4c;
/// Length of the push in the next two bytes.
pub const OP_PUSHDATA2: u8 = 0x4d;
/// Length of the push in the next four bytes.
pub const OP_PUSHDATA4: u8 = 0x4e;
/// Pushes minus one.
pub const OP_1NEGATE: u8 = 0x4f;
/// Pushes one; the numbers to sixteen follow.
pub const OP_1: u8 = 0x51;
/// Pushes sixteen.
pub const OP_16: u8 = 0x60;
/// Ends the script as failed.
pub const OP_RETURN: u8 = 0x6a;
/// Copies the top element.
pub const OP_DUP: u8 = 0x76;
/// Compares two elements.
pub const OP_EQUAL: u8 = 0x87;
/// Compares two elements, fails if they differ.
pub const OP_EQUALVERIFY: u8 = 0x88;
/// RIPEMD-160 of SHA-256.
pub const OP_HASH160: u8 = 0xa9;
/// Checks one signature.
pub const OP_CHECKSIG: u8 = 0xac;
/// Checks one signature, fails if it is wrong.
pub const OP_CHECKSIGVERIFY: u8 = 0xad;
/// Checks m of n signatures.
pub const OP_CHECKMULTISIG: u8 = 0xae;
/// Checks m of n signatures, fails if they are wrong.
pub const OP_CHECKMULTISIGVERIFY: u8 = 0xaf;

static SMALL_NUMBERS: [u8; 16] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
static MINUS_ONE: [u8; 1] = [0x81];

/// One instruction: an opcode and, if it pushes, the stack element it pushes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruction<'a> {
    /// The opcode byte.
    pub opcode: u8,
    /// The element pushed; OP_1 to OP_16 and OP_1NEGATE push one byte. `None` for every other opcode.
    pub pushed: Option<&'a [u8]>,
}

impl Instruction<'_> {
    /// Whether the element is written out in the script (which OP_1 to OP_16 and OP_1NEGATE do not do).
    #[must_use]
    pub fn is_data_push(&self) -> bool {
        self.opcode <= OP_PUSHDATA4
    }
}

/// Iterator over the instructions of a script. Ends at the first push that runs past the end of the script.
#[derive(Clone, Debug)]
pub struct Instructions<'a> {
    rest: &'a [u8],
    is_broken: bool,
}

impl<'a> Instructions<'a> {
    /// Reads `script` from its start.
    #[must_use]
    pub fn new(script: &'a [u8]) -> Self {
        Instructions { rest: script, is_broken: false }
    }

    /// The bytes not read yet.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Whether a push that runs past the end of the script was met.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.is_broken
    }

    fn push_length(&self, opcode: u8) -> Option<(usize, usize)> {
        let after = self.rest.get(1..)?;
        Some(match opcode {
            OP_PUSHDATA1 => (2, usize::from(*after.first()?)),
            OP_PUSHDATA2 => (3, usize::from(u16::from_le_bytes(*after.first_chunk()?))),
            OP_PUSHDATA4 => (5, usize::try_from(u32::from_le_bytes(*after.first_chunk()?)).ok()?),
            direct => (1, usize::from(direct)),
        })
    }

    fn data_push(&mut self, opcode: u8) -> Option<&'a [u8]> {
        let (start, len) = self.push_length(opcode)?;
        let (pushed, rest) = self.rest.get(start..)?.split_at_checked(len)?;
        self.rest = rest;
        Some(pushed)
    }
}

impl<'a> Iterator for Instructions<'a> {
    type Item = Instruction<'a>;

    fn next(&mut self) -> Option<Instruction<'a>> {
        if self.is_broken {
            return None;
        }
        let opcode = *self.rest.first()?;
        if opcode <= OP_PUSHDATA4 {
            let pushed = self.data_push(opcode);
            self.is_broken = pushed.is_none();
            return pushed.map(|bytes| Instruction { opcode, pushed: Some(bytes) });
        }
        self.rest = &self.rest[1..];
        let pushed: Option<&'a [u8]> = match opcode {
            OP_1NEGATE => Some(&MINUS_ONE),
            OP_1..=OP_16 => {
                let n = usize::from(opcode - OP_1);
                Some(&SMALL_NUMBERS[n..=n])
            }
            _ => None,
        };
        Some(Instruction { opcode, pushed })
    }
}

/// The single element that `script` pushes, if it is one push written out in data and nothing else.
#[must_use]
pub fn only_data_push(script: &[u8]) -> Option<&[u8]> {
    let mut instructions = Instructions::new(script);
    let first = instructions.next()?;
    if first.is_data_push() && instructions.rest().is_empty() {
        first.pushed
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_push() {
        let script = [0x00, 0x02, 7, 8, 0x4c, 1, 9, 0x4d, 1, 0, 10, 0x4e, 1, 0, 0, 0, 11, 0x4f, 0x51, 0x60, 0xac];
        let pushed: Vec<_> = Instructions::new(&script).map(|i| i.pushed.map(<[u8]>::to_vec)).collect();
        let want: Vec<Option<Vec<u8>>> = vec![
            Some(vec![]),
            Some(vec![7, 8]),
            Some(vec![9]),
            Some(vec![10]),
            Some(vec![11]),
            Some(vec![0x81]),
            Some(vec![1]),
            Some(vec![16]),
            None,
        ];
        assert_eq!(pushed, want);
    }

    #[test]
    fn a_truncated_push_ends_the_iteration() {
        for script in
            [&[0x02, 1][..], &[0x4c], &[0x4c, 2, 1], &[0x4d, 1], &[0x4e, 1, 0, 0], &[0x4e, 255, 255, 255, 255]]
        {
            let mut instructions = Instructions::new(script);
            assert_eq!(instructions.next(), None);
            assert!(instructions.is_broken());
            assert_eq!(instructions.next(), None);
        }
    }

    #[test]
    fn only_push() {
        assert_eq!(only_data_push(&[0x01, 5]), Some(&[5][..]));
        assert_eq!(only_data_push(&[0x00]), Some(&[][..]));
        assert_eq!(only_data_push(&[0x51]), None);
        assert_eq!(only_data_push(&[0x01, 5, 0x00]), None);
        assert_eq!(only_data_push(&[]), None);
    }
}
