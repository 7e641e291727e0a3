//! What a `Cargo.toml` says of its workspace, and which folders are the project's by that. Read without a parser of TOML,
//! which this crate may be built without.

use std::{
    fs,
    path::{Component, Path, PathBuf},
};

/// A folder of the project, and how it is written from the package: empty, or with a `/` at its end.
pub(super) type Folder = (PathBuf, String);

/// The package's folder and those above it up to the root of its workspace, which need not be above it.
pub(super) fn folders(package: &Path) -> Vec<Folder> {
    let mut nearest = None;
    for (up, folder) in package.ancestors().enumerate() {
        let Some(text) = read(&folder.join("Cargo.toml")) else {
            continue;
        };
        nearest.get_or_insert(up);
        match Workspace::of(&text) {
            Workspace::Root { .. } if up == 0 => return between(package, 0),
            Workspace::Root { members, excluded } => {
                let is_in = |path: &String| package.starts_with(folder.join(path));
                if members.iter().any(is_in) || !excluded.iter().any(is_in) {
                    return between(package, up);
                }
            }
            Workspace::At(root) => {
                let whole = plain(&folder.join(&root));
                if let Some(up) = package.ancestors().position(|folder| folder == whole) {
                    return between(package, up);
                }
                let written = format!("{}{root}/", "../".repeat(up));
                return [between(package, 0), vec![(whole, written)]].concat();
            }
            Workspace::Above => {}
        }
    }
    between(package, nearest.unwrap_or(0))
}

/// So many folders from the package upwards, and the package's own.
fn between(package: &Path, up: usize) -> Vec<Folder> {
    let folders = package.ancestors().take(up + 1).enumerate();
    folders
        .map(|(up, folder)| (folder.to_owned(), "../".repeat(up)))
        .collect()
}

fn read(path: &Path) -> Option<String> {
    // Whatever else stands there may make who reads it wait.
    path.is_file().then(|| fs::read(path).ok())?.map(|bytes| {
        let text = String::from_utf8_lossy(&bytes);
        text.trim_start_matches('\u{feff}').to_owned()
    })
}

/// A path without `..`, as it is written.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => drop(plain.pop()),
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}

/// What a manifest says of its workspace.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Workspace {
    /// It is the root of one. What is excluded, and no member all the same, is not in it.
    Root {
        members: Vec<String>,
        excluded: Vec<String>,
    },
    /// The root is there, relative to its own folder.
    At(String),
    /// The root is above, if there is one.
    Above,
}

impl Workspace {
    pub(super) fn of(text: &str) -> Self {
        let mut entries = Vec::new();
        Reader {
            rest: text,
            depth: 0,
        }
        .document(&mut entries);
        let is_of_root = |(key, _): &Entry| key.first().is_some_and(|key| key == "workspace");
        let of = |path: [&str; 2]| {
            let mut found = entries.iter().filter(move |(key, _)| *key == path);
            found.next().map(|(_, texts)| texts.clone())
        };
        if entries.iter().any(is_of_root) {
            return Self::Root {
                members: of(["workspace", "members"]).unwrap_or_default(),
                excluded: of(["workspace", "exclude"]).unwrap_or_default(),
            };
        }
        let told = of(["package", "workspace"]).or_else(|| of(["project", "workspace"]));
        let told = told.and_then(|texts| texts.into_iter().next());
        told.map_or(Self::Above, Self::At)
    }
}

/// The whole path of a key, and the texts of its value: one, or those of a list.
type Entry = (Vec<String>, Vec<String>);

/// Goes through a document that cargo has understood before. What it does not know it leaves out.
struct Reader<'t> {
    rest: &'t str,
    depth: usize,
}

/// Lists and inline tables in each other, far beyond what anybody writes.
const DEEPEST: usize = 64;

