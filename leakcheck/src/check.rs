//! One check, from the look before the body to the verdict. What drives the waiting is chosen by the caller.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use tokio::runtime::{Handle, RuntimeFlavor};

use crate::{
    diff::{self, Baseline},
    drive,
    env::{Env, ReportDir, Requirement, TraceLevel},
    error::{Error, Repr},
    explain,
    ignore::{self, Sorted},
    model::{
        Body, Coverage, Detail, Kind, Leak, Report, Resource, ResourceId, Seen, Subject, Verdict,
    },
    options::Options,
    scope::ScopeId,
    sources::{
        self,
        tasks::{self, Token},
    },
    sys,
};

/// Before this much time has passed nothing is symbolised: most of what is still there is about to end.
const PATIENCE: Duration = Duration::from_millis(25);

/// A tokio runtime whose tasks are looked at.
#[derive(Clone, Debug)]
pub(crate) struct Watched {
    handle: Handle,
    /// The token it was instrumented with, if it was.
    token: Option<Token>,
    /// Tasks that it counted before the check.
    before: usize,
    /// Its worker threads, which end with it and not before.
    workers: HashSet<ResourceId>,
}

impl Watched {
    /// A runtime that this check built; call it right after that.
    pub(crate) fn owned(handle: &Handle, token: Token, scope: ScopeId) -> Self {
        Self {
            handle: handle.clone(),
            token: Some(token),
            before: 0,
            workers: sources::threads::list(Some(scope))
                .iter()
                .map(|thread| thread.id)
                .collect(),
        }
    }

    /// The current runtime with everything on it, but for the task that asks.
    pub(crate) fn whole(handle: Handle) -> Self {
        Self {
            before: usize::from(tokio::task::try_id().is_some()),
            ..Self::foreign(handle)
        }
    }

    /// A runtime that somebody else built and that is running now; what it counts now was there before.
    pub(crate) fn foreign(handle: Handle) -> Self {
        Self {
            before: handle.metrics().num_alive_tasks(),
            handle,
            token: None,
            workers: HashSet::new(),
        }
    }
}

/// Which threads are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// While the runtime of the check still runs: its own threads do not count.
    Running,
    /// After it was told to stop.
    Stopped,
}

/// What is there now and was not before.
#[derive(Clone, Debug, Default)]
struct Present {
    resources: Vec<Resource>,
    /// Tasks that the runtime counts beyond the listed ones.
    unnamed: usize,
    /// Listed tasks beyond what the runtime counts.
    phantoms: usize,
}

impl Present {
    fn is_empty(&self) -> bool {
        self.resources.is_empty() && self.unnamed == 0
    }

    fn ids(&self) -> Vec<ResourceId> {
        self.resources.iter().map(|resource| resource.id).collect()
    }
}

/// One check under way.
#[derive(Clone, Debug)]
pub(crate) struct Check {
    subject: Subject,
    options: Options,
    env: &'static Env,
    scope: ScopeId,
    baseline: Baseline,
    runtime: Option<Watched>,
    found: Present,
    /// What was there at the first dirty look.
    first: Option<Present>,
    waited: Duration,
    spent: Duration,
}

impl Check {
    /// Begins a check of what `scope` creates from here on.
    ///
    /// # Errors
    ///
    /// Where `LEAKCHECK_REQUIRE` asks for what this build cannot see.
    pub(crate) fn begin(
        subject: Subject,
        options: Options,
        env: &'static Env,
        scope: ScopeId,
    ) -> Result<Self, Error> {
        sys::fork::arm();
        sys::origin::enable(env.trace != TraceLevel::Off);
        require(env)?;
        Ok(Self {
            subject,
            options,
            env,
            scope,
            baseline: Baseline::default(),
            runtime: None,
            found: Present::default(),
            first: None,
            waited: Duration::ZERO,
            spent: Duration::ZERO,
        })
    }

    /// What exists now in the scope does not count.
    pub(crate) fn exempt_present(&mut self) {
        let mut before: HashSet<ResourceId> = HashSet::new();
        before.extend(tasks::list(Some(self.scope)).iter().map(|task| task.id));
        before.extend(
            sources::threads::list(Some(self.scope))
                .iter()
                .map(|thread| thread.id),
        );
        self.baseline = Baseline::new(before);
    }

