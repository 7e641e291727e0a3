//! A label that a user adds to all numbers of a run, so that runs can be told apart: `stage=before`.

use leakcheck_report::plural::one_of;

/// The labels that numbers have anyway.
const OWN: [&str; 5] = ["kind", "package", "pattern", "state", "what"];

/// A name and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) name: String,
    pub(crate) text: String,
}

impl Label {
    /// Reads `stage=before`.
    pub(crate) fn read(written: &str) -> Result<Self, String> {
        let (name, text) = written
            .split_once('=')
            .ok_or("expected a name and a text, such as `stage=before`")?;
        let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let begins = name.starts_with(|c: char| c.is_ascii_lowercase());
        if !begins || !name.chars().all(is_of_name) {
            return Err(
                "expected a name of letters, digits and `_` that begins with a small letter"
                    .to_owned(),
            );
        }
        if OWN.contains(&name) {
            return Err(format!(
                "{} are labels of leakcheck's own: take another name",
                one_of(OWN).replace(" or ", " and ")
            ));
        }
        let (name, text) = (name.to_owned(), text.to_owned());
        Ok(Self { name, text })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_has_a_name_that_can_be_asked_for() {
        let label = Label::read("fixed_by=a=\"b\"").expect("a label");
        assert_eq!((&*label.name, &*label.text), ("fixed_by", "a=\"b\""));
        assert_eq!(Label::read("stage=").expect("a label").text, "");
        for (written, why) in [
            (
                "stage",
                "expected a name and a text, such as `stage=before`",
            ),
            ("=a", "expected a name of letters"),
            ("__name__=a", "expected a name of letters"),
            ("9a=b", "expected a name of letters"),
            ("a-b=c", "expected a name of letters"),
            (
                "state=a",
                "`kind`, `package`, `pattern`, `state` and `what` are labels of leakcheck's own: take another name",
            ),
        ] {
            let error = Label::read(written).expect_err(written);
            assert!(error.starts_with(why), "{error}");
        }
    }
}
