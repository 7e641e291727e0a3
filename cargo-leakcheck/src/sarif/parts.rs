//! What several objects of SARIF have: texts, and names of files.

use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Message {
    pub(super) text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ArtifactLocation {
    pub(super) uri: String,
    pub(super) uri_base_id: &'static str,
}

/// Text that is no link, which brackets in front of each other would be.
pub(super) fn message(text: &str) -> Message {
    Message {
        text: text.replace("](", "] ("),
    }
}

pub(super) fn artifact(file: &str) -> ArtifactLocation {
    ArtifactLocation {
        uri: uri(file),
        uri_base_id: "%SRCROOT%",
    }
}

/// A relative reference: all but what may stand in a path is escaped.
fn uri(file: &str) -> String {
    file.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_references() {
        assert_eq!(uri("src/a b%.rs"), "src/a%20b%25.rs");
    }
}
