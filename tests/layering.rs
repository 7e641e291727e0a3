//! The library's modules import from lower layers only, and its files keep the habits of the code base.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Modules by layer, lowest first. A module may use those of the lines above its own, and no other.
const LAYERS: [&[&str]; 8] = [
    &["base"],
    &["sys"],
    &["observe"],
    &["settings"],
    &["check"],
    &["report"],
    &["run"],
    &["api"],
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
        if prints && !self.path.ends_with("output.rs") {
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

/// Steps from plain facts over the memory of the process to its tasks, lowest first. One may use those of the lines above its
/// own, and no other. All files of a folder below `read` are one step.
const STEPS: [&[&str]; 18] = [
    &["call", "error", "frame", "future_address", "park_counts"],
    &["blocking_task", "object", "timer"],
    &["task"],
    &["task_list"],
    &["graph"],
    &["read/fuel", "read/int_hash"],
    &["read/memory"],
    &["read/dwarf"],
    &["read/name", "read/shape_memo"],
    &["read/value"],
    &["read/tokio"],
    &["read/drop_state"],
    &["read/decode"],
    &["read/stillness", "read/task_reader"],
    &["read/introspector"],
    &["read/self_check"],
    &["read/startup"],
    &[
        "read/blocking",
        "read/fuzzing",
        "read/local_sets",
        "read/runtimes",
        "unsupported",
    ],
];

/// Steps above all of reading.
const ABOVE_READING: [&str; 3] = ["entry_points", "local_tasks", "timer_wheel"];

fn step(name: &str) -> Option<usize> {
    let above = ABOVE_READING.contains(&name).then_some(STEPS.len());
    let listed = STEPS.iter().position(|step| step.contains(&name));
    listed.or(above)
}

/// The step that a file of the reader belongs to; none for those that only list and re-export, and for tests.
fn step_of(path: &Path) -> Option<String> {
    let path = path.with_extension("");
    let parts: Vec<&str> = path.iter().filter_map(|part| part.to_str()).collect();
    match parts[..] {
        _ if parts.contains(&"tests") => None,
        ["lib"] | ["read", "mod"] => None,
        ["read", first, ..] => Some(format!("read/{first}")),
        [first, ..] => Some(first.to_owned()),
        [] => None,
    }
}

/// Which module each item comes from that a file re-exports.
fn re_exports(code: &str) -> Vec<(String, String)> {
    let uses = code.split("pub").filter_map(|item| {
        let path = item.split_once("use ")?.1.split_once(';')?.0;
        Some(path.strip_prefix("self::").unwrap_or(path))
    });
    let trees = uses.flat_map(|path| match path.strip_prefix('{') {
        Some(group) => branches(group),
        None => vec![path],
    });
    let modules = trees.filter_map(|tree| tree.trim().split_once("::"));
    modules
        .flat_map(|(module, items)| {
            let items = items.split(|c| !is_word(c)).filter(|item| !item.is_empty());
            items.map(move |item| (item.to_owned(), module.to_owned()))
        })
        .collect()
}

/// The steps that the code of a file uses, but for its tests.
fn steps_used(
    path: &Path,
    code: &str,
    root: &[(String, String)],
    read: &[(String, String)],
) -> Vec<String> {
    let tests = ["#[cfg(test)]\nmod tests", "#[cfg(all(test"];
    let end = tests.iter().filter_map(|tests| code.find(tests)).min();
    let code = &code[..end.unwrap_or(code.len())];
    let defined_in = |exports: &[(String, String)], name: String| {
        let export = exports.iter().find(|(item, _)| *item == name);
        export.map_or(name, |(_, module)| module.clone())
    };
    let mut used: Vec<String> = imports_from(code, "crate::")
        .into_iter()
        .map(|name| defined_in(root, name))
        .filter(|name| name != "read")
        .collect();
    let mut inside = imports_from(code, "crate::read::");
    inside.extend(imports_from(code, "read::"));
    if path.parent() == Some(Path::new("read")) {
        inside.extend(imports_from(code, "super::"));
    }
    let inside = inside.into_iter().map(|name| defined_in(read, name));
    used.extend(inside.map(|name| format!("read/{name}")));
    used
}

#[test]
fn the_reader_is_in_order() {
    let files = files("leakcheck-introspect");
    let exports = |path: &str| {
        let file = files.iter().find(|file| file.path == Path::new(path));
        re_exports(&code(&file.expect("it is a file of the reader").text))
    };
    let (root, read) = (exports("lib.rs"), exports("read/mod.rs"));
    let mut complaints: Vec<String> = files
        .iter()
        .flat_map(|file| file.bad_habits("read/memory"))
        .collect();
    for file in &files {
        let Some(own) = step_of(&file.path) else {
            continue;
        };
        let mut complain = |what: String| {
            complaints.push(format!("{}: {what}", file.path.display()));
        };
        if step(&own).is_none() {
            complain(format!("`{own}` is no step"));
        }
        for used in steps_used(&file.path, &code(&file.text), &root, &read) {
            if used != own && step(&used).is_none_or(|used| step(&own) <= Some(used)) {
                complain(format!("`{own}` is not above `{used}`"));
            }
        }
    }
    let is_gone = |step: &&&str| {
        let owns = |file: &File| step_of(&file.path).as_deref() == Some(**step);
        !files.iter().any(owns)
    };
    let listed = STEPS.iter().copied().flatten().chain(&ABOVE_READING);
    complaints.extend(
        listed
            .filter(is_gone)
            .map(|step| format!("`{step}` is gone")),
    );
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn steps_are_found_wherever_they_stand() {
    let root = re_exports("pub use error::Error;\npub use read::{available, has_read};");
    let read = re_exports("pub use self::{dwarf::{a, b}};\npub(crate) use self::{startup::c};");
    let code = "use crate::{Error, available, read::{dwarf, c}};\nuse super::memory;\n#[cfg(test)]\nmod tests { use crate::no; }";
    let used = steps_used(Path::new("read/new.rs"), code, &root, &read);
    assert_eq!(used, ["error", "read/dwarf", "read/startup", "read/memory"]);
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
            "api/find",
            "api/guard",
            "api/checkpoint",
            "run/runtime",
            "settings/options",
            "settings/ignore/rule",
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
            "base/model/leak.rs",
            "use crate::check::Check;",
            "`base` is not above `check`",
        ),
        (
            "observe/diff.rs",
            "use crate::{base, settings::{Step, run}};",
            "`observe` is not above `settings`",
        ),
        (
            "run/outcome.rs",
            "fn f() { crate::api::g() }",
            "`run` is not above `api`",
        ),
        (
            "api/find.rs",
            "use crate::{nowhere, base};",
            "`api` is not above `nowhere`",
        ),
        ("new.rs", "use crate::base;", "`new` is not above `base`"),
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
            "use crate::{settings::{Env, Format}, base};\nuse crate::check::look;",
        ),
        (
            "base/mod.rs",
            "// use crate::check;\n/// [x](crate::check)\nconst A: &str = \"crate::check\";",
        ),
        (
            "base/mod.rs",
            "const A: &str = r#\"\"crate::check\"#; const B: char = '\"'; // unsafe",
        ),
        (
            "base/mod.rs",
            "fn f<'a>(_: &'a str) -> &'a str { \"\\\" eprintln!\" }",
        ),
        (
            "base/mod.rs",
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
