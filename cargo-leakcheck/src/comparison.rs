//! Two stored runs are read, compared, and told of.

use std::{num::NonZeroUsize, path::Path};

use crate::{
    args::Format,
    baseline::Baseline,
    diff::{self, Diff, Run},
    error::Error,
    exit::Exit,
    exports,
    link::Links,
    output,
    repository::Repository,
    run_store, shards,
    summary::Summary,
    workspace::Workspace,
};

/// Compares a run, the last one if none is named, with the one before it. Nothing is claimed of what could not be read.
pub(crate) fn run(
    before: &Path,
    after: Option<&Path>,
    (known, mut errors): (Baseline, Vec<Error>),
    format: Format,
    workspace: &Workspace,
    repository: &Repository,
) -> Exit {
    let compared = compare(
        before,
        after,
        &known,
        &mut errors,
        format,
        workspace,
        repository,
    );
    let fails = compared.unwrap_or_else(|error| {
        errors.push(error);
        if format == Format::Json {
            output::print(&diff::json_of_nothing(&Error::told(&errors)));
        }
        false
    });
    errors.iter().for_each(output::complain);
    Exit::of(None, !errors.is_empty(), fails)
}

fn compare(
    before: &Path,
    after: Option<&Path>,
    known: &Baseline,
    errors: &mut Vec<Error>,
    format: Format,
    workspace: &Workspace,
    repository: &Repository,
) -> Result<bool, Error> {
    let after = match after {
        Some(after) => after.to_owned(),
        None => run_store::last(&workspace.runs())?,
    };
    let [before, after] = [before, &after].map(run_store::run_in);
    if is_same(&before, &after) {
        return Err(Error::SameRun { folder: after });
    }
    let [earlier, later] = [&before, &after].map(|folder| {
        let (summary, unread) = whole(folder, known, workspace);
        errors.extend(unread);
        summary
    });
    let [earlier, later] =
        [(&before, &earlier), (&after, &later)].map(|(folder, summary)| Run { folder, summary });
    let diff = Diff::of(earlier, later);
    output::print(&match format {
        Format::Text => diff::text(&diff, Links::for_terminal(repository)),
        Format::Json => diff::json(&diff, &Error::told(errors)),
    });
    errors.extend(exports::add_to_step(|| diff::markdown(&diff)).err());
    Ok(diff.fails())
}

/// The run in a folder, and what is wrong with it: what it lacks would pass for gone.
pub(crate) fn whole(
    folder: &Path,
    known: &Baseline,
    workspace: &Workspace,
) -> (Summary, Vec<Error>) {
    let only = Some(NonZeroUsize::MIN);
    let (rounds, errors) = shards::read(&[folder.to_owned()], only, workspace);
    (Summary::of(&rounds, known), errors)
}

fn is_same(one: &Path, other: &Path) -> bool {
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    whole(one) == whole(other)
}
