//! On which tasks it depends that another one goes on.

use crate::{
    Certainty, Class, Enders, Event, Graph, Handles, Hold, Object, Party, Role, Task, Wait,
    graph::places,
};

/// A task without which a wait of another, or of itself, does not end.
#[derive(Clone, Copy, Debug)]
pub struct Dependence<'l> {
    /// The task.
    pub task: &'l Task,
    /// What it has that is waited for; `None` where its own end is, or its turn.
    pub hold: Option<&'l Hold>,
    /// How the two are tied.
    pub tie: Tie,
}

/// How a task is tied to one that it depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Tie {
    /// It awaits the end of the other.
    End,
    /// It receives, and all senders are in the tasks that it depends on.
    Sender,
    /// The same, and the sender is in a message that only the other can receive.
    Queue,
    /// It waits for a lock that the other has.
    Guard,
    /// It waits for a lock for which the other stands in line before it.
    Line,
    /// It waits for a lock that the other has, or stands in line for before it, in a future that it does not poll.
    Parked,
    /// It sends, and only the other receives.
    Receiver,
    /// It waits for the end of the receiver that the other has.
    Closed,
    /// It waits for the cancellation of a token, and only those that it depends on could cancel it, which wait for ever.
    Token,
}

impl<'l> Graph<'l> {
    /// The tasks without which this wait of a task does not end, where it is certain that nobody else can end it; none where
    /// that is not known.
    ///
    /// Other than with [`is_stuck`](Self::is_stuck) these tasks may well go on by themselves.
    pub fn dependences(&self, wait: &Wait) -> Vec<Dependence<'l>> {
        let (Some(object), Certainty::Certain, false) = (wait.object, wait.certainty, wait.is_over)
        else {
            return Vec::new();
        };
        match &wait.enders {
            Enders::OfClass => {}
            Enders::All(handles) => {
                let tied = self.having_all(handles, &wait.event);
                return match wait.event {
                    Event::Cancellation { .. } => self.cancelling(wait, tied),
                    _ => tied,
                };
            }
            Enders::Open => return Vec::new(),
        }
        match wait.event {
            Event::End => self.with_address(object.address),
            Event::Message { .. } | Event::Change { .. } => {
                let tied = self.tied(object, Tie::Sender, |hold| hold.role == Role::Sender);
                if wait.ends() == Some(ends(&tied)) {
                    tied
                } else {
                    Vec::new()
                }
            }
            // Of several permits nobody knows which comes back first.
            Event::Permit => {
                let is_kept = |hold: &Hold| {
                    hold.role == Role::Guard && (hold.is_exclusive || wait.is_exclusive)
                };
                let mut tied = self.tied(object, Tie::Parked, |hold| {
                    hold.is_parked && is_kept(hold) || hold.is_parked_before(wait)
                });
                if tied.is_empty() {
                    tied = self.tied(object, Tie::Guard, is_kept);
                }
                if tied.is_empty() {
                    tied = self.before(object, wait);
                }
                tied
            }
            // There is one receiver.
            Event::Capacity if wait.is_full && object.class == Class::Mpsc => {
                self.tied(object, Tie::Receiver, |hold| hold.role == Role::Receiver)
            }
            Event::Closed if matches!(object.class, Class::Mpsc | Class::Oneshot) => {
                self.tied(object, Tie::Closed, |hold| hold.role == Role::Receiver)
            }
            _ => Vec::new(),
        }
    }

    /// Tasks that have all of these handles, as they are counted.
    fn having_all(&self, all: &[Handles], event: &Event) -> Vec<Dependence<'l>> {
        let mut tied = Vec::new();
        for handles in all {
            let tie = match (event, handles.party) {
                (Event::Cancellation { .. }, _) => Tie::Token,
                (Event::Closed, _) => Tie::Closed,
                (Event::Capacity, _) | (_, Party::Receivers) => Tie::Receiver,
                (_, Party::Senders | Party::Anybody) => Tie::Sender,
            };
            let of_one = self.tied(handles.object, tie, |hold| handles.party.has(hold.role));
            if ends(&of_one) != handles.count {
                return Vec::new();
            }
            tied.extend(of_one);
        }
        // What they have of the other end is no matter.
        let role = match event {
            Event::Capacity | Event::Closed => Role::Receiver,
            Event::Cancellation { .. } => Role::Owner,
            _ => Role::Sender,
        };
        tied.retain(|found| found.hold.is_some_and(|hold| hold.role == role));
        tied
    }

    /// Those who have a token and wait for ever for something else: others may end without cancelling it, and whoever waits for
    /// its cancellation has it for that.
    fn cancelling(&self, wait: &Wait, mut tied: Vec<Dependence<'l>>) -> Vec<Dependence<'l>> {
        let is_alike = |other: &Wait| other.event == wait.event && other.object == wait.object;
        tied.retain(|found| !found.task.waits.iter().any(is_alike));
        if !self.is_in_vain(wait) {
            tied.clear();
        }
        tied
    }

    /// The task that stands before a wait in the line of a lock, which is served in order.
    fn before(&self, object: Object, wait: &Wait) -> Vec<Dependence<'l>> {
        let place = |other: &Wait| {
            let is_same = other.event == Event::Permit
                && other.object.is_some_and(|other| other.is_same(object));
            other.ahead.filter(|_| is_same)
        };
        let nearest = wait.ahead.and_then(|own| own.checked_sub(1));
        let is_before = |task: &&&Task| {
            let mut waits = task.waits.iter();
            nearest.is_some() && waits.any(|other| place(other) == nearest)
        };
        let found = self.tasks.iter().find(is_before);
        found
            .map(|task| Dependence::on(task, Tie::Line))
            .into_iter()
            .collect()
    }

    fn with_address(&self, address: u64) -> Vec<Dependence<'l>> {
        let is_meant = |task: &&&Task| task.address == address;
        let found = self.tasks.iter().find(is_meant);
        found
            .map(|task| Dependence::on(task, Tie::End))
            .into_iter()
            .collect()
    }

    /// What tasks certainly have of an object, and nobody else can come to.
    fn tied(
        &self,
        object: Object,
        tie: Tie,
        is_meant: impl Fn(&Hold) -> bool,
    ) -> Vec<Dependence<'l>> {
        let is_held = |hold: &Hold| {
            hold.object.is_same(object)
                && hold.certainty == Certainty::Certain
                && hold.is_sole
                && is_meant(hold)
        };
        let mut tied = Vec::new();
        for task in &self.holding {
            let holds = task.holds.iter().filter(|hold| is_held(hold));
            tied.extend(holds.map(|hold| Dependence {
                task,
                hold: Some(hold),
                tie: match tie {
                    Tie::Sender if hold.queued.is_some() => Tie::Queue,
                    _ => tie,
                },
            }));
        }
        tied
    }
}

impl<'l> Dependence<'l> {
    const fn on(task: &'l Task, tie: Tie) -> Self {
        Self {
            task,
            hold: None,
            tie,
        }
    }
}

/// How many different handles they have.
fn ends(tied: &[Dependence<'_>]) -> u64 {
    places(tied.iter().filter_map(|found| found.hold))
}
