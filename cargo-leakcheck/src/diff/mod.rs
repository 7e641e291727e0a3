//! What differs between two runs: which causes are new, which are gone, and of which there are more or fewer.

mod change;
mod difference;
mod json;
mod links;
mod markdown;
mod page;
mod run;
mod text;

pub(crate) use difference::Diff;
pub(crate) use json::{render as json, render_nothing as json_of_nothing};
pub(crate) use markdown::render as markdown;
pub(crate) use run::Run;
pub(crate) use text::render as text;

#[cfg(test)]
mod tests;
