//! Two messages at a time, on the processor's own instructions for SHA-256.
//!
//! A round waits for the round before it, and half of the unit stands idle meanwhile. Two messages side by side fill it.

use std::arch::x86_64::*;

use super::message::Message;
use crate::hash::Hash32;

/// SHA-256's round constants (FIPS 180-4, section 4.2.2).
pub(super) static K: [u32; 64] = [
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
    message: Message<'a>,
    is_second: bool,
}

impl<'a> Lane<'a> {
    fn start(&mut self, n: usize, parts: [&'a [u8]; 3]) {
        (self.n, self.is_second) = (Some(n), false);
        self.message.start(parts);
    }
}

/// As [`super::sha256d_each`], of messages with their positions.
pub fn sha256d_each<'a>(messages: impl Iterator<Item = (usize, [&'a [u8]; 3])>, each: impl FnMut(usize, Hash32)) {
    // SAFETY: the caller has looked that the processor has the instructions.
    unsafe { take_turns(messages, each) }
}

#[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
fn take_turns<'a>(mut messages: impl Iterator<Item = (usize, [&'a [u8]; 3])>, mut each: impl FnMut(usize, Hash32)) {
    let idle = || Lane { n: None, message: Message::default(), is_second: false };
    let mut lanes = [idle(), idle()];
    let mut states = [initial(); 2];
    for lane in &mut lanes {
        if let Some((n, parts)) = messages.next() {
            lane.start(n, parts);
        }
    }
    while lanes.iter().any(|lane| lane.n.is_some()) {
        let [one, two] = &mut lanes;
        compress(&mut states, [one.message.block(), two.message.block()]);
        for (lane, state) in lanes.iter_mut().zip(&mut states) {
            let (Some(n), true) = (lane.n, lane.message.is_done()) else { continue };
            let mut hash = [0; 32];
            digest(*state, &mut hash);
            *state = initial();
            if !lane.is_second {
                lane.is_second = true;
                lane.message.start_with(&hash);
                continue;
            }
            each(n, Hash32(hash));
            match messages.next() {
                Some((n, parts)) => lane.start(n, parts),
                None => lane.n = None,
            }
        }
    }
}

/// As [`super::hash_pairs`].
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
