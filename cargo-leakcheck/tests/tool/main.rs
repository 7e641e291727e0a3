//! The whole program on a sample workspace with seeded leaks, through cargo and nextest.

mod broad;
mod broken;
mod copy;
mod ended;
mod readme;
mod sample;
mod sarif;
