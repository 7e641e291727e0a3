//! What a finding means and what to do about it.

mod descriptor;
mod hang;
mod leak;

pub(crate) use hang::help as help_of_hang;
pub(crate) use leak::help;
