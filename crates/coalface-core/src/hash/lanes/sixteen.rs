//! Sixteen messages at a time, a word of each in one 512-bit register.
//!
//! Plain integer instructions, but sixteen results at once: half as long for a block as the processor's own instructions for
//! SHA-256 take, which do four rounds of one message in as many steps as these do one round of sixteen.

use std::arch::x86_64::*;

use super::message::Message;
use super::two::K;
use crate::hash::Hash32;

/// Messages at a time.
pub const LANES: usize = 16;

/// FIPS 180-4, section 5.3.3.
const INITIAL: [u32; 8] =
    [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

/// Round constants plus message schedule of the block that ends a message of 64 bytes, which is always the same.
static END_OF_64_BYTES: [u32; 64] = {
    let mut words = [0u32; 64];
    words[0] = 0x8000_0000;
    words[15] = 512;
    let mut n = 16;
    while n < 64 {
        let (a, b) = (words[n - 15], words[n - 2]);
        let first = a.rotate_right(7) ^ a.rotate_right(18) ^ (a >> 3);
        let second = b.rotate_right(17) ^ b.rotate_right(19) ^ (b >> 10);
        words[n] = words[n - 16].wrapping_add(first).wrapping_add(words[n - 7]).wrapping_add(second);
        n += 1;
    }
    n = 0;
    while n < 64 {
        words[n] = words[n].wrapping_add(K[n]);
        n += 1;
    }
    words
};

/// Word by word, one number for each lane.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Columns([[u32; LANES]; 8]);

impl Columns {
    fn initial() -> Columns {
        Columns(INITIAL.map(|word| [word; LANES]))
    }

    /// Bytes of the hash of one lane.
    fn hash(&self, lane: usize) -> Hash32 {
        let mut hash = Hash32::default();
        for (bytes, word) in hash.0.chunks_exact_mut(4).zip(&self.0) {
            bytes.copy_from_slice(&word[lane].to_be_bytes());
        }
        hash
    }
}

/// Whether the processor has the instructions.
pub fn is_supported() -> bool {
    is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw")
}

type Words = [__m512i; 8];

#[inline]
#[target_feature(enable = "avx512f")]
fn load(columns: &Columns) -> Words {
    // SAFETY: a column has 64 bytes; the load needs no alignment.
    columns.0.each_ref().map(|column| unsafe { _mm512_loadu_si512(column.as_ptr().cast()) })
}

#[inline]
#[target_feature(enable = "avx512f")]
fn store(columns: &mut Columns, words: Words) {
    for (column, word) in columns.0.iter_mut().zip(words) {
        // SAFETY: a column has 64 bytes; the store needs no alignment.
        unsafe { _mm512_storeu_si512(column.as_mut_ptr().cast(), word) };
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn xor(a: __m512i, b: __m512i, c: __m512i) -> __m512i {
    _mm512_ternarylogic_epi32::<0x96>(a, b, c)
}

/// One round, with message word and round constant added up in `input`; the names of FIPS 180-4, section 6.2.2.
macro_rules! round {
    ([$a:ident $b:ident $c:ident $d:ident $e:ident $f:ident $g:ident $h:ident] $input:expr) => {
        let sigma = xor(_mm512_ror_epi32::<6>($e), _mm512_ror_epi32::<11>($e), _mm512_ror_epi32::<25>($e));
        let choice = _mm512_ternarylogic_epi32::<0xca>($e, $f, $g);
        let one = _mm512_add_epi32(_mm512_add_epi32($h, $input), _mm512_add_epi32(sigma, choice));
        let sigma = xor(_mm512_ror_epi32::<2>($a), _mm512_ror_epi32::<13>($a), _mm512_ror_epi32::<22>($a));
        let majority = _mm512_ternarylogic_epi32::<0xe8>($a, $b, $c);
        $d = _mm512_add_epi32($d, one);
        $h = _mm512_add_epi32(one, _mm512_add_epi32(sigma, majority));
    };
}

/// All 64 rounds on `state`; `input` gives what goes into each.
macro_rules! rounds {
    ($state:ident, $group:ident, $input:expr) => {{
        let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = $state;
        for $group in 0..4 {
            round!([a b c d e f g h] $input(0));
            round!([h a b c d e f g] $input(1));
            round!([g h a b c d e f] $input(2));
            round!([f g h a b c d e] $input(3));
            round!([e f g h a b c d] $input(4));
            round!([d e f g h a b c] $input(5));
            round!([c d e f g h a b] $input(6));
            round!([b c d e f g h a] $input(7));
            round!([a b c d e f g h] $input(8));
            round!([h a b c d e f g] $input(9));
            round!([g h a b c d e f] $input(10));
            round!([f g h a b c d e] $input(11));
            round!([e f g h a b c d] $input(12));
            round!([d e f g h a b c] $input(13));
            round!([c d e f g h a b] $input(14));
            round!([b c d e f g h a] $input(15));
        }
        let done = [a, b, c, d, e, f, g, h];
        std::array::from_fn(|n| _mm512_add_epi32($state[n], done[n]))
    }};
}

/// Takes one block of each lane, as words, into `state`.
#[inline]
#[target_feature(enable = "avx512f")]
fn compress(state: Words, mut words: [__m512i; 16]) -> Words {
    rounds!(state, group, |n: usize| {
        if group > 0 {
            let (a, b) = (words[(n + 1) % 16], words[(n + 14) % 16]);
            let first = xor(_mm512_ror_epi32::<7>(a), _mm512_ror_epi32::<18>(a), _mm512_srli_epi32::<3>(a));
            let second = xor(_mm512_ror_epi32::<17>(b), _mm512_ror_epi32::<19>(b), _mm512_srli_epi32::<10>(b));
            let old = _mm512_add_epi32(words[n], words[(n + 9) % 16]);
            words[n] = _mm512_add_epi32(old, _mm512_add_epi32(first, second));
        }
        _mm512_add_epi32(words[n], _mm512_set1_epi32(K[16 * group + n] as i32))
    })
}

/// Takes the block that ends a message of 64 bytes into `state`.
#[inline]
#[target_feature(enable = "avx512f")]
fn compress_end(state: Words) -> Words {
    rounds!(state, group, |n: usize| _mm512_set1_epi32(END_OF_64_BYTES[16 * group + n] as i32))
}

/// Hashes of messages that are hashes themselves.
#[inline]
#[target_feature(enable = "avx512f")]
fn hash_of_hashes(hashes: Words) -> Columns {
    let mut words = [_mm512_setzero_si512(); 16];
    words[..8].copy_from_slice(&hashes);
    words[8] = _mm512_set1_epi32(0x8000_0000u32 as i32);
    words[15] = _mm512_set1_epi32(256);
    let mut columns = Columns::initial();
    let state = compress(load(&columns), words);
    store(&mut columns, state);
    columns
}

/// The words of one block of each lane.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn words_of(blocks: [&[u8; 64]; LANES]) -> [__m512i; 16] {
    let swap = _mm512_set4_epi32(0x0c0d0e0f, 0x08090a0b, 0x04050607, 0x00010203);
    let rows = blocks.map(|block| {
        // SAFETY: a block has 64 bytes; the load needs no alignment.
        _mm512_shuffle_epi8(unsafe { _mm512_loadu_si512(block.as_ptr().cast()) }, swap)
    });
    // Transposed: first within quarters of the registers, four rows at a time, then the quarters among each other.
    let mut quarters = [_mm512_setzero_si512(); 16];
    for n in (0..16).step_by(4) {
        let [low, high] = [_mm512_unpacklo_epi32(rows[n], rows[n + 1]), _mm512_unpackhi_epi32(rows[n], rows[n + 1])];
        let [low_2, high_2] =
            [_mm512_unpacklo_epi32(rows[n + 2], rows[n + 3]), _mm512_unpackhi_epi32(rows[n + 2], rows[n + 3])];
        quarters[n] = _mm512_unpacklo_epi64(low, low_2);
        quarters[n + 1] = _mm512_unpackhi_epi64(low, low_2);
        quarters[n + 2] = _mm512_unpacklo_epi64(high, high_2);
        quarters[n + 3] = _mm512_unpackhi_epi64(high, high_2);
    }
    let mut words = [_mm512_setzero_si512(); 16];
    for n in 0..4 {
        const EVEN: i32 = 0b10_00_10_00;
        const ODD: i32 = 0b11_01_11_01;
        let even = _mm512_shuffle_i32x4::<EVEN>(quarters[n], quarters[n + 4]);
        let odd = _mm512_shuffle_i32x4::<ODD>(quarters[n], quarters[n + 4]);
        let even_2 = _mm512_shuffle_i32x4::<EVEN>(quarters[n + 8], quarters[n + 12]);
        let odd_2 = _mm512_shuffle_i32x4::<ODD>(quarters[n + 8], quarters[n + 12]);
        words[n] = _mm512_shuffle_i32x4::<EVEN>(even, even_2);
        words[n + 4] = _mm512_shuffle_i32x4::<EVEN>(odd, odd_2);
        words[n + 8] = _mm512_shuffle_i32x4::<ODD>(even, even_2);
        words[n + 12] = _mm512_shuffle_i32x4::<ODD>(odd, odd_2);
    }
    words
}

/// As [`super::sha256d_each`], of messages with their positions.
pub fn sha256d_each<'a>(messages: impl Iterator<Item = (usize, [&'a [u8]; 3])>, each: impl FnMut(usize, Hash32)) {
    // SAFETY: the caller has looked that the processor has the instructions.
    unsafe { take_turns(messages, each) }
}

