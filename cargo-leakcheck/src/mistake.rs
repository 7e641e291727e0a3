//! How a mistake is told.

use leakcheck_report::Pattern;

use crate::{escape::plain, grouping::Group, headline::kinds, report::Why};

/// `own-sender: it keeps a sender of the channel that it receives from, so that channel never closes`
pub(crate) fn line(why: &Why) -> String {
    let text = plain(&why.text);
    if text.is_empty() {
        return about(why);
    }
    format!("{}: {text}", why.pattern)
}

/// The same of no certain number of things: `own-sender: a task receives from a channel whose senders it keeps itself`
pub(crate) fn about(why: &Why) -> String {
    let probably = if why.certain { "" } else { "probably " };
    let about = Pattern::named(&why.pattern).map(|pattern| plain(&lower(pattern.about())));
    let about = about.map_or_else(String::new, |about| format!(": {about}"));
    format!("{probably}{}{about}", why.pattern)
}

/// A sentence on causes, with their mistakes and what follows:
/// `.. left 1 task behind (never: a task awaits a future that is never ready); with it 2 file descriptors`
pub(crate) fn sentence(group: &Group<'_>) -> String {
    let all: Vec<String> = group.first().whys.iter().map(about).collect();
    let mistakes = match all.as_slice() {
        [] => String::new(),
        all => format!(" ({})", all.join("; ")),
    };
    let following = match group.followers() {
        [] => String::new(),
        followers => format!("; with it {}", kinds(followers)),
    };
    format!("{}{mistakes}{following}", group.sentence())
}

/// The sentence as the rest of another one.
fn lower(sentence: &str) -> String {
    let sentence = sentence.trim_end_matches('.');
    let mut letters = sentence.chars();
    let first = letters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(pattern: &str, certain: bool, text: &str) -> Why {
        Why {
            pattern: pattern.to_owned(),
            certain,
            text: text.to_owned(),
            help: String::new(),
        }
    }

    #[test]
    fn it_is_told_as_it_is_known() {
        let never = "never: a task awaits a future that is never ready";
        assert_eq!(about(&why("never", true, "?")), never);
        assert_eq!(
            about(&why("never", false, "?")),
            format!("probably {never}")
        );
        assert_eq!(line(&why("never", true, "it does\n")), "never: it does\\n");
        assert_eq!(line(&why("never", true, "")), never);
        assert_eq!(about(&why("of-tomorrow", true, "")), "of-tomorrow");
    }
}
