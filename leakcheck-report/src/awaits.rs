//! At which of its awaits a body is cancelled, as attributes and the environment say it.

use crate::suggest::suggestion;

/// What a value may be, for error texts.
pub const EXPECTED: &str = "`each`, `off`, one await such as `3`, or a range such as `1..20`";

/// Each of them, none, or those of a range, counted from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaits {
    /// None.
    Off,
    /// From the first on to the last one of these, or to the last that there is.
    From(u32, Option<u32>),
}

impl Awaits {
    /// All that there are.
    pub const EACH: Self = Self::From(1, None);

    /// Reads `each`, `off`, a number or a range, which is written as one of Rust.
    ///
    /// ```
    /// use leakcheck_report::awaits::Awaits;
    ///
    /// assert_eq!(Awaits::read("each"), Ok(Awaits::EACH));
    /// assert_eq!(Awaits::read("1..20"), Ok(Awaits::From(1, Some(19))));
    /// assert_eq!(Awaits::read("1..=20"), Ok(Awaits::From(1, Some(20))));
    /// assert_eq!(Awaits::read("7"), Ok(Awaits::From(7, Some(7))));
    /// assert!(Awaits::read("eech").unwrap_err().ends_with("did you mean `each`?"));
    /// ```
    ///
    /// # Errors
    ///
    /// What is wrong with it, to stand behind the value.
    pub fn read(text: &str) -> Result<Self, String> {
        match text.trim() {
            "each" => Ok(Self::EACH),
            "off" => Ok(Self::Off),
            other => match range(other) {
                Some((0, _)) => Err("awaits are counted from 1".to_owned()),
                Some((first, Some(last))) if last < first => {
                    Err("there is no await in this range".to_owned())
                }
                Some((first, last)) => Ok(Self::From(first, last)),
                None => Err(format!(
                    "expected {EXPECTED}{}",
                    suggestion(other, ["each", "off"])
                )),
            },
        }
    }
}

/// The first number of a range and the last one, where it has an end.
fn range(text: &str) -> Option<(u32, Option<u32>)> {
    let Some((first, end)) = text.split_once("..") else {
        let only = text.parse().ok()?;
        return Some((only, Some(only)));
    };
    let first = match first.trim() {
        "" => 1,
        first => first.parse().ok()?,
    };
    let last = match (end.trim(), end.trim().strip_prefix('=')) {
        ("", _) => None,
        (_, Some(last)) => Some(last.trim().parse().ok()?),
        (end, None) => Some(end.parse::<u32>().ok()?.checked_sub(1)?),
    };
    Some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_those_of_the_language() {
        for (text, expected) in [
            ("each", Awaits::EACH),
            ("off", Awaits::Off),
            (" 3 ", Awaits::From(3, Some(3))),
            ("1..20", Awaits::From(1, Some(19))),
            ("2..=5", Awaits::From(2, Some(5))),
            ("4..", Awaits::From(4, None)),
            ("..=2", Awaits::From(1, Some(2))),
            ("..", Awaits::EACH),
        ] {
            assert_eq!(Awaits::read(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        let is_unknown = format!("expected {EXPECTED}");
        for (text, expected) in [
            ("eech", format!("{is_unknown}; did you mean `each`?")),
            ("of", format!("{is_unknown}; did you mean `off`?")),
            ("", is_unknown.clone()),
            ("1-20", is_unknown.clone()),
            ("-1", is_unknown.clone()),
            ("1..x", is_unknown.clone()),
            ("..0", is_unknown),
            ("0", "awaits are counted from 1".to_owned()),
            ("0..5", "awaits are counted from 1".to_owned()),
            ("5..5", "there is no await in this range".to_owned()),
            ("9..=2", "there is no await in this range".to_owned()),
        ] {
            assert_eq!(Awaits::read(text), Err(expected), "{text}");
        }
    }
}
