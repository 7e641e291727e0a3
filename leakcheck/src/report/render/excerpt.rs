//! The source line of a frame, with the call underlined.

use std::fs;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::escape;
use crate::base::model::Frame;

/// A place in the source, and what happened there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) frame: &'a Frame,
    pub(super) label: &'a str,
}

/// Renders a title, the line of each place with its label under the call, and notes below.
pub(super) fn render(
    heading: (&str, &str),
    places: &[Place<'_>],
    notes: &[(&str, String)],
) -> String {
    let (name, title) = heading;
    let mut group = Group::with_title(Level::ERROR.with_name(name).primary_title(title));
    let lines: Vec<_> = places
        .iter()
        .map(|place| source_line(place.frame))
        .collect();
    for (Place { frame, label }, line) in places.iter().zip(&lines) {
        group = match (line, frame.shown(), frame.line) {
            (Some(line), _, _) => group.element(
                Snippet::source(line.as_str())
                    .line_start(frame.line.unwrap_or(1) as usize)
                    .path(frame.shown().map(escape::plain))
                    .annotation(
                        AnnotationKind::Primary
                            .span(call_span(line, frame.column))
                            .label(*label),
                    ),
            ),
            (None, Some(file), Some(line)) => {
                let origin = Origin::path(escape::plain(file)).line(line as usize);
                group.element(match frame.column {
                    Some(column) => origin.char_column(column as usize),
                    None => origin,
                })
            }
            _ => group,
        };
    }
    for (name, text) in notes {
        group = group.element(Level::NOTE.with_name(*name).message(text.as_str()));
    }
    Renderer::plain().render(&[group])
}

fn source_line(frame: &Frame) -> Option<String> {
    let number = frame.line?.checked_sub(1)? as usize;
    let source = fs::read_to_string(frame.path.as_deref()?).ok()?;
    source.lines().nth(number).map(ToOwned::to_owned)
}

/// From the column to the end of the path or method name that stands there. Without a column the only await of the line,
/// or all of it.
fn call_span(line: &str, column: Option<u32>) -> std::ops::Range<usize> {
    let whole = (line.len() - line.trim_start().len())..line.trim_end().len();
    let Some(column) = column.and_then(|column| (column as usize).checked_sub(1)) else {
        const AWAIT: &str = ".await";
        let mut awaits = line.match_indices(AWAIT);
        return match (awaits.next(), awaits.next()) {
            (Some((at, _)), None) => at + 1..at + AWAIT.len(),
            _ => whole,
        };
    };
    // Debug info counts bytes.
    let Some(rest) = line.get(column..).filter(|rest| !rest.is_empty()) else {
        return whole;
    };
    let len = rest
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | ':' | '!')))
        .unwrap_or(rest.len());
    let first = rest.chars().next().map_or(1, char::len_utf8);
    column..column + len.max(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_call_is_underlined() {
        let line = "    tokio::spawn(work());  ";
        for (column, expected) in [
            (Some(5), "tokio::spawn"),
            (Some(18), "work"),
            (Some(17), "("),
            (None, "tokio::spawn(work());"),
            (Some(0), "tokio::spawn(work());"),
            (Some(99), "tokio::spawn(work());"),
        ] {
            assert_eq!(&line[call_span(line, column)], expected, "{column:?}");
        }
    }
}
