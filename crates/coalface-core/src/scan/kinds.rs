//! Outputs by script kind.
//!
//! The kind of an output is that of its address, so this is the one sweep with a gather: into one byte an address. Ids are
//! given in order of first appearance, so that outputs to new addresses, about half of all, read that column forward; and
//! no more than a gigabyte and a half of it exists on the whole chain. Nothing else on disk tells the kind of an output.

use super::ahead::{Ahead, AHEAD_ROWS};
use super::source::{check_bits, head};
use super::spends::{ahead, Edge, Spends};
use super::sweep::{kernels, stretches, sweep, Work};
use super::wide::wide;
use crate::ids::NONE_U32;
use crate::lookup::Bound;
use crate::script::Kind;
use crate::store::{Snapshot, StoreError};
use crate::Result;

/// Number of script kinds.
const N_KINDS: usize = Kind::ALL.len();
/// Places in which outputs are counted: 16 for a kind, and two bits more.
const PLACES: usize = 64;
/// Bit of the places of unspent outputs.
const UNSPENT: u8 = 16;
/// Bit of the places of outputs without an address, whatever kind they are counted under: each is an OP_RETURN.
const NO_ADDRESS: u8 = 32;
/// Takes turns between as many tallies, so that no sum waits for the one before: neighbours are often of one kind.
const TURNS: usize = 4;

/// Outputs of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KindSums {
    /// Outputs.
    pub n_outputs: u64,
    /// Their value.
    pub value_sat: i128,
    /// Those that are not spent.
    pub n_unspent: u64,
    /// Their value.
    pub unspent_sat: i128,
}

/// Number and value of outputs of one kernel: two words that are added as one vector.
type Tally = [u64; 2];
type Tallies = [[Tally; PLACES]; TURNS];

/// Outputs below `bound` by kind, in the order of [`Kind::ALL`].
///
/// # Errors
/// See [`sweep`]; also if an amount cannot be one, or an address or kind does not exist.
pub fn kinds(snapshot: &Snapshot, bound: &Bound, work: Work<'_>) -> Result<Vec<KindSums>> {
    let columns = &*snapshot.columns;
    let values = head(&columns.output_value_sat, bound.outputs, "columns/output.value_sat")?;
    let addresses = head(&columns.output_address, bound.outputs, "columns/output.address_id")?;
    let of_address = &columns.address_kind[..];
    let of_address = &of_address[..of_address.len().min(u32::MAX as usize)];
    let edge = Edge::of(bound);
    let task = |rows: std::ops::Range<usize>| {
        let mut sums = [KindSums::default(); N_KINDS];
        let mut cells = Box::<Spends>::default();
        let mut batch = Box::<Batch>::default();
        for part in stretches(rows, BATCH_ROWS) {
            let mut do_exist = true;
            for kernel in kernels(part.clone()) {
                let (low, high) = cells.read(snapshot, kernel.clone());
                let (at, addresses) = (kernel.start - part.start, &addresses[kernel]);
                flags_of(addresses, low, high, edge, &mut batch.flags[at..]);
                do_exist &= rows_of(addresses, of_address.len() as u32, &mut batch.kind_rows[at..]);
            }
            let (values, addresses) = (&values[part.clone()], &addresses[part.clone()]);
            let [next_low, next_high] = ahead(snapshot, part.end);
            let next = [Ahead::behind(values), Ahead::behind(addresses), next_low, next_high];
            if !do_exist || !batch.add_to(&mut sums, values, of_address, next) {
                let what = format!("an output behind row {} has an address or a kind that does not exist", part.start);
                return Err(StoreError::corrupt("columns/output.address_id", part.start as u64 * 4, what).into());
            }
            check_bits(bits_of(values), part.start)?;
        }
        Ok(sums.to_vec())
    };
    let merge = |mut a: Vec<KindSums>, b: Vec<KindSums>| {
        if a.is_empty() {
            return Ok(b);
        }
        for (a, b) in a.iter_mut().zip(b) {
            a.n_outputs += b.n_outputs;
            a.value_sat += b.value_sat;
            a.n_unspent += b.n_unspent;
            a.unspent_sat += b.unspent_sat;
        }
        Ok(a)
    };
    let sums = sweep(snapshot, bound.outputs, work, task, merge)?;
    Ok(if sums.is_empty() { vec![KindSums::default(); N_KINDS] } else { sums })
}

wide! {
    /// Bits of all values, taken together.
    fn bits_of(values: &[i64]) -> u64 {
        values.iter().fold(0, |bits, value| bits | *value as u64)
    }
}

wide! {
    /// Fills in where the kind of each address stands: some row for one that does not exist. Says whether all do but NONE.
    fn rows_of(addresses: &[u32], n_addresses: u32, rows: &mut [u32]) -> bool {
        let mut past = 0u32;
        for (row, address) in rows.iter_mut().zip(addresses) {
            *row = (*address).min(n_addresses.saturating_sub(1));
            // NONE plus one is none.
            past |= address.wrapping_add(1).saturating_sub(n_addresses);
        }
        past == 0
    }
}

