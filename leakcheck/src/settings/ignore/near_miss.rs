//! Rules that accept nothing, and that a slip of the pen keeps from it: a letter, or the first part of a path.

use leakcheck_report::suggest::edits;

use super::{Ignore, rule::Matcher};
use crate::base::model::Leak;

/// Letters that may be wrong.
const MOST: usize = 2;

/// The pattern that the rule was probably meant to have, if it accepts nothing of this.
pub(super) fn near_miss(rule: &Ignore, leaks: &[Leak]) -> Option<String> {
    let pattern = rule.matcher().pattern()?;
    let (meant, rest) = literal(&pattern)?;
    let mut all = leaks.iter().flat_map(|leak| names(rule.matcher(), leak));
    all.find_map(|name| {
        let part = part_like(name, meant);
        let is_cut = name.ends_with(&format!("::{meant}"));
        let is_near = edits(meant, part) <= MOST.min(meant.len() / 4);
        match (is_near, is_cut) {
            (true, _) => Some(format!("{part}{rest}")),
            (false, true) => Some(format!("{name}{rest}")),
            (false, false) => None,
        }
    })
}

/// A pattern without the glob at its end, and that glob; `None` where there is one elsewhere as well.
fn literal(pattern: &str) -> Option<(&str, &str)> {
    let end = pattern.find('*').unwrap_or(pattern.len());
    let (literal, glob) = pattern.split_at_checked(end)?;
    let meant = literal.strip_suffix("::").unwrap_or(literal);
    (glob.len() <= 1 && !meant.is_empty()).then_some((meant, pattern.get(meant.len()..)?))
}

/// As many parts of a path as the pattern has.
fn part_like<'n>(name: &'n str, meant: &str) -> &'n str {
    let parts = meant.matches("::").count() + 1;
    let end = name.match_indices("::").nth(parts - 1);
    name.get(..end.map_or(name.len(), |(at, _)| at))
        .unwrap_or(name)
}

/// What the rule is compared with.
fn names<'l>(matcher: &Matcher, leak: &'l Leak) -> Vec<&'l str> {
    let frames = match matcher {
        Matcher::CreatedBy(_) => leak.stack.iter().chain(&leak.ancestry),
        Matcher::TopFunction(_) | Matcher::AnyFunction(_) => {
            leak.waits_in().unwrap_or_default().iter().chain(&[])
        }
        _ => return leak.name.as_deref().into_iter().collect(),
    };
    frames.map(|frame| frame.function.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_glob_at_the_end_is_left_out() {
        assert_eq!(literal("app::pool::*"), Some(("app::pool", "::*")));
        assert_eq!(literal("app::pool"), Some(("app::pool", "")));
        assert_eq!(literal("app::re*"), Some(("app::re", "*")));
        assert_eq!(
            (literal("*"), literal("a::*::b"), literal("")),
            (None, None, None)
        );
    }

    #[test]
    fn paths_are_compared_part_by_part() {
        assert_eq!(part_like("app::pool::reap", "ap::pool"), "app::pool");
        assert_eq!(part_like("app", "ap::pool"), "app");
    }
}
