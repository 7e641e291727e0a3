//! Function names as people write them.

use super::part::Part;

/// Removes what the compiler adds: hashes, closures and generic arguments.
///
/// `a::b::{{closure}}::h0123456789abcdef` and `a::b::{closure#0}` become `a::b`; `a::Pool<T>::new` and
/// `<a::Pool<T>>::new`, as the newer mangling has it, become `a::Pool::new`; the `<a::T as b::U>::m` form of trait
/// methods stays.
pub(super) fn tidy(name: &str) -> String {
    let name = strip_hash(name);
    let self_type = if name.starts_with('<') {
        group_len(name)
    } else {
        0
    };
    let (kept, mut rest) = name.split_at(self_type);
    let mut tidy = match kept
        .strip_prefix('<')
        .and_then(|kept| kept.strip_suffix('>'))
    {
        Some(inherent) if is_path(inherent) => self::tidy(inherent),
        _ => kept.to_owned(),
    };
    while let Some(open) = rest.find(['<', '{']) {
        let (before, group) = rest.split_at(open);
        tidy.push_str(before);
        // `path::{closure}` and `path::<T>` leave their separator behind.
        if tidy.ends_with("::") {
            tidy.truncate(tidy.len() - 2);
        }
        rest = &group[group_len(group)..];
    }
    tidy.push_str(rest);
    // What stands in an unnamed constant, as tests of `main!` do, goes by the name that it has outside.
    while let Some(unnamed) = tidy.find("::_::") {
        tidy.replace_range(unnamed..unnamed + "::_".len(), "");
    }
    tidy
}

/// Whether the self type in the brackets is a plain path, whose methods go by its name.
fn is_path(name: &str) -> bool {
    let generics = name.find('<').unwrap_or(name.len());
    name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && !name[..generics].contains(' ')
        && !name.contains(" as ")
}

/// The first crate that a name mentions.
pub(crate) fn krate(name: &str) -> &str {
    let start = name.trim_start_matches(['<', '&', '*', '(', '[']);
    let start = ["impl ", "dyn ", "mut ", "const "]
        .iter()
        .fold(start, |name, prefix| {
            name.strip_prefix(prefix).unwrap_or(name)
        });
    let end = start
        .find(|c: char| !(c.is_alphanumeric() || c == '_'))
        .unwrap_or(start.len());
    &start[..end]
}

/// Whether a function is the harness, or marks where std hands over to the program's own code.
pub(super) fn is_outermost(name: &str, part: &Part) -> bool {
    // Without debug info a crate under test that is called `test` cannot be told from the harness, but for this.
    let is_begin = name.contains("::__rust_begin_short_backtrace");
    match part {
        Part::Std => is_begin || krate(name) == "test",
        Part::Project | Part::Package(_) | Part::System | Part::Native => {
            is_begin && matches!(krate(name), "std" | "test")
        }
    }
}

fn strip_hash(name: &str) -> &str {
    const HASH: usize = "::h0123456789abcdef".len();
    let Some((head, tail)) = name
        .len()
        .checked_sub(HASH)
        .and_then(|at| name.split_at_checked(at))
    else {
        return name;
    };
    let is_hash = tail
        .strip_prefix("::h")
        .is_some_and(|hash| hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if is_hash { head } else { name }
}

/// Length of the bracketed group at the start of `text`; all of it where the bracket is not closed.
fn group_len(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut previous = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '<' | '{' => depth += 1,
            // The arrow of a function type closes nothing.
            '>' if previous == '-' => {}
            '>' | '}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
        previous = c;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_tidied() {
        for (raw, expected) in [
            ("a::b::c", "a::b::c"),
            ("a::b::h0123456789abcdef", "a::b"),
            ("a::b::{{closure}}::h0123456789abcdef", "a::b"),
            ("a::b::{{closure}}::{{closure}}", "a::b"),
            ("a::b::{closure#0}", "a::b"),
            ("a::b::{closure#0}::inner", "a::b::inner"),
            ("a::Pool<T>::new", "a::Pool::new"),
            ("a::spawn::<fn() -> u8>", "a::spawn"),
            ("<a::T as b::U>::m", "<a::T as b::U>::m"),
            ("<a::T<X> as b::U>::m::{{closure}}", "<a::T<X> as b::U>::m"),
            ("<a::Pool>::new", "a::Pool::new"),
            ("<a::Pool<T>>::new::{closure#0}", "a::Pool::new"),
            ("a::_::b::{{closure}}", "a::b"),
            ("a::_::_::b", "a::b"),
            ("<dyn a::T>::m", "<dyn a::T>::m"),
            ("<&a::T as b::U>::m", "<&a::T as b::U>::m"),
            ("<fn() -> u8 as b::U>::m", "<fn() -> u8 as b::U>::m"),
            ("a<", "a"),
            ("", ""),
            ("{{closure}}", ""),
        ] {
            assert_eq!(tidy(raw), expected, "{raw}");
        }
    }

    #[test]
    fn the_outermost_frames_are_known() {
        assert!(is_outermost("test::run_test_in_process", &Part::Std));
        let begin = "test::__rust_begin_short_backtrace::h0123456789abcdef";
        assert!(is_outermost(begin, &Part::Std));
        // Without debug info, of a test binary that is called `test`.
        assert!(is_outermost(begin, &Part::Project));
        for name in ["test::f", "tests::run", "my::test"] {
            assert!(!is_outermost(name, &Part::Project), "{name}");
        }
    }

    #[test]
    fn the_crate_is_found() {
        for (name, expected) in [
            ("a_b::c", "a_b"),
            ("<a::T as b::U>::m", "a"),
            ("<&mut a::T as b::U>::m", "a"),
            ("main", "main"),
            ("", ""),
            ("<impl a::T for b::U>::m", "a"),
        ] {
            assert_eq!(krate(name), expected, "{name}");
        }
    }
}
