//! The JSON Schema of reports is made of the definitions of the records. `UPDATE_GOLDEN=1` writes the published file anew.

use std::{env, fs, path::Path};

use leakcheck_report::{
    FORMAT_VERSION, Kind, SCHEMA,
    definition::{DIFF, Definition, Field, REPORT, SUMMARY},
    diff::{self, DIFF_VERSION},
    summary::{self, SUMMARY_VERSION},
};
use serde_json::{Value, json};

#[test]
fn the_published_schema_is_that_of_the_records() {
    let title = format!("Report of leakcheck, format {FORMAT_VERSION}");
    let mut schema = schema(&REPORT, &title, FORMAT_VERSION);
    // Kinds may be added, so that these do not end the list.
    let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
    for part in ["Ignored", "Leak", "Span"] {
        schema["$defs"][part]["properties"]["kind"]["examples"] = json!(kinds);
    }
    published(schema, SCHEMA, &format!("report-{FORMAT_VERSION}"));
}

#[test]
fn so_is_that_of_summaries() {
    let title = format!("Summary of cargo leakcheck, format {SUMMARY_VERSION}");
    let schema = schema(&SUMMARY, &title, SUMMARY_VERSION);
    published(
        schema,
        summary::SCHEMA,
        &format!("summary-{SUMMARY_VERSION}"),
    );
}

#[test]
fn so_is_that_of_differences() {
    let title = format!("Difference of two runs of cargo leakcheck, format {DIFF_VERSION}");
    let schema = schema(&DIFF, &title, DIFF_VERSION);
    published(schema, diff::SCHEMA, &format!("diff-{DIFF_VERSION}"));
}

/// Compares with the file of this name.
fn published(mut schema: Value, expected: &str, name: &str) {
    // In the same order whatever this was built with.
    schema.sort_all_objects();
    let schema = serde_json::to_string_pretty(&schema).expect("it is JSON") + "\n";
    let path = format!("schema/{name}.schema.json");
    if env::var_os("UPDATE_GOLDEN").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        fs::write(path, schema).expect("it is written");
    } else {
        assert_eq!(schema, expected, "it differs from {path}");
    }
}

fn schema(all: &[Definition], title: &str, version: u32) -> Value {
    let (whole, parts) = all.split_first().expect("there are definitions");
    let mut schema = defined(whole, all);
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["title"] = title.into();
    schema["properties"]["format_version"]["const"] = version.into();
    for part in parts {
        schema["$defs"][part.name] = defined(part, all);
    }
    schema
}

fn defined(definition: &Definition, all: &[Definition]) -> Value {
    let description = definition.about.trim();
    if !definition.words.is_empty() {
        return json!({ "description": description, "enum": definition.words });
    }
    let mut schema = json!({
        "description": description, "type": "object", "properties": {}, "required": [],
    });
    add(definition.fields, true, all, &mut schema);
    schema
}

fn add(fields: &[Field], are_required: bool, all: &[Definition], to: &mut Value) {
    for field in fields {
        let inner = within(field.holds, "Option");
        if field.written == "flat" {
            let name = inner.unwrap_or(field.holds);
            let part = all.iter().find(|part| part.name == name);
            add(part.expect(name).fields, inner.is_none(), all, to);
            continue;
        }
        let mut value = match inner {
            // Where it says nothing it is not there.
            Some(inner) if field.written == "if_any" => holds(inner, all),
            _ => holds(field.holds, all),
        };
        value["description"] = field.meaning.trim().into();
        to["properties"][field.name] = value;
        if are_required && field.written == "always" {
            let required = to["required"].as_array_mut().expect("it is a list");
            required.push(field.name.into());
        }
    }
}

/// What values of a type look like.
fn holds(kind: &str, all: &[Definition]) -> Value {
    if let Some(inner) = within(kind, "Option") {
        json!({ "anyOf": [holds(inner, all), { "type": "null" }] })
    } else if let Some(inner) = within(kind, "Vec") {
        json!({ "type": "array", "items": holds(inner, all) })
    } else if let Some(inner) = within(kind, "BTreeMap") {
        let (_, values) = inner.split_once(", ").expect("keys and values");
        json!({ "type": "object", "additionalProperties": holds(values, all) })
    } else {
        match kind {
            "String" => json!({ "type": "string" }),
            "bool" => json!({ "type": "boolean" }),
            "i32" => json!({ "type": "integer" }),
            "u32" | "u64" | "usize" => json!({ "type": "integer", "minimum": 0 }),
            name => {
                assert!(
                    all.iter().any(|part| part.name == name),
                    "{name} is defined"
                );
                json!({ "$ref": format!("#/$defs/{name}") })
            }
        }
    }
}

/// `Frame` of `Option<Frame>`.
fn within<'t>(kind: &'t str, outer: &str) -> Option<&'t str> {
    let inner = kind.strip_prefix(outer)?.strip_prefix('<')?;
    inner.strip_suffix('>')
}
