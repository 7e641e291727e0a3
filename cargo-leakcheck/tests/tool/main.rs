//! The whole program on a sample workspace with seeded leaks, through cargo and nextest.

mod ended;
mod sample;
mod sarif;
