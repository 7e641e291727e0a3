//! A creation path as frames, and which of them is the site.

use std::path::{Path, PathBuf};

use super::{
    blame, code_owner, debug_info, function,
    part::Part,
    symbol::{self, Symbol},
    tokio_paths::HARNESS,
};
use crate::{
    base::model::{CodeOwner, Frame},
    observe::package,
    sys::{creation_stack, object::Object},
};

/// A creation path, read for one report.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trace {
    /// The innermost frame of the user's, or of the dependency that chose to where there is none of the user's.
    pub(crate) site: Option<Frame>,
    /// The function that a rule names which accepts it.
    pub(crate) rule: Option<String>,
    /// Frames of dependencies inside the site, innermost first.
    pub(crate) through: Vec<Frame>,
    /// The user's frames around the site, then those of the parents' paths.
    pub(crate) callers: Vec<Frame>,
    /// Everything from the call that started it outwards.
    pub(crate) stack: Vec<Frame>,
    /// The stacks of the parents, the nearest first.
    pub(crate) ancestry: Vec<Frame>,
}

/// Reads a creation path. Files of the user are shown relative to `package_dir`.
pub(crate) fn trace(path: u32, package_dir: Option<&str>) -> Trace {
    let mut trace = single(path, package_dir);
    for parent in creation_stack::line(creation_stack::parent(path)) {
        let of_parent = single(parent, package_dir);
        trace.callers.extend(of_parent.site);
        trace.callers.extend(of_parent.callers);
        trace.ancestry.extend(of_parent.stack);
    }
    trace
        .callers
        .dedup_by(|a, b| a.function == b.function && a.line == b.line);
    trace
}

/// A function on a path, as those who look for one see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Called<'s> {
    pub(crate) function: &'s str,
    /// Whether its crate is the one that everybody means by the name.
    pub(crate) is_genuine: bool,
    /// Whether it is one of the C library.
    pub(crate) is_system: bool,
}

impl Called<'_> {
    /// Whether it begins so, and is of the crate that is meant.
    pub(crate) fn is_in(&self, start: &str) -> bool {
        self.is_genuine && self.function.starts_with(start)
    }
}

/// The innermost return address of a path, parents excluded, at which a function is `wanted`.
pub(crate) fn address(path: u32, wanted: impl Fn(Called<'_>) -> bool) -> Option<usize> {
    for address in creation_stack::frames(path) {
        for symbol in symbol::resolve(*address).iter() {
            if symbol.is_outermost {
                return None;
            }
            if wanted(Called {
                function: &symbol.function,
                is_genuine: symbol.is_genuine(),
                is_system: symbol.part == Part::System,
            }) {
                return Some(*address);
            }
        }
    }
    None
}

/// The return address on a path, parents excluded, of the call that stands at this place.
pub(crate) fn address_of(path: u32, place: &Frame) -> Option<usize> {
    let is_there = |symbol: &Symbol| symbol.function == place.function && symbol.line == place.line;
    let mut addresses = creation_stack::frames(path).iter().copied();
    addresses.find(|address| symbol::resolve(*address).iter().any(is_there))
}

/// What the names of the functions on a path tell of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Names {
    /// Code of the test, or of what it uses, is among them.
    Somebodys,
    /// All of them are internal.
    Internal,
    /// Some have no name, and those that have one do not tell; or there is no path.
    Unread,
}

/// Whether the stack of the caller, which code of the test has called, can be read as far as that, with its lines.
///
/// # Errors
///
/// Where it cannot.
pub(crate) fn prove() -> Result<(), String> {
    let path = creation_stack::here(0);
    let has_line = |symbol: &Symbol| symbol.owner == CodeOwner::User && symbol.line.is_some();
    let mut frames = creation_stack::frames(path).iter();
    if frames.any(|address| symbol::resolve(*address).iter().any(has_line)) {
        return Ok(());
    }
    Err(debug_info::unreadable().unwrap_or_else(|| {
        "no function of the test is on the stack of its own check with its line: debug info has none".to_owned()
    }))
}

