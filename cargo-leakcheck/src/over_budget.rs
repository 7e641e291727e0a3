//! Tests that had more alive at one time than a budget allows.

use leakcheck_report::{Breach, plural};

use crate::{
    escape::code,
    finding::place,
    repository::{Place, Repository},
    summary::Checked,
};

/// Each breach of a test with a sentence for it.
pub(crate) fn sentences(checked: &Checked) -> impl Iterator<Item = (&Breach, String)> {
    let breaches = checked.breaches.iter();
    breaches.map(|breach| (breach, sentence(checked, breach)))
}

fn sentence(checked: &Checked, breach: &Breach) -> String {
    let test = checked.test.quoted();
    let most = breach.sites.first();
    let most = most.and_then(|site| Some((site.count, place(&site.at)?)));
    let most = most.map_or_else(String::new, |(count, place)| {
        let were = if count == 1 { "was" } else { "were" };
        format!("; {count} of them {were} made at {}", code(&place))
    });
    format!("{test} went over its budget: {}{most}", much(breach))
}

/// `412 tasks where 200 are allowed`.
pub(crate) fn much(breach: &Breach) -> String {
    let least = if breach.at_least { "at least " } else { "" };
    let peak = plural::named(breach.peak, &breach.kind);
    let are = if breach.limit == 1 { "is" } else { "are" };
    format!("{least}{peak} where {} {are} allowed", breach.limit)
}

/// The line that made most of it, or else that of the test.
pub(crate) fn line(checked: &Checked, breach: &Breach, repository: &Repository) -> Option<Place> {
    let package = checked.test.package.as_deref();
    let frame = breach.sites.first().map(|site| &site.at);
    let made = frame.and_then(|frame| repository.of_frame(frame, package));
    made.or_else(|| repository.of_location(&checked.at, package))
}
