//! The source line of a frame, with the call underlined.

use std::fs;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::escape;
use crate::model::Frame;

/// Renders a title, the line of `frame` with `label` under its call, and notes below.
pub(super) fn render(
    heading: (&str, &str),
    frame: Option<&Frame>,
    label: &str,
    notes: &[(&str, String)],
) -> String {
    let (name, title) = heading;
    let mut group = Group::with_title(Level::ERROR.with_name(name).primary_title(title));
    let line = frame.and_then(source_line);
    group = match (frame, &line) {
        (Some(frame), Some(line)) => {
            let span = call_span(line, frame.column);
            group.element(
                Snippet::source(line.as_str())
                    .line_start(frame.line.unwrap_or(1) as usize)
                    .path(frame.file.as_deref().map(escape::plain))
                    .annotation(AnnotationKind::Primary.span(span).label(label)),
            )
        }
        (Some(frame), None) => match (&frame.file, frame.line) {
            (Some(file), Some(line)) => {
                let origin = Origin::path(escape::plain(file)).line(line as usize);
                group.element(match frame.column {
                    Some(column) => origin.char_column(column as usize),
                    None => origin,
                })
            }
            _ => group,
        },
        (None, _) => group,
    };
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

/// From the column to the end of the path or method name that stands there; the whole line without a column.
fn call_span(line: &str, column: Option<u32>) -> std::ops::Range<usize> {
    let whole = (line.len() - line.trim_start().len())..line.trim_end().len();
    let Some(column) = column.and_then(|column| (column as usize).checked_sub(1)) else {
        return whole;
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
