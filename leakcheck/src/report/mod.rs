//! From findings to what a person or a tool reads. The words of a report are made here and nowhere else.

pub(crate) mod explain;
pub(crate) mod output;
pub(crate) mod render;
