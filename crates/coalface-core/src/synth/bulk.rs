//! The one call: generator and sealer, in one thread or in two.

use std::path::Path;
use std::sync::mpsc::{channel, sync_channel};

use super::error::BulkError;
use super::frame::{BlockFiles, Written};
use super::generator::{Draft, Generator, SealerGone};
use super::options::BulkOptions;
use super::seal::{Sealer, Tip};
use super::summary::BulkSummary;
use super::truth::Truth;

/// Drafts that may wait for the sealer; each is at most a block.
const QUEUE: usize = 4;

/// Writes a bulk chain into `folder`, the `blocks` folder of a data directory, which is made if there is none.
///
/// `progress` gets the number of transactions made so far after every block, in the calling thread; `false` stops.
/// Nothing is synced to the device.
///
/// # Errors
/// An option out of range, a folder that already holds block files, a failed write, or a stop by `progress`. An
/// unfinished chain is left in the folder.
pub fn write_bulk(
    folder: &Path,
    options: &BulkOptions,
    progress: &dyn Fn(u64) -> bool,
) -> Result<BulkSummary, BulkError> {
    options.check()?;
    let files = BlockFiles::create(folder, options)?;
    let (txid_sender, txid_receiver) = channel();
    let truth = options.truth.as_deref().map(Truth::create).transpose()?;
    let sealer = Sealer::new(files, truth, txid_sender)?;
    let mut generator = Generator::new(options, txid_receiver);
    let (tip, written) = if options.threads == 1 {
        in_one_thread(sealer, &mut generator, options, progress)?
    } else {
        in_two_threads(sealer, &mut generator, options, progress)?
    };
    Ok(BulkSummary {
        n_bytes: written.n_bytes,
        n_files: written.n_files,
        tip_hash: tip.hash32(),
        tip_height: tip.height,
        tip_time_unix: tip.time_unix,
        ..generator.summary()
    })
}

fn in_one_thread(
    mut sealer: Sealer,
    generator: &mut Generator,
    options: &BulkOptions,
    progress: &dyn Fn(u64) -> bool,
) -> Result<(Tip, Written), BulkError> {
    let mut result = Ok(());
    let ended = drive(generator, progress, |draft| {
        result = sealer.seal(&draft);
        result.is_ok()
    });
    result?;
    ended?;
    sealer.finish(options.preallocate_tail)
}

fn in_two_threads(
    mut sealer: Sealer,
    generator: &mut Generator,
    options: &BulkOptions,
    progress: &dyn Fn(u64) -> bool,
) -> Result<(Tip, Written), BulkError> {
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel::<Draft>(QUEUE);
        let sealing = scope.spawn(move || {
            for draft in receiver {
                sealer.seal(&draft)?;
            }
            sealer.finish(options.preallocate_tail)
        });
        let ended = drive(generator, progress, |draft| sender.send(draft).is_ok());
        drop(sender);
        let sealed = sealing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        ended.map(|()| sealed)
    })
}

/// Passes every block to `seal` until that says that it failed; its own error comes first, so this one's is only for
/// a stop by `progress`.
fn drive(
    generator: &mut Generator,
    progress: &dyn Fn(u64) -> bool,
    mut seal: impl FnMut(Draft) -> bool,
) -> Result<(), BulkError> {
    loop {
        match generator.next_block() {
            Ok(Some(draft)) => {
                if !seal(draft) {
                    return Ok(());
                }
            }
            Ok(None) | Err(SealerGone) => return Ok(()),
        }
        if !progress(generator.n_txs()) {
            return Err(BulkError::Cancelled);
        }
    }
}
