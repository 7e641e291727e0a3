//! The library's modules import from lower layers only, and its files keep the habits of the code base.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Modules by layer, lowest first. A module may use those of the lines above its own, and no other.
const LAYERS: [&[&str]; 21] = [
    &["model"],
    &["entry", "error", "sync", "probe"],
    &["subject", "sys"],
    &["capture", "registry", "scope"],
    &["sources", "statics"],
    &["ignore"],
    &["options"],
    &["diff", "settle", "suite"],
    &["drive", "explain"],
    &["env"],
    &["config"],
    &["background", "check"],
    &["render"],
    &["output"],
    &["asked", "outcome"],
    &["watchdog"],
    &["find", "runtime", "snapshot", "tracked"],
    &["checkpoint", "guard", "whole"],
    &["at_exit", "harness"],
    &["collect"],
    &["private"],
];

/// Lines that a file may have.
const LONGEST: usize = 500;

/// Names that say nothing of what is inside.
const EMPTY_NAMES: [&str; 4] = ["utils", "helpers", "common", "manager"];

/// A file of the library, by its path below `src`.
struct File {
    path: PathBuf,
    text: String,
}

impl File {
    fn new(path: impl Into<PathBuf>, text: &str) -> Self {
        Self {
            path: path.into(),
            text: text.to_owned(),
        }
    }

    /// The top-level module that the file belongs to; none for `lib.rs`, which only lists and re-exports.
    fn module(&self) -> Option<String> {
        let first = self.path.components().next()?;
        let name = Path::new(first.as_os_str()).file_stem()?.to_str()?;
        (name != "lib").then(|| name.to_owned())
    }

    /// What is wrong with the file, in words.
    fn complaints(&self) -> Vec<String> {
        let code = code(&self.text);
        let mut complaints = self.bad_habits("sys");
        let mut complain = |what: String| {
            complaints.push(format!("{}: {what}", self.path.display()));
        };
        if let Some(module) = self.module() {
            for used in imports(&code) {
                if used != module && layer(&used).is_none_or(|used| layer(&module) <= Some(used)) {
                    complain(format!("`{module}` is not above `{used}`"));
                }
            }
        }
        complaints
    }

    /// What no file of any crate should have; `unsafe` code has one home.
    fn bad_habits(&self, unsafe_home: &str) -> Vec<String> {
        let code = code(&self.text);
        let mut complaints = Vec::new();
        let mut complain = |what: String| {
            complaints.push(format!("{}: {what}", self.path.display()));
        };
        if self.text.lines().count() > LONGEST {
            complain(format!("more than {LONGEST} lines"));
        }
        let words: Vec<&str> = code.split(|c| !is_word(c)).collect();
        if words.contains(&"unsafe") && !self.path.starts_with(unsafe_home) {
            complain(format!("`unsafe` outside of `{unsafe_home}`"));
        }
        let prints = ["print!", "println!", "eprint!", "eprintln!"];
        let prints = code
            .split(|c| !is_word(c) && c != '!')
            .any(|word| prints.contains(&word));
        if prints && self.path != Path::new("output.rs") {
            complain("prints, which is for `output.rs` to do".to_owned());
        }
        for part in &self.path.with_extension("") {
            if EMPTY_NAMES.iter().any(|name| part == *name) {
                complain(format!("`{}` names nothing", part.display()));
            }
        }
        complaints
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// The text without comments and without what stands in quotes.
fn code(text: &str) -> String {
    let mut code = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let raw = rest
            .strip_prefix('r')
            .map(|rest| rest.len() - rest.trim_start_matches('#').len())
            .filter(|hashes| rest[1 + hashes..].starts_with('"') && !code.ends_with(is_word));
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(hashes) = raw {
            let end = format!("\"{}", "#".repeat(hashes));
            let start = hashes + 2;
            rest[start..]
                .find(&end)
                .map_or(rest.len(), |at| start + at + end.len())
        } else if first == '"' {
            1 + quoted(&rest[1..], '"')
        } else if first == '\'' && is_char(&rest[1..]) {
            1 + quoted(&rest[1..], '\'')
        } else {
            code.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        };
        code.push(' ');
        rest = &rest[skipped..];
    }
    code
}

/// Whether a character stands after the quote, and not a lifetime.
fn is_char(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next() == Some('\\') || chars.next() == Some('\'')
}

/// Length of a literal up to and with its closing quote.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    text.char_indices()
        .find(|(_, c)| {
            let ends = *c == quote && !escaped;
            escaped = *c == '\\' && !escaped;
            ends
        })
        .map_or(text.len(), |(at, c)| at + c.len_utf8())
}

