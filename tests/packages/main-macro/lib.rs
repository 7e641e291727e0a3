//! A home for the tests of `leakcheck::main!` and `leakcheck::verify_at_exit!`; see `tests`.
