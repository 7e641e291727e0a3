//! `main!` needs the feature `harness`.

leakcheck::main!(options = leakcheck::Options::new);
