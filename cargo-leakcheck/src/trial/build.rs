//! Builds the tests of the copy, and tells what the compiler has refused.

use std::{
    ffi::OsString,
    io::{self, BufReader},
    path::{Path, PathBuf},
    process::Stdio,
};

use cargo_metadata::{
    CompilerMessage, Message,
    diagnostic::{Diagnostic, DiagnosticLevel, DiagnosticSpan},
};

use crate::{error::Error, run, trial::setting::Setting};

/// An error of the compiler's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The lines that it is about, the most telling first.
    pub(crate) spots: Vec<Spot>,
    /// The root of the crate.
    pub(crate) root: PathBuf,
    pub(crate) message: String,
    /// As the compiler shows it.
    pub(crate) shown: String,
}

/// Lines of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    /// The whole path.
    pub(crate) file: PathBuf,
    pub(crate) lines: (usize, usize),
    is_primary: bool,
}

#[cfg(test)]
impl Spot {
    /// One line, which the error is about.
    pub(crate) fn new(file: PathBuf, line: usize) -> Self {
        Self {
            file,
            lines: (line, line),
            is_primary: true,
        }
    }
}

/// Builds the tests; the errors are those of the compiler, and the code is cargo's.
pub(crate) fn build(setting: &Setting, args: &[OsString]) -> Result<(u8, Vec<Refusal>), Error> {
    let failed = |cause: io::Error| Error::Cargo {
        what: "run cargo test --no-run".to_owned(),
        cause: cause.to_string(),
    };
    let mut command = run::cargo();
    command.args([
        "test",
        "--no-run",
        "--no-fail-fast",
        "--message-format=json-diagnostic-rendered-ansi",
    ]);
    command.args(setting.arguments()).args(args);
    setting.apply(&mut command);
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(failed)?;
    let mut refusals = Vec::new();
    if let Some(from) = child.stdout.take() {
        for message in Message::parse_stream(BufReader::new(from)) {
            if let Message::CompilerMessage(message) = message.map_err(failed)? {
                refusals.extend(refusal(&message, &setting.root));
            }
        }
    }
    let status = child.wait().map_err(failed)?;
    Ok((run::code(status), refusals))
}

fn refusal(message: &CompilerMessage, root: &Path) -> Option<Refusal> {
    let diagnostic = &message.message;
    let is_error = matches!(
        diagnostic.level,
        DiagnosticLevel::Error | DiagnosticLevel::Ice
    );
    if !is_error || diagnostic.spans.is_empty() {
        return None; // It only counts the others.
    }
    let mut spots = Vec::new();
    gather(diagnostic, root, &mut spots);
    spots.sort_by_key(|spot| !spot.is_primary);
    Some(Refusal {
        spots,
        root: message.target.src_path.as_std_path().to_owned(),
        message: diagnostic
            .message
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned(),
        shown: diagnostic.rendered.clone().unwrap_or_default(),
    })
}

fn gather(diagnostic: &Diagnostic, root: &Path, spots: &mut Vec<Spot>) {
    for span in &diagnostic.spans {
        of_span(span, span.is_primary, root, spots);
    }
    for child in &diagnostic.children {
        let mut further = Vec::new();
        gather(child, root, &mut further);
        spots.extend(further.into_iter().map(|spot| Spot {
            is_primary: false,
            ..spot
        }));
    }
}

/// The place of a span, and those of the macros that it comes from.
fn of_span(span: &DiagnosticSpan, is_primary: bool, root: &Path, spots: &mut Vec<Spot>) {
    spots.push(Spot {
        file: root.join(&span.file_name),
        lines: (span.line_start, span.line_end),
        is_primary,
    });
    if let Some(expansion) = &span.expansion {
        of_span(&expansion.span, is_primary, root, spots);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn span(
        file: &str,
        line: usize,
        is_primary: bool,
        expansion: &serde_json::Value,
    ) -> serde_json::Value {
        json!({
            "file_name": file, "byte_start": 0, "byte_end": 0, "line_start": line, "line_end": line,
            "column_start": 1, "column_end": 1, "is_primary": is_primary, "text": [], "label": null,
            "suggested_replacement": null, "suggestion_applicability": null, "expansion": expansion,
        })
    }

    fn read(
        level: &str,
        spans: &serde_json::Value,
        children: &serde_json::Value,
    ) -> Option<Refusal> {
        let message = json!({
            "package_id": "a 0.1.0 (path+file:///w/a)", "manifest_path": "/w/a/Cargo.toml",
            "target": {
                "kind": ["lib"], "crate_types": ["lib"], "name": "a", "src_path": "/w/a/src/lib.rs", "edition": "2024",
                "doctest": true, "test": true, "doc": true,
            },
            "message": {
                "message": "it is wrong\nin detail", "code": null, "level": level, "spans": spans, "children": children,
                "rendered": "error: it is wrong",
            },
        });
        let message = serde_json::from_value(message).expect("a message");
        refusal(&message, Path::new("/w"))
    }

    #[test]
    fn an_error_is_about_all_that_it_names() {
        let none = &serde_json::Value::Null;
        let call = json!({ "span": span("a/src/lib.rs", 9, true, none), "macro_decl_name": "#[m]", "def_site_span": null });
        let spans = json!([
            span("a/src/b.rs", 2, false, none),
            span("/x/macro.rs", 3, true, &call)
        ]);
        let child = json!([{
            "message": "a note", "code": null, "level": "note", "spans": [span("a/src/c.rs", 4, true, none)],
            "children": [], "rendered": null,
        }]);
        let refusal = read("error", &spans, &child).expect("an error");
        let spots: Vec<String> = refusal
            .spots
            .iter()
            .map(|spot| format!("{}:{}", spot.file.display(), spot.lines.0))
            .collect();
        assert_eq!(
            spots,
            [
                "/x/macro.rs:3",
                "/w/a/src/lib.rs:9",
                "/w/a/src/b.rs:2",
                "/w/a/src/c.rs:4"
            ]
        );
        assert_eq!(
            (refusal.message.as_str(), refusal.root.as_path()),
            ("it is wrong", Path::new("/w/a/src/lib.rs"))
        );
        assert_eq!(read("warning", &spans, &child), None);
        assert_eq!(read("error", &json!([]), &json!([])), None);
    }
}
