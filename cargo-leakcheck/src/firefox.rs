//! The time lines of a run as a profile for the Firefox profiler: a process for each test, with a marker for each thing.

use std::time::Duration;

use fxprof_processed_profile::{
    CategoryColor, CategoryHandle, Frame, FrameFlags, FrameInfo, MarkerFieldFlags,
    MarkerFieldFormat, MarkerTiming, Profile, ReferenceTimestamp, SamplingInterval,
    StaticSchemaMarker, StaticSchemaMarkerField, StringHandle, ThreadHandle, Timestamp,
};
use leakcheck_report::Span;

use crate::{escape::plain, time_lines::TimeLine};

/// The profile as JSON.
pub(crate) fn render(lines: &[TimeLine<'_>]) -> String {
    let began = lines.first().map_or(0, |line| line.timeline.began_unix_us);
    let mut drawing = Drawing::new(began);
    for line in lines {
        drawing.test(line);
    }
    // It is plain data, which is always written.
    serde_json::to_string(&drawing.profile).unwrap_or_default() + "\n"
}

/// A profile under way.
struct Drawing {
    profile: Profile,
    began_us: u64,
    left: CategoryHandle,
    ended: CategoryHandle,
}

impl Drawing {
    fn new(began_us: u64) -> Self {
        let reference =
            ReferenceTimestamp::from_duration_since_unix_epoch(Duration::from_micros(began_us));
        let interval = SamplingInterval::from_millis(1);
        let mut profile = Profile::new("cargo leakcheck", reference, interval);
        // Nobody need look for names elsewhere.
        profile.set_symbolicated(true);
        let left = profile.add_category("Left behind", CategoryColor::Red);
        let ended = profile.add_category("Ended", CategoryColor::Blue);
        Self {
            profile,
            began_us,
            left,
            ended,
        }
    }

    fn test(&mut self, line: &TimeLine<'_>) {
        let (begin, end) = (self.time(line, 0), self.time(line, line.timeline.lasted_us));
        let (title, id) = (line.title(), line.timeline.process);
        let process = self.profile.add_process(&title, id, begin);
        self.profile.set_process_end_time(process, end);
        let thread = self.profile.add_thread(process, id, begin, true);
        self.profile.set_thread_name(thread, &title);
        self.profile.set_thread_end_time(thread, end);
        self.profile
            .set_thread_show_markers_in_timeline(thread, true);
        self.profile.add_initial_visible_thread(thread);
        if let Some((begin, end)) = line.body() {
            let timing = MarkerTiming::Interval(self.time(line, begin), self.time(line, end));
            let thing = self.marker("body", &line.title(), "", "", self.ended);
            self.profile.add_marker(thread, timing, thing);
        }
        for (at, span) in line.timeline.spans.iter().enumerate() {
            self.thing(thread, line, at, span);
        }
    }

    fn thing(&mut self, thread: ThreadHandle, line: &TimeLine<'_>, at: usize, span: &Span) {
        let begin = self.time(line, span.begun_us);
        let timing = match span.until_us(line.timeline) {
            Some(until) => MarkerTiming::Interval(begin, self.time(line, until)),
            None => MarkerTiming::Instant(begin),
        };
        let category = if span.leak.is_some() {
            self.left
        } else {
            self.ended
        };
        let parent = line
            .parent(at)
            .map(|at| line.name(&line.timeline.spans[at]));
        let marker = self.marker(
            &plain(&span.kind),
            &line.name(span),
            parent
                .as_deref()
                .unwrap_or("the body, or nothing that is known"),
            TimeLine::end(span).unwrap_or("it ended"),
            category,
        );
        let marker = self.profile.add_marker(thread, timing, marker);
        if let Some(site) = line.site(span) {
            let place = line.place(span).unwrap_or_default();
            let label = plain(&format!("{} {place}", site.function));
            let frame = FrameInfo {
                frame: Frame::Label(self.profile.intern_string(&label)),
                category_pair: category.into(),
                flags: FrameFlags::empty(),
            };
            let stack = self
                .profile
                .intern_stack_frames(thread, std::iter::once(frame));
            self.profile.set_marker_stack(thread, marker, stack);
        }
    }

    fn marker(
        &mut self,
        kind: &str,
        what: &str,
        made_by: &str,
        end: &str,
        category: CategoryHandle,
    ) -> Thing {
        let [kind, what, made_by, end] =
            [kind, what, made_by, end].map(|text| self.profile.intern_string(text));
        Thing {
            kind,
            fields: [what, made_by, end],
            category,
        }
    }

    /// From the beginning of the first test.
    fn time(&self, line: &TimeLine<'_>, us: u64) -> Timestamp {
        let us = line.at(us).saturating_sub(self.began_us);
        Timestamp::from_nanos_since_reference(us.saturating_mul(1000))
    }
}

/// A marker of one thing.
#[derive(Clone, Copy, Debug)]
struct Thing {
    kind: StringHandle,
    /// As [`StaticSchemaMarker::FIELDS`] has them.
    fields: [StringHandle; 3],
    category: CategoryHandle,
}

impl StaticSchemaMarker for Thing {
    const UNIQUE_MARKER_TYPE_NAME: &'static str = "leakcheck";
    const DESCRIPTION: Option<&'static str> = Some("Something that a test made");
    const CHART_LABEL: Option<&'static str> = Some("{marker.data.what}");
    const TOOLTIP_LABEL: Option<&'static str> = Some("{marker.data.what}");
    const TABLE_LABEL: Option<&'static str> = Some("{marker.data.what}: {marker.data.end}");
    const FIELDS: &'static [StaticSchemaMarkerField] = &[
        field("what", "What"),
        field("madeBy", "Made by"),
        field("end", "End"),
    ];

    fn name(&self, _profile: &mut Profile) -> StringHandle {
        self.kind
    }

    fn category(&self, _profile: &mut Profile) -> CategoryHandle {
        self.category
    }

    fn string_field_value(&self, field: u32) -> StringHandle {
        self.fields[field as usize]
    }

    fn number_field_value(&self, _field: u32) -> f64 {
        0.0
    }
}

const fn field(key: &'static str, label: &'static str) -> StaticSchemaMarkerField {
    StaticSchemaMarkerField {
        key,
        label,
        format: MarkerFieldFormat::String,
        flags: MarkerFieldFlags::SEARCHABLE,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::{samples, time_lines};

    fn rendered(findings: usize) -> (usize, Value) {
        let rounds = [samples::reports(findings)];
        let lines = time_lines::of(&rounds).expect("there are some");
        let spans = lines.iter().map(|line| line.timeline.spans.len() + 1);
        let profile = serde_json::from_str(&render(&lines)).expect("JSON");
        (spans.sum(), profile)
    }

    #[test]
    fn each_thing_is_a_marker() {
        let (spans, profile) = rendered(40);
        let threads = profile["threads"].as_array().expect("threads");
        let length = |thread: &Value| thread["markers"]["length"].as_u64().expect("a length");
        let markers: u64 = threads.iter().map(length).sum();
        assert_eq!(markers, spans as u64);
    }

    #[test]
    fn its_time_begins_with_the_first_test() {
        let (_, profile) = rendered(10);
        let start = profile["meta"]["startTime"].as_f64().expect("a time");
        let first = samples::reports(10)
            .iter()
            .filter_map(|report| report.timeline.as_ref())
            .map(|timeline| timeline.began_unix_us)
            .min();
        let first = first.expect("there are some");
        let first = Duration::from_micros(first).as_millis();
        assert_eq!(format!("{start:.0}"), first.to_string());
    }
}
