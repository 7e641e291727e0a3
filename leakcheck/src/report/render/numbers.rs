//! Tasks by number: a heading has the number of a task that something else refers to, and nothing refers to a number that no
//! heading has.

use std::collections::{HashMap, HashSet};

use crate::{
    base::model::{HolderKind, Kind, Leak, Report, Waiting},
    report::explain::{self, Causes},
};

/// Numbers that a heading shows.
const SHOWN: usize = 8;

/// Which tasks are referred to, and where they are told.
#[derive(Debug, Default)]
pub(super) struct Numbers<'r> {
    referred: HashSet<u64>,
    told: HashMap<u64, &'r Leak>,
}

impl<'r> Numbers<'r> {
    /// Of a whole report.
    pub(super) fn of(report: &'r Report, causes: &Causes<'_>) -> Self {
        let alive = report.hang.iter().flat_map(|hang| &hang.alive);
        let mut numbers = Self::of_findings(report.leaks.iter().chain(alive));
        let body = report.hang.iter().filter_map(|hang| hang.waiting.as_ref());
        body.for_each(|waiting| numbers.refer(waiting));
        if let Some(hang) = &report.hang {
            let all = explain::with_body(hang);
            let causes = Causes::of(&all);
            let (steps, _) = explain::steps(&causes);
            let tasks = steps.iter().filter_map(|(_, edge)| all.get(edge.to));
            numbers.referred.extend(tasks.flat_map(|leak| &leak.tasks));
        }
        for cause in causes.causes() {
            let followers = causes.followers(cause).into_iter();
            // What follows from the cause itself says so without a number.
            let others = followers.filter_map(|follower| causes.follows(follower));
            let others = others.filter(|edge| edge.to != cause);
            let tasks = others.flat_map(|edge| &report.leaks[edge.to].tasks);
            numbers.referred.extend(tasks);
        }
        numbers
    }

    /// Of findings by themselves.
    pub(super) fn of_findings(all: impl Iterator<Item = &'r Leak>) -> Self {
        let mut numbers = Self::default();
        for leak in all {
            for task in &leak.tasks {
                // What is left behind is told before what was merely alive.
                numbers.told.entry(*task).or_insert(leak);
            }
            if let Some(waiting) = &leak.waiting {
                numbers.refer(waiting);
            }
            let keepers = leak.held.iter().flat_map(|kept| &kept.by);
            numbers
                .referred
                .extend(keepers.filter_map(crate::base::model::Keeper::task));
        }
        numbers
    }

    fn refer(&mut self, waiting: &Waiting) {
        for event in &waiting.events {
            let holders = event
                .held_by
                .iter()
                .filter(|holder| holder.kind != HolderKind::Itself);
            self.referred.extend(holders.map(|holder| holder.task));
            self.referred.extend(&event.tasks);
        }
    }

    /// The finding that a task is told in.
    pub(super) fn find(&self, task: u64) -> Option<&'r Leak> {
        self.told.get(&task).copied()
    }

    /// What a heading shows behind the kind: ` 12`, ` ×3 (12, 13, 14)`, ` ×100 (14 and others)`.
    pub(super) fn heading(&self, leak: &Leak) -> String {
        let is_meant = matches!(leak.kind, Kind::Task | Kind::BlockingTask);
        let is_referred = |task: &&u64| self.referred.contains(*task);
        let times = match leak.count {
            1 => String::new(),
            count => format!(" ×{count}"),
        };
        if !is_meant || !leak.tasks.iter().any(|task| is_referred(&task)) {
            return times;
        }
        if let [only] = leak.tasks[..]
            && leak.count == 1
        {
            return format!(" {only}");
        }
        let is_whole = leak.tasks.len() == leak.count && leak.count <= SHOWN;
        let shown: Vec<String> = leak
            .tasks
            .iter()
            .filter(|task| is_whole || is_referred(task))
            .take(SHOWN)
            .map(ToString::to_string)
            .collect();
        let others = if is_whole { "" } else { " and others" };
        format!("{times} ({}{others})", shown.join(", "))
    }
}
