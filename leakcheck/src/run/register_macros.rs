//! What attributes and `main!` write: registrations, where the feature `harness` is on, and nothing where it is off.

/// Registers a test, or one that cannot be run; the function given is a copy that keeps its name.
#[cfg(feature = "harness")]
#[doc(hidden)]
#[macro_export]
macro_rules! __leakcheck_collect {
    ({ $($function:tt)* } $name:ident, $meta:expr, $ignored:expr) => {
        #[allow(unreachable_code, clippy::all, clippy::pedantic)]
        const _: () = {
            $($function)*
            $crate::__private::inventory::submit! {
                $crate::__private::Registered::new($meta, $ignored, || {
                    $crate::__private::worked($name())
                })
            }
        };
    };
    (! $meta:expr, $ignored:expr, $by:expr) => {
        $crate::__private::inventory::submit! {
            $crate::__private::Registered::refused($meta, $ignored, $by)
        }
    };
}

/// Nothing has to be registered for the language's harness.
#[cfg(not(feature = "harness"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __leakcheck_collect {
    ($($anything:tt)*) => {};
}

/// Registers the suite and defines `main`, which the language's harness replaces by its own.
#[cfg(feature = "harness")]
#[doc(hidden)]
#[macro_export]
macro_rules! __leakcheck_main {
    ($suite:expr) => {
        $crate::__private::inventory::submit! { $suite }

        fn main() -> ::std::process::ExitCode {
            $crate::__private::run_all()
        }
    };
}

/// Says what is missing.
#[cfg(not(feature = "harness"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __leakcheck_main {
    ($suite:expr) => {
        ::core::compile_error!(
            "`leakcheck::main!` needs the feature `harness` of leakcheck: \
             leakcheck = { version = \"..\", features = [\"harness\"] }"
        );

        fn main() {}
    };
}

pub use __leakcheck_collect as collect;
pub use __leakcheck_main as main;
