//! From raw return addresses to frames that a person can read; runs for reports only.

mod asked;
mod blame;
mod catching;
mod code_owner;
mod debug_info;
mod function;
mod initialisers;
mod landmarks;
mod part;
mod runtime;
mod symbol;
pub(crate) mod tokio_paths;
mod trace;

pub(crate) use asked::{Asked, asked_for};
pub(crate) use blame::{choosers, is_runner};
pub(crate) use catching::{is_caught_by_thread, is_caught_by_tokio};
pub(crate) use code_owner::in_package;
pub(crate) use debug_info::unreadable;
pub(crate) use function::krate;
pub(crate) use initialisers::addresses as initialisers;
pub(crate) use runtime::builds_a_runtime;
pub(crate) use trace::{
    Called, Names, Trace, address, address_of, called_by, frame, frames, is_genuine, is_of_family,
    is_optimised, names, prove, prove_names, test_on, trace,
};
