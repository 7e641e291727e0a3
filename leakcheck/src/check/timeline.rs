//! The time line of a test: what it made, when each thing began and ended, and what made it.

use std::{
    collections::{HashMap, HashSet},
    time::{SystemTime, UNIX_EPOCH},
};

use super::{lifecycle::Check, target::CheckTarget};
use crate::{
    base::model::{Frame, Kind, Leak, ResourceId, Span, SpanEnd, Timeline},
    observe::{
        capture::{self, Asked, Called},
        sources::{self, tasks},
    },
    sys::{
        clock, creation_stack, task_allocations,
        timeline::{self, Life, Noted, Thing},
    },
};

impl Check {
    pub(super) fn time_line_of_body_begins(&self) {
        if self.view.scope.keeps_times() {
            timeline::body_begins(self.view.scope.index());
        }
    }

    pub(super) fn time_line_of_body_ends(&self) {
        if self.view.scope.keeps_times() {
            timeline::body_has_ended(self.view.scope.index());
            tasks::look(self.view.scope, timeline::When::Now);
        }
    }

    /// Ends it.
    pub(super) fn end_time_line(&self) {
        if self.has_time_line() {
            timeline::close(self.view.scope.index());
        }
    }

    /// A guard inside of a test shares its scope.
    fn has_time_line(&self) -> bool {
        self.view.scope.keeps_times() && matches!(self.view.whom, CheckTarget::Test(_))
    }

    /// What there is by now, where it was asked for. These are the findings.
    pub(super) fn time_line(&self, leaks: &[Leak]) -> Option<Timeline> {
        if !self.has_time_line() {
            return None;
        }
        tasks::look(self.view.scope, timeline::When::Now);
        let noted = timeline::of(self.view.scope.index())?;
        let drawing = Drawing {
            check: self,
            leaks,
            left: self.evidence.found.ids().into_iter().collect(),
            alive: self.alive(&noted),
            tasks: self.tasks_of_cells(&noted),
            has_lines: !leaks.is_empty() && leakcheck_introspect::has_read(),
            noted,
        };
        Some(drawing.draw())
    }

    /// What is alive of what has not ended, but for tasks.
    fn alive(&self, noted: &Noted) -> HashSet<ResourceId> {
        let is_open = |life: &Life| life.ended.is_none();
        let mut alive = HashSet::new();
        let is_thread = |life: &&Life| life.thing == Thing::Thread;
        if noted.lives.iter().filter(is_thread).any(is_open) {
            let threads = sources::threads::list(Some(self.view.scope));
            alive.extend(threads.iter().map(|thread| thread.id));
        }
        let is_other =
            |life: &&Life| matches!(life.thing, Thing::Fd | Thing::Process | Thing::Timer);
        if noted.lives.iter().filter(is_other).any(is_open) {
            let others = sources::others(Some(self.view.scope));
            alive.extend(others.iter().map(|other| other.id));
        }
        alive
    }

    /// The numbers of tasks that are left, by the entries of their cells.
    fn tasks_of_cells(&self, noted: &Noted) -> HashMap<u32, u64> {
        let lists = self.evidence.found.lists.iter();
        let tasks = lists.flat_map(|list| list.tasks());
        let entry = |address: u64| {
            let made = usize::try_from(address)
                .ok()
                .and_then(task_allocations::find);
            let own = made.filter(|made| made.scope == self.view.scope.index());
            let newest = || {
                let mut lives = noted.lives.iter().rev();
                lives.find(|life| life.thing == Thing::Cell && life.number == address)
            };
            // Its memory may be another's by now.
            own.map(|made| made.entry).or_else(|| {
                newest()
                    .filter(|_| noted.left_out == 0)
                    .map(|life| life.entry)
            })
        };
        tasks
            .filter_map(|task| Some((entry(task.address())?, task.id())))
            .collect()
    }
}

/// A time line under way.
struct Drawing<'c> {
    check: &'c Check,
    leaks: &'c [Leak],
    left: HashSet<ResourceId>,
    alive: HashSet<ResourceId>,
    tasks: HashMap<u32, u64>,
    /// Whether lines may be looked up: a check that found nothing reads no debug info for them.
    has_lines: bool,
    noted: Noted,
}

