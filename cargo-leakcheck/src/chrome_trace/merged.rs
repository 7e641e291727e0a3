//! The events of a trace that another has written, such as nextest of a recorded run: its times are from 1970 as well.

use std::{fs, path::Path};

use serde_json::Value;

use crate::error::Error;

/// The events of the trace in this file.
///
/// # Errors
///
/// Where it cannot be read, or is no trace.
pub(crate) fn read(path: &Path) -> Result<Vec<Value>, Error> {
    let text = fs::read_to_string(path).map_err(|cause| Error::Read {
        path: path.to_owned(),
        cause,
    })?;
    let value: Value = serde_json::from_str(&text).map_err(|cause| Error::Json {
        path: path.to_owned(),
        cause,
    })?;
    events(value).ok_or_else(|| Error::NoTrace {
        path: path.to_owned(),
    })
}

/// A trace is a list of events, or an object that has one.
fn events(value: Value) -> Option<Vec<Value>> {
    let events = match value {
        Value::Object(mut fields) => fields.remove("traceEvents")?,
        events => events,
    };
    match events {
        Value::Array(events) => events
            .iter()
            .all(|event| event.get("ph").is_some())
            .then_some(events),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read_and_nothing_else() {
        let count = |text: &str| {
            let value = serde_json::from_str(text).expect("JSON");
            events(value).map(|events| events.len())
        };
        assert_eq!(count(r#"[{"ph": "B"}, {"ph": "E"}]"#), Some(2));
        assert_eq!(count(r#"{"traceEvents": [{"ph": "M"}]}"#), Some(1));
        for none in ["{}", "1", r#"[{"ts": 1}]"#, r#"{"traceEvents": {}}"#] {
            assert_eq!(count(none), None, "{none}");
        }
    }
}
