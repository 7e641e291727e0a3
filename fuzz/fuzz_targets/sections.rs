//! Executables whose debug info is not to be trusted.

#![no_main]

use leakcheck_introspect::fuzzing::sections;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    sections(bytes);
});