    pub(crate) fn watch(&mut self, runtime: Watched) {
        self.runtime = Some(runtime);
    }

    /// Whether waiting on this thread would keep the tasks that are waited for from running.
    pub(crate) fn would_block(&self) -> bool {
        let Some(runtime) = &self.runtime else {
            return false;
        };
        let inside = Handle::try_current()
            .is_ok_and(|handle| handle.runtime_flavor() == RuntimeFlavor::CurrentThread);
        let counted = runtime.handle.metrics().num_alive_tasks() > runtime.before;
        inside && self.options.wants(Kind::Task) && (counted || self.scope.tally().tasks() > 0)
    }

    pub(crate) fn limit(&self) -> Duration {
        self.options.settle_limit()
    }

    /// Whether nothing at all is there: the whole cost of a clean check.
    pub(crate) fn is_clean_now(&self) -> bool {
        let tally = self.scope.tally();
        let counted = self.runtime.as_ref().map_or(0, |runtime| {
            runtime
                .handle
                .metrics()
                .num_alive_tasks()
                .saturating_sub(runtime.before)
        });
        tally.tasks() == 0 && tally.threads() == 0 && counted == 0
    }

    /// Waits on this thread for what is there to end.
    pub(crate) fn settle_blocking(&mut self) {
        self.settle_on_thread(Phase::Running, self.limit());
    }

    /// Waits on this thread for the threads of a runtime that was told to stop, and has had `stopping` to do so.
    pub(crate) fn settle_stopped(&mut self, stopping: Duration) {
        /// A thread that ended needs a moment to be gone.
        const GRACE: Duration = Duration::from_millis(100);
        self.waited += stopping;
        let left = self.limit().saturating_sub(stopping);
        self.settle_on_thread(Phase::Stopped, left.max(GRACE));
    }

    fn settle_on_thread(&mut self, phase: Phase, limit: Duration) {
        let mut look = Look::new(self, phase);
        let tally = self.scope.tally();
        let waited = drive::blocking(tally, limit, |elapsed| look.is_dirty(elapsed));
        let first = look.first;
        self.note(waited, first);
        self.collect(phase);
    }

    /// Waits inside the runtime for what is there to end.
    pub(crate) async fn settle_in_runtime(&mut self) {
        let mut look = Look::new(self, Phase::Running);
        let tally = self.scope.tally();
        let waited = drive::in_runtime(tally, self.limit(), |elapsed| look.is_dirty(elapsed)).await;
        let first = look.first;
        self.note(waited, first);
        self.collect(Phase::Running);
    }

    fn note(&mut self, waited: Duration, first: Option<Present>) {
        self.waited += waited;
        if self.first.is_none() {
            self.first = first;
        }
    }

    /// Adds what is there now to what was found.
    fn collect(&mut self, phase: Phase) {
        let known: HashSet<ResourceId> = self.found.ids().into_iter().collect();
        let present = self.steady(phase);
        let new = present
            .resources
            .into_iter()
            .filter(|resource| !known.contains(&resource.id));
        self.found.resources.extend(new);
        self.found.unnamed += present.unnamed;
        self.found.phantoms += present.phantoms;
    }

