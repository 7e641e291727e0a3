//! What `verify_at_exit!` does not understand.

leakcheck::verify_at_exit!(leakcheck::Options::new());

fn main() {}
