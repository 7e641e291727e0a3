//! The key `repeat = ".."`: in how many rounds a body runs.

use syn::LitStr;

use crate::key_value::KeyValue;

/// Rounds to warm up and rounds that are measured, as they were written and as numbers.
pub(crate) fn read(entry: &KeyValue) -> syn::Result<(LitStr, [u32; 2])> {
    let form = r#"repeat = "3:5""#;
    let text: LitStr = entry.assigned(form)?;
    let value = text.value();
    let rounds = value.split_once(':').and_then(|(warm_up, measured)| {
        Some([warm_up.trim().parse().ok()?, measured.trim().parse().ok()?])
    });
    match rounds {
        Some([_, 0 | 1]) => Err(entry.error(
            text.span(),
            "growth shows from two measured rounds on; they are the second number",
        )),
        Some(rounds) => Ok((text, rounds)),
        None => Err(entry.error(
            text.span(),
            format_args!("write rounds to warm up and rounds to measure, as `{form}`"),
        )),
    }
}