/// Hashes that wait until there are enough of them for the second time, word by word.
struct Waiting {
    words: [[u32; 2 * LANES]; 8],
    numbers: [usize; 2 * LANES],
    len: usize,
}

impl Waiting {
    /// Adds the lanes of `state` that `mask` names; `numbers` are their messages. There is room for sixteen.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn push(&mut self, state: Words, mask: u16, numbers: &[usize; LANES]) {
        for (column, word) in self.words.iter_mut().zip(state) {
            let packed = _mm512_maskz_compress_epi32(mask, word);
            let room: &mut [u32; LANES] = column[self.len..].first_chunk_mut().expect("fewer than sixteen wait");
            // SAFETY: the room has 64 bytes; the store needs no alignment.
            unsafe { _mm512_storeu_si512(room.as_mut_ptr().cast(), packed) };
        }
        for lane in lanes_in(mask) {
            self.numbers[self.len] = numbers[lane];
            self.len += 1;
        }
    }

    /// Hashes up to sixteen of those that wait.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn hash(&mut self, each: &mut impl FnMut(usize, Hash32)) {
        let first = |column: &[u32; 2 * LANES]| *column.first_chunk().expect("twice as many");
        let hashes = hash_of_hashes(load(&Columns(self.words.each_ref().map(first))));
        let n = self.len.min(LANES);
        self.numbers[..n].iter().enumerate().for_each(|(lane, number)| each(*number, hashes.hash(lane)));
        self.words.iter_mut().for_each(|column| column.copy_within(LANES.., 0));
        self.numbers.copy_within(LANES.., 0);
        self.len -= n;
    }
}

