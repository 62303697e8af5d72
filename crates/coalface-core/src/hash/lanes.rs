//! Double SHA-256 of many messages, two at a time in one thread.
//!
//! A round of SHA-256 on the processor's own instructions waits for the round before it, and half of the unit stands
//! idle meanwhile. Two messages side by side fill it. Messages of different length take turns: a lane that has done
//! with one takes the next. Without such instructions, one message follows the other through the `sha2` crate.

use super::{sha256d_parts, Hash32};

/// Calls `each` with the position and the double SHA-256 of every message; a message is the concatenation of its parts.
///
/// The order of the calls is not that of the messages.
pub fn sha256d_each<'a>(messages: impl ExactSizeIterator<Item = [&'a [u8]; 3]>, mut each: impl FnMut(usize, Hash32)) {
    #[cfg(target_arch = "x86_64")]
    if x86::is_supported() {
        return x86::sha256d_each(messages, each);
    }
    for (n, parts) in messages.enumerate() {
        each(n, Hash32(sha256d_parts(&parts)));
    }
}

/// Replaces the first `level.len() / 2` hashes by the double SHA-256 of each pair: one level of a merkle tree. An odd one
/// left over is not looked at.
pub fn hash_pairs(level: &mut [Hash32]) {
    #[cfg(target_arch = "x86_64")]
    if x86::is_supported() {
        return x86::hash_pairs(level);
    }
    for n in 0..level.len() / 2 {
        level[n] = Hash32(sha256d_parts(&[&level[2 * n].0, &level[2 * n + 1].0]));
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use crate::hash::Hash32;

    /// SHA-256's round constants (FIPS 180-4, section 4.2.2).
    static K: [u32; 64] = [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
        0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
        0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
        0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
        0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
        0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
        0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
        0xc67178f2,
    ];

    /// The block that ends a message of 64 bytes.
    static END_OF_64_BYTES: [u8; 64] = {
        let mut block = [0; 64];
        block[0] = 0x80;
        block[62] = 2;
        block
    };

    /// Whether the processor has the instructions.
    pub fn is_supported() -> bool {
        is_x86_feature_detected!("sha") && is_x86_feature_detected!("ssse3") && is_x86_feature_detected!("sse4.1")
    }

    /// State of one hash as the instructions want it: words a, b, e, f and c, d, g, h.
    type State = [__m128i; 2];

    #[target_feature(enable = "sse2")]
    fn initial() -> State {
        // FIPS 180-4, section 5.3.3.
        [
            _mm_set_epi32(0x6a09e667, 0xbb67ae85u32 as i32, 0x510e527f, 0x9b05688cu32 as i32),
            _mm_set_epi32(0x3c6ef372, 0xa54ff53au32 as i32, 0x1f83d9ab, 0x5be0cd19),
        ]
    }

    /// Bytes of the hash, as a message starts.
    #[inline]
    #[target_feature(enable = "sse2,ssse3,sse4.1")]
    fn digest(state: State, out: &mut [u8; 32]) {
        let swap = _mm_set_epi64x(0x0c0d0e0f_08090a0b, 0x04050607_00010203);
        let feba = _mm_shuffle_epi32(state[0], 0x1b);
        let dchg = _mm_shuffle_epi32(state[1], 0xb1);
        let dcba = _mm_blend_epi16(feba, dchg, 0xf0);
        let hgfe = _mm_alignr_epi8(dchg, feba, 8);
        let (first, second) = out.split_at_mut(16);
        // SAFETY: each half has sixteen bytes; the stores need no alignment.
        unsafe {
            _mm_storeu_si128(first.as_mut_ptr().cast(), _mm_shuffle_epi8(dcba, swap));
            _mm_storeu_si128(second.as_mut_ptr().cast(), _mm_shuffle_epi8(hgfe, swap));
        }
    }

    /// Takes one block of each lane into its state.
    #[inline]
    #[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
    fn compress(states: &mut [State; 2], blocks: [&[u8; 64]; 2]) {
        let swap = _mm_set_epi64x(0x0c0d0e0f_08090a0b, 0x04050607_00010203);
        let mut words = [[_mm_setzero_si128(); 4]; 2];
        for lane in 0..2 {
            for (n, four) in blocks[lane].chunks_exact(16).enumerate() {
                // SAFETY: the chunk has sixteen bytes; the load needs no alignment.
                let loaded = unsafe { _mm_loadu_si128(four.as_ptr().cast()) };
                words[lane][n] = _mm_shuffle_epi8(loaded, swap);
            }
        }
        let [mut one, mut two] = *states;
        for group in 0..16 {
            // SAFETY: the table has sixteen groups of four words; the load needs no alignment.
            let k = unsafe { _mm_loadu_si128(K.as_ptr().add(4 * group).cast()) };
            let at = group % 4;
            if group >= 4 {
                for words in &mut words {
                    let [oldest, second, third, newest] =
                        [words[at], words[(at + 1) % 4], words[(at + 2) % 4], words[(at + 3) % 4]];
                    let sum = _mm_add_epi32(_mm_sha256msg1_epu32(oldest, second), _mm_alignr_epi8(newest, third, 4));
                    words[at] = _mm_sha256msg2_epu32(sum, newest);
                }
            }
            let sums = [_mm_add_epi32(words[0][at], k), _mm_add_epi32(words[1][at], k)];
            one[1] = _mm_sha256rnds2_epu32(one[1], one[0], sums[0]);
            two[1] = _mm_sha256rnds2_epu32(two[1], two[0], sums[1]);
            one[0] = _mm_sha256rnds2_epu32(one[0], one[1], _mm_shuffle_epi32(sums[0], 0x0e));
            two[0] = _mm_sha256rnds2_epu32(two[0], two[1], _mm_shuffle_epi32(sums[1], 0x0e));
        }
        for (state, new) in states.iter_mut().zip([one, two]) {
            *state = [_mm_add_epi32(state[0], new[0]), _mm_add_epi32(state[1], new[1])];
        }
    }

    /// One message on its way through both hashes.
    struct Lane<'a> {
        /// Position of the message; `None` if the lane has nothing to do.
        n: Option<usize>,
        /// Whole blocks of the message that lie in one piece.
        direct: &'a [u8],
        /// The other blocks, with the end of the message.
        rest: Vec<u8>,
        /// Next block of `rest`.
        at: usize,
        is_second: bool,
    }

    impl<'a> Lane<'a> {
        fn start(&mut self, n: usize, parts: [&'a [u8]; 3]) {
            let len: usize = parts.iter().map(|part| part.len()).sum();
            let is_whole = parts[1].is_empty() && parts[2].is_empty();
            let direct = if is_whole { parts[0].len() / 64 * 64 } else { 0 };
            (self.n, self.at, self.is_second) = (Some(n), 0, false);
            self.rest.clear();
            let (whole, cut) = parts[0].split_at(direct);
            self.direct = whole;
            for part in [cut, parts[1], parts[2]] {
                self.rest.extend_from_slice(part);
            }
            self.end(len);
        }

        fn end(&mut self, len: usize) {
            self.rest.push(0x80);
            let end = (self.rest.len() + 8).next_multiple_of(64);
            self.rest.resize(end - 8, 0);
            self.rest.extend_from_slice(&(len as u64 * 8).to_be_bytes());
        }

        fn is_done(&self) -> bool {
            self.direct.is_empty() && self.at == self.rest.len()
        }

        #[inline]
        fn block(&mut self) -> &[u8; 64] {
            if let Some((block, rest)) = self.direct.split_first_chunk() {
                self.direct = rest;
                return block;
            }
            let block = self.rest[self.at..].first_chunk();
            if self.n.is_some() {
                self.at += 64;
            }
            block.expect("a lane that is not done has a block left, an idle one its last")
        }
    }

    pub fn sha256d_each<'a>(messages: impl Iterator<Item = [&'a [u8]; 3]>, each: impl FnMut(usize, Hash32)) {
        // SAFETY: the caller has looked that the processor has the instructions.
        unsafe { take_turns(messages.enumerate(), each) }
    }

    #[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
    fn take_turns<'a>(mut messages: impl Iterator<Item = (usize, [&'a [u8]; 3])>, mut each: impl FnMut(usize, Hash32)) {
        let idle = || Lane { n: None, direct: &[], rest: vec![0; 64], at: 0, is_second: false };
        let mut lanes = [idle(), idle()];
        let mut states = [initial(); 2];
        for lane in &mut lanes {
            if let Some((n, parts)) = messages.next() {
                lane.start(n, parts);
            }
        }
        while lanes.iter().any(|lane| lane.n.is_some()) {
            let [one, two] = &mut lanes;
            compress(&mut states, [one.block(), two.block()]);
            for (lane, state) in lanes.iter_mut().zip(&mut states) {
                let (Some(n), true) = (lane.n, lane.is_done()) else { continue };
                let mut hash = [0; 32];
                digest(*state, &mut hash);
                *state = initial();
                if !lane.is_second {
                    lane.is_second = true;
                    lane.at = 0;
                    lane.rest.clear();
                    lane.rest.extend_from_slice(&hash);
                    lane.end(32);
                    continue;
                }
                each(n, Hash32(hash));
                match messages.next() {
                    Some((n, parts)) => lane.start(n, parts),
                    None => (lane.n, lane.at) = (None, 0),
                }
            }
        }
    }

    pub fn hash_pairs(level: &mut [Hash32]) {
        // SAFETY: the caller has looked that the processor has the instructions.
        unsafe { pairs(level) }
    }

    #[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
    fn pairs(level: &mut [Hash32]) {
        let n_pairs = level.len() / 2;
        let mut second = [[0u8; 64]; 2];
        for block in &mut second {
            block[32] = 0x80;
            block[62] = 1;
        }
        for first in (0..n_pairs).step_by(2) {
            // An odd pair at the end goes through both lanes.
            let numbers = [first, (first + 1).min(n_pairs - 1)];
            let mut states = [initial(); 2];
            {
                let bytes: &[u8] = bytemuck::cast_slice(level);
                let blocks = numbers.map(|n| bytes[64 * n..].first_chunk().expect("a pair has 64 bytes"));
                compress(&mut states, blocks);
            }
            compress(&mut states, [&END_OF_64_BYTES; 2]);
            for (state, block) in states.iter_mut().zip(&mut second) {
                digest(*state, block.first_chunk_mut().expect("32 of 64 bytes"));
                *state = initial();
            }
            compress(&mut states, [&second[0], &second[1]]);
            for (state, n) in states.into_iter().zip(numbers) {
                digest(state, &mut level[n].0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_one_message_after_the_other() {
        let bytes: Vec<u8> = (0..3000u32).map(|n| (n * 7 + n / 251) as u8).collect();
        for n_messages in [0, 1, 2, 3, 50] {
            // Every length around the edges of blocks, in one piece and in three.
            let parts = |n: usize| -> [&[u8]; 3] {
                let len = [0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 250, 1000, 2900][n % 13] + n % 5;
                match n % 3 {
                    0 => [&bytes[n..n + len], &[], &[]],
                    1 => [&bytes[..len / 3], &bytes[len / 3..len / 2], &bytes[len / 2..len]],
                    _ => [&[], &bytes[n..n + len], &bytes[..4]],
                }
            };
            let mut found = vec![None; n_messages];
            sha256d_each((0..n_messages).map(parts), |n, hash| assert_eq!(found[n].replace(hash), None));
            let expected: Vec<_> = (0..n_messages).map(|n| Some(Hash32(sha256d_parts(&parts(n))))).collect();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn pairs_equal_single_hashes() {
        for len in 0..12 {
            let leaves: Vec<Hash32> = (0..len).map(|n| Hash32([(n as u8).wrapping_mul(31); 32])).collect();
            let expected: Vec<Hash32> =
                leaves.chunks_exact(2).map(|pair| Hash32(sha256d_parts(&[&pair[0].0, &pair[1].0]))).collect();
            let mut level = leaves;
            hash_pairs(&mut level);
            assert_eq!(level[..len / 2], expected);
        }
    }
}
