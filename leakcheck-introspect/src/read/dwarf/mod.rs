//! The program's debug info: units found by address, indexed when first touched; types parsed when first needed.
//!
//! What is parsed stays for the life of the process, so that types are `&'static` and values that refer to them copy.

mod aranges;
mod call_chain;
mod calls;
mod die;
#[cfg(any(test, fuzzing))]
mod dump_all;
mod executable;
mod function;
mod image;
mod index;
mod line_program;
mod notes;
mod pattern;
mod scopes;
mod sections;
mod split;
mod stack_variables;
mod symbols;
mod thread_locals;
mod type_parser;
mod types;
mod unit;
mod units;
mod variables;
mod without_aranges;

pub use self::{
    calls::{called_from, calls_at, file_of, keep_program},
    executable::has_read,
};
pub(crate) use self::{
    die::Die,
    executable::is_described,
    image::Image,
    scopes::{Declared, Scopes},
    split::MissingDwo,
    stack_variables::OnStack,
    types::{FatPointer, Member, Shape, Type, Unsized, Variant, without_arguments},
    unit::Unit,
    variables::Variable,
};
