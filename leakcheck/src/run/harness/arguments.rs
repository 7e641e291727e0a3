//! The command line, as the language's harness understands it.

use std::env;

use libtest_mimic::Arguments;

/// What was asked for.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) arguments: Arguments,
    /// Where there are several: a test that one of them fits is run.
    pub(super) filters: Vec<String>,
}

/// Options that take a value of their own, which is no filter.
const VALUED: [&str; 6] = [
    "--test-threads",
    "--skip",
    "--logfile",
    "--color",
    "--format",
    "-Z",
];

impl Asked {
    /// Reads the command line of this process and `RUST_TEST_THREADS`. What is not understood ends the process.
    pub(super) fn of_process() -> Self {
        let (words, filters) = split(env::args());
        let mut arguments = Arguments::from_iter(words);
        if arguments.test_threads.is_none() {
            let threads = env::var("RUST_TEST_THREADS").ok();
            arguments.test_threads = threads.and_then(|threads| threads.parse().ok());
        }
        Self { arguments, filters }
    }

    /// Whether one of several filters fits a test.
    pub(super) fn wants(&self, name: &str) -> bool {
        let fits = |filter: &String| {
            if self.arguments.exact {
                name == filter
            } else {
                name.contains(filter.as_str())
            }
        };
        self.filters.is_empty() || self.filters.iter().any(fits)
    }
}

/// Takes the filters out of a command line if there are several, which its parser does not know.
fn split(words: impl IntoIterator<Item = String>) -> (Vec<String>, Vec<String>) {
    let (mut kept, mut filters) = (Vec::new(), Vec::new());
    let mut words = words.into_iter();
    kept.extend(words.next());
    while let Some(word) = words.next() {
        if word == "--" {
            filters.extend(words.by_ref());
        } else if word == "--no-capture" {
            kept.push("--nocapture".to_owned());
        } else if !word.starts_with('-') {
            filters.push(word);
        } else {
            let value = VALUED.contains(&word.as_str()).then(|| words.next());
            kept.push(word);
            kept.extend(value.flatten());
        }
    }
    if let [_] = filters.as_slice() {
        kept.push("--".to_owned());
        kept.append(&mut filters);
    }
    (kept, filters)
}

#[cfg(test)]
mod tests {
    use super::split;

    fn of(line: &str) -> (String, String) {
        let (kept, filters) = split(line.split(' ').map(ToOwned::to_owned));
        (kept.join(" "), filters.join(" "))
    }

    #[test]
    fn one_filter_stays_and_several_are_taken_out() {
        let owned = |(kept, filters): (&str, &str)| (kept.to_owned(), filters.to_owned());
        for (line, expected) in [
            ("bin", ("bin", "")),
            (
                "bin --exact a::b --nocapture",
                ("bin --exact --nocapture -- a::b", ""),
            ),
            (
                "bin --skip a b --test-threads 2 c",
                ("bin --skip a --test-threads 2", "b c"),
            ),
            (
                "bin --skip=a b --no-capture",
                ("bin --skip=a --nocapture -- b", ""),
            ),
            ("bin a -- -b", ("bin", "a -b")),
        ] {
            assert_eq!(of(line), owned(expected), "{line}");
        }
    }
}
