//! Asking the processor for a row of an array that is needed soon.

/// Asks for the row `row`; nothing happens past the end.
#[inline]
pub fn prefetch<T>(rows: &[T], row: usize) {
    #[cfg(target_arch = "x86_64")]
    if let Some(cell) = rows.get(row) {
        // SAFETY: prefetching is a hint; the address is that of a live row.
        unsafe {
            std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(std::ptr::from_ref(cell).cast());
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (rows, row);
}