/// Whether functions have names, by which it is told whose something is.
///
/// # Errors
///
/// Where they have none.
pub(crate) fn prove_names() -> Result<(), String> {
    match names(creation_stack::here(0)) {
        Names::Somebodys | Names::Internal => Ok(()),
        Names::Unread => Err(debug_info::unreadable().unwrap_or_else(|| {
            "functions on the stack of this check have no name, so that nobody knows whose something is".to_owned()
        })),
    }
}

/// What is known of a path by names, parents excluded.
pub(crate) fn names(path: u32) -> Names {
    let addresses = creation_stack::frames(path);
    let mut names = if addresses.is_empty() {
        Names::Unread
    } else {
        Names::Internal
    };
    for address in addresses {
        for symbol in symbol::resolve(*address).iter() {
            if symbol.is_outermost {
                return names;
            }
            if symbol.owner != CodeOwner::Internal && !symbol.function.is_empty() {
                return Names::Somebodys;
            }
        }
        if symbol::is_unread(*address) {
            names = Names::Unread;
        }
    }
    names
}

/// Whether a frame is a function of the crate that everybody means by the name that it begins with.
pub(crate) fn is_genuine(frame: &Frame) -> bool {
    part(frame).is_crate(function::krate(&frame.function))
}

/// Whether it is a function of this crate or of one that is called after it, as `sqlx_core` is after `sqlx`.
pub(crate) fn is_of_family(frame: &Frame, krate: &str) -> bool {
    let rest = function::krate(&frame.function).strip_prefix(krate);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('_')) && is_genuine(frame)
}

fn part(frame: &Frame) -> Part {
    code_owner::of(&frame.function, frame.path.as_deref(), Object::Program)
}

/// Whether something is inlined into one of these functions, which are generic: only optimisers do that.
pub(crate) fn is_optimised(addresses: &[usize], functions: &[&str]) -> bool {
    let is_meant = |symbol: &Symbol| functions.iter().any(|part| symbol.function.contains(part));
    addresses.iter().any(|address| {
        let symbols = symbol::resolve(*address);
        symbols.len() > 1 && symbols.iter().any(is_meant)
    })
}

/// The addresses up to the outermost one in a function of this crate, which has called the others.
pub(crate) fn called_by<'a>(krate: &str, addresses: &'a [usize]) -> &'a [usize] {
    let is_of = |symbol: &Symbol| function::krate(&symbol.function) == krate;
    let of_crate = |address: &usize| symbol::resolve(*address).iter().any(is_of);
    let outermost = addresses.iter().rposition(of_crate);
    outermost.map_or(addresses, |at| &addresses[..=at])
}

/// The test on whose stack, or on that of one of its parents, a path begins, as the language's harness names it.
pub(crate) fn test_on(path: u32) -> Option<String> {
    creation_stack::line(path).find_map(begins_in_test)
}

/// The outermost function that is not internal, if the harness has called it.
fn begins_in_test(path: u32) -> Option<String> {
    let mut outermost: Option<String> = None;
    for address in creation_stack::frames(path) {
        for symbol in symbol::resolve(*address).iter() {
            if symbol.is_outermost {
                let is_harness = function::krate(&symbol.function) == "test";
                let (_, name) = outermost
                    .as_deref()
                    .filter(|_| is_harness)?
                    .split_once("::")?;
                return Some(name.to_owned());
            }
            if symbol.owner != CodeOwner::Internal && !symbol.function.is_empty() {
                outermost = Some(symbol.function.clone());
            }
        }
    }
    None
}

