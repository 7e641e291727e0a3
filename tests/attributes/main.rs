//! Every way to stack the attributes gives each test once, under its own name, on the runtime that was asked for.
//!
//! The bodies only tell where they run; `registered` runs this binary again and compares what ran with what is listed.

mod cases;
mod failing;
mod foreign;
mod full;
mod hygiene;
mod log;
mod modifier;
mod modules;
mod outcomes;
mod panics;
mod parameters;
mod ran;
mod registered;
mod renamed;
mod serial;
