//! Adding the checker changes no type that the compiler infers: each line here compiles because there is one candidate, and would
//! not if a crate that comes along added another, as `serde_json` does for every number.
#![cfg(test)]
#![allow(
    clippy::comparison_to_empty,
    clippy::useless_conversion,
    reason = "that is what is inferred"
)]

use std::{borrow::Cow, path::PathBuf, time::Duration};

fn none<T>() -> Vec<T> {
    Vec::new()
}

/// Compares with literals whose element type is left to inference.
macro_rules! against_nothing {
    ($($name:ident: $kind:ty;)*) => {
        $(
            #[leakcheck::leak_checked]
            #[test]
            fn $name() {
                let found: Vec<$kind> = none();
                assert_eq!(found, []);
                assert_eq!(found.as_slice(), []);
                assert_eq!(found, vec![]);
                assert!(found == none());
                let boxed: Box<[$kind]> = none().into();
                assert_eq!(*boxed, []);
                let one: Option<$kind> = found.into_iter().next();
                assert_eq!(one, None);
            }
        )*
    };
}

against_nothing! {
    of_u8: u8;
    of_u16: u16;
    of_u32: u32;
    of_u64: u64;
    of_u128: u128;
    of_usize: usize;
    of_i8: i8;
    of_i16: i16;
    of_i32: i32;
    of_i64: i64;
    of_i128: i128;
    of_isize: isize;
    of_f32: f32;
    of_f64: f64;
    of_bool: bool;
    of_char: char;
    of_units: ();
    of_pairs: (u8, String);
    of_triples: (&'static str, f64, Option<bool>);
    of_options: Option<u64>;
    of_optional_text: Option<&'static str>;
    of_durations: Duration;
    of_results: Result<u8, String>;
}

fn takes<T>(value: T) -> T {
    value
}

#[leakcheck::leak_checked]
#[test]
fn conversions() {
    assert_eq!(takes::<u64>(1_u8.into()), 1);
    assert_eq!(takes::<i128>(1_u32.into()), 1);
    assert_eq!(takes::<f64>(1_f32.into()), 1.0);
    assert_eq!(takes::<u32>('a'.into()), 97);
    assert_eq!(takes::<String>("a".into()), "a");
    assert_eq!(takes::<Cow<'_, str>>("a".into()), "a");
    assert_eq!(takes::<Vec<u8>>("a".into()), [97]);
    assert_eq!(takes::<PathBuf>("a".into()), PathBuf::from("a"));
    assert_eq!(takes::<Option<u8>>(1.into()), Some(1));
    assert_eq!(takes::<Box<str>>("a".into()), "a".into());
    assert_eq!(
        takes::<Option<String>>(String::from("a").into()),
        Some("a".into())
    );
    let text: String = ["a", "b"].into_iter().collect();
    assert_eq!(text, "ab");
}

#[leakcheck::leak_checked]
#[test]
fn operators() {
    let sum: u32 = [1, 2].iter().sum();
    assert_eq!(sum * 2, 6);
    let doubled: Vec<_> = [1.0, 2.0].iter().map(|x| x * 2.0).collect();
    assert_eq!(doubled, [2.0, 4.0]);
    assert_eq!(Duration::from_secs(1) * 2, 2 * Duration::from_secs(1));
    assert_eq!("1".parse::<u8>().map(|one| one + 1), Ok(2));
    assert_eq!(
        [1, 2] as [u8; 2],
        *none().iter().chain(&[1, 2]).copied().collect::<Vec<_>>()
    );
    assert!("a" < "b" && String::from("a") < "b".into());
}

#[leakcheck::leak_checked]
mod tests_of_modules {
    #[test]
    fn text() {
        let found: String = String::new();
        assert_eq!(found, "");
        assert_eq!(found, String::default());
        assert_eq!(found.as_str(), Some("").unwrap_or_default());
    }
}
