//! What the page of the later run says of the earlier one.

use std::fmt::Write as _;

use leakcheck_report::{diff::Outcome, plural};

use super::{
    change::{Change, tests_of},
    difference::Diff,
    text::{doubts, headline},
};
use crate::{
    escape::code,
    finding::{Finding, place},
    grouping::named,
};

/// What became of a cause, and a sentence on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Since {
    pub(crate) outcome: Outcome,
    pub(crate) sentence: String,
}

impl Diff<'_> {
    /// What became of the cause that this is a finding of.
    pub(crate) fn since(&self, finding: &Finding) -> Option<Since> {
        let change = self.change_of(finding)?;
        let run = code(&self.before.name());
        let before = change.count().before;
        let mut sentence = match change.outcome {
            Outcome::New => format!("new: {run} does not have it"),
            Outcome::More | Outcome::Fewer => {
                let things = plural::of(change.things().before, "thing", "things");
                format!(
                    "{}: {run} has {before} of it, {things} in all",
                    change.outcome
                )
            }
            Outcome::Same => format!("as before: {run} has as much of it"),
            // These are not in the page.
            Outcome::NotSeen | Outcome::Gone => return None,
        };
        for (doubt, may) in doubts(change, self) {
            let _ = write!(sentence, "; {doubt}: {may}");
        }
        let outcome = change.outcome;
        Some(Since { outcome, sentence })
    }

    /// What is to be said besides, a sentence each: what there is no more, or was not seen.
    pub(crate) fn notes(&self) -> Vec<String> {
        let run = code(&self.before.name());
        let mut notes = vec![format!("compared with {run}: {}", headline(self))];
        let is_away =
            |change: &&Change<'_>| matches!(change.outcome, Outcome::Gone | Outcome::NotSeen);
        notes.extend(
            self.changes
                .iter()
                .filter(is_away)
                .map(|change| self.away(change)),
        );
        notes
    }

    fn away(&self, change: &Change<'_>) -> String {
        let first = change.first();
        let count = plural::named(change.count().before, &first.kind);
        let made = first.site.as_ref().and_then(place);
        let made = made.map_or_else(String::new, |made| format!(", made at {}", code(&made)));
        let tests = named(&tests_of(&change.before.findings));
        let doubts = doubts(change, self).into_iter();
        let doubts: Vec<String> = doubts
            .map(|(doubt, may)| format!("{doubt}: {may}"))
            .collect();
        let away = match change.outcome {
            Outcome::Gone => "gone".to_owned(),
            _ => format!("not seen; {}", doubts.join("; ")),
        };
        format!("{count} in {tests}{made}: {away}")
    }
}
