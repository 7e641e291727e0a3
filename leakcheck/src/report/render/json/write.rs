//! Writes JSON, indented by two spaces.
//!
//! It is our own because a library that tests link must not add trait impls between the types that everybody uses: with
//! those of `serde_json` alone, `assert_eq!(bytes, [])` is ambiguous in a crate that never heard of it.

use std::{fmt::Write as _, sync::Arc};

/// What can be written as a value.
pub(super) trait Json {
    fn write(&self, to: &mut Writer);
}

/// Text under way.
#[derive(Debug, Default)]
pub(super) struct Writer {
    text: String,
    depth: usize,
}

/// An object under way.
#[derive(Debug)]
pub(super) struct Object<'w> {
    to: &'w mut Writer,
    is_empty: bool,
}

/// The value as text, with a newline at its end.
pub(super) fn document(value: &impl Json) -> String {
    let mut to = Writer::default();
    value.write(&mut to);
    to.text.push('\n');
    to.text
}

impl Writer {
    /// An object with the fields that `fill` gives it.
    pub(super) fn object(&mut self, fill: impl FnOnce(&mut Object<'_>)) {
        self.text.push('{');
        self.depth += 1;
        let mut object = Object {
            to: self,
            is_empty: true,
        };
        fill(&mut object);
        let is_empty = object.is_empty;
        self.close('}', is_empty);
    }

    pub(super) fn list<'v, T: Json + 'v>(&mut self, values: impl IntoIterator<Item = &'v T>) {
        self.text.push('[');
        self.depth += 1;
        let mut is_empty = true;
        for value in values {
            self.next(is_empty);
            is_empty = false;
            value.write(self);
        }
        self.close(']', is_empty);
    }

    fn next(&mut self, is_first: bool) {
        if !is_first {
            self.text.push(',');
        }
        self.line();
    }

    fn close(&mut self, bracket: char, is_empty: bool) {
        self.depth -= 1;
        if !is_empty {
            self.line();
        }
        self.text.push(bracket);
    }

    fn line(&mut self) {
        self.text.push('\n');
        for _ in 0..self.depth {
            self.text.push_str("  ");
        }
    }
}

impl Object<'_> {
    pub(super) fn field(&mut self, name: &str, value: &(impl Json + ?Sized)) {
        self.to.next(self.is_empty);
        self.is_empty = false;
        name.write(self.to);
        self.to.text.push_str(": ");
        value.write(self.to);
    }

    /// Leaves the field out where there is no value.
    pub(super) fn field_if_any(&mut self, name: &str, value: Option<&(impl Json + ?Sized)>) {
        if let Some(value) = value {
            self.field(name, value);
        }
    }

    /// Leaves the field out where the list is empty.
    pub(super) fn list_if_any<T: Json>(&mut self, name: &str, values: &[T]) {
        if !values.is_empty() {
            self.field(name, values);
        }
    }
}

impl Json for str {
    fn write(&self, to: &mut Writer) {
        to.text.push('"');
        for c in self.chars() {
            match c {
                '"' => to.text.push_str("\\\""),
                '\\' => to.text.push_str("\\\\"),
                '\n' => to.text.push_str("\\n"),
                '\r' => to.text.push_str("\\r"),
                '\t' => to.text.push_str("\\t"),
                '\u{8}' => to.text.push_str("\\b"),
                '\u{c}' => to.text.push_str("\\f"),
                c if c < ' ' => {
                    // A string takes what is written to it.
                    let _ = write!(to.text, "\\u{:04x}", u32::from(c));
                }
                c => to.text.push(c),
            }
        }
        to.text.push('"');
    }
}

impl Json for String {
    fn write(&self, to: &mut Writer) {
        self.as_str().write(to);
    }
}

impl Json for Arc<str> {
    fn write(&self, to: &mut Writer) {
        (**self).write(to);
    }
}

impl Json for bool {
    fn write(&self, to: &mut Writer) {
        to.text.push_str(if *self { "true" } else { "false" });
    }
}

macro_rules! numbers {
    ($($number:ty)*) => {
        $(
            impl Json for $number {
                fn write(&self, to: &mut Writer) {
                    // A string takes what is written to it.
                    let _ = write!(to.text, "{self}");
                }
            }
        )*
    };
}

numbers! { i32 u32 u64 u128 usize }

impl<T: Json> Json for Option<T> {
    fn write(&self, to: &mut Writer) {
        match self {
            Some(value) => value.write(to),
            None => to.text.push_str("null"),
        }
    }
}

impl<T: Json> Json for [T] {
    fn write(&self, to: &mut Writer) {
        to.list(self);
    }
}

impl<T: Json> Json for Vec<T> {
    fn write(&self, to: &mut Writer) {
        to.list(self);
    }
}

impl<T: Json + ?Sized> Json for &T {
    fn write(&self, to: &mut Writer) {
        (**self).write(to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Sample;

    impl Json for Sample {
        fn write(&self, to: &mut Writer) {
            to.object(|object| {
                object.field("text", "a \"b\"\\\n\u{1}\u{8}ä🦀");
                object.field("empty", &Vec::<u32>::new());
                object.field("list", &vec![Some(1_u64), None]);
                object.field("yes", &true);
                object.field_if_any("left_out", None::<&str>);
                object.list_if_any("left_out", &[] as &[bool]);
                object.field_if_any("some", Some(&-1_i32));
            });
        }
    }

    struct Nothing;

    impl Json for Nothing {
        fn write(&self, to: &mut Writer) {
            to.object(|_| ());
        }
    }

    #[test]
    fn values_are_written_as_other_writers_do() {
        let expected = r#"{
  "text": "a \"b\"\\\n\u0001\bä🦀",
  "empty": [],
  "list": [
    1,
    null
  ],
  "yes": true,
  "some": -1
}
"#;
        assert_eq!(document(&Sample), expected);
        assert_eq!(document(&Nothing), "{}\n");
    }
}