    /// What is there, read again while the two ways of counting disagree: a task that is just starting or ending is
    /// seen by one before the other.
    fn steady(&self, phase: Phase) -> Present {
        const READS: usize = 10;
        let mut present = self.present(phase);
        if !tasks::ARE_NAMED {
            return present;
        }
        for _ in 1..READS {
            if present.unnamed == 0 && present.phantoms == 0 {
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
            let next = self.present(phase);
            present = Present {
                unnamed: present.unnamed.min(next.unnamed),
                phantoms: present.phantoms.min(next.phantoms),
                ..next
            };
        }
        present
    }

    /// Whether a task is there that no identity can excuse; tells without listing.
    fn has_new_tasks(&self) -> bool {
        self.options.wants(Kind::Task)
            && self.baseline.is_empty()
            && self
                .options
                .rules()
                .iter()
                .all(|rule| rule.identities().is_none())
            && self.scope.tally().tasks() > 0
    }

    fn present(&self, phase: Phase) -> Present {
        if phase == Phase::Running && self.is_clean_now() {
            return Present::default();
        }
        let mut present = Present::default();
        if phase == Phase::Running && self.options.wants(Kind::Task) {
            let listed = tasks::list(Some(self.scope));
            present.resources = self.baseline.since(listed, &self.options);
            if let Some(runtime) = &self.runtime {
                // Without a token nobody knows which of the listed tasks are this runtime's: rather miss some.
                let named = runtime
                    .token
                    .map_or(runtime.before + present.resources.len(), tasks::named_on);
                match tasks::unnamed(&runtime.handle, named) {
                    tasks::Count::More(unnamed) => present.unnamed = unnamed,
                    tasks::Count::Fewer(phantoms) if runtime.token.is_some() => {
                        present.phantoms = phantoms
                    }
                    tasks::Count::Fewer(_) => {}
                }
            }
        }
        if self.scope.tally().threads() > 0 {
            let threads = sources::threads::list(Some(self.scope));
            let threads = threads
                .into_iter()
                .filter(|thread| self.counts(thread, phase))
                .collect();
            present
                .resources
                .extend(self.baseline.since(threads, &self.options));
        }
        present
    }

    /// Whether a thread counts as left behind in this phase.
    fn counts(&self, thread: &Resource, phase: Phase) -> bool {
        let Some(runtime) = &self.runtime else {
            return true;
        };
        let is_worker = runtime.workers.contains(&thread.id);
        let of_runtime = match (&thread.detail, runtime.token) {
            (Detail::Thread { runtime, .. }, Some(token)) => *runtime == token.get(),
            _ => false,
        };
        match phase {
            Phase::Running => !is_worker && !of_runtime,
            // A worker that cannot end runs a task that was found already.
            Phase::Stopped => !is_worker,
        }
    }

    fn findings(&self, present: &Present) -> Vec<Leak> {
        let package_dir = self.subject.package_dir.as_deref();
        let mut found: Vec<Leak> = diff::groups(&present.resources)
            .iter()
            .map(|group| explain::finding(group, package_dir))
            .collect();
        found.sort_by_key(|leak| leak.kind);
        if present.unnamed > 0 {
            found.insert(0, explain::unnamed_tasks(present.unnamed));
        }
        found
    }

    fn sorted(&self, present: &Present) -> Sorted {
        ignore::sort(self.findings(present), self.options.rules())
    }

    /// Ends the check.
    pub(crate) fn conclude(self, body: Body) -> Report {
        let start = Instant::now();
        let coverage = self.coverage();
        let mut notes = Vec::new();
        let sorted = if self.found.is_empty() {
            Sorted::default()
        } else {
            self.sorted(&self.found)
        };
        notes.extend(sorted.notes);
        if !sorted.leaks.is_empty() && self.options.rules().iter().any(|rule| rule.needs_states()) {
            notes.push(
                "rules on where something waits (ignore_top_function, ignore_any_function) were not applied: this \
                 version does not read where tasks and threads wait"
                    .to_owned(),
            );
        }
        let lingering = self.waited >= PATIENCE;
        let lingered = match &self.first {
            Some(first) if lingering && self.env.report_dir.is_some() => self.lingered(first),
            _ => Vec::new(),
        };
        let verdict = if self.found.phantoms > 0 {
            notes.push(format!(
                "{} more tasks are listed than the runtime counts as alive, so nothing is claimed about tasks",
                self.found.phantoms
            ));
            Verdict::Inconclusive
        } else if !sorted.leaks.is_empty() {
            Verdict::Leaked
        } else if lingering && sorted.ignored.is_empty() {
            Verdict::Lingering
        } else {
            Verdict::Clean
        };
        Report {
            subject: self.subject,
            verdict,
            body,
            waited: self.waited,
            spent: self.spent + start.elapsed(),
            leaks: sorted.leaks,
            lingered,
            ignored: sorted.ignored,
            coverage,
            notes,
        }
    }

    /// What was there at first and is not any more.
    fn lingered(&self, first: &Present) -> Vec<Leak> {
        let left: HashSet<ResourceId> = self.found.ids().into_iter().collect();
        let ended = Present {
            resources: first
                .resources
                .iter()
                .filter(|resource| !left.contains(&resource.id))
                .cloned()
                .collect(),
            unnamed: first.unnamed.saturating_sub(self.found.unnamed),
            phantoms: 0,
        };
        self.findings(&ended)
    }

    pub(crate) fn waited(&self) -> Duration {
        self.waited
    }

    /// Whether there is nothing to report: neither something left, nor something that took long to end.
    pub(crate) fn found_nothing(&self) -> bool {
        self.found.is_empty() && self.found.phantoms == 0 && self.waited < PATIENCE
    }

    /// Adds to the time that the check itself took.
    pub(crate) fn spend(&mut self, time: Duration) {
        self.spent += time;
    }

    fn coverage(&self) -> Coverage {
        let of = |kind: Kind| match kind {
            Kind::Task => self.task_coverage(),
            Kind::Thread => sources::threads::coverage(),
            _ => Seen::Nothing("not covered by this version".to_owned()),
        };
        Coverage {
            kinds: Kind::CHOICES
                .iter()
                .filter(|(kind, _)| self.options.wants(*kind))
                .map(|(kind, _)| (*kind, of(*kind)))
                .collect(),
        }
    }

    fn task_coverage(&self) -> Seen {
        match &self.runtime {
            Some(Watched { token: Some(_), .. }) => tasks::coverage(),
            Some(_) => Seen::Partial(
                "the runtime was built elsewhere: its tasks are counted, not named; give its builder to \
                 `leakcheck::instrument`, or let `#[leak_checked]` build it"
                    .to_owned(),
            ),
            None => Seen::Partial("only tasks of runtimes that were given to `leakcheck::instrument` are seen".to_owned()),
        }
    }

    /// Whether this check's report is to be written although it found nothing.
    pub(crate) fn writes_always(&self) -> bool {
        matches!(self.env.report_dir, Some(ReportDir::All(_)))
    }
}

/// Looks again and again, and remembers what the rules said of the same set.
struct Look<'a> {
    check: &'a Check,
    phase: Phase,
    first: Option<Present>,
    judged: Option<(Vec<ResourceId>, bool)>,
}

