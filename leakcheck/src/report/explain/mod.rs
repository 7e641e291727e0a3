//! What a finding means and what to do about it: a choice, of which `render` makes words.

mod advice;
mod cancelled;
mod causes;
mod dependency;
mod descriptor;
mod hang;
mod links;
mod told;
mod why;

pub(crate) use advice::HangAdvice;
pub(crate) use cancelled::{Outlives, outlives};
pub(crate) use causes::Causes;
pub(crate) use dependency::{Dependency, Made, When, of as dependency};
pub(crate) use descriptor::{Closing, closing};
pub(crate) use hang::{BODY, advice as advice_on_hang, steps, with_body};
pub(crate) use links::{Edge, Link};
pub(crate) use why::{Certainty, Why, why};
