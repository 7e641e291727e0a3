//! Tables of texts, frames, stacks and source lines, each of which is in the page once.

use std::{
    collections::{BTreeMap, HashMap},
    path::PathBuf,
};

use super::data::{FrameData, TableData};
use crate::{escape::plain, report::Frame, source_file::SourceFiles};

/// Source lines that are shown before a line and behind it.
const AROUND: usize = 5;

/// Characters of source that a page has at most.
const LONGEST: usize = 16 << 20;

/// Tables under way.
#[derive(Debug)]
pub(super) struct Tables<'r> {
    data: TableData,
    texts: HashMap<String, usize>,
    frames: HashMap<FrameKey, usize>,
    stacks: HashMap<Vec<usize>, usize>,
    sources: BTreeMap<PathBuf, usize>,
    files: SourceFiles<'r>,
    /// Of all source lines.
    length: usize,
}

/// File, line, column and function of a frame, and the package that the file may be relative to.
type FrameKey = (
    Option<usize>,
    Option<u32>,
    Option<u32>,
    usize,
    Option<usize>,
);

impl<'r> Tables<'r> {
    pub(super) fn new(files: SourceFiles<'r>) -> Self {
        Self {
            data: TableData::default(),
            texts: HashMap::new(),
            frames: HashMap::new(),
            stacks: HashMap::new(),
            sources: BTreeMap::new(),
            files,
            length: 0,
        }
    }

    pub(super) fn end(self) -> TableData {
        self.data
    }

    /// The place of a text from outside, which is made harmless.
    pub(super) fn text(&mut self, text: &str) -> usize {
        if let Some(at) = self.texts.get(text) {
            return *at;
        }
        let at = self.data.texts.len();
        self.data.texts.push(plain(text));
        self.texts.insert(text.to_owned(), at);
        at
    }

    /// The place of a frame of a test of this package.
    pub(super) fn frame(&mut self, frame: &Frame, package: Option<&str>) -> usize {
        let file = frame.file.as_deref().map(|file| self.text(file));
        let function = self.text(&frame.function);
        let of = package.map(|package| self.text(package));
        let key = (file, frame.line, frame.column, function, of);
        if let Some(at) = self.frames.get(&key) {
            return *at;
        }
        let source = self.source(frame, package);
        let at = self.data.frames.len();
        let (line, column) = (frame.line, frame.column);
        let data = FrameData(file, line, column, function, source);
        self.data.frames.push(data);
        self.frames.insert(key, at);
        at
    }

    /// The place of a stack; none for one without frames.
    pub(super) fn stack(&mut self, stack: &[Frame], package: Option<&str>) -> Option<usize> {
        if stack.is_empty() {
            return None;
        }
        let frames: Vec<usize> = stack
            .iter()
            .map(|frame| self.frame(frame, package))
            .collect();
        if let Some(at) = self.stacks.get(&frames) {
            return Some(*at);
        }
        let at = self.data.stacks.len();
        self.data.stacks.push(frames.clone());
        self.stacks.insert(frames, at);
        Some(at)
    }

    /// The place of the file, to which the lines around this one are added.
    fn source(&mut self, frame: &Frame, package: Option<&str>) -> Option<usize> {
        if self.length > LONGEST {
            return None;
        }
        let excerpt = self.files.excerpt(frame, package, AROUND)?;
        let sources = &mut self.data.sources;
        let at = *self.sources.entry(excerpt.path).or_insert_with(|| {
            sources.push(BTreeMap::new());
            sources.len() - 1
        });
        for (number, line) in (excerpt.first..).zip(excerpt.lines) {
            let length = &mut self.length;
            sources[at].entry(number).or_insert_with(|| {
                *length += line.len();
                line.clone()
            });
        }
        Some(at)
    }
}
