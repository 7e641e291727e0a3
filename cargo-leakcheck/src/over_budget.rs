//! Tests that had more alive at one time, or made more in a second, than a budget allows.

use std::time::Duration;

use leakcheck_report::{Breach, BreachRate, plural, time};

use crate::{
    escape::code,
    finding::place,
    repository::{Place, Repository},
    summary::Checked,
};

const SECOND_US: u64 = 1_000_000;

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

/// `412 tasks where 200 are allowed`; of a rate `412 tasks a second where 200 are allowed`, or, of less than a second,
/// `412 tasks in 52 ms where 200 are allowed in a second`.
pub(crate) fn much(breach: &Breach) -> String {
    let (number, per, limit_per) = match &breach.rate {
        None => (breach.peak, String::new(), ""),
        Some(rate) if rate.within_us >= SECOND_US => (breach.peak, " a second".to_owned(), ""),
        Some(rate) => (rate.begun, format!(" in {}", taken(rate)), " in a second"),
    };
    let least = if breach.at_least { "at least " } else { "" };
    let number = plural::named(number, &breach.kind);
    let are = if breach.limit == 1 { "is" } else { "are" };
    format!(
        "{least}{number}{per} where {} {are} allowed{limit_per}",
        breach.limit
    )
}

/// How long the bodies took in which that began.
pub(crate) fn taken(rate: &BreachRate) -> String {
    time::taken(Duration::from_micros(rate.within_us))
}

/// The line that made most of it, or else that of the test.
pub(crate) fn line(checked: &Checked, breach: &Breach, repository: &Repository) -> Option<Place> {
    let package = checked.test.package.as_deref();
    let frame = breach.sites.first().map(|site| &site.at);
    let made = frame.and_then(|frame| repository.of_frame(frame, package));
    made.or_else(|| repository.of_location(&checked.at, package))
}
