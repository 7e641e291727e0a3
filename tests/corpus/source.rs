//! What a file of the corpus says must be found: read from its source, so that an expectation stands at its line.
//!
//! - `// leak: thread "name" x3`: the report of the test around it has this entry, created on the next line of code.
//!   Name and count may be left out; a task without a name is the async block of its test, a `blocking_task` its closure.
//!   Of a timer of tokio there is a line only where the feature `tracing` is on.
//! - `// waits: at recv for a message, held by itself in _sender, for ever`, below the mark of each task: where it is
//!   suspended, what for, and who has the other end. `annotations` has the words.
//! - `// or: for a descriptor`, below that: what else would wake it.
//! - `// runs: at again`, instead of both: it waits for nothing; `// runs` for one that a thread runs all the time.
//! - `// waits: at recv blocked in mpsc::recv`, below the mark of each thread and blocking task: its line
//!   and the call that blocks it; `// waits: idle` for a runtime's thread without work, `// runs` for one that runs.
//! - `// why: own-sender`, below the mark of a leak: which mistake it is, or `// why: follows task`.
//! - `// cancelled: at recv x2`, below the mark of a leak: at which line the body stood when it was cancelled and this was left for
//!   the first time, and at how many awaits it was.
//! - `// at: recv`, at the end of a line or alone above it: names the line. The same name may stand for another line in
//!   another test; a line outside of the test is found if the name is the only one of the file.
//! - `// over: 3 of 4 tasks, 2 allowed`: the next line of code had made so many of those that were too many; see `over`.
//! - `// body: panicked`: how the body ends, if not by returning; `hang` has the marks of one that does not end.
//!
//! Two leaks above one line are two entries: tasks made on one line that wait at different places.

use std::collections::{HashMap, HashSet};

use crate::{
    finding::{Finding, Site, Waiting},
    hang::Hang,
    over::Over,
};

/// Whether descriptors and child processes are seen: a static C library has no symbols to interpose.
pub(crate) const ARE_SEEN: bool =
    cfg!(not(any(target_env = "musl", target_feature = "crt-static")));

/// A checked test and what its report must say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Case {
    /// As the harness names it.
    pub(crate) test: String,
    /// File and line of its function.
    pub(crate) place: Site,
    /// How the body ends.
    pub(crate) body: String,
    /// Empty for a test that must stay clean.
    pub(crate) leaks: Vec<Finding>,
    /// What keeps the body from its end.
    pub(crate) hang: Option<Hang>,
    /// What there was too much of at one time.
    pub(crate) over: Vec<Over>,
    last: Last,
}

/// What the next mark of a wait belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Last {
    Leak,
    Body,
    Alive,
}

impl Case {
    /// Whether the test must fail, be it for its leaks, for what was too much, or for its body.
    pub(crate) fn fails(&self) -> bool {
        !self.leaks.is_empty() || !self.over.is_empty() || self.body != "passed"
    }

    /// Reads a mark of this test.
    fn read(&mut self, what: &str, mark: &str, at: &mut dyn FnMut(&str) -> Site) {
        let own = self.test.rsplit("::").next().unwrap_or_default();
        // A leak that has its line is finished.
        let mut open = match (self.last, &mut self.hang) {
            (Last::Leak, _) => self.leaks.last_mut(),
            (Last::Body, hang) => hang.as_mut().map(|hang| &mut hang.body),
            (Last::Alive, hang) => hang.as_mut().and_then(|hang| hang.alive.last_mut()),
        }
        .filter(|leak| leak.site.is_none());
        match (what, &mut open) {
            ("over", _) => self.over.push(Over::read(mark)),
            ("body", _) => mark.clone_into(&mut self.body),
            ("leak", _) => {
                self.leaks.push(Finding::read(mark, own));
                self.last = Last::Leak;
            }
            ("hangs", _) => {
                "timed_out".clone_into(&mut self.body);
                self.hang = Some(Hang::read(mark, own));
                self.last = Last::Body;
            }
            ("stuck", _) => {
                let hang = self.hang.as_mut().expect("`hangs` stands before `stuck`");
                hang.stuck = Some(Waiting::of_thread("waits", mark, at));
            }
            ("alive", _) => {
                let hang = self.hang.as_mut().expect("`hangs` stands before `alive`");
                hang.alive.push(Finding {
                    why: String::new(),
                    ..Finding::read(mark, own)
                });
                self.last = Last::Alive;
            }
            (_, Some(leak)) => leak.read_wait(what, mark, at),
            (_, None) => panic!("stands below no leak: {mark}"),
        }
    }

    /// The leaks above this line were made on it.
    fn reach(&mut self, site: &Site) {
        let alive = self.hang.iter_mut().flat_map(|hang| &mut hang.alive);
        let all = self.leaks.iter_mut().chain(alive);
        for leak in all.filter(|leak| leak.has_site() && leak.site.is_none()) {
            leak.site = Some(site.clone());
        }
        for over in self.over.iter_mut().filter(|over| over.site.is_none()) {
            over.site = Some(site.clone());
        }
    }