/// The first segments of all paths that begin with `crate::`, also of those in braces. A path that climbs out of its
/// module by `super` twice counts as one that is not known.
fn imports(code: &str) -> Vec<String> {
    let climbs = code.matches("super::super::").map(|_| "super".to_owned());
    imports_from(code, "crate::")
        .into_iter()
        .chain(climbs)
        .collect()
}

/// The next segments of all paths that begin so, also of those in braces.
fn imports_from(code: &str, start: &str) -> Vec<String> {
    let paths = code.match_indices(start).flat_map(|(at, _)| {
        if code[..at].ends_with(|c| is_word(c) || matches!(c, '$' | ':')) {
            return Vec::new();
        }
        let rest = &code[at + start.len()..];
        match rest.strip_prefix('{') {
            Some(group) => branches(group),
            None => vec![rest],
        }
    });
    paths
        .map(|path| {
            let path = path.trim_start();
            path[..path.find(|c| !is_word(c)).unwrap_or(path.len())].to_owned()
        })
        .filter(|module| !module.is_empty())
        .collect()
}

/// The items of a brace group, whose opening brace is already gone.
fn branches(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut items) = (0_u32, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            '}' => {
                items.push(&group[start..at]);
                break;
            }
            ',' if depth == 0 => {
                items.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    items
}

/// All files of the library.
fn library() -> Vec<File> {
    files("leakcheck")
}

/// All source files of a crate.
fn files(krate: &str) -> Vec<File> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(krate)
        .join("src");
    let mut files = Vec::new();
    let mut folders = vec![src.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the library has a source folder") {
            let path = entry.expect("a folder can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("source is text");
                let path = path.strip_prefix(&src).expect("it was found there");
                files.push(File::new(path, &text));
            }
        }
    }
    files
}