impl Drawing<'_> {
    fn draw(self) -> Timeline {
        let lasted_us = self.since(clock::now_us());
        let mut sites = Sites::of(&self);
        let spans = self.spans(&mut sites);
        Timeline {
            began_unix_us: unix_us().saturating_sub(lasted_us),
            process: std::process::id(),
            lasted_us,
            body_began_us: self.noted.body_began.map(|time| self.since(time)),
            body_ended_us: self.noted.body_ended.map(|time| self.since(time)),
            has_task_hooks: tasks::HAS_TASK_HOOKS,
            has_lines: self.has_lines,
            left_out: self.noted.left_out,
            unseen: self.unseen(),
            sites: sites.frames,
            spans,
        }
    }

    fn spans(&self, sites: &mut Sites) -> Vec<Span> {
        let told: Vec<&Life> = self
            .noted
            .lives
            .iter()
            .filter(|life| self.is_told(life))
            .collect();
        let mut places = HashMap::new();
        let mut spans: Vec<Span> = Vec::new();
        for life in &told {
            places.insert(life.entry, spans.len());
            spans.push(self.span(life, sites));
        }
        for (at, life) in told.iter().enumerate() {
            let parent = self.parent(life).and_then(|entry| places.get(&entry));
            spans[at].parent = parent.copied().filter(|parent| *parent != at);
            // Known by its number only.
            let is_unknown = spans[at].parent.is_none() && life.task != 0;
            spans[at].parent_task = is_unknown.then_some(life.task);
        }
        spans
    }

    fn since(&self, time: u64) -> u64 {
        time.saturating_sub(self.noted.began)
    }

    /// Whether it is what it seems to be: memory is a task's where a look has shown it, or where functions of tokio had it made.
    fn is_told(&self, life: &Life) -> bool {
        life.thing != Thing::Cell
            || life.was_seen && !(self.has_lines && is_of_specimen(life.origin))
            || self.tasks.contains_key(&life.entry)
            || self.has_lines
                && self.is_of_body(life)
                && is_of_task(life.origin)
                && !is_of_specimen(life.origin)
    }

    /// How many may have been tasks: where functions can be asked, that is known of each.
    fn unseen(&self) -> usize {
        let is_unsure =
            |life: &&Life| !self.has_lines && self.is_of_body(life) && !self.is_told(life);
        self.noted.lives.iter().filter(is_unsure).count()
    }

    /// What a runtime is built of was made before.
    fn is_of_body(&self, life: &Life) -> bool {
        self.noted.body_began.is_some_and(|body| life.begun >= body)
    }

    fn span(&self, life: &Life, sites: &mut Sites) -> Span {
        let id = self.resource(life);
        let is_left = id.is_some_and(|id| self.left.contains(&id));
        let site = sites.place(life.origin);
        let leak = id.and_then(|id| self.leaks.iter().position(|leak| has(leak, id)));
        let name = leak.and_then(|leak| self.leaks[leak].name.clone());
        let kind = kind(life);
        // Of the memory of a closure no look tells whether it has ended.
        let ended = life
            .ended
            .filter(|_| !is_left && kind != Kind::BlockingTask);
        Span {
            kind,
            task: match id {
                Some(ResourceId::Task(task)) => Some(task),
                _ => None,
            },
            name,
            begun_us: self.since(life.begun),
            ended_us: ended.map(|time| self.since(time)),
            end: match ended {
                _ if is_left => SpanEnd::Left,
                // Nobody tells of these.
                Some(_) if matches!(life.thing, Thing::Cell | Thing::Process) => SpanEnd::ByThen,
                Some(_) => SpanEnd::Exact,
                None if self.is_alive(life, id) => SpanEnd::Left,
                None => SpanEnd::Unknown,
            },
            parent: None,
            parent_task: None,
            site,
            leak,
        }
    }

    fn is_alive(&self, life: &Life, id: Option<ResourceId>) -> bool {
        match life.thing {
            Thing::Task => true,
            // What is in its place by now may look like it.
            Thing::Cell => false,
            _ => id.is_some_and(|id| self.alive.contains(&id)),
        }
    }

    fn resource(&self, life: &Life) -> Option<ResourceId> {
        match life.thing {
            Thing::Task => Some(ResourceId::Task(life.number)),
            Thing::Cell => self.tasks.get(&life.entry).copied().map(ResourceId::Task),
            Thing::Thread => Some(ResourceId::Thread(life.number)),
            Thing::Fd => Some(ResourceId::Other(Kind::Fd, life.number)),
            Thing::Process => Some(ResourceId::Other(Kind::Process, life.number)),
            Thing::Timer => Some(ResourceId::Other(Kind::Timer, life.number)),
        }
    }

    /// The entry of what made it: the task that was polled there, or the thread.
    fn parent(&self, life: &Life) -> Option<u32> {
        let lives = || self.noted.lives.iter();
        let is_task = |other: &&Life| self.resource(other) == Some(ResourceId::Task(life.task));
        if life.task != 0 {
            return lives().find(is_task).map(|task| task.entry);
        }
        self.task_on_path(life).or_else(|| {
            let is_thread =
                |other: &&Life| other.thing == Thing::Thread && other.number == life.thread;
            lives().find(is_thread).map(|thread| thread.entry)
        })
    }

    /// The task that was made on the path that led to the thing's maker, where there is just one.
    fn task_on_path(&self, life: &Life) -> Option<u32> {
        let above = Some(creation_stack::parent(life.origin)).filter(|path| *path != 0)?;
        let mut made = self.noted.lives.iter();
        let is_task = |other: &&Life| other.thing == Thing::Task && other.origin == above;
        let only = made.find(is_task)?;
        (made.find(is_task).is_none() && self.noted.left_out == 0).then_some(only.entry)
    }
}

