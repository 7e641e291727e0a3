//! Of a tree of leaks each level has its site, its exact count, and the sites of all levels above it as its creators.

use std::{future::pending, thread};

use leakcheck::leak_checked;

use crate::{expected::verify, found::site_of, source::cases};

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn of_tasks() {
    for _ in 0..2 {
        // leak: task x2
        // waits: at level 1 for nothing
        // why: never
        tokio::spawn(async {
            for _ in 0..2 {
                // leak: task x4
                // waits: at level 2 for nothing
                // why: never
                tokio::spawn(async {
                    for _ in 0..2 {
                        // leak: task x8
                        // waits: at level 3 for nothing
                        // why: never
                        tokio::spawn(async {
                            for _ in 0..2 {
                                // leak: task x16
                                // waits: at level 4 for nothing
                                // why: never
                                tokio::spawn(async {
                                    for _ in 0..2 {
                                        // leak: task "Pending<()>" x32
                                        // waits: in core::future::pending::Pending for nothing
                                        // why: never
                                        tokio::spawn(pending::<()>());
                                    }
                                    pending::<()>().await; // at: level 4
                                });
                            }
                            pending::<()>().await; // at: level 3
                        });
                    }
                    pending::<()>().await; // at: level 2
                });
            }
            pending::<()>().await; // at: level 1
        });
    }
}

fn park() {
    loop {
        thread::park(); // at: park
    }
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn of_threads() {
    for _ in 0..2 {
        // leak: thread x2
        // waits: at park blocked in thread::park
        thread::spawn(|| {
            // leak: thread x2
            // waits: at park blocked in thread::park
            thread::spawn(|| {
                // leak: thread x2
                // waits: at park blocked in thread::park
                thread::spawn(|| {
                    // leak: thread x2
                    // waits: at park blocked in thread::park
                    thread::spawn(|| {
                        // leak: thread x2
                        // waits: at park blocked in thread::park
                        thread::spawn(park);
                        park();
                    });
                    park();
                });
                park();
            });
            park();
        });
    }
}

#[test]
fn every_report_is_exact() {
    let source = include_str!("tree.rs");
    let reports = verify("tree", source);
    for case in cases("tree", source) {
        let report = reports.iter().find(|report| report.test == case.test);
        let found = &report.expect("verified").leaks;
        let levels: Vec<_> = case.leaks.iter().map(|leak| leak.site.clone()).collect();
        for leak in found {
            let depth = levels
                .iter()
                .position(|site| *site == leak.created_at.as_ref().and_then(site_of));
            let above = levels[..depth.expect("verified")].iter().rev();
            let creators: Vec<_> = leak.created_by.iter().map(site_of).collect();
            assert!(above.eq(&creators), "{leak:?}");
        }
    }
}
