//! The program as a test without a harness, which `cargo test` builds otherwise than a program.

#[path = "../src/main.rs"]
mod program;

fn main() {
    program::main();
}
