//! Writes JSON, indented by two spaces.
//!
//! It is our own because a library that tests link must not add trait impls between the types that everybody uses: with
//! those of `serde_json` alone, `assert_eq!(bytes, [])` is ambiguous in a crate that never heard of it.

use std::{collections::BTreeMap, fmt::Write as _};

/// What can be written as a value.
pub(crate) trait Json {
    fn write(&self, to: &mut Writer);

    /// Whether it says nothing, so that a field may be left out that has it.
    fn is_nothing(&self) -> bool {
        false
    }
}

/// What is written as fields of an object.
pub(crate) trait Fields {
    fn fields(&self, object: &mut Object<'_>);
}

/// Text under way.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    text: String,
    depth: usize,
}

/// An object under way.
#[derive(Debug)]
pub(crate) struct Object<'w> {
    to: &'w mut Writer,
    is_empty: bool,
}

/// The value as text, with a newline at its end.
pub(crate) fn document(value: &impl Json) -> String {
    let mut to = Writer::default();
    value.write(&mut to);
    to.text.push('\n');
    to.text
}

impl Writer {
    /// An object with the fields that `fill` gives it.
    pub(crate) fn object(&mut self, fill: impl FnOnce(&mut Object<'_>)) {
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

    fn list<'v, T: Json + 'v>(&mut self, values: impl IntoIterator<Item = &'v T>) {
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

/// The ways in which a record has a field.
impl Object<'_> {
    pub(crate) fn always(&mut self, name: &str, value: &(impl Json + ?Sized)) {
        self.to.next(self.is_empty);
        self.is_empty = false;
        name.write(self.to);
        self.to.text.push_str(": ");
        value.write(self.to);
    }

    /// Leaves the field out where it would say nothing.
    pub(crate) fn if_any(&mut self, name: &str, value: &impl Json) {
        if !value.is_nothing() {
            self.always(name, value);
        }
    }

    /// Has the fields of the value beside the others.
    pub(crate) fn flat(&mut self, _: &str, value: &impl Fields) {
        value.fields(self);
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

impl Json for bool {
    fn write(&self, to: &mut Writer) {
        to.text.push_str(if *self { "true" } else { "false" });
    }

    fn is_nothing(&self) -> bool {
        !self
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

                fn is_nothing(&self) -> bool {
                    *self == 0
                }
            }
        )*
    };
}

numbers! { i32 u32 u64 usize }

impl<T: Json> Json for Option<T> {
    fn write(&self, to: &mut Writer) {
        match self {
            Some(value) => value.write(to),
            None => to.text.push_str("null"),
        }
    }

    fn is_nothing(&self) -> bool {
        self.is_none()
    }
}

impl<T: Fields> Fields for Option<T> {
    fn fields(&self, object: &mut Object<'_>) {
        if let Some(value) = self {
            value.fields(object);
        }
    }
}

impl<T: Json> Json for Vec<T> {
    fn write(&self, to: &mut Writer) {
        to.list(self);
    }

    fn is_nothing(&self) -> bool {
        self.is_empty()
    }
}

impl<T: Json> Json for BTreeMap<String, T> {
    fn write(&self, to: &mut Writer) {
        to.object(|object| {
            for (name, value) in self {
                object.always(name, value);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Sample(Option<i32>);

    impl Fields for Sample {
        fn fields(&self, object: &mut Object<'_>) {
            object.always("text", "a \"b\"\\\n\u{1}\u{8}ä🦀");
            object.always("empty", &Vec::<u32>::new());
            object.always("list", &vec![Some(1_u64), None]);
            object.always("yes", &true);
            object.if_any("left_out", &None::<u32>);
            object.if_any("left_out", &Vec::<bool>::new());
            object.if_any("some", &self.0);
        }
    }

    impl Json for Sample {
        fn write(&self, to: &mut Writer) {
            to.object(|object| object.flat("", &Some(Self(self.0))));
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
        assert_eq!(document(&Sample(Some(-1))), expected);
        assert_eq!(document(&BTreeMap::<String, bool>::new()), "{}\n");
    }
}
