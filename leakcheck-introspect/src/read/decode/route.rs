//! How a walk came to a place.

use super::Trust;

/// A step, and those before it: text is only made of them where something was found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Route<'r> {
    before: Option<&'r Self>,
    step: Step,
    pub(super) depth: u32,
    pub(super) trust: Trust,
    /// Whether nobody else can come to it: no counted pointer with other owners was followed.
    pub(super) is_sole: bool,
}

/// What a step shows of the source.
#[derive(Clone, Copy, Debug)]
enum Step {
    Nothing,
    Field(&'static str),
    Element(u64),
}

impl Route<'_> {
    /// Where a walk starts.
    pub(super) fn start() -> Self {
        Self {
            before: None,
            step: Step::Nothing,
            depth: 0,
            trust: Trust::Known,
            is_sole: true,
        }
    }

    pub(super) fn deeper(&self) -> Route<'_> {
        self.next(Step::Nothing)
    }

    pub(super) fn element(&self, index: u64) -> Route<'_> {
        self.next(Step::Element(index))
    }

    pub(super) fn field(&self, name: &'static str) -> Route<'_> {
        self.next(Step::Field(name))
    }

    fn next(&self, step: Step) -> Route<'_> {
        Route {
            before: Some(self),
            step,
            depth: self.depth + 1,
            trust: self.trust,
            is_sole: self.is_sole,
        }
    }

    /// Fields, as the source has them: `.extra.tx[0]`.
    pub(super) fn path(&self) -> String {
        let mut path = self.before.map_or_else(String::new, Self::path);
        match self.step {
            Step::Nothing => {}
            Step::Field(name) => {
                path.push('.');
                path.push_str(name);
            }
            Step::Element(index) => {
                path.push('[');
                path.push_str(&index.to_string());
                path.push(']');
            }
        }
        path
    }
}
