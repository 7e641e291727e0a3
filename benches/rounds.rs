//! Interleaved rounds: A B C, A B C, .., so that whatever else the machine does meets all of them alike.

use std::fmt;

/// How much is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Enough for numbers to quote.
    Full,
    /// Enough to see that every row can be measured.
    Quick,
}

impl Scale {
    /// Rounds of a row, a tenth of them for a quick run.
    pub fn rounds(self, full: usize) -> usize {
        match self {
            Self::Full => full,
            Self::Quick => full.div_ceil(10).max(3),
        }
    }
}

/// One who takes part in every round and says how many nanoseconds one operation took.
pub struct Entrant<'a> {
    name: String,
    run: Box<dyn FnMut() -> Result<f64, String> + 'a>,
}

impl<'a> Entrant<'a> {
    /// Names it and says how it is run.
    pub fn new(name: impl Into<String>, run: impl FnMut() -> Result<f64, String> + 'a) -> Self {
        Self {
            name: name.into(),
            run: Box::new(run),
        }
    }
}

impl fmt::Debug for Entrant<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Entrant").field(&self.name).finish()
    }
}

/// The median of each entrant over `rounds`, after one round that does not count.
///
/// # Errors
///
/// The first failure of an entrant, with its name.
pub fn medians(
    rounds: usize,
    mut entrants: Vec<Entrant<'_>>,
) -> Result<Vec<(String, f64)>, String> {
    let mut taken: Vec<Vec<f64>> = entrants.iter().map(|_| Vec::new()).collect();
    for round in 0..=rounds {
        for (entrant, taken) in entrants.iter_mut().zip(&mut taken) {
            let time = (entrant.run)().map_err(|why| format!("{}: {why}", entrant.name))?;
            if round > 0 {
                taken.push(time);
            }
        }
    }
    let names = entrants.into_iter().map(|entrant| entrant.name);
    Ok(names.zip(taken.into_iter().map(median)).collect())
}

/// The middle of what was taken, which must be something.
///
/// # Panics
///
/// Where there is nothing.
pub fn median<T: PartialOrd + Copy>(mut taken: Vec<T>) -> T {
    taken.sort_by(|one, other| one.partial_cmp(other).expect("no time is NaN"));
    taken[taken.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_round_does_not_count() {
        let mut times = [1000.0, 3.0, 1.0, 2.0].into_iter();
        let entrant = Entrant::new("one", move || {
            times.next().ok_or("too many rounds".to_owned())
        });
        assert_eq!(medians(3, vec![entrant]), Ok(vec![("one".to_owned(), 2.0)]));
    }

    #[test]
    fn a_failure_says_whose_it_is() {
        let entrant = Entrant::new("one", || Err("no port".to_owned()));
        assert_eq!(medians(3, vec![entrant]), Err("one: no port".to_owned()));
    }
}