wide! {
    /// Fills in what of an output's place does not depend on its kind.
    fn flags_of(addresses: &[u32], low: &[u32], high: &[u8], edge: Edge, flags: &mut [u8]) -> () {
        for (((flag, address), low), high) in flags.iter_mut().zip(addresses).zip(low).zip(high) {
            let unspent = if edge.is_unspent(*low, *high) { UNSPENT } else { 0 };
            *flag = unspent | if *address == NONE_U32 { NO_ADDRESS } else { 0 };
        }
    }
}

/// Outputs that are tallied at once: some kernels, so that the sums of their kinds are seldom gathered.
const BATCH_ROWS: usize = 2048;
/// Kinds are asked for so many rows ahead of their turn.
const ASKED_ROWS: usize = 64;

/// What is known of the outputs of a batch before their kinds are.
struct Batch {
    /// Where their kinds stand.
    kind_rows: [u32; BATCH_ROWS + ASKED_ROWS],
    flags: [u8; BATCH_ROWS],
    tallies: Tallies,
}

impl Default for Batch {
    fn default() -> Batch {
        Batch { kind_rows: [0; BATCH_ROWS + ASKED_ROWS], flags: [0; BATCH_ROWS], tallies: [[[0; 2]; PLACES]; TURNS] }
    }
}

impl Batch {
    /// Adds the outputs, whose values these are, to the sums of their kinds, and has `next` fetched meanwhile; `false` if
    /// a kind does not exist.
    fn add_to(&mut self, sums: &mut [KindSums; N_KINDS], values: &[i64], of_address: &[u8], next: [Ahead; 4]) -> bool {
        // Without addresses every output has none, and is counted by its flag.
        let of_address = if of_address.is_empty() { &[0] } else { of_address };
        self.tallies = [[[0; 2]; PLACES]; TURNS];
        let mut kinds = 0u8;
        for (n, values) in values.chunks(AHEAD_ROWS).enumerate() {
            let from = n * AHEAD_ROWS;
            next.iter().for_each(|next| next.fetch(from, AHEAD_ROWS));
            let rows = &self.kind_rows[from..from + values.len() + ASKED_ROWS];
            kinds |= tally(values, &self.flags[from..], rows, of_address, &mut self.tallies);
        }
        for place in 0..PLACES {
            let (mut n, mut value) = (0, 0);
            for tallies in &self.tallies {
                n += tallies[place][0];
                value += i128::from(tallies[place][1]);
            }
            let has_no_address = place & usize::from(NO_ADDRESS) != 0;
            let kind = if has_no_address { Kind::OpReturn as usize } else { place % usize::from(UNSPENT) };
            match sums.get_mut(kind) {
                Some(sum) => {
                    sum.n_outputs += n;
                    sum.value_sat += value;
                    if place & usize::from(UNSPENT) != 0 {
                        sum.n_unspent += n;
                        sum.unspent_sat += value;
                    }
                }
                None if n > 0 => return false,
                None => {}
            }
        }
        kinds < UNSPENT
    }
}

/// Adds outputs to the tallies of their places. Returns the bits of their kinds, taken together.
fn tally(values: &[i64], flags: &[u8], rows: &[u32], of_address: &[u8], tallies: &mut Tallies) -> u8 {
    let last = of_address.len() - 1;
    let kind_at = |row: u32| of_address[(row as usize).min(last)];
    let mut kinds = 0u8;
    let mut add = |tallies: &mut [Tally; PLACES], value: i64, flag: u8, kind: u8| {
        kinds |= kind;
        let tally = &mut tallies[usize::from(kind | flag) % PLACES];
        *tally = [tally[0].wrapping_add(1), tally[1].wrapping_add(value as u64)];
    };
    let ahead = Ahead::of(of_address);
    let ((of_turns, values), (flags_of_turns, flags)) =
        (values.as_chunks::<TURNS>(), flags[..values.len()].as_chunks::<TURNS>());
    let (rows_of_turns, rest) = rows[..rows.len() - ASKED_ROWS].as_chunks::<TURNS>();
    let (asked, _) = rows[ASKED_ROWS..].as_chunks::<TURNS>();
    for (((values, flags), rows), asked) in of_turns.iter().zip(flags_of_turns).zip(rows_of_turns).zip(asked) {
        for turn in 0..TURNS {
            ahead.fetch_near(asked[turn] as usize);
            add(&mut tallies[turn], values[turn], flags[turn], kind_at(rows[turn]));
        }
    }
    for ((value, flag), row) in values.iter().zip(flags).zip(rest) {
        add(&mut tallies[0], *value, *flag, kind_at(*row));
    }
    kinds
}
