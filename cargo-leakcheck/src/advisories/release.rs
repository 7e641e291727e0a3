//! The release of a crate that has left something behind, and the advisory that knows it.

use semver::Version;

use super::advisory::{Advisory, on};
use crate::{
    escape::plain,
    report::{Frame, Leak},
};

/// A release that is known to leave what a finding is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Release {
    pub(crate) advisory: &'static Advisory,
    pub(crate) version: Version,
}

impl Release {
    /// The one that made this, if it is known for that.
    pub(crate) fn of(leak: &Leak) -> Option<Self> {
        let frames = leak.created_at.iter().chain(&leak.created_through);
        frames.into_iter().find_map(|frame| made(leak, frame))
    }

    /// `known: fixed in axum 0.8.4`
    pub(crate) fn line(&self) -> String {
        let Advisory {
            krate,
            fixed_in,
            help,
            ..
        } = self.advisory;
        if let Some(fixed) = fixed_in {
            return format!("known: fixed in {krate} {fixed}");
        }
        let version = plain(&self.version.to_string());
        format!("known of {krate} {version}, and no release is known to fix it: {help}")
    }
}

fn made(leak: &Leak, frame: &Frame) -> Option<Release> {
    let (krate, version) = package(frame.file.as_deref()?)?;
    let is_meant = |advisory: &&Advisory| {
        advisory.kind == leak.kind && is_inside(&frame.function, &advisory.site)
    };
    let advisory = on(krate, &version).find(is_meant)?;
    Some(Release { advisory, version })
}

/// `axum` and `0.8.3` of `axum-0.8.3/src/serve/mod.rs`.
fn package(file: &str) -> Option<(&str, Version)> {
    let (folder, _) = file.split_once('/')?;
    let mut dashes = folder.match_indices('-');
    dashes.find_map(|(at, _)| {
        let version = folder[at + 1..].parse().ok()?;
        Some((&folder[..at], version))
    })
}

/// Whether a function is the site, or of that type or module. Methods of traits begin as `<a::B as Trait>`.
fn is_inside(function: &str, site: &str) -> bool {
    let path = function.strip_prefix('<').unwrap_or(function);
    let is_of_name = |c: char| c.is_alphanumeric() || c == '_';
    let rest = path.strip_prefix(site);
    rest.is_some_and(|rest| !rest.starts_with(is_of_name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leak(kind: &str, file: &str, function: &str) -> Leak {
        let frame = |file: &str, function: &str| Frame {
            file: Some(file.to_owned()),
            line: Some(1),
            function: function.to_owned(),
            ..Frame::default()
        };
        Leak {
            kind: kind.to_owned(),
            created_at: Some(frame("tests/a.rs", "a::test")),
            created_through: vec![frame(file, function)],
            ..Leak::default()
        }
    }

    fn told(kind: &str, file: &str, function: &str) -> Option<String> {
        let release = Release::of(&leak(kind, file, function))?;
        Some(release.line())
    }

    const RUN: &str = "axum::serve::WithGracefulShutdown::run";

    #[test]
    fn a_release_is_known_by_the_function_that_made_it() {
        let fixed = Some("known: fixed in axum 0.8.4".to_owned());
        assert_eq!(told("task", "axum-0.8.3/src/serve/mod.rs", RUN), fixed);
        for (kind, file, function) in [
            ("fd", "axum-0.8.3/src/serve/mod.rs", RUN),
            ("task", "axum-0.8.4/src/serve/mod.rs", RUN),
            ("task", "axum-extra-0.8.3/src/serve/mod.rs", RUN),
            ("task", "axum-0.8.3/src/serve/mod.rs", "axum::served"),
            (
                "task",
                "axum-0.8.3/src/routing/mod.rs",
                "axum::routing::run",
            ),
            ("task", "src/serve/mod.rs", RUN),
            ("task", "axum-0.8.3", RUN),
        ] {
            assert_eq!(told(kind, file, function), None, "{kind} {file} {function}");
        }
    }

    #[test]
    fn methods_of_traits_are_of_their_type() {
        let ready = "<tower::spawn_ready::service::SpawnReady<S> as tower_service::Service<Req>>::poll_ready";
        assert!(is_inside(ready, "tower::spawn_ready"));
        assert!(!is_inside(ready, "tower::spawn") && !is_inside(ready, "tower_service"));
    }

    #[test]
    fn where_nothing_fixes_it_the_help_is_told() {
        let file = "async-nats-0.51.0/src/lib.rs";
        let line = told("task", file, "async_nats::connect_with_options").expect("it is known");
        let known = "known of async-nats 0.51.0, and no release is known to fix it: ";
        assert!(line.starts_with(known), "{line}");
    }

    #[test]
    fn a_folder_is_a_crate_and_its_version() {
        let is = |folder: &str, krate, version: &str| {
            let file = format!("{folder}/src/lib.rs");
            assert_eq!(package(&file), Some((krate, version.parse().expect("one"))));
        };
        is(
            "metrics-exporter-prometheus-0.18.3",
            "metrics-exporter-prometheus",
            "0.18.3",
        );
        is("a-1-1.0.0-rc.1", "a-1", "1.0.0-rc.1");
        assert_eq!(package("src/lib.rs"), None);
    }
}
