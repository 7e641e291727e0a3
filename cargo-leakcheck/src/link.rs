//! Places that a terminal opens: links to the files of the repository.

use std::{
    env,
    io::{self, IsTerminal as _},
};

use crate::{
    escape::uri,
    finding::{self, Test},
    report::Frame,
    repository::Repository,
};

/// Programs that are known to open links, by `TERM_PROGRAM`.
const PROGRAMS: [&str; 5] = ["ghostty", "Hyper", "iTerm.app", "vscode", "WezTerm"];

/// The same by `TERM`.
const TERMS: [&str; 5] = [
    "alacritty",
    "foot",
    "foot-extra",
    "xterm-ghostty",
    "xterm-kitty",
];

/// The first release of VTE that takes links well, as `VTE_VERSION` has it.
const VTE: u32 = 5000;

/// Whether places are links, and of which repository.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Links<'r>(Option<&'r Repository>);

impl<'r> Links<'r> {
    /// Links where standard output is a terminal that opens them on this machine.
    pub(crate) fn for_terminal(repository: &'r Repository) -> Self {
        let opens = cfg!(unix)
            && io::stdout().is_terminal()
            && opens_links(|name| env::var(name).ok().filter(|value| !value.is_empty()));
        Self(opens.then_some(repository))
    }

    /// `src/pool.rs:88` for a reader, as far as it is known.
    pub(crate) fn place(self, frame: &Frame, test: &Test) -> Option<String> {
        let place = finding::place(frame)?;
        let package = test.package.as_deref();
        let path = self
            .0
            .and_then(|repository| repository.path_of(frame, package));
        Some(match path {
            Some(path) => {
                let target = uri(&path.to_string_lossy());
                format!("\x1b]8;;file://{target}\x1b\\{place}\x1b]8;;\x1b\\")
            }
            None => place,
        })
    }
}

/// Whether a terminal with these variables opens links to files of this machine. Of others nothing is known: some show
/// the escape itself.
fn opens_links(variable: impl Fn(&str) -> Option<String>) -> bool {
    let is_of =
        |name: &str, known: &[&str]| variable(name).is_some_and(|value| known.contains(&&*value));
    let is_elsewhere = ["SSH_CONNECTION", "SSH_TTY"]
        .iter()
        .any(|name| variable(name).is_some());
    // What runs in another terminal does not say what that can do.
    let is_inside = ["TMUX", "STY"].iter().any(|name| variable(name).is_some());
    let is_vte = variable("VTE_VERSION")
        .is_some_and(|version| version.parse().is_ok_and(|version: u32| version >= VTE));
    !is_elsewhere
        && !is_inside
        && (is_vte || is_of("TERM_PROGRAM", &PROGRAMS) || is_of("TERM", &TERMS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::tests::sample;

    #[test]
    fn only_terminals_that_are_known_get_links() {
        let opens = |variables: &[(&str, &str)]| {
            opens_links(|name| {
                let variable = variables.iter().find(|(other, _)| *other == name);
                variable.map(|(_, value)| (*value).to_owned())
            })
        };
        for variables in [
            &[("TERM_PROGRAM", "WezTerm")][..],
            &[("TERM", "xterm-kitty")],
            &[("TERM", "xterm-256color"), ("VTE_VERSION", "7603")],
        ] {
            assert!(opens(variables), "{variables:?}");
            let with = |more| opens(&[variables, &[more]].concat());
            assert!(!with(("TMUX", "/tmp/tmux")) && !with(("SSH_TTY", "/dev/pts/1")));
        }
        for variables in [
            &[][..],
            &[("TERM", "xterm-256color")],
            &[("TERM", "dumb")],
            &[("VTE_VERSION", "4999")],
            &[("VTE_VERSION", "?")],
            &[("TERM_PROGRAM", "Apple_Terminal")],
        ] {
            assert!(!opens(variables), "{variables:?}");
        }
    }

    #[test]
    fn a_link_leads_to_the_file() {
        let (folder, repository) = sample();
        let test = Test {
            package: Some("my_app".to_owned()),
            binary: "pool".to_owned(),
            name: "drains".to_owned(),
            is_namesake: false,
        };
        let frame = |file: &str| Frame {
            file: Some(file.to_owned()),
            line: Some(88),
            ..Frame::default()
        };
        let links = Links(Some(&repository));
        let path = folder.path().join("rust/my_app/src/pool.rs");
        let shown = links.place(&frame("src/pool.rs"), &test).expect("a place");
        let target = uri(&path.to_string_lossy());
        assert_eq!(
            shown,
            format!("\x1b]8;;file://{target}\x1b\\src/pool.rs:88\x1b]8;;\x1b\\")
        );
        assert_eq!(
            anstream::adapter::strip_str(&shown).to_string(),
            "src/pool.rs:88"
        );
        // What is not there is text, and so is everything without a terminal.
        let plain = |links: Links<'_>, file: &str| links.place(&frame(file), &test);
        assert_eq!(
            plain(links, "src/\x1b]8;;.rs").as_deref(),
            Some("src/\\u{1b}]8;;.rs:88")
        );
        assert_eq!(
            plain(Links::default(), "src/pool.rs").as_deref(),
            Some("src/pool.rs:88")
        );
    }
}
