//! What several objects of SARIF have: texts, and names of files.

use serde::Serialize;

use crate::escape::uri;

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