    /// Holders are told by the line where they wait, and compared by name as well.
    fn name_holders(&mut self) {
        let mut names: HashMap<Site, String> = HashMap::new();
        let body = self.hang.as_ref().and_then(|hang| hang.body.waiter());
        let alive = self.hang.iter().flat_map(|hang| &hang.alive);
        for (site, name) in self.leaks.iter().chain(alive).filter_map(Finding::waiter) {
            let other = names.insert(site, name.clone());
            assert!(
                other.is_none_or(|other| other == name),
                "two wait where {name} does"
            );
        }
        if let Some(hang) = &mut self.hang {
            names.extend(hang.runner());
            hang.body.name_holders(&names, body.as_ref());
        }
        if let Some(hang) = &self.hang {
            let is_stuck = hang.stuck.is_some();
            assert_eq!(is_stuck, hang.ends_process(), "{}", self.test);
        }
        // While others go on, threads are not asked what they do.
        let alive = self.hang.iter_mut().flat_map(|hang| {
            let running: &[&str] = if hang.ends_process() {
                &["task", "thread"]
            } else {
                &["task"]
            };
            hang.alive.iter_mut().map(move |leak| (running, leak))
        });
        let left = self.leaks.iter_mut();
        let left = left.map(|leak| (&["task", "blocking_task", "thread"] as &[&str], leak));
        for (running, leak) in left.chain(alive) {
            let is_run = running.contains(&&*leak.kind);
            assert_eq!(
                leak.waiting.is_some(),
                is_run,
                "what can run waits or runs, and nothing else does: {leak:?}"
            );
            leak.name_holders(&names, body.as_ref());
        }
    }
}

/// The checked tests of a file of the corpus.
///
/// # Panics
///
/// Where a mark is not understood, belongs to no test or leads nowhere, where a line is named for nothing, and where a
/// test that must fail is not ignored or the other way round.
pub(crate) fn cases(module: &str, source: &str) -> Vec<Case> {
    let file = format!("corpus/{module}.rs");
    let lines = lines(source);
    let named = Named::of(&lines);
    let mut used = HashSet::new();
    let mut cases: Vec<Case> = Vec::new();
    let mut ignored = Vec::new();
    for line in &lines {
        if let Some(name) = line.begins {
            cases.push(Case {
                test: format!("{module}::{name}"),
                place: (file.clone(), line.number),
                body: "passed".to_owned(),
                leaks: Vec::new(),
                hang: None,
                over: Vec::new(),
                last: Last::Leak,
            });
            ignored.push(line.is_ignored);
        }
        let Some((what, mark)) = mark(line.text) else {
            if let Some(case) = cases.last_mut().filter(|_| !line.text.starts_with("//")) {
                case.reach(&(file.clone(), line.number));
            }
            continue;
        };
        let mut at = |name: &str| {
            let number = named.line(name, line.test);
            used.insert(number);
            (file.clone(), number)
        };
        let case = cases.last_mut().expect("a mark is one of a test");
        case.read(what, mark, &mut at);
    }
    for (case, ignored) in cases.iter_mut().zip(ignored) {
        assert_eq!(case.fails(), ignored, "{} fails, is ignored", case.test);
        case.name_holders();
    }
    for case in cases.iter_mut().filter(|_| !ARE_SEEN) {
        // One of several threads is known by these.
        let is_seen = |leak: &Finding| match &*leak.kind {
            "fd" | "process" | "temp_file" => false,
            "timer" => leak.name.as_deref() != Some("POSIX timer"),
            "runtime" => module != "fds",
            _ => true,
        };
        case.leaks.retain(is_seen);
        case.over
            .retain(|over| !matches!(&*over.kind, "fd" | "process"));
        if let Some(hang) = &mut case.hang {
            hang.alive.retain(is_seen);
        }
    }
    for (name, _, number) in named.0 {
        assert!(used.contains(&number), "named for nothing: {name}");
    }
    cases
}

/// A line of a file.
#[derive(Clone, Copy, Debug)]
struct Line<'s> {
    number: u32,
    text: &'s str,
    /// The checked test whose function begins here.
    begins: Option<&'s str>,
    is_ignored: bool,
    /// How many checked tests have begun: the last of them has this line.
    test: usize,
}

fn lines(source: &str) -> Vec<Line<'_>> {
    let (mut is_checked, mut is_ignored, mut begun) = (false, false, 0);
    let mut lines = Vec::new();
    for (number, text) in (1..).zip(source.lines()) {
        let text = text.trim_start();
        is_checked |= text.starts_with("#[leak_checked");
        is_ignored |= text.starts_with("#[ignore");
        let begins = function(text).filter(|_| is_checked);
        begun += usize::from(begins.is_some());
        lines.push(Line {
            number,
            text,
            begins,
            is_ignored,
            test: begun,
        });
        if begins.is_some() {
            (is_checked, is_ignored) = (false, false);
        }
    }
    lines
}

/// The lines that have a name: name, test and number.
#[derive(Debug)]
struct Named<'s>(Vec<(&'s str, usize, u32)>);

