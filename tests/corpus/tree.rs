//! Of a tree of leaks each level has its site, its exact count, and the sites of all levels above it as its creators.

use std::{future::pending, thread};

use leakcheck::leak_checked;

use crate::{
    expected::{site_of, verify},
    source::cases,
};

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn of_tasks() {
    for _ in 0..2 {
        // leak: task x2
        tokio::spawn(async {
            for _ in 0..2 {
                // leak: task x4
                tokio::spawn(async {
                    for _ in 0..2 {
                        // leak: task x8
                        tokio::spawn(async {
                            for _ in 0..2 {
                                // leak: task x16
                                tokio::spawn(async {
                                    for _ in 0..2 {
                                        // leak: task x32
                                        tokio::spawn(pending::<()>());
                                    }
                                    pending::<()>().await;
                                });
                            }
                            pending::<()>().await;
                        });
                    }
                    pending::<()>().await;
                });
            }
            pending::<()>().await;
        });
    }
}

fn park() {
    loop {
        thread::park();
    }
}

#[leak_checked]
#[test]
#[ignore = "leaks on purpose"]
fn of_threads() {
    for _ in 0..2 {
        // leak: thread x2
        thread::spawn(|| {
            // leak: thread x2
            thread::spawn(|| {
                // leak: thread x2
                thread::spawn(|| {
                    // leak: thread x2
                    thread::spawn(|| {
                        // leak: thread x2
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
        // Counted tasks have no site, and no creators either.
        for leak in found.iter().filter(|leak| leak.created_at.is_some()) {
            let depth = levels
                .iter()
                .position(|site| *site == leak.created_at.as_ref().and_then(site_of));
            let above = levels[..depth.expect("verified")].iter().rev();
            let creators: Vec<_> = leak.created_by.iter().map(site_of).collect();
            assert!(above.eq(&creators), "{leak:?}");
        }
        let is_named = found.iter().all(|leak| leak.created_at.is_some());
        assert_eq!(
            is_named,
            cfg!(tokio_unstable) || case.test == "tree::of_threads"
        );
    }
}
