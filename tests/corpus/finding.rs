//! What is compared: an entry of a report, said by a mark or found.

use std::{collections::HashMap, fmt};

/// Whether what a task holds is known for certain: an optimiser leaves no drop code that could be followed.
pub(crate) const IS_EXACT: bool = cfg!(debug_assertions);

/// Whether the stacks of threads can be taken: musl's own functions, where threads wait, cannot be unwound.
pub(crate) const HAS_STACKS: bool = cfg!(not(target_env = "musl"));

/// Whether it is known why something is left: that goes by what is held for certain, and by stacks.
pub(crate) const HAS_WHY: bool = IS_EXACT && HAS_STACKS;

/// Whether variables are found on the stacks of threads: an optimiser keeps them in registers.
pub(crate) const READS_STACKS: bool = HAS_STACKS && IS_EXACT && cfg!(target_arch = "x86_64");

/// File and line.
pub(crate) type Site = (String, u32);

/// One entry of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) kind: String,
    /// Without the path of the file.
    pub(crate) name: Option<String>,
    pub(crate) site: Option<Site>,
    pub(crate) count: usize,
    pub(crate) waiting: Option<Waiting>,
    /// The pattern, or the kind of the finding that it follows from; empty where no report says so.
    pub(crate) why: String,
    /// Where the body was cancelled when it was left for the first time, and at how many awaits it was.
    pub(crate) cancelled: Option<(Site, usize)>,
}

/// Where a task or a thread is and what it waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Waiting {
    /// `None` for any.
    pub(crate) state: Option<String>,
    pub(crate) at: At,
    /// Empty for a task that runs, and for a thread.
    pub(crate) events: Vec<Event>,
    pub(crate) is_forever: bool,
}

/// Where a task is suspended or a thread is blocked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum At {
    Line(Site),
    /// In no function of the file, but in this one of a library.
    Library(String),
    /// Nowhere: a thread runs it.
    Nowhere,
    /// Said by a mark: it does not matter.
    Anywhere,
}

/// What would wake a task.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Event {
    pub(crate) what: String,
    /// Sorted.
    pub(crate) held_by: Vec<Holder>,
}

/// Who could make it happen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Holder {
    pub(crate) is_itself: bool,
    /// Whether it is the body of the test.
    pub(crate) is_body: bool,
    /// Always, in a mark, but for threads.
    pub(crate) is_certain: bool,
    /// Behind `static` that of one.
    pub(crate) name: String,
    pub(crate) local: Option<String>,
    /// Where the function with this variable waits.
    pub(crate) at: Option<Site>,
    /// Where the task waits, in a mark.
    pub(crate) waits_at: Option<Site>,
}

impl Holder {
    pub(crate) fn new(
        is_itself: bool,
        name: String,
        local: Option<String>,
        at: Option<Site>,
    ) -> Self {
        Self {
            is_itself,
            is_body: false,
            is_certain: true,
            name,
            local,
            at,
            waits_at: None,
        }
    }
}

impl Finding {
    /// The pattern of one of which nothing more is known than that it was left.
    pub(crate) fn at_least(kind: &str, name: Option<&str>) -> &'static str {
        match (kind, name) {
            ("task", _) => "detached",
            ("blocking_task", _) => "unjoined-blocking",
            ("thread", _) => "unjoined-thread",
            ("timer", Some("POSIX timer")) => "undeleted-timer",
            ("timer", _) => "kept-timer",
            ("fd", _) => "open-descriptor",
            ("process", _) => "unreaped",
            ("temp_file", _) => "temp-left",
            ("heap", _) => "lost-memory",
            ("runtime", _) => "kept-runtime",
            ("custom", _) => "kept-registration",
            _ => "",
        }
    }

    /// Whether it is known where it was made.
    pub(crate) fn has_site(&self) -> bool {
        let is_posix = self.name.as_deref() == Some("POSIX timer");
        self.kind != "timer" || is_posix || cfg!(feature = "tracing")
    }

    /// Where a task waits that can be spoken of as a holder, and its name.
    pub(crate) fn waiter(&self) -> Option<(Site, String)> {
        match &self.waiting.as_ref()?.at {
            At::Line(site) if matches!(&*self.kind, "task" | "body") => {
                Some((site.clone(), self.name.clone()?))
            }
            _ => None,
        }
    }

    /// Gives holders the names of the tasks that wait where they do.
    pub(crate) fn name_holders(
        &mut self,
        names: &HashMap<Site, String>,
        body: Option<&(Site, String)>,
    ) {
        let is_body = self.kind == "body";
        let own = self.name.clone();
        let own_line = self.waiter().map(|(site, _)| site);
        let Some(waiting) = &mut self.waiting else {
            return;
        };
        for event in &mut waiting.events {
            for holder in &mut event.held_by {
                if holder.is_itself {
                    holder.is_body = is_body;
                    holder.name = own.clone().unwrap_or_default();
                    holder.at.clone_from(&own_line);
                } else if holder.is_body {
                    let (site, name) = body.expect("a body that waits");
                    holder.name.clone_from(name);
                    holder.at = Some(site.clone());
                } else if let Some(site) = holder.waits_at.take() {
                    let name = names.get(&site);
                    let name = name.unwrap_or_else(|| panic!("no task waits at {site:?}"));
                    holder.name.clone_from(name);
                }
            }
            event.held_by.sort();
        }
        waiting.events.sort();
    }

    /// Whether a report's entry is what this mark says.
    pub(crate) fn fits(&self, found: &Self) -> bool {
        if !HAS_STACKS && matches!(&*self.kind, "thread" | "blocking_task") {
            return self.fits_without_stack(found);
        }
        // Optimised functions may be merged with others, and then have no certain name.
        let is_nameless = !IS_EXACT && self.kind == "blocking_task" && found.name.is_none();
        let same = |one: &Self| Self {
            waiting: None,
            why: if HAS_WHY {
                one.why.clone()
            } else {
                String::new()
            },
            name: one.name.clone().filter(|_| !is_nameless),
            ..one.clone()
        };
        let waits = match (&self.waiting, &found.waiting) {
            (Some(waiting), Some(found)) => waiting.fits(found),
            (None, None) => true,
            _ => false,
        };
        same(self) == same(found) && waits
    }
}

