//! What is printed: one section per row of the benchmark, one line per entrant.

use std::fmt;

#[derive(Clone, Debug)]
struct Line {
    name: String,
    value: String,
    ratio: Option<f64>,
    remark: String,
}

/// The lines of one row.
#[derive(Clone, Debug)]
pub struct Section {
    title: String,
    lines: Vec<Line>,
}

impl Section {
    /// Without lines.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            lines: Vec::new(),
        }
    }

    /// Adds medians in nanoseconds per operation, each with its ratio to the first of them.
    #[must_use]
    pub fn ratios(mut self, medians: &[(String, f64)]) -> Self {
        for (name, time) in medians {
            self = self.fact(name, nanoseconds(*time));
            if let (Some(line), Some((_, base))) = (self.lines.last_mut(), medians.first()) {
                line.ratio = Some(time / base);
            }
        }
        self
    }

    /// Adds medians in nanoseconds per operation, where there is no peer to compare them with.
    #[must_use]
    pub fn times(self, medians: &[(String, f64)]) -> Self {
        medians.iter().fold(self, |section, (name, time)| {
            section.fact(name, nanoseconds(*time))
        })
    }

    /// Adds a line of any unit.
    #[must_use]
    pub fn fact(mut self, name: &str, value: String) -> Self {
        self.lines.push(Line {
            name: name.to_owned(),
            value,
            ratio: None,
            remark: String::new(),
        });
        self
    }

    /// Says something about the last line of this name.
    ///
    /// # Panics
    ///
    /// Where there is no such line.
    #[must_use]
    pub fn remark(mut self, name: &str, remark: &str) -> Self {
        let line = self.lines.iter_mut().rfind(|line| line.name == name);
        let line = line.expect("remarks are on lines that were added");
        remark.clone_into(&mut line.remark);
        self
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.title)?;
        for Line {
            name,
            value,
            ratio,
            remark,
        } in &self.lines
        {
            let ratio = ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}x"));
            let line = format!("  {name:<44} {value:>10} {ratio:>8}  {remark}");
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

fn nanoseconds(time: f64) -> String {
    match time {
        ..1e4 => format!("{time:.0} ns"),
        ..1e7 => format!("{:.1} µs", time / 1e3),
        _ => format!("{:.1} ms", time / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_to_the_first_entrant() {
        let medians = [("plain".to_owned(), 200.0), ("ours".to_owned(), 250.0)];
        let section = Section::new("row")
            .ratios(&medians)
            .remark("ours", "target 1.35x");
        let text = section.to_string();
        let ours = text.lines().find(|line| line.contains("ours"));
        let words: Vec<&str> = ours.unwrap_or_default().split_whitespace().collect();
        assert_eq!(words, ["ours", "250", "ns", "1.25x", "target", "1.35x"]);
    }
}