impl Reader<'_> {
    fn document(&mut self, entries: &mut Vec<Entry>) {
        let mut table = Vec::new();
        loop {
            self.skip_lines();
            if self.rest.is_empty() {
                return;
            }
            if self.takes('[') {
                self.takes('[');
                table = self.key();
                entries.push((table.clone(), Vec::new()));
                self.skip_line();
            } else {
                self.entry(&table, entries);
                self.skip_line();
            }
        }
    }

    /// A key with its value; an inline table becomes its entries.
    fn entry(&mut self, table: &[String], entries: &mut Vec<Entry>) {
        let path = [table, &self.key()].concat();
        self.skip_blanks();
        if self.takes('=') {
            self.skip_blanks();
            self.value(&path, entries);
        }
    }

    fn value(&mut self, path: &[String], entries: &mut Vec<Entry>) {
        let mut texts = Vec::new();
        if self.depth == DEEPEST {
            return self.skip_line();
        }
        self.depth += 1;
        if self.takes('{') {
            entries.push((path.to_owned(), Vec::new()));
            while !self.is_at_end_of('}') {
                let before = self.rest.len();
                self.entry(path, entries);
                self.goes_on_from(before);
            }
        } else if self.takes('[') {
            while !self.is_at_end_of(']') {
                let before = self.rest.len();
                match self.text() {
                    Some(text) => texts.push(text),
                    // Of what stands in a list only texts say anything.
                    None => self.value(&[], &mut Vec::new()),
                }
                self.goes_on_from(before);
            }
            entries.push((path.to_owned(), texts));
        } else if let Some(text) = self.text() {
            entries.push((path.to_owned(), vec![text]));
        } else {
            let end = self.rest.find([',', ']', '}', '\n', '#']);
            self.rest = &self.rest[end.unwrap_or(self.rest.len())..];
        }
        self.depth -= 1;
    }

    /// The parts of a key, which points divide.
    fn key(&mut self) -> Vec<String> {
        let mut parts = Vec::new();
        loop {
            self.skip_blanks();
            let is_bare = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
            let end = self.rest.find(|c| !is_bare(c)).unwrap_or(self.rest.len());
            let (bare, rest) = self.rest.split_at(end);
            if let Some(text) = self.text() {
                parts.push(text);
            } else {
                parts.push(bare.to_owned());
                self.rest = rest;
            }
            self.skip_blanks();
            if !self.takes('.') {
                return parts;
            }
        }
    }

    /// A text in any of the four forms.
    fn text(&mut self) -> Option<String> {
        let forms = ["\"\"\"", "'''", "\"", "'"];
        let quote = forms.into_iter().find(|form| self.rest.starts_with(form))?;
        let is_raw = quote.starts_with('\'');
        let mut text = String::new();
        self.rest = &self.rest[quote.len()..];
        while !self.rest.starts_with(quote) {
            let mut chars = self.rest.chars();
            match chars.next()? {
                '\\' if !is_raw => text.extend(chars.next()),
                c => text.push(c),
            }
            self.rest = chars.as_str();
        }
        self.rest = &self.rest[quote.len()..];
        // Quotes at the end of a text between three belong to it.
        while quote.len() == 3 && self.rest.starts_with(&quote[..1]) {
            text.push_str(&quote[..1]);
            self.rest = &self.rest[1..];
        }
        Some(text)
    }

    /// Whether a list or an inline table ends here, or the whole text does.
    fn is_at_end_of(&mut self, end: char) -> bool {
        self.skip_lines();
        while self.takes(',') {
            self.skip_lines();
        }
        self.rest.is_empty() || self.takes(end)
    }

    /// Leaves out what was not understood.
    fn goes_on_from(&mut self, before: usize) {
        if self.rest.len() == before {
            let mut chars = self.rest.chars();
            chars.next();
            self.rest = chars.as_str();
        }
    }

    fn takes(&mut self, c: char) -> bool {
        let rest = self.rest.strip_prefix(c);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
    }

    fn skip_line(&mut self) {
        let end = self.rest.find('\n');
        self.rest = &self.rest[end.unwrap_or(self.rest.len())..];
    }

    /// Blanks, ends of lines and comments.
    fn skip_lines(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            if !self.rest.starts_with('#') {
                return;
            }
            self.skip_line();
        }
    }
}
