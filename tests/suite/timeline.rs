//! Where every check has a report, that has the test's time line: what it made, what made that, when each thing began and ended,
//! and what did not end. Nowhere else there is one.

use leakcheck_report::{Report, Span, SpanEnd, Timeline};
use leakcheck_tests::Run;

use crate::child::{assert_fails, assert_passes};

/// A line of this file.
fn line(number: u32) -> &'static str {
    let line = include_str!("timeline.rs").lines().nth(number as usize - 1);
    line.expect("it is in this file").trim()
}

fn timeline(run: &Run) -> &Timeline {
    let timeline = run.report().timeline.as_ref();
    timeline.unwrap_or_else(|| panic!("it has none\n{}", run.text()))
}

/// The line that made it.
fn site(timeline: &Timeline, span: &Span) -> Option<&'static str> {
    span.site
        .map(|site| line(timeline.sites[site].line.expect("it has a line")))
}

/// The only one that the line made.
#[track_caller]
fn made_by<'t>(timeline: &'t Timeline, made: &str) -> &'t Span {
    let is_made = |span: &&Span| site(timeline, span).is_some_and(|site| site.contains(made));
    let mut spans = timeline.spans.iter().filter(is_made);
    let span = spans.next();
    let span = span.unwrap_or_else(|| panic!("`{made}` made nothing of {timeline:#?}"));
    assert_eq!(spans.next(), None, "{made}");
    span
}

/// Whether everything is within the time line, and what made something began before it.
#[track_caller]
fn assert_in_order(timeline: &Timeline) {
    let mut before = 0;
    for (at, span) in timeline.spans.iter().enumerate() {
        assert!(before <= span.begun_us, "{span:?}");
        before = span.begun_us;
        assert!(
            span.until_us(timeline)
                .is_none_or(|end| { span.begun_us <= end && end <= timeline.lasted_us })
        );
        let has_end = matches!(span.end, SpanEnd::Exact | SpanEnd::ByThen);
        assert_eq!(span.ended_us.is_some(), has_end, "{span:?}");
        assert!(span.parent.is_none_or(|parent| parent < at), "{span:?}");
        assert!(
            span.leak.is_none() || span.end == SpanEnd::Alive,
            "{span:?}"
        );
    }
}

fn is_over(span: &Span) -> bool {
    // Without hooks a look tells it.
    matches!(span.end, SpanEnd::Exact | SpanEnd::ByThen)
}

#[test]
fn it_has_what_ended_and_what_did_not() {
    let run = run!(things);
    assert_fails(&run);
    let timeline = timeline(&run);
    assert_in_order(timeline);
    assert!(!timeline.without_lines && timeline.left_out == 0);
    assert!(timeline.body_began_us < timeline.body_ended_us);

    let short = made_by(timeline, "short()");
    assert!(short.kind == "task" && is_over(short), "{short:?}");
    let outer = made_by(timeline, "outer()");
    assert_eq!((outer.kind.as_str(), outer.end), ("task", SpanEnd::Alive));
    let inner = made_by(timeline, "pending::<()>()");
    assert_eq!((inner.kind.as_str(), inner.end), ("task", SpanEnd::Alive));
    for left in [outer, inner] {
        let leak = &run.report().leaks[left.leak.expect("it is a finding")];
        assert_eq!(leak.name, left.name);
        assert!(leak.tasks.contains(&left.task.expect("it is known")));
    }
    let parent = inner.parent.map(|parent| &timeline.spans[parent]);
    assert_eq!(parent, Some(outer));
    assert_eq!(outer.parent, None, "the body made it");
    assert_eq!(
        timeline.spans.len(),
        4,
        "none is the checker's own: {timeline:?}"
    );

    let thread = made_by(timeline, "thread::spawn");
    assert_eq!(
        (thread.kind.as_str(), thread.end),
        ("thread", SpanEnd::Exact)
    );
}

#[cfg(not(any(target_env = "musl", target_feature = "crt-static")))]
#[test]
fn it_has_descriptors_and_children() {
    let run = run!(others);
    assert_fails(&run);
    let timeline = timeline(&run);
    assert_in_order(timeline);
    let closed = made_by(timeline, "File::open(\"/dev/null\")");
    assert_eq!((closed.kind.as_str(), closed.end), ("fd", SpanEnd::Exact));
    let left = made_by(timeline, "File::open(\"/dev/zero\")");
    assert_eq!((left.kind.as_str(), left.end), ("fd", SpanEnd::Alive));
    assert!(left.leak.is_some());
    let child = made_by(timeline, ".status()");
    assert!(child.kind != "process" || is_over(child), "{child:?}");
    let thread = made_by(timeline, "thread::spawn");
    let parent = closed.parent.map(|parent| &timeline.spans[parent]);
    assert_eq!(parent, Some(thread), "the thread opened it");
}

