//! Builds until it builds: where the attribute is refused, it is taken off.

use std::{ffi::OsString, path::Path};

use leakcheck_report::plural;

use crate::{
    error::Error,
    output,
    trial::{
        build::{Refusal, Spot, build},
        candidate::{Candidate, Left},
        copy::Copy,
        plan::Plan,
        setting::Setting,
    },
};

/// Times that it is built. Each takes back more than the one before, and few are ever needed.
const ROUNDS: usize = 16;

/// What is built, and in which way.
pub(crate) struct Rounds<'t> {
    pub(crate) copy: &'t Copy<'t>,
    pub(crate) setting: &'t Setting,
    pub(crate) args: &'t [OsString],
}

impl Rounds<'_> {
    /// Builds the copy with as many attributes as can be; else it is the code of cargo and the errors that are left.
    pub(crate) fn build(&self, plan: &mut Plan) -> Result<Result<(), (u8, Vec<Refusal>)>, Error> {
        let mut left = (1, Vec::new());
        for _ in 0..ROUNDS {
            self.copy.write(plan)?;
            let (code, refusals) = build(self.setting, self.args)?;
            if code == 0 {
                return Ok(Ok(()));
            }
            let before = (plan.covered(), plan.cancelled());
            let has_changed = self.take_back(plan, &refusals);
            left = (code, refusals);
            if !has_changed {
                break;
            }
            output::print(&match before.0 - plan.covered() {
                0 => once(before.1 - plan.cancelled()),
                taken => again(taken),
            });
        }
        Ok(Err(left))
    }

    /// Takes the attribute from the tests that errors are about, or else from all of their files, or else of their packages; but
    /// those that were to be cancelled keep it, and are not.
    fn take_back(&self, plan: &mut Plan, refusals: &[Refusal]) -> bool {
        let steps = [Self::bodies, Self::tests, Self::files, Self::packages];
        steps.iter().any(|step| {
            let taken = refusals.iter().map(|refusal| step(self, plan, refusal));
            taken.fold(false, |any, one| any | one)
        })
    }

    fn bodies(&self, plan: &mut Plan, refusal: &Refusal) -> bool {
        let may_be_it = |candidate: &Candidate, spot: &Spot| {
            candidate.is_cancelled() && self.is_at(candidate, spot) && overlap(candidate, spot)
        };
        let mut spots = refusal.spots.iter();
        let spot = spots.find(|spot| {
            plan.candidates
                .iter()
                .any(|candidate| may_be_it(candidate, spot))
        });
        spot.is_some_and(|spot| {
            plan.spare(|candidate| may_be_it(candidate, spot), &refusal.message)
        })
    }

    /// What an error is about in the first place counts, and what else it names only where that is no test.
    fn tests(&self, plan: &mut Plan, refusal: &Refusal) -> bool {
        let why = Left::Refused(refusal.message.clone());
        let may_be_it = |candidate: &Candidate, spot: &Spot| {
            let is_open = matches!(candidate.left, None | Some(Left::Refused(_)));
            is_open && self.is_at(candidate, spot) && overlap(candidate, spot)
        };
        let mut spots = refusal.spots.iter();
        let spot = spots.find(|spot| {
            plan.candidates
                .iter()
                .any(|candidate| may_be_it(candidate, spot))
        });
        spot.is_some_and(|spot| plan.take(|candidate| may_be_it(candidate, spot), &why))
    }

    fn files(&self, plan: &mut Plan, refusal: &Refusal) -> bool {
        let why = Left::WithOthers(refusal.message.clone());
        let is_meant =
            |candidate: &Candidate| refusal.spots.iter().any(|spot| self.is_at(candidate, spot));
        plan.take(is_meant, &why)
    }

    fn packages(&self, plan: &mut Plan, refusal: &Refusal) -> bool {
        let why = Left::WithOthers(refusal.message.clone());
        let Ok(root) = refusal.root.strip_prefix(&self.copy.mirror.root) else {
            return false;
        };
        let Some(package) = plan.package_around(root) else {
            return false;
        };
        plan.take(|candidate| candidate.package == package, &why)
    }

    fn is_at(&self, candidate: &Candidate, spot: &Spot) -> bool {
        let inside: Option<&Path> = spot.file.strip_prefix(&self.copy.mirror.root).ok();
        inside == Some(&*candidate.file)
    }
}

fn overlap(candidate: &Candidate, spot: &Spot) -> bool {
    let (first, last) = spot.lines;
    first <= *candidate.lines.end() && *candidate.lines.start() <= last
}

fn again(taken: usize) -> String {
    let tests = plural::of(taken, "test", "tests");
    format!(
        "leakcheck: something does not compile; building again with the attribute taken off {tests}\n"
    )
}

