//! Which dependency chose to start something, as against those that run what others wrote: combinators, executors, layers.

use super::{code_owner, function};
use crate::base::model::{CodeOwner, Frame};

/// Packages that do hardly anything but run it.
const RUNNERS: [&str; 14] = [
    "async-compat",
    "async-executor",
    "async-rs",
    "async-stream",
    "async-task",
    "async-trait",
    "pin-project-lite",
    "tokio-stream",
    "tokio-util",
    "tower",
    "tower-http",
    "tower-layer",
    "tower-service",
    "tracing",
];
/// What the names of more of them begin with.
const FAMILY: &str = "futures";
/// Modules that do so, of packages that do other things as well.
const MODULES: [&str; 2] = ["hyper_util::rt::", "hyper::rt::"];

/// Packages that make what their caller wants and choose nothing: a rule that names them accepts everybody's.
const TOOLS: [&str; 1] = ["tempfile"];

/// Whether it is such a package's.
pub(crate) fn is_runner(frame: &Frame) -> bool {
    // Where only the function tells, it is the name of a crate.
    let package = package(frame).replace('_', "-");
    let package = package.as_str();
    // Of a method of a trait the name begins with the type.
    let name = frame.function.trim_start_matches('<');
    let is_module = |module: &&str| name.starts_with(*module);
    RUNNERS.contains(&package)
        || package == FAMILY
        || package
            .strip_prefix(FAMILY)
            .is_some_and(|rest| rest.starts_with('-'))
        || MODULES.iter().any(is_module)
}

/// The package, without its version.
fn package(frame: &Frame) -> &str {
    let path = frame.path.as_deref();
    match path.and_then(code_owner::package) {
        Some(folder) => code_owner::name(folder),
        None => function::krate(&frame.function),
    }
}

/// Of dependencies' frames between the call that started something and the line that the user wrote, innermost first, those of
/// the package that chose to, outermost first. Where all only run things, the one that made the call has chosen.
pub(crate) fn choosers(through: &[Frame]) -> impl Iterator<Item = &Frame> {
    let mut outwards = through.iter().rev();
    let chooser = outwards.find(|frame| !is_runner(frame));
    let package_of_it = chooser.or_else(|| through.first()).map(package);
    let is_of_it = move |frame: &&Frame| package_of_it == Some(package(frame));
    through.iter().rev().filter(is_of_it)
}

/// The innermost dependency that is more than a runner, or else the innermost of all, where no code of the user's is.
pub(super) fn in_the_background(called: &[Frame]) -> Option<usize> {
    let is_dependency = |frame: &Frame| frame.owner == CodeOwner::Dependency;
    let is_more = |frame: &Frame| is_dependency(frame) && !is_runner(frame);
    let more = called.iter().position(is_more);
    more.or_else(|| called.iter().position(is_dependency))
}

