//! What a test tells the checker about itself: constants that the attribute writes.
//!
//! Plain data, present in every configuration, so that generated code never needs a `cfg`.

/// Name and place of a test function.
#[derive(Clone, Copy, Debug)]
pub struct TestMeta {
    /// `CARGO_PKG_NAME` of the test's crate, where cargo built it.
    pub package: Option<&'static str>,
    /// `CARGO_MANIFEST_DIR` of the test's crate, where cargo built it.
    pub manifest_dir: Option<&'static str>,
    /// `module_path!()` at the test, the crate's name first.
    pub module: &'static str,
    /// The function's name, as it was written.
    pub name: &'static str,
    /// The path of an item inside of the function, as the compiler has it: attributes may have made several functions of one.
    pub inside: fn() -> &'static str,
    /// `file!()` at the test.
    pub file: &'static str,
    /// Line of the function's name.
    pub line: u32,
    /// What the test declared with `#[should_panic]`.
    pub should_panic: ShouldPanic,
}

impl TestMeta {
    /// The function's name, as the harness has it.
    pub(crate) fn function(&self) -> &'static str {
        let inside = (self.inside)();
        let below = inside.strip_prefix(self.module);
        let below = below.and_then(|below| below.strip_prefix("::"));
        let name = below.and_then(|below| below.split("::").next());
        // An item outside of any function is in an unnamed constant, and of a raw identifier the prefix is missing.
        let is_other = |name: &&str| {
            let is_named =
                name.starts_with(|c: char| c.is_alphabetic() || c == '_') && *name != "_";
            is_named && self.name.strip_prefix("r#") != Some(*name)
        };
        name.filter(is_other).unwrap_or(self.name)
    }
}

/// A `#[should_panic]` that was taken over, so that a leak can never satisfy it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShouldPanic {
    /// No attribute: a panic fails the test.
    No,
    /// `#[should_panic]`: any panic of the body passes.
    Yes,
    /// `#[should_panic(expected = "..")]`: a panic whose message contains the text passes.
    With(&'static str),
}

/// How often a test is repeated.
#[derive(Clone, Copy, Debug)]
pub struct Rounds {
    /// Rounds before the first that counts.
    pub warm_up: u32,
    /// Rounds that count.
    pub measured: u32,
}

/// Whether a runtime has stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It has, but for threads that could not be stopped.
    Done,
    /// Something that it drops holds it up.
    HeldUp,
}

/// Where something that concerns a whole test binary stands.
#[derive(Clone, Copy, Debug)]
pub struct BinarySite {
    /// `CARGO_PKG_NAME` of its crate, where cargo built it.
    pub package: Option<&'static str>,
    /// `CARGO_MANIFEST_DIR` of its crate, where cargo built it.
    pub manifest_dir: Option<&'static str>,
    /// `module_path!()` there, the crate's name first.
    pub module: &'static str,
    /// `file!()` there.
    pub file: &'static str,
    /// Its line.
    pub line: u32,
}