#[test]
fn the_library_is_in_order() {
    let complaints: Vec<String> = library().iter().flat_map(File::complaints).collect();
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

/// Steps from the memory of the process to its tasks, lowest first. One may use those before it, and no other.
const STEPS: [&str; 9] = [
    "memory",
    "dwarf",
    "name",
    "shape_memo",
    "value",
    "tokio",
    "drop_state",
    "decode",
    "task_reader",
];

#[test]
fn the_reader_is_in_order() {
    let files = files("leakcheck-introspect");
    let mut complaints: Vec<String> = files
        .iter()
        .flat_map(|file| file.bad_habits("read/memory"))
        .collect();
    let step = |name: &str| STEPS.iter().position(|step| *step == name);
    for file in &files {
        let Ok(inside) = file.path.strip_prefix("read") else {
            continue;
        };
        let first = inside
            .components()
            .next()
            .expect("it is a file of the folder");
        let own = Path::new(first.as_os_str())
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or_default();
        let code = code(&file.text);
        let mut used = imports_from(&code, "crate::read::");
        if inside.components().count() == 1 {
            used.extend(imports_from(&code, "super::"));
        }
        for used in used {
            if step(own).is_some_and(|own| step(&used).is_some_and(|used| own < used)) {
                complaints.push(format!(
                    "{}: `{own}` is not above `{used}`",
                    file.path.display()
                ));
            }
        }
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

/// Modules of `cargo leakcheck` by layer, lowest first.
const TOOL: [&[&str]; 12] = [
    &["escape", "golden", "plural"],
    &["args", "error", "exit", "selection"],
    &["output"],
    &["baseline", "report", "workspace"],
    &["finding", "rules", "stored"],
    &["broad", "summary", "unused"],
    &["repository", "sites", "verdicts"],
    &["annotate", "progress"],
    &["run", "text"],
    &["junit", "markdown", "sarif"],
    &["hostile", "session"],
    &["main"],
];

#[test]
fn the_tool_is_in_order() {
    let layer = |module: &str| TOOL.iter().position(|layer| layer.contains(&module));
    let mut complaints = Vec::new();
    for file in files("cargo-leakcheck") {
        complaints.extend(file.bad_habits("nowhere"));
        let own = file.module().expect("it is no library");
        for used in imports(&code(&file.text)) {
            if layer(&used).is_none_or(|used| layer(&own) <= Some(used)) {
                complaints.push(format!("`{own}` is not above `{used}`"));
            }
        }
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn each_module_has_one_layer() {
    let mut modules: Vec<String> = library().iter().filter_map(File::module).collect();
    modules.sort_unstable();
    modules.dedup();
    let mut listed = LAYERS.concat();
    listed.sort_unstable();
    assert_eq!(modules, listed);
}

/// Entry points are found by their examples.
#[test]
fn each_way_to_check_has_an_example() {
    for file in library() {
        let shown = [
            "find",
            "guard",
            "checkpoint",
            "runtime",
            "options",
            "ignore/rule",
        ];
        if shown
            .iter()
            .any(|name| file.path.with_extension("") == Path::new(name))
        {
            let has_one = file.text.lines().any(|line| line.trim() == "/// ```");
            assert!(has_one, "no example in {}", file.path.display());
        }
    }
}

#[test]
fn what_is_out_of_order_is_refused() {
    let long = "\n".repeat(LONGEST + 1);
    for (path, text, complaint) in [
        (
            "model/leak.rs",
            "use crate::check::Check;",
            "`model` is not above `check`",
        ),
        (
            "diff.rs",
            "use crate::{model, settle::{Step, run}};",
            "`diff` is not above `settle`",
        ),
        (
            "find.rs",
            "fn f() { crate::guard::g() }",
            "`find` is not above `guard`",
        ),
        (
            "find.rs",
            "use crate::{nowhere, model};",
            "`find` is not above `nowhere`",
        ),
        ("new.rs", "use crate::model;", "`new` is not above `model`"),
        (
            "sys/linux/a.rs",
            "use super::super::super::check;",
            "`sys` is not above `super`",
        ),
        ("find.rs", "unsafe { f() }", "`unsafe` outside of `sys`"),
        (
            "find.rs",
            "eprintln!(\"text\")",
            "prints, which is for `output.rs` to do",
        ),
        ("find.rs", &long, "more than 500 lines"),
        ("check/utils.rs", "", "`utils` names nothing"),
    ] {
        let complaints = File::new(path, text).complaints();
        assert_eq!(complaints, [format!("{path}: {complaint}")], "{text}");
    }
}

#[test]
fn what_is_in_order_is_not_refused() {
    for (path, text) in [
        (
            "check/mod.rs",
            "use crate::{env::{Env, Format}, model};\nuse crate::check::look;",
        ),
        (
            "model/mod.rs",
            "// use crate::check;\n/// [x](crate::check)\nconst A: &str = \"crate::check\";",
        ),
        (
            "model/mod.rs",
            "const A: &str = r#\"\"crate::check\"#; const B: char = '\"'; // unsafe",
        ),
        (
            "model/mod.rs",
            "fn f<'a>(_: &'a str) -> &'a str { \"\\\" eprintln!\" }",
        ),
        (
            "model/mod.rs",
            "macro_rules! m { () => { $crate::check::f() } }",
        ),
        ("sys/linux/event.rs", "unsafe { f() }"),
        (
            "output.rs",
            "#![deny(unsafe_code)] fn f() { eprintln!(\"{}\", 1) }",
        ),
        ("lib.rs", "pub use crate::private;"),
    ] {
        assert_eq!(File::new(path, text).complaints(), [""; 0], "{text}");
    }
}
