//! Kernels compiled twice: for every processor of the architecture, and for those with wide vectors.

/// Declares a function that runs a version of its body compiled for AVX2 where the processor has it, and else the same
/// body as it is. Bodies are plain loops that the compiler turns into vectors; what they return does not depend on it.
macro_rules! wide {
    ($(#[$doc:meta])* $visible:vis fn $name:ident($($argument:ident: $type:ty),* $(,)?) -> $answer:ty $body:block) => {
        $(#[$doc])*
        $visible fn $name($($argument: $type),*) -> $answer {
            #[inline(always)]
            fn body($($argument: $type),*) -> $answer $body
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2")]
                fn on_avx2($($argument: $type),*) -> $answer {
                    body($($argument),*)
                }
                if std::arch::is_x86_feature_detected!("avx2") {
                    // SAFETY: this processor has AVX2.
                    return unsafe { on_avx2($($argument),*) };
                }
            }
            body($($argument),*)
        }
    };
}
pub(super) use wide;
