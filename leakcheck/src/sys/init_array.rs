//! Code that runs before `main`.

/// Checks the whole process at its end, under the language's own harness: one line in a test binary.
///
/// What is still there when the harness has run all tests, and that no test's own check was about, is reported test by test:
/// tasks on runtimes that still run, threads, child processes, registrations, and file descriptors that a test has opened.
/// The tests that made it need no attribute. If all tests have passed, the process then exits with 101, as it does where one
/// has failed.
///
/// What tests with an attribute leave behind is left to their own checks and what these accept. What cannot be attributed to
/// a test is reported as left by the whole process. A `LEAKCHECK_*` variable counts as for any check.
///
/// It is Linux that tells of the end; elsewhere nothing happens. A process that ends otherwise, by a signal or because a test
/// calls `exit`, is not checked.
///
/// ```standalone_crate
/// leakcheck::verify_at_exit!(options = accepted);
///
/// fn accepted() -> leakcheck::Options {
///     leakcheck::Options::new().ignore_thread_name("metrics-*")
/// }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! verify_at_exit {
    () => {
        $crate::verify_at_exit!(options = $crate::Options::new);
    };
    (options = $options:path $(,)?) => {
        const _: () = {
            extern "C" fn begin() {
                $crate::__private::begin($crate::__private::AtExit {
                    place: $crate::__private::BinarySite {
                        package: ::core::option_env!("CARGO_PKG_NAME"),
                        manifest_dir: ::core::option_env!("CARGO_MANIFEST_DIR"),
                        module: ::core::module_path!(),
                        file: ::core::file!(),
                        line: ::core::line!(),
                    },
                    options: $options,
                });
            }

            // SAFETY: the section is an array of functions without arguments that matter, and the function does not unwind.
            // Its priority is the first that is not the C library's: what else is told of the exit is told before.
            #[cfg(target_os = "linux")]
            #[used]
            #[unsafe(link_section = ".init_array.00101")]
            static BEGIN: extern "C" fn() = begin;
            #[cfg(not(target_os = "linux"))]
            #[allow(dead_code, reason = "nothing tells of the end of the process")]
            static BEGIN: extern "C" fn() = begin;
        };
    };
    ($($other:tt)*) => {
        ::core::compile_error!(
            "write it as `leakcheck::verify_at_exit!()` or `leakcheck::verify_at_exit!(options = path::to::function)`"
        );
    };
}
