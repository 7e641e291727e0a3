//! What a test had or made too much of, told at length.

use std::time::Duration;

use leakcheck_report::time;

use crate::{
    over_budget::{much, taken},
    report::Report,
    telling::Telling,
};

/// All that is known of the breaches of a test.
pub(crate) fn tell(telling: &mut Telling<'_>, report: &Report) {
    for breach in &report.breaches {
        let when = match &breach.rate {
            None => {
                let after = time::taken(Duration::from_millis(breach.after_ms));
                format!("{after} after the body began")
            }
            Some(rate) => format!("{} in {} of the body", rate.begun, taken(rate)),
        };
        let heading = format!("over budget: {}, {when}", much(breach));
        telling.heading(&heading);
        for site in &breach.sites {
            let made = format!(
                "made {} of the {} that were noted, at ",
                site.count, breach.noted
            );
            telling.place(2, &made, &site.at);
        }
    }
}