impl<'a> Look<'a> {
    fn new(check: &'a Check, phase: Phase) -> Self {
        Self {
            check,
            phase,
            first: None,
            judged: None,
        }
    }

    /// Whether something is there that no rule accepts.
    fn is_dirty(&mut self, elapsed: Duration) -> bool {
        let is_remembered = self.first.is_some() || self.check.env.report_dir.is_none();
        if elapsed < PATIENCE
            && is_remembered
            && self.phase == Phase::Running
            && self.check.has_new_tasks()
        {
            return true;
        }
        let present = self.check.present(self.phase);
        if present.is_empty() {
            return false;
        }
        if !is_remembered {
            self.first = Some(present.clone());
        }
        if elapsed < PATIENCE || present.unnamed > 0 {
            return true;
        }
        let ids = present.ids();
        if let Some((judged, dirty)) = &self.judged {
            if *judged == ids {
                return *dirty;
            }
        }
        let dirty = !self.check.sorted(&present).leaks.is_empty();
        self.judged = Some((ids, dirty));
        dirty
    }
}

/// Fails where `LEAKCHECK_REQUIRE` asks for what this build cannot see.
fn require(env: &Env) -> Result<(), Error> {
    for (requirement, word) in &env.required {
        let seen = match requirement {
            Requirement::Tasks => tasks::coverage(),
            Requirement::Threads => sources::threads::coverage(),
            Requirement::Sites if env.trace == TraceLevel::Off => {
                Seen::Nothing("LEAKCHECK_TRACE=off switches stacks off".to_owned())
            }
            Requirement::Sites => tasks::coverage(),
            Requirement::Timers
            | Requirement::Fds
            | Requirement::Processes
            | Requirement::States => Seen::Nothing("not covered by this version".to_owned()),
        };
        if seen != Seen::Full {
            return Err(Repr::Required {
                what: (*word).to_owned(),
                why: seen.to_string(),
            }
            .into());
        }
    }
    Ok(())
}
