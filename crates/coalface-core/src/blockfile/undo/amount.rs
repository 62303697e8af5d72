//! Bitcoin Core's `DecompressAmount` (`compressor.cpp`): trailing decimal zeros are counted, not written.

/// The amount in satoshi that `code` stands for; `None` if it is past 64 bits, which no amount is.
#[must_use]
pub fn decompress_amount(code: u64) -> Option<u64> {
    let Some(code) = code.checked_sub(1) else { return Some(0) };
    let (exponent, rest) = ((code % 10) as u32, code / 10);
    let digits = match exponent {
        9 => rest.checked_add(1)?,
        _ => (rest / 9).checked_mul(10)?.checked_add(rest % 9 + 1)?,
    };
    digits.checked_mul(10u64.pow(exponent))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may panic
pub(super) mod tests {
    use super::*;
    use crate::units::MAX_MONEY_SAT;

    /// As Bitcoin Core `CompressAmount`.
    pub fn compress_amount(mut sat: u64) -> u64 {
        if sat == 0 {
            return 0;
        }
        let mut exponent = 0;
        while sat.is_multiple_of(10) && exponent < 9 {
            sat /= 10;
            exponent += 1;
        }
        if exponent < 9 {
            let digit = sat % 10;
            1 + (sat / 10 * 9 + digit - 1) * 10 + exponent
        } else {
            1 + (sat - 1) * 10 + 9
        }
    }

    #[test]
    fn round_trips() {
        // Bitcoin Core `compress_tests.cpp`, `compress_amounts`.
        let known = [(0, 0), (1, 1), (1_000_000, 7), (100_000_000, 9), (5_000_000_000, 50)];
        for (sat, code) in known {
            assert_eq!((compress_amount(sat), decompress_amount(code)), (code, Some(sat)));
        }
        assert_eq!(decompress_amount(21_000_000), Some(21_000_000 * 100_000_000));
        let mut sat = 1u64;
        while sat <= MAX_MONEY_SAT as u64 {
            for near in [sat - 1, sat, sat + 1, sat.wrapping_mul(7) % MAX_MONEY_SAT as u64] {
                assert_eq!(decompress_amount(compress_amount(near)), Some(near));
            }
            sat = sat * 3 / 2 + 1;
        }
        for code in 0..200_000 {
            assert_eq!(compress_amount(decompress_amount(code).unwrap()), code);
        }
    }

    #[test]
    fn what_does_not_fit_is_none() {
        assert_eq!(decompress_amount(u64::MAX), None);
        assert_eq!(decompress_amount(1 + 9 + 10 * (u64::MAX / 10 - 1)), None);
    }
}
