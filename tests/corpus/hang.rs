//! A body that hangs, said by marks or found.
//!
//! - `// hangs: deadlock`, `// hangs: timeout` or `// hangs: timeout, ends the process`: how the body of the test around
//!   it ends. Below it, marks of a wait as for a task; none for a body in synchronous code.
//! - `// stuck: at recv blocked in mpsc::recv`, below one that ends the process: the line where its thread is, and the call.
//! - `// alive: task "name" x3`: what was alive at that moment, with marks of its wait, made on the next line of code.

use std::fmt;

use leakcheck_tests::Report;

use crate::{
    annotations::running,
    finding::{At, Finding, HAS_STACKS, IS_EXACT, Site, Waiting},
    found::{finding, own_of, waiting},
};

/// How a body hangs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hang {
    pub(crate) how: String,
    /// As if it were an entry: where it waits and for what.
    pub(crate) body: Finding,
    /// What its thread does, which the process ends with.
    pub(crate) stuck: Option<Waiting>,
    pub(crate) alive: Vec<Finding>,
}

const WAYS: [&str; 3] = ["deadlock", "timeout", ENDING];

/// It takes the process along.
const ENDING: &str = "timeout, ends the process";

impl Hang {
    /// Reads the mark in the test `own`.
    pub(crate) fn read(mark: &str, own: &str) -> Self {
        assert!(WAYS.contains(&mark), "not understood: {mark}");
        Self {
            how: mark.to_owned(),
            body: body(own),
            stuck: None,
            alive: Vec::new(),
        }
    }

    /// What a report says.
    pub(crate) fn of(report: &Report) -> Option<Self> {
        let hang = report.hang.as_ref()?;
        let ending = hang.ended_process.as_ref().map(|_| ", ends the process");
        let own = own_of(report);
        let waits = report.body_waits.as_ref();
        let (_, name) = report.test.split_once("::").unwrap_or_default();
        Some(Self {
            how: format!("{}{}", hang.cause, ending.unwrap_or_default()),
            body: Finding {
                waiting: waits.map(|waits| {
                    waiting(
                        Some("idle"),
                        &waits.waits_at,
                        waits.waits_for.as_ref(),
                        &own,
                    )
                }),
                ..body(name)
            },
            stuck: hang
                .thread
                .as_ref()
                .map(|thread| waiting(Some(&thread.doing), &thread.stack, None, &own)),
            alive: hang
                .alive
                .iter()
                .map(|leak| Finding {
                    why: String::new(),
                    ..finding(leak, &own)
                })
                .collect(),
        })
    }

    /// The task that a thread runs, as a holder.
    pub(crate) fn runner(&self) -> Option<(Site, String)> {
        let runs = |task: &&Finding| {
            task.waiting
                .as_ref()
                .is_some_and(|waiting| waiting.at == At::Nowhere)
        };
        let task = self.alive.iter().find(runs)?;
        Some((running(), task.name.clone()?))
    }

    /// Whether the process ends with it, and nothing can be checked.
    pub(crate) fn ends_process(&self) -> bool {
        self.how == ENDING
    }

    /// Whether a report's is what this mark says.
    pub(crate) fn fits(
        &self,
        found: &Self,
        fit: impl FnOnce(&[Finding], &[Finding]) -> bool,
    ) -> bool {
        // What is held for certain is what proofs are made of.
        let is_unproven = !IS_EXACT && self.how == "deadlock" && found.how == "timeout";
        (self.how == found.how || is_unproven)
            && self.body.fits(&found.body)
            && self.is_stuck_like(found)
            && fit(&self.alive, &found.alive)
    }
}

impl Hang {
    /// Where its thread cannot be asked, or its answer not be believed, only the kernel is.
    fn is_stuck_like(&self, found: &Self) -> bool {
        match (&self.stuck, &found.stuck) {
            (Some(_), Some(found)) if !(HAS_STACKS && IS_EXACT) && found.at == At::Nowhere => true,
            (Some(stuck), Some(found)) => stuck.fits(found),
            (stuck, found) => stuck.is_none() && found.is_none(),
        }
    }
}

fn body(test: &str) -> Finding {
    Finding {
        cancelled: None,
        kind: "body".to_owned(),
        name: Some(format!("{test}::{{async block}}")),
        site: None,
        count: 1,
        waiting: None,
        why: String::new(),
    }
}

impl fmt::Display for Hang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "hangs: {}\n  {}", self.how, self.body)?;
        if let Some(stuck) = &self.stuck {
            write!(f, "\n  stuck: {stuck}")?;
        }
        self.alive
            .iter()
            .try_for_each(|alive| write!(f, "\n  alive: {alive}"))
    }
}
