//! Lists the words that are valid somewhere, and finds the one a typo meant.

/// `` `a`, `b`, `c` `` for error texts.
pub fn listed<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<_> = words.into_iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

/// ``; did you mean `x`?``, or nothing where no valid word is close.
///
/// ```
/// use leakcheck_report::suggest::suggestion;
///
/// assert_eq!(suggestion("setle", ["settle", "timeout"]), "; did you mean `settle`?");
/// assert_eq!(suggestion("colour", ["settle", "timeout"]), "");
/// ```
pub fn suggestion<'a>(typed: &str, valid: impl IntoIterator<Item = &'a str>) -> String {
    nearest(typed, valid).map_or_else(String::new, |word| format!("; did you mean `{word}`?"))
}

/// The valid word that is close to what was typed, if one is.
pub fn nearest<'a>(typed: &str, valid: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let all = valid.into_iter().map(|word| (distance(typed, word), word));
    all.filter(|(distance, word)| *distance <= word.len().div_ceil(3))
        .min()
        .map(|(_, word)| word)
}

/// Edits between two words; leaving off the end of a word counts as one.
fn distance(typed: &str, word: &str) -> usize {
    if typed.len() >= 3 && word.starts_with(typed) {
        return usize::from(typed != word);
    }
    edits(typed, word)
}

/// How many letters have to be added, removed or replaced to make one word of the other.
pub fn edits(typed: &str, word: &str) -> usize {
    let word: Vec<char> = word.chars().collect();
    let mut row: Vec<usize> = (0..=word.len()).collect();
    for (i, typed) in typed.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, letter) in word.iter().enumerate() {
            let substituted = diagonal + usize::from(typed != *letter);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[word.len()]
}

#[cfg(test)]
mod tests {
    use super::{edits, listed, suggestion};

    #[test]
    fn words_are_quoted_and_separated() {
        assert_eq!(listed(["deny", "off"]), "`deny`, `off`");
    }

    #[test]
    fn a_typo_and_a_cut_off_word_are_recognised() {
        let keys = [
            "settle",
            "timeout",
            "ignore_top_function",
            "ignore_any_function",
        ];
        assert_eq!(suggestion("setle", keys), "; did you mean `settle`?");
        assert_eq!(suggestion("time_out", keys), "; did you mean `timeout`?");
        assert_eq!(
            suggestion("ignore_top", keys),
            "; did you mean `ignore_top_function`?"
        );
        assert_eq!(
            suggestion("ignore_any_functions", keys),
            "; did you mean `ignore_any_function`?"
        );
    }

    #[test]
    fn letters_are_counted() {
        assert_eq!(edits("own-sendr", "own-sender"), 1);
        assert_eq!((edits("", "ab"), edits("ab", "")), (2, 2));
    }

    #[test]
    fn a_word_like_no_other_gets_no_suggestion() {
        assert_eq!(suggestion("color", ["settle", "timeout"]), "");
        assert_eq!(suggestion("", ["off"]), "");
    }
}
