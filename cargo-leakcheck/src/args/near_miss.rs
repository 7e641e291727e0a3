//! Flags and commands that somebody guessed or mistyped: what is meant is told, before cargo says that there is none.

use crate::nearness::only_near;

/// What other tools call a flag, and what it is called here.
const GUESSED: [(&str, &str); 8] = [
    ("--accept", "--bless"),
    ("--json", "--format json"),
    ("--json-summary", "--format json"),
    ("--output-format", "--format"),
    ("--rounds", "--repeat"),
    ("--runs", "--repeat"),
    ("--update-baseline", "--bless"),
    ("--write-baseline", "--bless"),
];

/// Commands that are no words of cargo's. A test may be called as `test` and `nextest` are.
const COMMANDS: [&str; 6] = ["audit", "diff", "doctor", "explain", "history", "report"];

/// Flags of cargo's that are nearly one of these.
const CARGOS: [&str; 2] = ["--doc", "--retries"];

/// The flag that is meant, if this is nearly one of these.
pub(super) fn flag(written: &str, own: &[&str]) -> Option<String> {
    if CARGOS.contains(&written) {
        return None;
    }
    let guessed = GUESSED.iter().find(|(guess, _)| *guess == written);
    if let Some((_, flag)) = guessed {
        return Some((*flag).to_owned());
    }
    let name = written.strip_prefix("--")?;
    only_near(name, own.iter().copied()).map(|flag| format!("--{flag}"))
}

/// The command that is meant, if this is nearly one. The first letter is seldom wrong.
pub(super) fn command(written: &str) -> Option<&'static str> {
    only_near(written, COMMANDS).filter(|meant| written.chars().next() == meant.chars().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: [&str; 6] = [
        "baseline",
        "bless",
        "deny-unused-rules",
        "format",
        "repeat",
        "shards",
    ];

    #[test]
    fn what_is_nearly_a_flag_is_meant() {
        for (written, meant) in [
            ("--bles", "--bless"),
            ("--base-line", "--baseline"),
            ("--deny_unused_rules", "--deny-unused-rules"),
            ("--deny-unused-rule", "--deny-unused-rules"),
            ("--repeats", "--repeat"),
            ("--shard", "--shards"),
            ("--accept", "--bless"),
            ("--json", "--format json"),
        ] {
            assert_eq!(flag(written, &OWN).as_deref(), Some(meant), "{written}");
        }
        for (written, meant) in [
            ("reprot", "report"),
            ("reports", "report"),
            ("explian", "explain"),
            ("docter", "doctor"),
            ("audits", "audit"),
            ("histroy", "history"),
            ("diffs", "diff"),
        ] {
            assert_eq!(command(written), Some(meant), "{written}");
        }
        for test in [
            "reconnects",
            "tests",
            "text",
            "import",
            "edit",
            "pool::report",
        ] {
            assert_eq!(command(test), None, "{test}");
        }
    }
}