fn once(spared: usize) -> String {
    let tests = plural::of(spared, "test that is", "tests that are");
    format!("leakcheck: something does not compile; building again with {tests} not cancelled\n")
}

/// All errors as the compiler shows them.
pub(crate) fn shown(refusals: &[Refusal]) -> String {
    refusals
        .iter()
        .map(|refusal| refusal.shown.clone() + "\n")
        .collect()
}

#[cfg(test)]
mod tests {
    use std::{
        collections::{BTreeMap, BTreeSet},
        path::PathBuf,
    };

    use super::*;
    use crate::{
        args::Cancels,
        trial::{mirror::Mirror, plan::tests::plan, tree::Tree},
        workspace::Workspace,
    };

    const TEXT: &str = "#[test]\nfn a() {}\n#[test]\nfn b() {}\nfn c() {}\n";

    /// The tests that keep the attribute after errors at these lines of a file, the last of a round, and whether one was taken.
    fn kept(errors: &[(&str, usize)]) -> (Vec<String>, bool) {
        let (_folder, plan, has_taken) = after(TEXT, Cancels::None, errors);
        let kept = plan
            .candidates
            .iter()
            .filter(|candidate| candidate.left.is_none());
        (
            kept.map(|candidate| candidate.name.clone()).collect(),
            has_taken,
        )
    }

    /// What is left of the plan for such a file after these errors.
    fn after(
        text: &str,
        cancels: Cancels,
        errors: &[(&str, usize)],
    ) -> (tempfile::TempDir, Plan, bool) {
        let (folder, mut plan) = plan(text);
        if cancels == Cancels::Each {
            plan.cancel();
        }
        let root = folder.path().to_owned();
        let workspace = Workspace {
            root: root.clone(),
            target: root.join("target"),
            packages: BTreeMap::new(),
            members: Vec::new(),
        };
        let copy = Copy {
            workspace: &workspace,
            mirror: Mirror::in_folder(&root),
            tree: Tree {
                root: root.clone(),
                files: BTreeSet::new(),
            },
            folder: root,
        };
        let rounds = Rounds {
            copy: &copy,
            setting: &Setting::of(&copy, None, cancels),
            args: &[],
        };
        let refusal = |(file, line): &(&str, usize)| Refusal {
            spots: vec![Spot::new(copy.mirror.root.join(file), *line)],
            root: copy.mirror.root.join("lib.rs"),
            message: "no".to_owned(),
            shown: PathBuf::from(file).display().to_string(),
        };
        let mut has_taken = false;
        for error in errors {
            has_taken = rounds.take_back(&mut plan, &[refusal(error)]);
        }
        (folder, plan, has_taken)
    }

    #[test]
    fn as_little_as_can_be_is_taken_back() {
        let all = || vec!["a".to_owned(), "b".to_owned()];
        assert_eq!(kept(&[]), (all(), false));
        assert_eq!(kept(&[("lib.rs", 4)]), (vec!["a".to_owned()], true));
        // In none of the tests: all of the file.
        assert_eq!(kept(&[("lib.rs", 5)]), (vec![], true));
        // In another file: all of the package.
        assert_eq!(kept(&[("other.rs", 1)]), (vec![], true));
        // Again in a test that has no attribute any more.
        assert_eq!(kept(&[("lib.rs", 4), ("lib.rs", 4)]), (vec![], true));
        assert_eq!(kept(&[("lib.rs", 5), ("lib.rs", 5)]), (vec![], false));
    }

    #[test]
    fn a_body_that_cannot_run_again_runs_once() {
        let text = "#[tokio::test]\nasync fn a() {}\n#[tokio::test]\nasync fn b() {}\n#[test]\nfn c() {}\n";
        let left = |errors: &[(&str, usize)]| {
            let (_folder, plan, has_taken) = after(text, Cancels::Each, errors);
            (plan.covered(), plan.cancelled(), has_taken)
        };
        assert_eq!(left(&[]), (3, 2, false));
        assert_eq!(left(&[("lib.rs", 4)]), (3, 1, true));
        // The attribute itself was meant.
        assert_eq!(left(&[("lib.rs", 4), ("lib.rs", 4)]), (2, 1, true));
        assert_eq!(left(&[("lib.rs", 6)]), (2, 2, true));
    }

    #[test]
    fn sentences_fit_their_numbers() {
        let [one, two] = [1, 2].map(once);
        let begin = "leakcheck: something does not compile; building again with";
        assert_eq!(
            (one, two),
            (
                format!("{begin} 1 test that is not cancelled\n"),
                format!("{begin} 2 tests that are not cancelled\n")
            )
        );
        let [one, two] = [1, 2].map(again);
        let begin =
            "leakcheck: something does not compile; building again with the attribute taken off";
        assert_eq!(
            (one, two),
            (format!("{begin} 1 test\n"), format!("{begin} 2 tests\n"))
        );
    }
}
