//! What a finding means and what to do about it: a choice, of which `render` makes words.

mod advice;
mod descriptor;
mod hang;
mod leak;

pub(crate) use advice::{Advice, Closing, HangAdvice, Made, When};
pub(crate) use hang::advice as advice_on_hang;
pub(crate) use leak::advice;