impl Finding {
    /// The same where it is not known what threads do: a blocking task has no name then, or is the thread that it holds.
    fn fits_without_stack(&self, found: &Self) -> bool {
        let fits = match (&*self.kind, &*found.kind) {
            ("blocking_task", "blocking_task") => self.site == found.site,
            ("blocking_task", "thread") => true,
            ("thread", "thread") => (&self.name, &self.site) == (&found.name, &found.site),
            _ => false,
        };
        fits && self.count == found.count
    }
}

impl Waiting {
    /// Whether a report says the same.
    pub(crate) fn fits(&self, found: &Self) -> bool {
        // At some moments a task that comes and goes is just being run.
        let is_blocked = self
            .state
            .as_deref()
            .is_some_and(|state| state.starts_with("blocked"));
        let is_caught = self.events.is_empty() && !is_blocked && found.at == At::Nowhere;
        // Where threads cannot be asked, a task is merely run.
        let is_unasked = !HAS_STACKS && is_blocked && found.state.as_deref() == Some("running");
        // Optimised functions may be merged with others; then a stack shows no line of the user's.
        let is_doubted = !IS_EXACT && is_blocked && !matches!(found.at, At::Line(_));
        let says_the_same = if IS_EXACT {
            self.events == found.events && self.is_forever == found.is_forever
        } else {
            self.is_told_less_by(found)
        };
        let is_state = self.state.is_none() || self.state == found.state;
        let is_place = self.at == found.at || self.at == At::Anywhere || is_caught || is_doubted;
        (is_state && is_place || is_unasked) && says_the_same
    }

    /// Whether a report claims nothing else, and leaves none out: it may only be less certain.
    fn is_told_less_by(&self, found: &Self) -> bool {
        self.events.len() == found.events.len()
            && self
                .events
                .iter()
                .zip(&found.events)
                .all(|(event, found)| event.is_told_less_by(found))
            && (self.is_forever || !found.is_forever)
    }
}

impl Event {
    fn is_told_less_by(&self, found: &Self) -> bool {
        self.what == found.what
            && self.held_by.iter().all(|holder| {
                found
                    .held_by
                    .iter()
                    .any(|other| holder.is_perhaps_in(other))
            })
            && found
                .held_by
                .iter()
                .all(|holder| !holder.is_certain || self.held_by.contains(holder))
    }
}

impl Holder {
    /// Whether the other is the same task at the same place, or this holder but for certainty: a value that was moved
    /// leaves its image in the variable where it was.
    fn is_perhaps_in(&self, other: &Self) -> bool {
        self == other
            || !other.is_certain
                && (self.is_itself, self.is_body, &self.name, &self.at)
                    == (other.is_itself, other.is_body, &other.name, &other.at)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {:?} x{} on {}",
            self.kind,
            self.name,
            self.count,
            line(self.site.as_ref())
        )?;
        if !self.why.is_empty() {
            write!(f, "\n    why: {}", self.why)?;
        }
        if let Some((site, awaits)) = &self.cancelled {
            write!(f, "\n    cancelled: at {} x{awaits}", line(Some(site)))?;
        }
        match &self.waiting {
            Some(waiting) => write!(f, "\n    {waiting}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = match &self.at {
            At::Line(site) => format!("at {}", line(Some(site))),
            At::Library(function) => format!("in {function}"),
            At::Nowhere => "nowhere".to_owned(),
            At::Anywhere => "anywhere".to_owned(),
        };
        write!(f, "{} {at}", self.state.as_deref().unwrap_or("any state"))?;
        for event in &self.events {
            write!(f, "\n    for {}", event.what)?;
            for holder in &event.held_by {
                let perhaps = if holder.is_certain { "" } else { "perhaps " };
                let who = match (holder.is_itself, holder.is_body) {
                    (true, _) => "itself",
                    (false, true) => "the body",
                    (false, false) => &holder.name,
                };
                let at = line(holder.at.as_ref());
                write!(
                    f,
                    "\n        {perhaps}held by {who} in {:?} at {at}",
                    holder.local
                )?;
            }
        }
        f.write_str(if self.is_forever {
            "\n    for ever"
        } else {
            ""
        })
    }
}

fn line(site: Option<&Site>) -> String {
    site.map_or("nowhere".to_owned(), |(file, line)| {
        format!("{file}:{line}")
    })
}
