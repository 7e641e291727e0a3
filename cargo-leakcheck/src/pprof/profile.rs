//! A profile: samples with stacks, of functions and lines that are named by numbers, and texts that stand once.

use std::collections::HashMap;

use super::protobuf::Message;
use crate::{escape::plain, report::Frame};

/// Fields of the messages, by `profile.proto` of pprof.
mod field {
    pub(super) const SAMPLE_TYPE: u64 = 1;
    pub(super) const SAMPLE: u64 = 2;
    pub(super) const LOCATION: u64 = 4;
    pub(super) const FUNCTION: u64 = 5;
    pub(super) const TEXT: u64 = 6;
    pub(super) const COMMENT: u64 = 13;
}

/// A profile under way, each sample of which has as many values.
#[derive(Debug)]
pub(super) struct Profile<const VALUES: usize> {
    message: Message,
    /// The places of texts in their table.
    texts: HashMap<String, u64>,
    table: Vec<String>,
    /// The numbers of functions, by name and file.
    functions: HashMap<(u64, u64), u64>,
    /// The numbers of locations, by function and line.
    locations: HashMap<(u64, u32), u64>,
    comments: Vec<u64>,
}

impl<const VALUES: usize> Profile<VALUES> {
    /// With these types of values, and their units.
    pub(super) fn new(values: [(&str, &str); VALUES]) -> Self {
        let mut profile = Self {
            message: Message::default(),
            texts: HashMap::new(),
            table: Vec::new(),
            functions: HashMap::new(),
            locations: HashMap::new(),
            comments: Vec::new(),
        };
        profile.text(""); // The first text is none.
        for (kind, unit) in values {
            let mut value = Message::default();
            value.number(1, profile.text(kind));
            value.number(2, profile.text(unit));
            profile.message.message(field::SAMPLE_TYPE, &value);
        }
        profile
    }

    pub(super) fn comment(&mut self, text: &str) {
        let text = self.text(text);
        self.comments.push(text);
    }

    /// Adds a stack, innermost frame first, with a value for each type and what it is chosen by.
    pub(super) fn sample(
        &mut self,
        stack: &[&Frame],
        values: [i64; VALUES],
        labels: &[(&'static str, String)],
    ) {
        let stack: Vec<u64> = stack.iter().map(|frame| self.location(frame)).collect();
        let mut sample = Message::default();
        sample.numbers(1, &stack);
        sample.numbers(2, &values.map(i64::cast_unsigned));
        for (key, text) in labels {
            let mut label = Message::default();
            label.number(1, self.text(key));
            label.number(2, self.text(text));
            sample.message(3, &label);
        }
        self.message.message(field::SAMPLE, &sample);
    }

    pub(super) fn end(mut self) -> Vec<u8> {
        for text in &self.table {
            self.message.text(field::TEXT, text);
        }
        self.message.numbers(field::COMMENT, &self.comments);
        self.message.end()
    }

    fn location(&mut self, frame: &Frame) -> u64 {
        let name = match &*frame.function {
            "" => self.text("(no name)"),
            function => self.text(&plain(function)),
        };
        let file = self.text(&plain(frame.file.as_deref().unwrap_or_default()));
        let function = self.function(name, file);
        let line = frame.line.unwrap_or(0);
        let next = self.locations.len() as u64 + 1;
        let number = *self.locations.entry((function, line)).or_insert(next);
        if number == next {
            let mut at = Message::default();
            at.number(1, function);
            at.number(2, line.into());
            let mut location = Message::default();
            location.number(1, number);
            location.message(4, &at);
            self.message.message(field::LOCATION, &location);
        }
        number
    }

    fn function(&mut self, name: u64, file: u64) -> u64 {
        let next = self.functions.len() as u64 + 1;
        let number = *self.functions.entry((name, file)).or_insert(next);
        if number == next {
            let mut function = Message::default();
            function.number(1, number);
            function.number(2, name);
            function.number(3, name);
            function.number(4, file);
            self.message.message(field::FUNCTION, &function);
        }
        number
    }

    fn text(&mut self, text: &str) -> u64 {
        if let Some(at) = self.texts.get(text) {
            return *at;
        }
        let at = self.table.len() as u64;
        self.table.push(text.to_owned());
        self.texts.insert(text.to_owned(), at);
        at
    }
}
