//! Names, macros and attributes of the user that generated code must not get in the way of.

use leakcheck::leak_checked;

use crate::ran;

#[leak_checked]
#[tokio::test]
async fn body() {
    ran::on_default();
}

#[leakcheck::test]
fn r#type() {
    ran::sync();
}

#[leak_checked]
#[test]
#[allow(non_snake_case, reason = "the name is what is tested")]
fn META() {
    const META: u32 = 1;
    let (body, meta, options, failed) = (META, 2, 3, 4);
    ran::sync();
    assert_eq!(body + meta + options + failed, 10);
}

#[leakcheck::test]
async fn inner_attributes() {
    #![allow(
        unused_variables,
        reason = "nothing else would make the next line pass `-D warnings`"
    )]
    let unused = 1;
    ran::on_default();
}

#[leakcheck::test(flavor = "local")]
#[allow(
    clippy::semicolon_if_nothing_returned,
    reason = "the missing semicolon is what is tested"
)]
async fn the_last_statement_has_no_semicolon() {
    ran::on_default();
    assert_eq!(tokio::spawn(async { 7 }).await.ok(), Some(7))
}

macro_rules! tests {
    ($($(#[$attribute:meta])* $name:ident => $body:block)*) => {
        $(
            $(#[$attribute])*
            async fn $name() $body
        )*
    };
}

tests! {
    #[leak_checked]
    #[tokio::test]
    by_a_macro => { ran::on_default() }

    #[leakcheck::test]
    by_a_macro_with_one_attribute => { ran::on_default() }
}

/// Everything that the prelude offers means something else here.
mod shadowed {
    #![allow(
        dead_code,
        unused_macros,
        non_camel_case_types,
        reason = "shadows are made, not used"
    )]

    use crate::ran;

    struct Result;
    struct Option;
    struct Some;
    struct None;
    struct Ok;
    struct Err;
    struct Box;
    struct Options;
    struct Duration;
    struct Local;
    struct Kind;
    struct Outcome;
    struct u32;
    mod core {}
    mod std {}
    mod leakcheck {}
    mod tokio {}
    macro_rules! line {
        () => {
            compile_error!("shadowed")
        };
    }
    macro_rules! file {
        () => {
            compile_error!("shadowed")
        };
    }
    macro_rules! panic {
        () => {
            compile_error!("shadowed")
        };
    }

    #[::leakcheck::leak_checked(
        settle = "1s",
        timeout = "2s",
        level = "deny",
        kinds(tasks),
        ignore_created_by = "x"
    )]
    #[::core::prelude::v1::test]
    fn sync() {
        ran::sync();
    }

    #[::leakcheck::test(flavor = "local", start_paused = true)]
    async fn local() {
        ran::on_default();
    }

    #[::leakcheck::test(flavor = "multi_thread")]
    async fn result() -> ::core::result::Result<(), ::std::string::String> {
        ran::on(::tokio::runtime::RuntimeFlavor::MultiThread);
        ::core::result::Result::Ok(())
    }
}
