//! The rule that accepts a finding, ready to be pasted.

use leakcheck_report::rule::PATTERNS;
use serde::Serialize;
use toml::Value;

use crate::escape::plain;

/// What accepts a finding.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct PastedRule {
    /// A table of `leakcheck.toml`.
    pub(crate) toml: String,
    /// A call on `Options`.
    pub(crate) options: String,
}

impl PastedRule {
    /// From `ignore_created_by("my_app::pool::Pool::connect")`, as a report has it; none of what is no rule.
    pub(crate) fn of(accept: &str) -> Option<Self> {
        let (key, rest) = accept.strip_prefix("ignore_")?.split_once("(\"")?;
        let pattern = rest.strip_suffix("\")")?;
        let key = PATTERNS.iter().find(|known| **known == key)?;
        // What steers a page could steer an editor as well.
        let is_harmless = plain(pattern) == pattern && !pattern.contains(['"', '\\']);
        is_harmless.then(|| Self {
            toml: format!(
                "[[ignore]]\n{key} = {}\nreason = \"say why it may stay\"\n",
                Value::from(pattern)
            ),
            options: format!(".{accept}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_rule_of_the_file() {
        let rule = PastedRule::of("ignore_created_by(\"my_app::pool::*\")").expect("a rule");
        assert_eq!(
            rule.toml,
            "[[ignore]]\ncreated_by = \"my_app::pool::*\"\nreason = \"say why it may stay\"\n"
        );
        assert_eq!(rule.options, ".ignore_created_by(\"my_app::pool::*\")");
        let read: toml::Table = rule.toml.parse().expect("TOML");
        assert_eq!(
            read["ignore"][0]["created_by"].as_str(),
            Some("my_app::pool::*")
        );
    }

    #[test]
    fn what_is_no_rule_is_none() {
        for accept in [
            "",
            "ignore_created_by(",
            "ignore_everything(\"a\")",
            "ignore_created_by(\"a\"]\n[x]\n\")",
            "ignore_thread_name(\"a\u{202e}b\")",
            "ignore_thread_name(\"a\\\")",
        ] {
            assert_eq!(PastedRule::of(accept), None, "{accept:?}");
        }
    }
}
