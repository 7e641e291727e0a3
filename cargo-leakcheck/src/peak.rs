//! What a test had too much of at one time, told at length.

use std::time::Duration;

use leakcheck_report::time;

use crate::{over_budget::much, report::Report, telling::Telling};

/// All that is known of the breaches of a test.
pub(crate) fn tell(telling: &mut Telling<'_>, report: &Report) {
    for breach in &report.breaches {
        let after = time::taken(Duration::from_millis(breach.after_ms));
        let heading = format!(
            "over budget: {}, {after} after the body began",
            much(breach)
        );
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