/// Now, from the beginning of 1970.
fn unix_us() -> u64 {
    let unix = SystemTime::now().duration_since(UNIX_EPOCH);
    unix.map_or(0, |unix| u64::try_from(unix.as_micros()).unwrap_or(0))
}

/// Whether a finding has this thing.
fn has(leak: &Leak, id: ResourceId) -> bool {
    match id {
        ResourceId::Task(id) => leak.tasks.contains(&id),
        ResourceId::Thread(number) => leak.threads.contains(&number),
        ResourceId::Other(kind, number) => leak.kind == kind && leak.others.contains(&number),
    }
}

fn kind(life: &Life) -> Kind {
    match life.thing {
        Thing::Cell if !life.was_seen && is_of_closure(life.origin) => Kind::BlockingTask,
        Thing::Task | Thing::Cell => Kind::Task,
        Thing::Thread => Kind::Thread,
        Thing::Fd => Kind::Fd,
        Thing::Process => Kind::Process,
        Thing::Timer => Kind::Timer,
    }
}

fn is_of_task(origin: u32) -> bool {
    let asked = capture::asked_for(origin);
    matches!(asked, Asked::Task | Asked::LocalTask | Asked::Closure)
}

/// Whether the checker has made it, to prove itself by it.
fn is_of_specimen(origin: u32) -> bool {
    let is_own = |called: Called<'_>| called.function.starts_with("leakcheck_specimen::");
    capture::address(origin, is_own).is_some()
}

fn is_of_closure(origin: u32) -> bool {
    capture::asked_for(origin) == Asked::Closure
}

/// The lines that made things, each once.
struct Sites {
    package_dir: Option<String>,
    has_lines: bool,
    places: HashMap<u32, Option<usize>>,
    frames: Vec<Frame>,
}

impl Sites {
    fn of(drawing: &Drawing<'_>) -> Self {
        Self {
            package_dir: drawing.check.view.whom.package_dir(),
            has_lines: drawing.has_lines,
            places: HashMap::new(),
            frames: Vec::new(),
        }
    }

    /// The place of the line that made it.
    fn place(&mut self, origin: u32) -> Option<usize> {
        if let Some(known) = self.places.get(&origin) {
            return *known;
        }
        let site = self
            .has_lines
            .then(|| capture::trace(origin, self.package_dir.as_deref()).site)?;
        let place = site.map(|site| {
            let same = self.frames.iter().position(|frame| *frame == site);
            same.unwrap_or_else(|| {
                self.frames.push(site);
                self.frames.len() - 1
            })
        });
        self.places.insert(origin, place);
        place
    }
}