/// Debug info is not read for it, and so what was never seen alive is counted.
#[test]
fn a_clean_test_has_one_without_lines() {
    let run = run!(clean);
    assert_passes(&run);
    let timeline = timeline(&run);
    assert_in_order(timeline);
    assert!(timeline.without_lines && !run.report().read_debug_info);
    let threads = timeline.spans.iter().filter(|span| span.kind == "thread");
    assert_eq!(threads.count(), 1, "{timeline:?}");
    let tasks = timeline.spans.iter().filter(|span| span.kind == "task");
    let tasks = tasks.count();
    // Other memory is aligned so as well.
    assert!(tasks <= 1 && tasks + timeline.unseen >= 1, "{timeline:?}");
}

#[test]
fn a_flood_is_cut() {
    let run = run!(flood);
    assert_fails(&run);
    let timeline = timeline(&run);
    assert_in_order(timeline);
    // Memory of another use counts until it is known for that.
    let noted = timeline.spans.len();
    assert!((450..=500).contains(&noted), "{noted}");
    assert!(timeline.left_out >= 100, "{}", timeline.left_out);
}

/// A guard shares the scope, and ends nothing of it.
#[test]
fn a_guard_has_none_and_ends_none() {
    let run = run!(guarded);
    assert_passes(&run);
    let timelines = run
        .reports
        .iter()
        .filter_map(|report| report.timeline.as_ref());
    let timelines: Vec<&Timeline> = timelines.collect();
    assert_eq!(timelines.len(), 1, "{}", run.text());
    let threads = timelines[0]
        .spans
        .iter()
        .filter(|span| span.kind == "thread");
    assert_eq!(threads.count(), 2, "{:?}", timelines[0]);
}

/// Of a body that does not come back as well.
#[test]
fn a_hang_has_one() {
    let run = run!(hangs, "LEAKCHECK_TIMEOUT" = "1s");
    let timeline = timeline(&run);
    assert_in_order(timeline);
    assert_eq!(timeline.body_ended_us, None);
    assert!(timeline.spans.iter().any(|span| span.kind == "thread"));
}

#[test]
fn nobody_has_one_who_did_not_ask() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().display().to_string();
    run!(things, "LEAKCHECK_REPORT_DIR" = &dir);
    let mut files = std::fs::read_dir(folder.path()).expect("a folder");
    let file = files.next().expect("a report").expect("a report").path();
    let text = std::fs::read_to_string(file).expect("a report");
    let report: Report = serde_json::from_str(&text).expect("a report");
    assert!(!report.leaks.is_empty() && report.timeline.is_none());
    assert!(!text.contains("timeline\":"));
}

mod subject {
    use std::{fs::File, future::pending, process::Command, thread};

    use leakcheck::{LeakGuard, Options, leak_checked};
    use tokio::{sync::mpsc::channel, task::yield_now};

    async fn short() {
        yield_now().await;
    }

    async fn outer() {
        // Memory of a channel looks like that of a task.
        drop(channel::<u8>(4));
        tokio::spawn(pending::<()>());
        pending::<()>().await;
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn things() {
        tokio::spawn(short()).await.unwrap();
        tokio::spawn(outer());
        yield_now().await;
        thread::spawn(|| ()).join().unwrap();
    }

    #[leak_checked]
    #[test]
    #[ignore = "run by a test"]
    fn guarded() {
        let guard = LeakGuard::new(Options::new());
        thread::spawn(|| ()).join().unwrap();
        drop(guard);
        thread::spawn(|| ()).join().unwrap();
    }

    #[leak_checked]
    #[test]
    #[ignore = "leaks on purpose"]
    fn others() {
        let open = || drop(File::open("/dev/null").unwrap());
        thread::spawn(open).join().unwrap();
        std::mem::forget(File::open("/dev/zero").unwrap());
        assert!(Command::new("true").status().unwrap().success());
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "run by a test"]
    async fn clean() {
        tokio::spawn(short()).await.unwrap();
        thread::spawn(|| ()).join().unwrap();
    }

    #[leak_checked]
    #[tokio::test]
    #[ignore = "leaks on purpose"]
    async fn flood() {
        for _ in 0..600 {
            tokio::spawn(pending::<()>());
        }
    }

    #[leak_checked]
    #[test]
    #[ignore = "hangs on purpose"]
    fn hangs() {
        thread::spawn(thread::park).join().unwrap();
    }
}