fn lanes_in(mut mask: u16) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let lane = mask.trailing_zeros() as usize;
        mask &= mask.wrapping_sub(1);
        (lane < LANES).then_some(lane)
    })
}

#[target_feature(enable = "avx512f,avx512bw")]
fn take_turns<'a>(mut messages: impl Iterator<Item = (usize, [&'a [u8]; 3])>, mut each: impl FnMut(usize, Hash32)) {
    let mut lanes: [Message<'a>; LANES] = std::array::from_fn(|_| Message::default());
    let mut numbers = [0; LANES];
    let mut waiting = Waiting { words: [[0; 2 * LANES]; 8], numbers: [0; 2 * LANES], len: 0 };
    let initial = load(&Columns::initial());
    let (mut state, one) = (initial, _mm512_set1_epi32(1));
    // Blocks left in each lane; which lanes have any; which want a message.
    let (mut left, mut busy, mut free) = (_mm512_setzero_si512(), 0u16, u16::MAX);
    loop {
        for lane in lanes_in(free) {
            let Some((n, parts)) = messages.next() else { break };
            lanes[lane].start(parts);
            numbers[lane] = n;
            busy |= 1 << lane;
            left = _mm512_mask_set1_epi32(left, 1 << lane, lanes[lane].n_blocks() as i32);
        }
        if busy == 0 {
            break;
        }
        state = compress(state, words_of(lanes.each_mut().map(Message::block)));
        left = _mm512_mask_sub_epi32(left, busy, left, one);
        free = _mm512_mask_cmpeq_epi32_mask(busy, left, _mm512_setzero_si512());
        if free != 0 {
            waiting.push(state, free, &numbers);
            state = std::array::from_fn(|n| _mm512_mask_mov_epi32(state[n], free, initial[n]));
            busy &= !free;
            if waiting.len >= LANES {
                waiting.hash(&mut each);
            }
        }
    }
    while waiting.len > 0 {
        waiting.hash(&mut each);
    }
}

/// As [`super::hash_pairs`].
pub fn hash_pairs(level: &mut [Hash32]) {
    // SAFETY: the caller has looked that the processor has the instructions.
    unsafe { pairs(level) }
}

#[target_feature(enable = "avx512f,avx512bw")]
fn pairs(level: &mut [Hash32]) {
    let n_pairs = level.len() / 2;
    for first in (0..n_pairs).step_by(LANES) {
        let lanes = LANES.min(n_pairs - first);
        let words = {
            let bytes: &[u8] = bytemuck::cast_slice(level);
            // Lanes without a pair repeat the last one.
            words_of(std::array::from_fn(|lane| {
                bytes[64 * (first + lane.min(lanes - 1))..].first_chunk().expect("a pair has 64 bytes")
            }))
        };
        let hashes = hash_of_hashes(compress_end(compress(load(&Columns::initial()), words)));
        for lane in 0..lanes {
            level[first + lane] = hashes.hash(lane);
        }
    }
}