fn single(path: u32, package_dir: Option<&str>) -> Trace {
    let mut stack = frames(creation_stack::frames(path), package_dir);
    // Our own hooks are innermost, above the call that they listen to.
    let is_own =
        |frame: &Frame| function::krate(&frame.function).is_empty() || part(frame).is_own();
    let own = stack.iter().take_while(|frame| is_own(frame)).count();
    stack.drain(..own);
    // Of a timer tokio tells through `tracing`.
    if first_is_of(&stack, "tracing_core") {
        let told = stack
            .iter()
            .position(|frame| function::krate(&frame.function) == "tokio");
        stack.drain(..told.unwrap_or(0));
    }
    of_stack(stack)
}

/// What a stack says that begins with the call that started something.
pub(super) fn of_stack(stack: Vec<Frame>) -> Trace {
    // Around a task is whoever happens to drive the runtime.
    let polled = stack
        .iter()
        .position(|frame| frame.function.starts_with(HARNESS));
    let called = &stack[..polled.unwrap_or(stack.len())];
    let is_of_user = |frame: &Frame| frame.owner == CodeOwner::User;
    let of_user = called.iter().position(is_of_user);
    let Some(at) = of_user.or_else(|| blame::in_the_background(called)) else {
        return Trace {
            stack,
            ..Trace::default()
        };
    };
    let through: Vec<Frame> = stack[..at]
        .iter()
        .filter(|frame| frame.owner == CodeOwner::Dependency)
        .cloned()
        .collect();
    let rule = blame::rule(called, at, &through);
    let mut callers: Vec<Frame> = called[at..]
        .iter()
        .filter(|frame| is_of_user(frame))
        .cloned()
        .collect();
    // A function and its closures go by one name; where they call each other, the innermost line says it all.
    callers.dedup_by(|outer, inner| outer.function == inner.function);
    callers.retain(|frame| frame.function != stack[at].function);
    Trace {
        site: Some(stack[at].clone()),
        rule,
        through,
        callers,
        stack,
        ancestry: Vec::new(),
    }
}

/// The frames at these return addresses, innermost first.
pub(crate) fn frames(addresses: &[usize], package_dir: Option<&str>) -> Vec<Frame> {
    let mut frames: Vec<Frame> = Vec::new();
    for address in addresses {
        for symbol in symbol::resolve(*address).iter() {
            // What lies outside started the thread, the program or the test. Reading it may mean to read the debug
            // info of the C library.
            if symbol.is_outermost {
                return frames;
            }
            frames.push(of_symbol(symbol, package_dir));
        }
    }
    frames
}

fn first_is_of(stack: &[Frame], krate: &str) -> bool {
    let first = stack.first();
    first.is_some_and(|frame| function::krate(&frame.function) == krate)
}

/// A frame whose function and place are known by name.
pub(crate) fn frame(name: &str, place: Option<(&str, u32)>, package_dir: Option<&str>) -> Frame {
    let path = place.map(|place| PathBuf::from(place.0));
    Frame {
        function: function::tidy(name),
        file: path.as_deref().map(|path| display(path, package_dir)),
        from_root: path.as_deref().and_then(from_root),
        owner: code_owner::of(name, path.as_deref(), Object::Program).owner(),
        path,
        line: place.map(|place| place.1),
        column: None,
    }
}

fn of_symbol(symbol: &Symbol, package_dir: Option<&str>) -> Frame {
    let path = symbol.path.as_deref();
    Frame {
        function: symbol.function.clone(),
        file: path.map(|path| display(path, package_dir)),
        from_root: path.and_then(from_root),
        path: symbol.path.clone(),
        line: symbol.line,
        column: symbol.column,
        owner: symbol.owner,
    }
}

/// A file of the user's, relative to the workspace.
fn from_root(path: &Path) -> Option<String> {
    if code_owner::in_package(path).is_some() {
        return None;
    }
    let root = package::under_test().root()?;
    let inside = path.strip_prefix(root).ok()?;
    Some(inside.display().to_string())
}

fn display(path: &Path, package_dir: Option<&str>) -> String {
    if let Some(inside) = code_owner::in_package(path) {
        return inside;
    }
    let own = package_dir.and_then(|dir| path.strip_prefix(dir).ok());
    own.unwrap_or(path).display().to_string()
}
