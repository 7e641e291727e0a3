//! Reports as a large workspace would have them: as many findings as are asked for, of causes that are seen in practice, each
//! with its stacks, holders and followers, and the sources that they are of.

mod causes;
mod sources;
mod time_line;

use std::{fs, io, path::Path};

use leakcheck_report::{Body, Hang, HangCause, Leak, Location, Report, Verdict, Why};

/// The packages of the workspace.
pub(crate) const PACKAGES: [&str; 4] = ["gateway", "ledger", "mailer", "shared"];

/// What the workspace has left before.
pub(crate) const HISTORY: &str = "leakcheck history 1
2026-11-02T09:00:00Z 1f0c77d21a3b main tests=131 new=3 known=21 fixed=0 hung=1 check_ms=301 waited_ms=900 left.task=24
2026-11-09T09:00:00Z 2b3e1c4405d5 main tests=133 new=0 known=24 fixed=0 hung=1 check_ms=301 waited_ms=900 left.task=24
2026-11-16T09:00:00Z 3c4405d5eb3e main tests=140 new=2 known=19 fixed=5 hung=0 check_ms=311 waited_ms=700 left.task=21
2026-11-23T09:00:00Z 4842648c0a1b main tests=142 new=0 known=12 fixed=7 hung=0 check_ms=309 waited_ms=400 left.task=12
2026-11-29T15:00:00Z 59f0c77d21a3+ fix/pool tests=142 new=1 known=8 fixed=4 hung=0 check_ms=312 waited_ms=410 left.task=9
";

/// Reports with so many findings, the same each time.
pub(crate) fn reports(findings: usize) -> Vec<Report> {
    let (mut reports, mut made) = (Vec::new(), 0);
    for number in 0.. {
        if made >= findings {
            break;
        }
        let mut report = report(number);
        report.leaks.truncate(findings - made);
        made += report.leaks.len();
        report.causes = report
            .leaks
            .iter()
            .filter(|leak| leak.follows.is_none())
            .count();
        report.timeline = Some(time_line::of(number, &report));
        reports.push(report);
    }
    reports.push(hung());
    reports.push(clean());
    reports
}

/// The report of one test. Tests of one package share causes, and each eighth has one that stands in the baseline.
fn report(number: usize) -> Report {
    // Some causes have many tests and most have few, as it is in practice.
    let cause = (number * number / 7 + number) % (8 + number / 3);
    let package = PACKAGES[cause % PACKAGES.len()];
    let test = format!(
        "{}::{}_{number:04}",
        causes::MODULES[cause % causes::MODULES.len()],
        causes::VERBS[number % causes::VERBS.len()]
    );
    let mut report = Report {
        format_version: leakcheck_report::FORMAT_VERSION,
        package: Some(package.to_owned()),
        binary: "integration".to_owned(),
        test,
        location: Location {
            file: "tests/integration.rs".to_owned(),
            line: 10 + u32::try_from(number % 80).unwrap_or(0),
        },
        verdict: Verdict::Leaked,
        waited_ms: 500,
        check_us: 812,
        read_debug_info: true,
        ..Report::default()
    };
    report.leaks = causes::leaks(cause, number as u64, &report);
    if number % 8 == 7 {
        // What is known is told without its mistake, and what follows from it by itself.
        report.known = causes::leaks(cause + 3, number as u64, &report);
        for leak in &mut report.known {
            leak.why = None;
            leak.follows = None;
        }
    }
    report
}

/// What would be code where a page takes text for more.
const TRAPS: [&str; 5] = [
    "</script><script>document.title = 'broken'</script>",
    "<img src=x onerror=\"document.title = 'broken'\">",
    "\"'><svg/onload=document.title='broken'>",
    "javascript:document.title='broken'",
    "<!--<script>${document.title = 'broken'}`",
];

/// Reports with such a text in each name, place and sentence.
pub(crate) fn hostile() -> Vec<Report> {
    let report = |(number, trap): (usize, &&str)| {
        let set = |field: &mut String| (*trap).clone_into(field);
        let mut report = report(number);
        set(&mut report.test);
        set(report.package.get_or_insert_default());
        set(&mut report.location.file);
        for leak in &mut report.leaks {
            set(leak.name.get_or_insert_default());
            set(leak.state.get_or_insert_default());
            leak.fingerprint = format!("{trap}{number}");
            leak.accept = Some(format!("ignore_created_by(\"{trap}\")"));
            let frames = leak.created_by.iter_mut().chain(&mut leak.waits_at);
            for frame in frames.chain(&mut leak.created_at).chain(&mut leak.waits_in) {
                set(&mut frame.function);
                set(frame.file.get_or_insert_default());
            }
            if let Some(why) = &mut leak.why {
                set(&mut why.text);
                set(&mut why.help);
            }
            if let Some(waits) = &mut leak.waits_for {
                set(&mut waits.what);
            }
        }
        report.timeline = Some(time_line::of(number, &report));
        report
    };
    TRAPS.iter().enumerate().map(report).collect()
}

fn hung() -> Report {
    Report {
        format_version: leakcheck_report::FORMAT_VERSION,
        package: Some("ledger".to_owned()),
        binary: "integration".to_owned(),
        test: "settles::waits_for_the_clearing_house".to_owned(),
        location: Location {
            file: "tests/integration.rs".to_owned(),
            line: 9,
        },
        verdict: Verdict::Clean,
        body: Body::TimedOut,
        hang: Some(Hang {
            cause: HangCause::Timeout,
            after_ms: 30_000,
            why: Some(Why {
                pattern: "reply-lost".to_owned(),
                certain: true,
                text:
                    "it awaits a reply, and the sender of that is in a message that nobody receives"
                        .to_owned(),
                help: "drop the queue with the actor, or let the actor reply to all that is left in it before it stops"
                    .to_owned(),
            }),
            ..Hang::default()
        }),
        ..Report::default()
    }
}

fn clean() -> Report {
    Report {
        test: "starts::is_idle".to_owned(),
        hang: None,
        body: Body::Passed,
        ..hung()
    }
}

/// Writes reports into a folder, as the library does.
pub(crate) fn write(folder: &Path, reports: &[Report]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for (number, report) in reports.iter().enumerate() {
        fs::write(folder.join(format!("{number}.json")), report.to_json())?;
    }
    Ok(())
}

/// Writes the workspace with the sources that the reports name.
pub(crate) fn workspace(root: &Path) -> io::Result<()> {
    sources::write(root, &PACKAGES)
}

/// A leak with its fingerprint.
fn printed(mut leak: Leak, package: &str) -> Leak {
    let made = leak.created_at.as_ref();
    let words = [
        package,
        &leak.kind,
        leak.name.as_deref().unwrap_or_default(),
        made.map_or("", |made| &made.function),
    ];
    leak.fingerprint = leakcheck_report::fingerprint::of(words);
    leak
}

#[test]
fn helps_are_those_that_the_library_gives() {
    let golden = "../leakcheck/src/report/render/golden/patterns.txt";
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join(golden);
    let given = fs::read_to_string(golden).expect("it is beside this crate");
    let reports = reports(500);
    let of_leaks = reports.iter().flat_map(|report| &report.leaks);
    let of_leaks = of_leaks.filter_map(|leak| leak.why.as_ref());
    let hangs = reports.iter().filter_map(|report| report.hang.as_ref());
    for why in of_leaks.chain(hangs.filter_map(|hang| hang.why.as_ref())) {
        let line = format!("{}: help: {}", why.pattern, why.help);
        assert!(given.lines().any(|given| given == line), "{line}");
    }
}
