//! A long text under way: lines with an indent, places with their source, stacks.

use anstyle::Style;
use leakcheck_report::plural;

use crate::{escape::plain, finding::place, report::Frame, source_file::SourceFiles};

pub(crate) const BOLD: Style = Style::new().bold();

/// The text, and where it takes source lines from.
#[derive(Debug)]
pub(crate) struct Telling<'r> {
    pub(crate) out: String,
    files: SourceFiles<'r>,
    /// Places whose source was shown.
    shown: Vec<Frame>,
    package: Option<String>,
}

/// Places that have their source shown; the text would be lost among more.
const PLACES: usize = 40;

impl<'r> Telling<'r> {
    pub(crate) fn new(files: SourceFiles<'r>) -> Self {
        Self {
            out: String::new(),
            files,
            shown: Vec::new(),
            package: None,
        }
    }

    /// Begins with a finding of this package, to which its files are relative.
    pub(crate) fn begin(&mut self, package: Option<&str>) {
        self.package = package.map(ToOwned::to_owned);
        self.shown.clear();
    }

    /// A line of words that are harmless.
    pub(crate) fn line(&mut self, indent: usize, text: &str) {
        self.out.extend(std::iter::repeat_n(' ', indent));
        self.out.push_str(text);
        self.out.push('\n');
    }

    /// A heading.
    pub(crate) fn heading(&mut self, text: &str) {
        self.line(0, &format!("{BOLD}{text}{BOLD:#}"));
    }

    /// A place, and below it its source if that was not shown yet.
    pub(crate) fn place(&mut self, indent: usize, label: &str, frame: &Frame) {
        self.line(indent, &format!("{label}{}", at(frame)));
        if self.shown.len() >= PLACES || self.shown.iter().any(|shown| is_same(shown, frame)) {
            return;
        }
        self.shown.push(frame.clone());
        let package = self.package.as_deref();
        for line in self.files.around(frame, package) {
            self.line(indent + 2, &line);
        }
    }

    /// A stack with its length, innermost frame first.
    pub(crate) fn stack(&mut self, title: &str, frames: &[Frame]) {
        if frames.is_empty() {
            return;
        }
        let length = plural::of(frames.len(), "frame", "frames");
        self.line(2, &format!("{title}, {length}, innermost first:"));
        for (number, frame) in frames.iter().enumerate() {
            self.line(2, &format!("{number:>4}: {}", at(frame)));
        }
    }
}

/// `src/pool.rs:88 my_app::pool::Pool::connect`
pub(crate) fn at(frame: &Frame) -> String {
    let function = match &*frame.function {
        "" => "(no name)".to_owned(),
        function => plain(function),
    };
    match place(frame) {
        Some(place) => format!("{place} {function}"),
        None => function,
    }
}

fn is_same(one: &Frame, other: &Frame) -> bool {
    (&one.file, one.line) == (&other.file, other.line)
}