impl<'s> Named<'s> {
    fn of(lines: &[Line<'s>]) -> Self {
        let name = |line: &Line<'s>| {
            let (code, name) = line.text.split_once("// at: ")?;
            let number = line.number + u32::from(code.is_empty());
            (!code.contains("//")).then_some((name, line.test, number))
        };
        Self(lines.iter().filter_map(name).collect())
    }

    /// The line of this name in the test, else the only one in the file.
    fn line(&self, name: &str, test: usize) -> u32 {
        let of_name = |named: &&(&str, usize, u32)| named.0 == name;
        let in_file: Vec<_> = self.0.iter().filter(of_name).collect();
        let in_test: Vec<_> = in_file
            .iter()
            .copied()
            .filter(|named| named.1 == test)
            .collect();
        match (&in_test[..], &in_file[..]) {
            ([named], _) | ([], [named]) => named.2,
            _ => panic!("a name of one line is needed: {name}"),
        }
    }
}

/// What a mark that has its line for itself is about, and its text.
fn mark(line: &str) -> Option<(&str, &str)> {
    const WORDS: [&str; 12] = [
        "leak",
        "waits",
        "or",
        "runs",
        "new",
        "why",
        "cancelled",
        "over",
        "body",
        "hangs",
        "stuck",
        "alive",
    ];
    let comment = line.strip_prefix("// ")?;
    let (what, mark) = comment.split_once(": ").unwrap_or((comment, ""));
    WORDS.contains(&what).then_some((what, mark))
}

/// The name of the function that begins on this line.
fn function(line: &str) -> Option<&str> {
    let line = line.strip_prefix("async ").unwrap_or(line);
    let (name, _) = line.strip_prefix("fn ")?.split_once('(')?;
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads the body of a checked test `t` that is ignored, behind a function and another such test.
    fn read(body: &str) -> Case {
        let source = format!(
            "fn f() {{\n    one(); // at: one\n}}\n#[leak_checked]\n#[ignore]\nfn first() {{\n// leak: task\n\
             // waits: at two for a timer\n// leak: task x2\n// waits: at one for a timer\nspawn();\n// at: two\ntwo();\n\
             }}\n#[leak_checked]\n#[ignore]\nfn t() {{\n{body}\n}}",
        );
        cases("m", &source).pop().expect("it has a test")
    }

    #[test]
    fn a_name_is_looked_for_in_the_test_first() {
        let case = read(
            "// leak: task\n// waits: at two for a timer\nspawn();\n// leak: task\n// waits: at one for a timer\n\
             spawn();\ntwo(); // at: two",
        );
        let waits: Vec<_> = case.leaks.iter().filter_map(Finding::waiter).collect();
        let lines: Vec<_> = waits.iter().map(|(site, _)| site.1).collect();
        assert_eq!(lines, [24, 2]);
        assert_eq!(waits[0].1, "t::{async block}");
    }

    #[test]
    fn leaks_above_one_line_are_made_on_it() {
        let case = read(
            "// leak: task x2\n// waits: at one for a timer\n// leak: task\n// runs: at one\nspawn();\n\
             // leak: thread\n// runs\nspawn();",
        );
        let sites: Vec<_> = case
            .leaks
            .iter()
            .map(|leak| leak.site.clone().unwrap().1)
            .collect();
        assert_eq!(sites, [22, 22, 25]);
    }

    #[test]
    #[should_panic(expected = "a name of one line is needed: nowhere")]
    fn an_unknown_name_is_refused() {
        read("// leak: task\n// waits: at nowhere for a timer\nspawn();");
    }

    #[test]
    #[should_panic(expected = "a name of one line is needed: here")]
    fn a_name_of_two_lines_is_refused() {
        read(
            "// leak: task\n// waits: at here for a timer\nspawn(); // at: here\ntwo(); // at: here",
        );
    }

    #[test]
    #[should_panic(expected = "named for nothing: here")]
    fn a_name_that_nothing_speaks_of_is_refused() {
        read("// leak: task\n// waits: at one for a timer\nspawn(); // at: here");
    }

    #[test]
    #[should_panic(expected = "what can run waits or runs")]
    fn a_task_without_a_wait_is_refused() {
        read("// leak: task\nspawn();");
    }

    #[test]
    #[should_panic(expected = "what can run waits or runs")]
    fn a_thread_without_a_wait_is_refused() {
        read("// leak: thread\nspawn();");
    }

    #[test]
    #[should_panic(expected = "stands below no leak: at one for a timer")]
    fn a_wait_without_a_leak_is_refused() {
        read("// leak: thread\n// runs\nspawn();\n// waits: at one for a timer");
    }

    #[test]
    #[should_panic(expected = "m::t fails, is ignored")]
    fn a_leak_in_a_test_that_is_not_ignored_is_refused() {
        cases(
            "m",
            "#[leak_checked]\n#[test]\nfn t() {\n    // leak: thread\n    // runs\n    spawn();\n}",
        );
    }

    #[test]
    #[should_panic(expected = "m::t fails, is ignored")]
    fn an_ignored_test_without_a_leak_is_refused() {
        cases("m", "#[leak_checked]\n#[test]\n#[ignore]\nfn t() {}");
    }
}
