//! The JSON Schema of reports, made of the definitions of the records. `UPDATE_GOLDEN=1` writes the published file anew.

use std::{collections::BTreeMap, fs, path::Path};

use crate::{
    FORMAT_VERSION, Kind, Report, SCHEMA,
    json::{self, Json, Writer},
};

/// A part of the schema.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    Number(u32),
    Text(String),
    List(Vec<Node>),
    Object(Fields),
}

type Fields = Vec<(String, Node)>;

impl Json for Node {
    fn write(&self, to: &mut Writer) {
        match self {
            Self::Number(number) => number.write(to),
            Self::Text(text) => text.write(to),
            Self::List(items) => items.write(to),
            Self::Object(fields) => to.object(|object| {
                for (name, value) in fields {
                    object.always(name, value);
                }
            }),
        }
    }
}

fn text(text: &str) -> Node {
    Node::Text(text.to_owned())
}

fn texts<'t>(texts: impl IntoIterator<Item = &'t str>) -> Node {
    Node::List(texts.into_iter().map(text).collect())
}

fn fields<const N: usize>(fields: [(&str, Node); N]) -> Fields {
    fields.map(|(name, value)| (name.to_owned(), value)).into()
}

/// Comments with their lines joined.
fn description(about: &str) -> Node {
    let words: Vec<&str> = about.split_whitespace().collect();
    text(&words.join(" "))
}

/// What values of a type look like.
pub(crate) trait Described {
    fn describe(schema: &mut Schema) -> Fields;

    /// The same, where the field is left out if it would say nothing.
    fn describe_any(schema: &mut Schema) -> Fields {
        Self::describe(schema)
    }
}

/// What a record has.
pub(crate) trait Record {
    const ABOUT: &'static str;

    fn properties(record: &mut Properties<'_>);
}

/// The definitions so far.
#[derive(Default)]
pub(crate) struct Schema(BTreeMap<String, Node>);

/// Those of one record so far.
pub(crate) struct Properties<'s> {
    schema: &'s mut Schema,
    named: Fields,
    required: Vec<Node>,
}

impl Schema {
    /// A reference to a record, which is defined by that.
    pub(crate) fn record<R: Record>(&mut self, name: &str) -> Fields {
        if !self.0.contains_key(name) {
            // It may be a part of itself.
            self.0.insert(name.to_owned(), text(""));
            let fields = self.fields::<R>();
            self.0.insert(name.to_owned(), Node::Object(fields));
        }
        reference(name)
    }

    /// A reference to a set of words, which is defined by that.
    pub(crate) fn words(&mut self, name: &str, about: &str, words: &[&str]) -> Fields {
        let words = texts(words.iter().copied());
        let words = fields([("description", description(about)), ("enum", words)]);
        self.0.insert(name.to_owned(), Node::Object(words));
        reference(name)
    }

    fn fields<R: Record>(&mut self) -> Fields {
        let mut record = Properties {
            schema: self,
            named: Vec::new(),
            required: Vec::new(),
        };
        R::properties(&mut record);
        fields([
            ("description", description(R::ABOUT)),
            ("type", text("object")),
            ("required", Node::List(record.required)),
            ("properties", Node::Object(record.named)),
        ])
    }
}

fn reference(name: &str) -> Fields {
    fields([("$ref", text(&format!("#/$defs/{name}")))])
}

impl Properties<'_> {
    pub(crate) fn always<T: Described>(&mut self, name: &str, meaning: &str) {
        let value = T::describe(self.schema);
        self.add(name, meaning, value);
        self.required.push(text(name));
    }

    pub(crate) fn if_any<T: Described>(&mut self, name: &str, meaning: &str) {
        let value = T::describe_any(self.schema);
        self.add(name, meaning, value);
    }

    pub(crate) fn flat<T: Beside>(&mut self, _: &str, _: &str) {
        T::add_to(self);
    }

    fn add(&mut self, name: &str, meaning: &str, mut value: Fields) {
        value.insert(0, ("description".to_owned(), description(meaning)));
        match (name, Kind::ALL.iter().map(|kind| kind.name())) {
            ("format_version", _) => {
                value.push(("const".to_owned(), Node::Number(FORMAT_VERSION)));
            }
            // Others may be added, so that these do not end the list. Keepers have their own.
            ("kind", known) if !meaning.contains('`') => {
                value.push(("examples".to_owned(), texts(known)));
            }
            _ => {}
        }
        self.named.push((name.to_owned(), Node::Object(value)));
    }
}

/// What has its fields among those of a record.
pub(crate) trait Beside {
    fn add_to(record: &mut Properties<'_>);
}

impl<R: Record> Beside for R {
    fn add_to(record: &mut Properties<'_>) {
        R::properties(record);
    }
}

impl<R: Record> Beside for Option<R> {
    fn add_to(record: &mut Properties<'_>) {
        let required = record.required.len();
        R::properties(record);
        record.required.truncate(required);
    }
}

macro_rules! described {
    ($($type:ty: $($field:literal = $value:expr),+;)+) => {
        $(
            impl Described for $type {
                fn describe(_: &mut Schema) -> Fields {
                    fields([$(($field, $value)),+])
                }
            }
        )+
    };
}

described! {
    String: "type" = text("string");
    bool: "type" = text("boolean");
    i32: "type" = text("integer");
    u32: "type" = text("integer"), "minimum" = Node::Number(0);
    u64: "type" = text("integer"), "minimum" = Node::Number(0);
    usize: "type" = text("integer"), "minimum" = Node::Number(0);
}

impl<T: Described> Described for Option<T> {
    fn describe(schema: &mut Schema) -> Fields {
        let null = fields([("type", text("null"))]);
        let either = [T::describe(schema), null].map(Node::Object);
        fields([("anyOf", Node::List(either.into()))])
    }

    fn describe_any(schema: &mut Schema) -> Fields {
        T::describe(schema)
    }
}

impl<T: Described> Described for Vec<T> {
    fn describe(schema: &mut Schema) -> Fields {
        let items = Node::Object(T::describe(schema));
        fields([("type", text("array")), ("items", items)])
    }
}

impl<T: Described> Described for BTreeMap<String, T> {
    fn describe(schema: &mut Schema) -> Fields {
        let values = Node::Object(T::describe(schema));
        fields([("type", text("object")), ("additionalProperties", values)])
    }
}

/// The whole, as it is published.
fn document() -> String {
    let mut schema = Schema::default();
    let mut whole = fields([
        (
            "$schema",
            text("https://json-schema.org/draft/2020-12/schema"),
        ),
        (
            "title",
            text(&format!("Report of leakcheck, format {FORMAT_VERSION}")),
        ),
    ]);
    whole.extend(schema.fields::<Report>());
    let definitions = schema.0.into_iter().collect();
    whole.push(("$defs".to_owned(), Node::Object(definitions)));
    json::document(&Node::Object(whole))
}

#[test]
fn the_published_schema_is_that_of_the_records() {
    let schema = document();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"));
        let path = path.join(format!("schema/report-{FORMAT_VERSION}.schema.json"));
        fs::write(path, &schema).expect("it is written");
    } else {
        assert_eq!(schema, SCHEMA, "it differs from the published file");
    }
}
