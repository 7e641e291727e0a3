//! The result of one check.

use crate::base::model::Remark;
use std::time::Duration;

use super::{Breach, Cancellations, Coverage, Hang, Ignored, Kind, Leak, Level, Timeline};

/// What a check concluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// Nothing was left.
    Clean,
    /// Something was left for a while and then ended by itself, in time.
    Lingering,
    /// Something is still there, or a task panicked unseen. [`Report::fails`] tells whether that fails the test, or all
    /// of it is a warning.
    Leaked,
    /// Nothing is left, but more was alive at one time, or began in a second, than a budget allows: see [`Report::breaches`].
    /// [`Report::fails`] tells whether that fails the test.
    OverBudget,
    /// Nothing is claimed: something could not be looked at that can be looked at in this program where nothing fails, or
    /// the sources disagree. The notes say why.
    ///
    /// As nobody knows whether something was left, [`Report::fails`] says that this fails the test, unless the level of that
    /// kind makes it a warning. What cannot be seen in this program at all makes no check inconclusive: the
    /// [coverage](Report::coverage) says so, and `LEAKCHECK_REQUIRE` makes that fail.
    Inconclusive,
}

/// Something that could not be looked at, and usually can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gap {
    pub(crate) kind: Kind,
    pub(crate) why: String,
    pub(crate) level: Level,
}

/// How the test's own body ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Body {
    /// It returned.
    Passed,
    /// It returned an error.
    Failed,
    /// It panicked.
    Panicked,
    /// It did not end within its time limit, or was proven never to end; see [`Report::hang`].
    TimedOut,
    /// It was not run.
    Ignored,
}

/// A place in the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    pub(crate) file: String,
    /// The same as the compiler names it: relative to the workspace.
    pub(crate) from_root: String,
    pub(crate) line: u32,
}

impl Location {
    /// The file, relative to its package.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The line, counted from one.
    pub fn line(&self) -> u32 {
        self.line
    }
}

/// Whom a check is about: a test, or a guard inside one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    pub(crate) package: Option<String>,
    pub(crate) package_dir: Option<String>,
    pub(crate) binary: String,
    pub(crate) test: String,
    /// Full path of the test's function, to find it on a stack.
    pub(crate) function: Option<String>,
    pub(crate) location: Location,
}

impl Subject {
    /// The test's name as the harness prints it.
    pub fn test(&self) -> &str {
        &self.test
    }

    /// Where the test, or the guard, stands.
    pub fn location(&self) -> &Location {
        &self.location
    }
}

/// The result of one check.
#[derive(Clone, Debug)]
#[must_use = "a report that nobody looks at finds nothing; see `Report::is_clean`"]
pub struct Report {
    pub(crate) subject: Subject,
    pub(crate) verdict: Verdict,
    pub(crate) body: Body,
    pub(crate) hang: Option<Box<Hang>>,
    pub(crate) cancellations: Option<Cancellations>,
    pub(crate) breaches: Vec<Breach>,
    pub(crate) timeline: Option<Box<Timeline>>,
    pub(crate) waited: Duration,
    pub(crate) spent: Duration,
    pub(crate) has_read_debug_info: bool,
    pub(crate) leaks: Vec<Leak>,
    pub(crate) known: Vec<Leak>,
    pub(crate) lingered: Vec<Leak>,
    pub(crate) ignored: Vec<Ignored>,
    pub(crate) coverage: Coverage,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) notes: Vec<Remark>,
}

impl Report {
    /// What the check concluded.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// Whether nothing is left: the verdict is [`Verdict::Clean`] or [`Verdict::Lingering`].
    pub fn is_clean(&self) -> bool {
        matches!(self.verdict, Verdict::Clean | Verdict::Lingering)
    }

    /// Whether it fails its test: one of [`leaks`](Self::leaks) or [`breaches`](Self::breaches) has [`Level::Deny`], or things
    /// of a kind with that level could not be looked at.
    pub fn fails(&self) -> bool {
        let is_denied = |leak: &Leak| leak.level == Level::Deny;
        let leaked = self.verdict == Verdict::Leaked && self.leaks.iter().any(is_denied);
        let mut breaches = self.breaches.iter();
        leaked
            || breaches.any(|breach| breach.level == Level::Deny)
            || self.gaps.iter().any(|gap| gap.level == Level::Deny)
    }

    /// Whom the report is about.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// How the body ended.
    pub fn body(&self) -> Body {
        self.body
    }

    /// What a body that did not end was doing.
    pub fn hang(&self) -> Option<&Hang> {
        self.hang.as_deref()
    }

    /// The runs of the body that were cancelled, where that was asked for. See [`Options::cancel`](crate::Options::cancel).
    pub fn cancellations(&self) -> Option<&Cancellations> {
        self.cancellations.as_ref()
    }

    /// The budgets that the test went over, whatever became of the things since. See
    /// [`Options::max_live`](crate::Options::max_live).
    pub fn breaches(&self) -> &[Breach] {
        &self.breaches
    }

    /// What is still there, one entry per kind and creation path; behind that, tasks that [panicked](Leak::panic)
    /// unseen.
    pub fn leaks(&self) -> &[Leak] {
        &self.leaks
    }

    /// What is left as well, but is listed in the baseline: it fails nothing, and is not among the [`leaks`](Self::leaks).
    ///
    /// Where more of one kind and path are left than the baseline lists, those beyond are leaks. See
    /// [the documentation of the file](crate::_documentation::configuration).
    pub fn known(&self) -> &[Leak] {
        &self.known
    }

    /// What ended by itself while the check waited. Its stacks take debug info to be read, so it is filled in only where a report
    /// file is written with `LEAKCHECK_TRACE=full`.
    pub fn lingered(&self) -> &[Leak] {
        &self.lingered
    }

    /// What the ignore rules accepted.
    pub fn ignored(&self) -> &[Ignored] {
        &self.ignored
    }

    /// How much could be seen.
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// How long the check waited for things to end.
    pub fn waited(&self) -> Duration {
        self.waited
    }

    /// How long the check itself took, without the waiting.
    pub fn spent(&self) -> Duration {
        self.spent
    }

    /// Whether this process had read its debug info by then, for this check or for another one. It is the dear part of a report;
    /// checks that find nothing and need not wait do without, unless a body stands still for so long that it may hang.
    pub fn has_read_debug_info(&self) -> bool {
        self.has_read_debug_info
    }
}
