//! The height that a block says it has (BIP-0034).

/// The height in the first push of the coinbase's scriptSig, whatever the block's version.
///
/// `txs` is what follows the header; its first hundred bytes are enough. `None` if the first tx is no coinbase, is
/// cut short, or does not start with the shortest push of a number from 1 to 2^31 - 1 (as Bitcoin Core demands:
/// 1 to 16 are `OP_1` to `OP_16`).
#[must_use]
pub fn coinbase_height(txs: &[u8]) -> Option<u32> {
    let mut rest = txs;
    if compact_size(&mut rest)? == 0 {
        return None;
    }
    take(&mut rest, 4)?; // version
    let mut n_inputs = compact_size(&mut rest)?;
    if n_inputs == 0 {
        // The marker of BIP-0144: a flag follows, then the real count.
        if take(&mut rest, 1)? != [1] {
            return None;
        }
        n_inputs = compact_size(&mut rest)?;
    }
    let outpoint = take(&mut rest, 36)?;
    if n_inputs != 1 || outpoint[..32] != [0; 32] || outpoint[32..] != [0xff; 4] {
        return None;
    }
    let script_len = usize::try_from(compact_size(&mut rest)?).ok()?;
    pushed_height(&rest[..script_len.min(rest.len())])
}

/// The height that the first push of a coinbase's scriptSig states; see [`coinbase_height`].
#[must_use]
pub fn pushed_height(script: &[u8]) -> Option<u32> {
    let (&opcode, rest) = script.split_first()?;
    match opcode {
        0x51..=0x60 => Some(u32::from(opcode - 0x50)),
        1..=4 => {
            let number = rest.get(..usize::from(opcode))?;
            let mut bytes = [0; 4];
            bytes[..number.len()].copy_from_slice(number);
            let height = u32::from_le_bytes(bytes);
            let last = number[number.len() - 1];
            let negative = last & 0x80 != 0;
            // A zero last byte is there only to keep the one before from reading as a sign.
            let padded = last == 0 && (number.len() < 2 || number[number.len() - 2] & 0x80 == 0);
            (!negative && !padded && height > 16).then_some(height)
        }
        _ => None,
    }
}

fn take<'a>(rest: &mut &'a [u8], n: usize) -> Option<&'a [u8]> {
    let (taken, after) = rest.split_at_checked(n)?;
    *rest = after;
    Some(taken)
}

fn compact_size(rest: &mut &[u8]) -> Option<u64> {
    let n_bytes = match take(rest, 1)?[0] {
        0xfd => 2,
        0xfe => 4,
        0xff => 8,
        small => return Some(u64::from(small)),
    };
    let mut bytes = [0; 8];
    bytes[..n_bytes].copy_from_slice(take(rest, n_bytes)?);
    Some(u64::from_le_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn txs(segwit: bool, script: &[u8]) -> Vec<u8> {
        let mut bytes = vec![1, 2, 0, 0, 0];
        if segwit {
            bytes.extend([0, 1]);
        }
        bytes.push(1);
        bytes.extend([0; 32]);
        bytes.extend([0xff; 4]);
        bytes.push(script.len() as u8);
        bytes.extend(script);
        bytes
    }

    #[test]
    fn heights_as_core_writes_them() {
        let cases: [(&[u8], Option<u32>); 16] = [
            (&[0x51], Some(1)),
            (&[0x60, 0], Some(16)),
            (&[1, 17], Some(17)),
            (&[1, 16], None),
            (&[2, 0x80, 0], Some(128)),
            (&[2, 0x7f, 0], None),
            (&[1, 0x80], None),
            (&[3, 0xfc, 0x79, 3], Some(227_836)),
            (&[3, 0xfc, 0x79], None),
            (&[4, 0xff, 0xff, 0xff, 0x7f], Some(0x7fff_ffff)),
            (&[4, 0xff, 0xff, 0xff, 0xff], None),
            (&[5, 0xff, 0xff, 0xff, 0xff, 0], None),
            (&[0], None),
            (&[], None),
            (&[0x4f], None),
            (&[4, 0xff, 0xff, 0, 0], None),
        ];
        for (script, height) in cases {
            assert_eq!(coinbase_height(&txs(false, script)), height, "{script:02x?}");
            assert_eq!(coinbase_height(&txs(true, script)), height, "{script:02x?}");
        }
    }

    #[test]
    fn no_coinbase_no_height() {
        let good = txs(true, &[3, 0xfc, 0x79, 3]);
        for len in 0..good.len() {
            assert_eq!(coinbase_height(&good[..len]), None);
        }
        for at in [0, 6, 7, 8, 40] {
            let mut bad = good.clone();
            bad[at] = if bad[at] == 0 { 1 } else { 0 };
            assert_eq!(coinbase_height(&bad), None, "{at}");
        }
        assert_eq!(coinbase_height(&[0xff; 200]), None);
    }
}
