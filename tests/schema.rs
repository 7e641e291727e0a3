//! The published schema of reports, to which every report must keep that a test leads to.

use std::sync::LazyLock;

use serde_json::Value;

static SCHEMA: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(leakcheck_report::SCHEMA).expect("the schema is JSON"));

/// What is otherwise in a document than the schema says, each with its place.
///
/// # Panics
///
/// Where the schema uses a keyword of which nothing is known here.
pub fn violations(document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    look(&SCHEMA, document, "", &mut found);
    found
}

fn look(schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    for (keyword, rule) in schema.as_object().expect("a schema is an object") {
        let fits = match keyword.as_str() {
            "$defs" | "$schema" | "description" | "examples" | "title" => true,
            "$ref" => {
                look(definition(rule), value, at, found);
                true
            }
            "type" => is_of_type(rule, value),
            "const" => rule == value,
            "enum" => items(rule).contains(value),
            "minimum" => !value.is_number() || value.as_f64() >= rule.as_f64(),
            "anyOf" => items(rule).iter().any(|rule| {
                let mut found = Vec::new();
                look(rule, value, at, &mut found);
                found.is_empty()
            }),
            "required" => items(rule)
                .iter()
                .all(|name| value.get(name.as_str().expect("a name")).is_some()),
            "properties" => {
                for (name, rule) in rule.as_object().expect("they have names") {
                    if let Some(value) = value.get(name) {
                        look(rule, value, &format!("{at}/{name}"), found);
                    }
                }
                true
            }
            "additionalProperties" if schema.get("properties").is_none() => {
                for (name, value) in value.as_object().into_iter().flatten() {
                    look(rule, value, &format!("{at}/{name}"), found);
                }
                true
            }
            "items" => {
                for (number, value) in value.as_array().into_iter().flatten().enumerate() {
                    look(rule, value, &format!("{at}/{number}"), found);
                }
                true
            }
            other => panic!("nothing is known here of `{other}`"),
        };
        if !fits {
            found.push(format!("{at}: {keyword} {rule}"));
        }
    }
}

fn items(rule: &Value) -> &[Value] {
    rule.as_array().expect("it has a list")
}

/// What `#/$defs/Leak` means.
fn definition(reference: &Value) -> &'static Value {
    let path = reference.as_str().and_then(|path| path.strip_prefix('#'));
    let definition = path.and_then(|path| SCHEMA.pointer(path));
    definition.expect("what is referred to is there")
}

fn is_of_type(rule: &Value, value: &Value) -> bool {
    match rule.as_str().expect("it is one type") {
        "array" => value.is_array(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "null" => value.is_null(),
        "object" => value.is_object(),
        "string" => value.is_string(),
        other => panic!("nothing is known here of the type `{other}`"),
    }
}

#[cfg(test)]
mod control {
    use std::{fs, path::Path};

    use serde_json::json;

    use super::*;

    /// The golden reports of the library.
    fn golden() -> Vec<Value> {
        let folder = "../leakcheck/src/report/render/golden";
        let folder = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder));
        let paths = folder
            .expect("it is there")
            .map(|entry| entry.expect("a file").path());
        let reports = paths.filter(|path| path.extension().is_some_and(|name| name == "json"));
        reports
            .map(|path| fs::read_to_string(path).expect("a report is readable"))
            .map(|text| serde_json::from_str(&text).expect("a report is JSON"))
            .collect()
    }

    #[test]
    fn golden_reports_keep_to_the_schema_and_are_read() {
        let golden = golden();
        assert!(golden.len() >= 7);
        for report in golden {
            assert_eq!(violations(&report), [""; 0], "{report}");
            let read: leakcheck_report::Report =
                serde_json::from_value(report.clone()).expect("a report is read");
            let again: Value = serde_json::from_str(&read.to_json()).expect("it is JSON");
            assert_eq!(again, report, "what is read is what was written");
        }
    }

    #[test]
    fn what_does_not_keep_to_it_is_told() {
        let golden = golden();
        for (place, broken, told) in [
            ("/format_version", json!(2), "/format_version: const 1"),
            ("/test", json!(null), "/test: type \"string\""),
            ("/verdict", json!("unknown"), "/verdict: enum "),
            (
                "/location",
                json!({ "file": "a.rs" }),
                "/location: required ",
            ),
            ("/location/line", json!(-1), "/location/line: minimum 0"),
            ("/waited_ms", json!(0.5), "/waited_ms: type \"integer\""),
            (
                "/coverage/task",
                json!(1),
                "/coverage/task: type \"string\"",
            ),
            ("/leaks", json!({}), "/leaks: type \"array\""),
            (
                "/leaks/0/created_at/file",
                json!(1),
                "/leaks/0/created_at: anyOf ",
            ),
            ("/leaks/0/name", json!(1), "/leaks/0/name: anyOf "),
            (
                "/hang/alive/0/count",
                json!("1"),
                "/hang/alive/0/count: type \"integer\"",
            ),
        ] {
            let broken = golden.iter().find_map(|report| {
                let mut report = report.clone();
                *report.pointer_mut(place)? = broken.clone();
                Some(report)
            });
            let found = violations(&broken.expect(place));
            assert!(
                found.len() == 1 && found[0].starts_with(told),
                "{told}: {found:?}"
            );
        }
    }
}
