//! A frame in words: its place, and its function without the path to it.

use super::escape::plain;
use crate::base::model::Frame;

/// File and line, as far as they are known.
pub(super) fn place(frame: &Frame) -> Option<String> {
    match (frame.shown(), frame.line) {
        (Some(file), Some(line)) => Some(format!("{}:{line}", plain(file))),
        (Some(file), None) => Some(plain(file)),
        _ => None,
    }
}

/// The last two segments of a path: `Pool::connect`; of a trait's method those of the type and the method.
pub(super) fn short(function: &str) -> String {
    let (owner, method) = match function
        .strip_prefix('<')
        .and_then(|rest| rest.split_once(" as "))
    {
        Some((owner, rest)) => (owner, rest.rsplit("::").next().unwrap_or(rest)),
        None => function.rsplit_once("::").unwrap_or(("", function)),
    };
    let owner = owner.split('<').next().unwrap_or(owner);
    let owner = owner.rsplit("::").next().unwrap_or(owner);
    let separator = if owner.is_empty() { "" } else { "::" };
    plain(&format!("{owner}{separator}{method}"))
}
