//! Findings as the properties state them: kind, number, and the source line that made them.

use std::{fs, path::Path};

/// One finding, whichever way it was reported.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    kind: String,
    /// The line at the site, without its indent.
    code: Option<String>,
    count: usize,
}

/// Tasks that this line spawned.
pub fn tasks(count: usize, code: &str) -> Finding {
    Finding {
        kind: "task".to_owned(),
        code: Some(code.to_owned()),
        count,
    }
}

/// Threads that this line started.
pub fn threads(count: usize, code: &str) -> Finding {
    Finding {
        kind: "thread".to_owned(),
        code: Some(code.to_owned()),
        count,
    }
}

/// Closures that this line gave to `spawn_blocking`.
pub fn blocking_tasks(count: usize, code: &str) -> Finding {
    Finding {
        kind: "blocking_task".to_owned(),
        code: Some(code.to_owned()),
        count,
    }
}

/// Descriptors that this line opened.
pub fn fds(count: usize, code: &str) -> Finding {
    Finding {
        kind: "fd".to_owned(),
        code: Some(code.to_owned()),
        count,
    }
}

/// Timers that this line made.
pub fn timers(count: usize, code: &str) -> Finding {
    Finding {
        kind: "timer".to_owned(),
        code: Some(code.to_owned()),
        count,
    }
}

/// Runtimes that this line built.
pub fn runtimes(count: usize, code: &str) -> Finding {
    Finding {
        kind: "runtime".to_owned(),
        code: Some(code.to_owned()),
        count,
    }
}

/// One thing of another kind that this line made.
pub fn made(kind: &str, code: &str) -> Finding {
    Finding {
        kind: kind.to_owned(),
        code: Some(code.to_owned()),
        count: 1,
    }
}

impl Finding {
    /// Whether this line made it.
    pub fn is_of(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }
}

impl From<&crate::Leak> for Finding {
    fn from(leak: &crate::Leak) -> Self {
        let site = leak.created_at.as_ref();
        Self {
            kind: leak.kind.clone(),
            code: site.map(|site| line(site.file.as_deref(), site.line)),
            count: leak.count,
        }
    }
}

impl From<&leakcheck::Leak> for Finding {
    fn from(leak: &leakcheck::Leak) -> Self {
        let site = leak.created_at();
        Self {
            kind: leak.kind().name().to_owned(),
            code: site.map(|site| line(site.file(), site.line())),
            count: leak.count(),
        }
    }
}

/// The findings are exactly these, in any order.
#[track_caller]
pub fn assert_left<'a, L>(leaks: &'a [L], expected: &[Finding])
where
    Finding: From<&'a L>,
{
    let found: Vec<Finding> = leaks.iter().map(Finding::from).collect();
    assert_eq!(merged(found), merged(expected.to_vec()));
}

/// Sorted, what is the same added up: futures of several kinds may be spawned on one line.
fn merged(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort();
    findings.dedup_by(|next, kept| {
        let same = (&next.kind, &next.code) == (&kept.kind, &kept.code);
        if same {
            kept.count += next.count;
        }
        same
    });
    findings
}

fn line(file: Option<&str>, number: Option<u32>) -> String {
    let place = format!("{file:?}:{number:?}");
    let Some((file, number)) = file.zip(number) else {
        return place;
    };
    // Of the package whose tests run.
    let package = std::env::var("CARGO_MANIFEST_DIR");
    let package = package.unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
    let path = Path::new(&package).join(file);
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines()
        .nth(number as usize - 1)
        .map_or(place, |line| line.trim().to_owned())
}

#[cfg(test)]
mod control {
    use super::{Finding, assert_left, threads};

    impl From<&&str> for Finding {
        fn from(code: &&str) -> Self {
            threads(1, code)
        }
    }

    #[test]
    fn a_finding_too_many_or_too_few_is_seen() {
        let leaks: [&str; 0] = [];
        assert_left(&leaks, &[]);
        assert_left(&["a", "b", "a"], &[threads(1, "b"), threads(2, "a")]);
        for (found, expected) in [
            (&["a"][..], vec![]),
            (&[], vec![threads(1, "a")]),
            (&["a", "a"], vec![threads(1, "a")]),
            (&["a"], vec![threads(1, "b")]),
        ] {
            std::panic::catch_unwind(|| assert_left(found, &expected))
                .expect_err("different findings are not equal");
        }
    }
}
