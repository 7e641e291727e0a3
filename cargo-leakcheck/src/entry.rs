//! One cause as a terminal shows it: what and where it is, which tests have it, and what follows from it.

use std::fmt::Write as _;

use anstyle::Style;
use leakcheck_report::plural;

use crate::{
    cancelled,
    consequence::Consequence,
    escape::plain,
    finding::{Finding, FirstSeen, Test, total},
    grouping::Group,
    link::Links,
    mistake,
    report::Frame,
};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// Findings that have a line of their own.
const SHOWN: usize = 3;

/// Consequences that are told.
const FOLLOWING: usize = 8;

/// A cause, with styles that the writer may take away.
pub(crate) fn render(group: &Group<'_>, rounds: usize, links: Links<'_>) -> String {
    let mut out = String::new();
    let first = group.first();
    let count = plural::named(group.count(), &first.kind);
    let tests = match group.tests().len() {
        tests if tests > SHOWN => format!(" in {tests} tests"),
        _ => String::new(),
    };
    let made = group.frame().map(|frame| made(frame, &first.test, links));
    let made = made.unwrap_or_default();
    let _ = writeln!(out, "  {BOLD}{count}{BOLD:#}{tests}{made}");
    mistakes(&mut out, first, links);
    if let Some(seen) = group.first_seen() {
        let _ = writeln!(out, "    {DIM}{}{DIM:#}", since(seen));
    }
    for finding in group.findings().iter().take(SHOWN) {
        of_test(&mut out, finding, rounds, links);
    }
    more(&mut out, group);
    following(&mut out, group, links);
    if !first.whys.is_empty() {
        let _ = writeln!(
            out,
            "    {DIM}explain: cargo leakcheck explain {}{DIM:#}",
            plain(&first.fingerprint)
        );
    }
    out
}

/// The line to look at with each mistake, and the release that is known for it.
pub(crate) fn mistakes(out: &mut String, finding: &Finding, links: Links<'_>) {
    let look_at = finding.look_at();
    let look_at = look_at.and_then(|frame| links.place(frame, &finding.test));
    let look_at = look_at.map_or_else(String::new, |at| format!("{at}: "));
    for why in &finding.whys {
        let _ = writeln!(out, "    {look_at}{}", mistake::line(why));
    }
    if let Some(release) = &finding.release {
        let _ = writeln!(out, "    {}", release.line());
    }
}

/// `in leakcheck.history since 2026-11-02 12:00:00, 7842648c0a1b`
pub(crate) fn since(seen: &FirstSeen) -> String {
    let when = seen.when.trim_end_matches('Z').replace('T', " ");
    let (when, commit) = (plain(&when), plain(&seen.commit));
    format!("in leakcheck.history since {when}, {commit}")
}

/// `, made at src/pool.rs:88 my_app::pool::Pool::connect`
pub(crate) fn made(frame: &Frame, test: &Test, links: Links<'_>) -> String {
    let at = links.place(frame, test).map(|at| format!(", made at {at}"));
    let at = at.unwrap_or_default();
    format!("{at} {DIM}{}{DIM:#}", plain(&frame.function))
}

fn of_test(out: &mut String, finding: &Finding, rounds: usize, links: Links<'_>) {
    let _ = write!(
        out,
        "    {} in {}",
        finding.count,
        plain(&finding.test.name)
    );
    if finding.test.is_of_documentation() {
        out.push_str(" (of a documentation test)");
    } else if finding.test.is_namesake {
        let _ = write!(out, " ({})", plain(&finding.test.suite()));
    } else if let Some(package) = &finding.test.package {
        let _ = write!(out, " ({})", plain(package));
    }
    if let Some(name) = &finding.name {
        let _ = write!(out, ": {}", plain(name));
    }
    if let Some(panic) = &finding.panic {
        let _ = write!(out, ", panicked unseen: {}", plain(panic));
    }
    let at = finding.waits_at.as_ref();
    let at = at.and_then(|frame| links.place(frame, &finding.test));
    if at.is_some() || finding.waits_for.is_some() {
        out.push_str(", waits");
    }
    if let Some(at) = at {
        let _ = write!(out, " at {at}");
    }
    if let Some(what) = &finding.waits_for {
        let _ = write!(out, " for {}", plain(what));
    }
    out.push_str(&cancelled::when(finding).unwrap_or_default());
    if rounds > 1 {
        let _ = write!(out, ", in {}", share(finding.rounds, rounds));
    }
    out.push('\n');
}

/// `10 in 8 more tests`, for those that have no line.
fn more(out: &mut String, group: &Group<'_>) {
    let rest = group.findings().iter().skip(SHOWN);
    let count = total(rest.clone().map(|finding| finding.count));
    if count == 0 {
        return;
    }
    let mut tests: Vec<_> = rest.map(|finding| &finding.test).collect();
    tests.dedup(); // They are in order.
    let named = group.findings().iter().take(SHOWN);
    tests.retain(|test| named.clone().all(|finding| finding.test != **test));
    let tests = match tests.len() {
        0 => "the same tests".to_owned(),
        tests => plural::of(tests, "more test", "more tests"),
    };
    let _ = writeln!(out, "    {count} in {tests}");
}

/// What follows, a line for each kind and place.
fn following(out: &mut String, group: &Group<'_>, links: Links<'_>) {
    let all = Consequence::all(group);
    if all.is_empty() {
        if let Some(because) = because(group.first()) {
            let _ = writeln!(out, "    follows from what is not listed here: {because}");
        }
        return;
    }
    let _ = writeln!(out, "    with it, {} things in all:", group.weight());
    for consequence in all.iter().take(FOLLOWING) {
        let count = plural::named(consequence.count(), consequence.kind());
        let test = &consequence.findings()[0].test;
        let made = consequence.frame().map(|frame| made(frame, test, links));
        let made = made.unwrap_or_default();
        let because = consequence.because().map(plain);
        let because = because.map_or_else(String::new, |because| format!(": {because}"));
        let _ = writeln!(out, "      {count}{made}{because}");
    }
    let rest = all.iter().skip(FOLLOWING);
    let rest = total(rest.map(Consequence::count));
    if rest > 0 {
        let _ = writeln!(
            out,
            "      {}",
            plural::of(rest, "more thing", "more things")
        );
    }
}

/// Why something follows whose cause is told elsewhere: that is known, or only warned of.
fn because(finding: &Finding) -> Option<String> {
    let because = finding.follows.as_ref()?.because.as_deref()?;
    Some(plain(because))
}

/// `3 of 10 runs (30 %)`.
pub(crate) fn share(shown: usize, rounds: usize) -> String {
    format!(
        "{shown} of {rounds} runs ({} %)",
        shown * 100 / rounds.max(1)
    )
}