/// The function that a rule names which accepts as little as possible: of the package that chose, if it has a plain path.
pub(super) fn rule(called: &[Frame], site: usize, through: &[Frame]) -> Option<String> {
    let is_plain =
        |frame: &&Frame| frame.function.contains("::") && !frame.function.starts_with('<');
    let site = called.get(site)?;
    let outwards = called
        .iter()
        .filter(|frame| frame.owner == CodeOwner::Dependency && package(frame) == package(site));
    let named = match site.owner {
        CodeOwner::User => {
            let choosers = || choosers(through).filter(|frame| !TOOLS.contains(&package(frame)));
            let plain = choosers().find(is_plain);
            plain.or_else(|| choosers().next()).unwrap_or(site)
        }
        _ => outwards.into_iter().find(is_plain).unwrap_or(site),
    };
    (!named.function.is_empty()).then(|| named.function.clone())
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use super::*;
    use crate::observe::capture::{frame, trace::of_stack};

    const SPAWN: (&str, &str) = ("tokio::task::spawn::spawn", "tokio-1.54.1");
    const EXECUTE: (&str, &str) = (
        "<hyper_util::rt::tokio::TokioExecutor as hyper::rt::Executor<F>>::execute",
        "hyper-util-0.1.17",
    );
    const POLL_MAP: (&str, &str) = (
        "<futures_util::future::Map<F, T> as core::future::future::Future>::poll",
        "futures-util-0.3.34",
    );
    const POLL_NEXT: (&str, &str) = (
        "futures_util::stream::StreamExt::poll_next_unpin",
        "futures-util-0.3.34",
    );
    const CONNECT: (&str, &str) = ("redis::client::Client::connect", "redis-1.8.1");
    const DRIVE: (&str, &str) = ("redis::aio::drive", "redis-1.8.1");
    const SERVE: (&str, &str) = (
        "<hyper::proto::h2::server::Server<T> as core::future::future::Future>::poll",
        "hyper-1.8.0",
    );
    const ADD: (&str, &str) = ("hyper::proto::h2::server::Serving::add", "hyper-1.8.0");
    const BUFFER: (&str, &str) = ("tower::buffer::service::Buffer::new", "tower-0.5.2");
    const TEMP_DIR: (&str, &str) = ("tempfile::dir::tempdir", "tempfile-3.27.0");
    const USER: (&str, &str) = ("app::start", "");

    fn stack(functions: &[(&str, &str)]) -> Vec<Frame> {
        let frames = functions.iter().map(|(function, package)| {
            let registry = format!("/h/.cargo/registry/src/index.example-1/{package}/src/lib.rs");
            let own = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
            let file = if package.is_empty() { own } else { &registry };
            frame(function, Some((file, 1)), None)
        });
        frames.collect()
    }

    /// Package that chose, and the rule, of what was started on this stack.
    fn told(functions: &[(&str, &str)]) -> (String, String) {
        let trace = of_stack(stack(functions));
        let site = trace.site.expect("somebody has started it");
        let of_site = (site.owner != CodeOwner::User).then_some(&site);
        let chooser = of_site.or_else(|| choosers(&trace.through).next());
        let package = chooser.map(package).unwrap_or_default();
        let rule = trace.rule.expect("the function has a name");
        (package.to_owned(), rule)
    }

    #[test]
    fn whoever_chose_to_is_told() {
        for (functions, package, rule) in [
            (&[SPAWN, USER][..], "", "app::start"),
            (&[SPAWN, CONNECT, USER], "redis", CONNECT.0),
            // What polls or runs it has not chosen.
            (&[SPAWN, CONNECT, POLL_MAP, USER], "redis", CONNECT.0),
            (&[SPAWN, CONNECT, POLL_NEXT, USER], "redis", CONNECT.0),
            (
                &[SPAWN, EXECUTE, DRIVE, CONNECT, POLL_MAP, USER],
                "redis",
                CONNECT.0,
            ),
            // Whom the user has called has chosen to use the others.
            (&[SPAWN, EXECUTE, ADD, SERVE, DRIVE, USER], "redis", DRIVE.0),
            (
                &[SPAWN, EXECUTE, ADD, SERVE, POLL_MAP, USER],
                "hyper",
                ADD.0,
            ),
            // Runners start things, too.
            (&[SPAWN, BUFFER, USER], "tower", BUFFER.0),
            (&[SPAWN, BUFFER, POLL_MAP, USER], "tower", BUFFER.0),
            (&[SPAWN, EXECUTE, POLL_MAP, USER], "hyper-util", EXECUTE.0),
            // A rule for all that it makes would accept what others want of it.
            (&[TEMP_DIR, USER], "tempfile", USER.0),
            (&[TEMP_DIR, CONNECT, USER], "redis", CONNECT.0),
        ] {
            assert_eq!(
                told(functions),
                (package.to_owned(), rule.to_owned()),
                "{functions:?}"
            );
        }
    }

    #[test]
    fn so_it_is_without_code_of_the_user() {
        for (functions, package, rule) in [
            (&[SPAWN, DRIVE, CONNECT][..], "redis", DRIVE.0),
            (&[SPAWN, EXECUTE, ADD, SERVE], "hyper", ADD.0),
            (&[SPAWN, EXECUTE, SERVE], "hyper", SERVE.0),
            (&[SPAWN, EXECUTE, SERVE, ADD], "hyper", ADD.0),
            (&[SPAWN, EXECUTE, POLL_MAP], "hyper-util", EXECUTE.0),
        ] {
            assert_eq!(
                told(functions),
                (package.to_owned(), rule.to_owned()),
                "{functions:?}"
            );
        }
    }
}
