//! What lines say that many reports have.

use super::{render, report, task, text};
use crate::{
    base::model::{Frame, Leak},
    settings::env::{Format, TraceLevel},
};

/// From the folder of the workspace, so that a terminal and GitHub find it.
#[test]
fn files_are_named_as_the_compiler_does() {
    let named = |frame: &Frame| Frame {
        from_root: frame
            .file
            .as_ref()
            .map(|file| format!("crates/my_app/{file}")),
        ..frame.clone()
    };
    let leak = task(1);
    let leak = Leak {
        created_at: leak.created_at.as_ref().map(named),
        ..leak
    };
    let report = report(vec![leak]);
    let said = render(&report, Format::Github, TraceLevel::Site);
    assert!(
        said.contains("\n --> crates/my_app/src/pool.rs:3:9\n"),
        "{said}"
    );
    assert!(
        said.contains("file=crates/my_app/src/pool.rs,line=3"),
        "{said}"
    );
}

#[test]
fn what_was_told_before_is_left_out() {
    let report = report(vec![task(1)]);
    let later = crate::report::render::render(&report, Format::Text, TraceLevel::Site, |_| false);
    let first = text(&report);
    assert!(first.starts_with(later.trim_end()), "{later}");
    assert_eq!(first.matches("LEAKCHECK_TRACE=full").count(), 1);
    assert!(!later.contains("LEAKCHECK_TRACE=full") && !later.contains("cargo leakcheck"));
}
