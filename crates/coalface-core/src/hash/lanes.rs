//! Double SHA-256 of many messages, several at a time in one thread.
//!
//! Messages of different length take turns: a lane that has done with one takes the next. Sixteen at a time where the
//! processor has registers for it, else two, else one after the other through the `sha2` crate.

mod message;
#[cfg(target_arch = "x86_64")]
mod sixteen;
#[cfg(target_arch = "x86_64")]
mod two;

use super::{sha256d_parts, Hash32};

/// Messages and pairs below which sixteen lanes would stand empty too often.
#[cfg(target_arch = "x86_64")]
const FEW: usize = 8;
/// Bytes of a message above which it goes through two lanes: while it is hashed, sixteen might run out of others.
#[cfg(target_arch = "x86_64")]
const LONG_BYTES: usize = 4096;

/// Calls `each` with the position and the double SHA-256 of every message; a message is the concatenation of its parts.
///
/// The order of the calls is not that of the messages.
pub fn sha256d_each<'a>(messages: impl ExactSizeIterator<Item = [&'a [u8]; 3]>, mut each: impl FnMut(usize, Hash32)) {
    #[cfg(target_arch = "x86_64")]
    if two::is_supported() {
        if messages.len() < FEW || !sixteen::is_supported() {
            return two::sha256d_each(messages.enumerate(), each);
        }
        let mut long = Vec::new();
        let short = messages.enumerate().filter(|message| {
            let is_short = message.1.iter().map(|part| part.len()).sum::<usize>() <= LONG_BYTES;
            if !is_short {
                long.push(*message);
            }
            is_short
        });
        sixteen::sha256d_each(short, &mut each);
        return two::sha256d_each(long.into_iter(), each);
    }
    for (n, parts) in messages.enumerate() {
        each(n, Hash32(sha256d_parts(&parts)));
    }
}

/// Replaces the first `level.len() / 2` hashes by the double SHA-256 of each pair: one level of a merkle tree. An odd one
/// left over is not looked at.
pub fn hash_pairs(level: &mut [Hash32]) {
    #[cfg(target_arch = "x86_64")]
    if two::is_supported() {
        let is_few = level.len() / 2 < FEW;
        return if is_few || !sixteen::is_supported() { two::hash_pairs(level) } else { sixteen::hash_pairs(level) };
    }
    for n in 0..level.len() / 2 {
        level[n] = Hash32(sha256d_parts(&[&level[2 * n].0, &level[2 * n + 1].0]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Each<'a> = &'a mut dyn FnMut(usize, Hash32);

    /// Every length around the edges of blocks, in one piece and in three.
    fn parts(bytes: &[u8], n: usize) -> [&[u8]; 3] {
        let len = [0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 250, 1000, 2900, 5000][n % 14] + n % 5;
        match n % 3 {
            0 => [&bytes[n..n + len], &[], &[]],
            1 => [&bytes[..len / 3], &bytes[len / 3..len / 2], &bytes[len / 2..len]],
            _ => [&[], &bytes[n..n + len], &bytes[..4]],
        }
    }

    #[test]
    fn equals_one_message_after_the_other() {
        let bytes: Vec<u8> = (0..5200u32).map(|n| (n * 7 + n / 251) as u8).collect();
        for n_messages in (0..40).chain([100, 150]) {
            let expected: Vec<_> = (0..n_messages).map(|n| Some(Hash32(sha256d_parts(&parts(&bytes, n))))).collect();
            let messages = || (0..n_messages).map(|n| parts(&bytes, n));
            let hashes = |run: &dyn Fn(Each<'_>)| {
                let mut found = vec![None; n_messages];
                run(&mut |n, hash| assert_eq!(found[n].replace(hash), None));
                found
            };
            assert_eq!(hashes(&|each| sha256d_each(messages(), each)), expected);
            #[cfg(target_arch = "x86_64")]
            if two::is_supported() {
                assert_eq!(hashes(&|each| two::sha256d_each(messages().enumerate(), each)), expected);
            }
            #[cfg(target_arch = "x86_64")]
            if sixteen::is_supported() {
                assert_eq!(hashes(&|each| sixteen::sha256d_each(messages().enumerate(), each)), expected);
            }
        }
    }

    #[test]
    fn pairs_equal_single_hashes() {
        for len in 0..90 {
            let leaves: Vec<Hash32> = (0..len).map(|n| Hash32([(n as u8).wrapping_mul(31); 32])).collect();
            let expected: Vec<Hash32> =
                leaves.chunks_exact(2).map(|pair| Hash32(sha256d_parts(&[&pair[0].0, &pair[1].0]))).collect();
            let mut level = leaves.clone();
            hash_pairs(&mut level);
            assert_eq!(level[..len / 2], expected);
            #[cfg(target_arch = "x86_64")]
            for (is_supported, hash_pairs) in [
                (two::is_supported(), two::hash_pairs as fn(&mut [Hash32])),
                (sixteen::is_supported(), sixteen::hash_pairs),
            ] {
                if is_supported {
                    let mut level = leaves.clone();
                    hash_pairs(&mut level);
                    assert_eq!(level[..len / 2], expected);
                }
            }
        }
    }
}
