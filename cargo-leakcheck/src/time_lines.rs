//! The time lines of a run's tests, with words for what is on them.

use leakcheck_report::{Kind, Span, SpanEnd, Timeline, plural};

use crate::{
    error::Error,
    escape::plain,
    finding::Test,
    report::{Frame, Leak, Report},
};

/// The time line of one test.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TimeLine<'r> {
    pub(crate) report: &'r Report,
    pub(crate) timeline: &'r Timeline,
}

/// Those of a run, as they began.
pub(crate) fn of(rounds: &[Vec<Report>]) -> Result<Vec<TimeLine<'_>>, Error> {
    let mut lines: Vec<TimeLine<'_>> = rounds.iter().flatten().filter_map(TimeLine::of).collect();
    if lines.is_empty() {
        return Err(Error::NoTimeLine);
    }
    lines.sort_by_key(|line| line.timeline.began_unix_us);
    Ok(lines)
}

impl<'r> TimeLine<'r> {
    pub(crate) fn of(report: &'r Report) -> Option<Self> {
        let timeline = report.timeline.as_ref()?;
        Some(Self { report, timeline })
    }

    /// `my_app::pool drains`.
    pub(crate) fn title(&self) -> String {
        let test = Test::of(self.report);
        plain(&format!("{} {}", test.suite(), test.name))
    }

    /// A moment of it, in microseconds from 1970.
    pub(crate) fn at(&self, us: u64) -> u64 {
        self.timeline.began_unix_us.saturating_add(us)
    }

    /// From the beginning of the body to its end, or to that of the time line.
    pub(crate) fn body(&self) -> Option<(u64, u64)> {
        let began = self.timeline.body_began_us?;
        let ended = self.timeline.body_ended_us;
        let ended = ended.unwrap_or(self.timeline.lasted_us);
        Some((began, ended.max(began)))
    }

    /// What made a thing, which began before it.
    pub(crate) fn parent(&self, at: usize) -> Option<usize> {
        let parent = self.timeline.spans.get(at)?.parent?;
        (parent < at).then_some(parent)
    }

    /// The line that made it.
    pub(crate) fn site(&self, span: &Span) -> Option<&'r Frame> {
        self.timeline.sites.get(span.site?)
    }

    /// The same as text: `src/pool.rs:88`.
    pub(crate) fn place(&self, span: &Span) -> Option<String> {
        let site = self.site(span)?;
        let file = site.file.as_deref()?;
        let line = site
            .line
            .map_or_else(String::new, |line| format!(":{line}"));
        Some(plain(&format!("{file}{line}")))
    }

    /// Its finding.
    pub(crate) fn finding(&self, span: &Span) -> Option<&'r Leak> {
        self.report.leaks.get(span.leak?)
    }

    /// `task 12 my_app::pool::keep_alive`, or by the function that made it.
    pub(crate) fn name(&self, span: &Span) -> String {
        let kind = Kind::named(&span.kind).map_or("thing", |kind| plural::words(kind).0);
        let number = span.task.map(|task| task.to_string());
        let name = span.name.clone().or_else(|| {
            let site = self.site(span)?;
            Some(format!("of {}", site.function))
        });
        let words = [Some(kind.to_owned()), number, name];
        plain(&words.into_iter().flatten().collect::<Vec<_>>().join(" "))
    }

    /// What is known of its end, where it is not just that it ended.
    pub(crate) fn end(span: &Span) -> Option<&'static str> {
        match (span.end, span.leak) {
            (SpanEnd::Exact, _) => None,
            (SpanEnd::ByThen, _) => Some("it had ended when that was looked at"),
            (SpanEnd::Alive, Some(_)) => Some("it was left behind"),
            (SpanEnd::Alive, None) => Some("it was there at the end"),
            (SpanEnd::Unknown, _) => Some("its end is not known"),
        }
    }

    /// What is not on it, a sentence each.
    pub(crate) fn notes(&self) -> Vec<String> {
        let Timeline {
            left_out, unseen, ..
        } = *self.timeline;
        let mut notes = Vec::new();
        if left_out > 0 {
            let (things, are) = (
                plural::of(left_out, "more thing", "more things"),
                if left_out == 1 { "is" } else { "are" },
            );
            notes.push(format!("{things} {are} left out"));
        }
        if unseen > 0 {
            let were = if unseen == 1 { "was" } else { "were" };
            notes.push(format!(
                "{unseen} more may have been tasks, and {were} gone before a look"
            ));
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn a_run_without_any_is_told_how_to_get_them() {
        let mut reports = samples::reports(3);
        for report in &mut reports {
            report.timeline = None;
        }
        let error = of(&[reports]).expect_err("there is none");
        assert!(error.to_string().contains("LEAKCHECK_REPORT_DIR=all:"));
    }

    #[test]
    fn places_that_are_none_lead_nowhere() {
        let span = Span {
            kind: "no kind".to_owned(),
            parent: Some(0),
            site: Some(9),
            leak: Some(9),
            ..Span::default()
        };
        let report = Report {
            timeline: Some(Timeline {
                spans: vec![span.clone()],
                left_out: 1,
                unseen: 2,
                ..Timeline::default()
            }),
            ..Report::default()
        };
        let line = TimeLine::of(&report).expect("it has one");
        assert_eq!(line.parent(0), None, "nothing makes itself");
        assert!(line.site(&span).is_none() && line.finding(&span).is_none());
        assert_eq!(line.name(&span), "thing");
        assert_eq!(
            line.notes(),
            [
                "1 more thing is left out",
                "2 more may have been tasks, and were gone before a look"
            ]
        );
    }
}
