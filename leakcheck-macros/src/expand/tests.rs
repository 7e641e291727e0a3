//! The shape of what functions become; whether it compiles and runs is tested where there is a compiler.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::parse::{ParseStream, Parser as _};

use crate::test_fn::TestFn;

/// The test attribute that we add, as text.
const BUILTIN: &str = "#[::core::prelude::v1::test]";

/// Expands `#[leak_checked(args)] item`.
fn leak_checked(args: TokenStream, item: TokenStream) -> TestFn {
    first(super::leak_checked(args, item))
}

/// Expands `#[leakcheck::test(args)] item`.
fn test(args: TokenStream, item: TokenStream) -> TestFn {
    first(super::test(args, item, None))
}

/// The function without its registration.
fn first(expanded: TokenStream) -> TestFn {
    let parse = |input: ParseStream<'_>| {
        let test = input.parse()?;
        input.parse::<TokenStream>()?;
        Ok(test)
    };
    parse.parse2(expanded).expect("a function comes first")
}

/// What stands behind the function, without spaces.
fn beside(expanded: TokenStream) -> String {
    let parse = |input: ParseStream<'_>| {
        input.parse::<TestFn>()?;
        input.parse::<TokenStream>()
    };
    let beside = parse.parse2(expanded).expect("a function comes first");
    beside.to_string().replace(' ', "")
}

/// The error text in an expansion.
fn mistake(expanded: &TokenStream) -> String {
    let text = expanded.to_string();
    let (_, error) = text
        .split_once("compile_error ! {")
        .unwrap_or_else(|| panic!("no error in {text}"));
    error.into()
}

/// The attributes of a function, without spaces.
fn attrs(test: &TestFn) -> Vec<String> {
    test.attrs
        .iter()
        .map(|attr| attr.to_token_stream().to_string().replace(' ', ""))
        .collect()
}

/// The body of a function, without spaces.
fn body(test: &TestFn) -> String {
    test.stmts.to_string().replace(' ', "")
}

#[test]
fn the_modifier_adds_no_test_attribute() {
    let expanded = leak_checked(
        quote!(),
        quote!(
            #[serial]
            #[test]
            #[ignore = "slow"]
            fn a() {}
        ),
    );
    assert_eq!(
        attrs(&expanded),
        ["#[serial]", "#[test]", "#[ignore=\"slow\"]"]
    );
    assert!(body(&expanded).contains("::leakcheck::__private::run_sync("));
    assert_eq!(
        attrs(&leak_checked(
            quote!(),
            quote!(
                fn a() {}
            )
        )),
        [""; 0]
    );
}

#[test]
fn tokio_is_taken_over_and_its_place_is_the_last_as_it_would_choose_itself() {
    let item = quote!(
        #[doc = "a"]
        #[tokio::test(flavor = "multi_thread")]
        #[serial]
        async fn a() {}
    );
    let expanded = leak_checked(quote!(), item);
    assert_eq!(attrs(&expanded), ["#[doc=\"a\"]", "#[serial]", BUILTIN]);
    assert!(expanded.sig.asyncness.is_none());
    assert!(body(&expanded).contains("::leakcheck::__private::run_async("));
    assert!(body(&expanded).contains("new_multi_thread()"));
}

#[test]
fn a_wrapped_tokio_is_unwrapped() {
    let item = quote!(
        #[test_log::test(tokio::test(flavor = "local"))]
        async fn a() {}
    );
    let expanded = leak_checked(quote!(), item);
    assert_eq!(attrs(&expanded), ["#[test_log::test]"]);
    assert!(body(&expanded).contains("build_local("));
}

#[test]
fn a_runtime_of_another_framework_is_left_to_it() {
    let expanded = leak_checked(
        quote!(),
        quote!(
            #[sqlx::test]
            async fn a(pool: Pool) {}
        ),
    );
    assert_eq!(attrs(&expanded), ["#[sqlx::test]"]);
    assert!(expanded.sig.asyncness.is_some());
    assert!(body(&expanded).ends_with("body).await"));
    assert!(body(&expanded).contains("let_=&pool;"));
    // What it lends to the test is ended later.
    assert!(body(&expanded).contains("::lent(") && body(&expanded).contains("\"sqlx\""));
}

#[test]
fn a_framework_that_lends_nothing_has_no_rule() {
    let expanded = leak_checked(
        quote!(),
        quote!(
            #[sqlx::test]
            async fn a() {}
        ),
    );
    assert!(!body(&expanded).contains("::lent("));
}

#[test]
fn the_full_attribute_adds_one_behind_all_others() {
    for item in [
        quote!(
            #[serial]
            async fn a() {}
        ),
        quote!(
            #[serial]
            fn a() {}
        ),
    ] {
        assert_eq!(attrs(&test(quote!(), item)), ["#[serial]", BUILTIN]);
    }
}

#[test]
fn generators_come_first() {
    let table = [
        (
            quote!(
                #[rstest]
                #[case(1)]
                #[tokio::test(flavor = "local")]
                #[serial]
                async fn a(b: u8) {}
            ),
            vec![
                "#[rstest]",
                "#[case(1)]",
                "#[serial]",
                "#[::leakcheck::test(settle=\"1s\",flavor=\"local\",)]",
            ],
        ),
        (
            quote!(
                #[test_case(1)]
                #[test_case(2)]
                fn a(b: u8) {}
            ),
            vec![
                "#[test_case(1)]",
                "#[test_case(2)]",
                "#[::leakcheck::leak_checked(settle=\"1s\",)]",
            ],
        ),
        (
            quote!(
                #[rstest]
                #[case(1)]
                #[actix_rt::test]
                async fn a(b: u8) {}
            ),
            vec![
                "#[rstest]",
                "#[case(1)]",
                "#[::leakcheck::leak_checked(settle=\"1s\",)]",
                "#[actix_rt::test]",
            ],
        ),
        (
            quote!(
                #[test_context(C)]
                #[tokio::test]
                async fn a(b: C) {}
            ),
            vec!["#[test_context(C)]", "#[::leakcheck::test(settle=\"1s\",)]"],
        ),
        (
            quote!(
                #[tokio::test]
                #[cfg_attr(unix, should_panic)]
                async fn a() {}
            ),
            vec![
                "#[cfg_attr(unix,should_panic)]",
                "#[::leakcheck::leak_checked(settle=\"1s\",)]",
                "#[tokio::test]",
            ],
        ),
    ];
    for (item, expected) in table {
        let expanded = leak_checked(quote!(settle = "1s"), item);
        assert_eq!(attrs(&expanded), expected);
        assert_eq!(body(&expanded), "");
    }
    let full = test(
        quote!(name = "n"),
        quote!(
            #[rstest]
            #[case(1)]
            async fn a(b: u8) {}
        ),
    );
    assert_eq!(
        attrs(&full),
        [
            "#[rstest]",
            "#[case(1)]",
            "#[::leakcheck::test(name=\"n\",)]"
        ]
    );
}

#[test]
fn should_panic_is_taken_away_unless_it_is_known_already() {
    let item = quote!(
        #[test]
        #[should_panic(expected = "b")]
        fn a() {}
    );
    let later = leak_checked(quote!(), item);
    assert_eq!(attrs(&later), ["#[test]"]);
    assert!(body(&later).contains("ShouldPanic::With(\"b\")"));
    let known = leak_checked(
        quote!(),
        quote!(
            #[should_panic = "b"]
            fn a() {}
        ),
    );
    assert_eq!(attrs(&known), ["#[should_panic=\"b\"]"]);
    assert!(body(&known).contains("resume_unwind(::std::boxed::Box::new(\"b\"))"));
}

#[test]
fn inner_attributes_move_to_the_outside() {
    let expanded = leak_checked(
        quote!(),
        quote!(
            #[test]
            fn a() {
                #![allow(unused)]
                let b = 1;
            }
        ),
    );
    assert_eq!(attrs(&expanded), ["#[test]", "#[allow(unused)]"]);
}

#[test]
fn syntax_of_the_body_is_not_looked_at() {
    let expanded = leak_checked(quote!(), quote!(#[test] fn a() { yeet 1 <- 2; }));
    assert!(body(&expanded).contains("{yeet1<-2;}"));
}

#[test]
fn a_raw_name_is_told_as_the_harness_lists_it() {
    assert!(
        body(&test(
            quote!(),
            quote!(
                fn r#type() {}
            )
        ))
        .contains("name:\"r#type\",")
    );
}

#[test]
fn tokio_expanded_before_us_is_recognised_however_deep() {
    let expanded = quote! {
        let body = async { b().await };
        tokio::pin!(body);
        let body: ::core::pin::Pin<&mut dyn ::core::future::Future<Output = ()>> = body;
        #[allow(clippy::expect_used)]
        {
            use tokio::runtime::Builder;
            return Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("Failed building the Runtime")
                .block_on(body);
        }
    };
    for item in [
        quote!(#[::core::prelude::v1::test] fn a() { #expanded }),
        quote!(fn a() { lock(|| { #expanded }); }),
    ] {
        let error = mistake(&super::leak_checked(quote!(), item));
        assert!(
            error.contains("put `#[leak_checked]` above `#[tokio::test]`"),
            "{error}"
        );
    }
}

#[test]
fn a_runtime_built_by_hand_is_fine() {
    let expanded = leak_checked(
        quote!(),
        quote! {
            #[test]
            fn a() {
                let body = async { b().await };
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                runtime.expect("Failed building the Runtime").block_on(body);
            }
        },
    );
    assert!(body(&expanded).contains("run_sync("));
}

#[test]
fn an_error_keeps_the_function_without_its_helpers() {
    let item = quote!(
        #[rstest]
        #[case(1)]
        #[allow(unused)]
        async fn a(#[case] b: u8) {
            c(b)
        }
    );
    let expanded = super::leak_checked(quote!(settel = "1s"), item).to_string();
    let kept = quote!(
        #[allow(unused)]
        #[allow(dead_code)]
        async fn a(b: u8) {
            c(b)
        }
    )
    .to_string();
    assert!(expanded.starts_with(&kept), "{expanded}");
    assert!(expanded.contains("did you mean `settle`?"), "{expanded}");
}

#[test]
fn a_test_registered_above_is_refused_if_it_is_not_async() {
    let expand = |item| super::test(quote!(), item, Some("#[test]\n"));
    assert!(
        mistake(&expand(quote!(
            fn a() {}
        )))
        .contains("run twice")
    );
    assert!(
        !expand(quote!(
            async fn a() {}
        ))
        .to_string()
        .contains("compile_error")
    );
}

#[test]
fn a_test_is_registered_beside_its_function() {
    let item = quote!(
        #[cfg(unix)]
        #[serial]
        #[test]
        #[ignore = "slow"]
        #[cfg_attr(windows, ignore)]
        fn a() {}
    );
    let beside = beside(super::leak_checked(quote!(), item));
    assert!(
        beside.starts_with(
            "#[cfg(unix)]::leakcheck::__private::collect!{{#[cfg(unix)]#[serial]fna(){"
        )
    );
    assert!(
        beside.ends_with(",false||true||::core::cfg!(windows)}"),
        "{beside}"
    );
}

#[test]
fn what_cannot_be_registered_is_refused() {
    let log = quote!(
        #[test_log::test]
        fn a() {}
    );
    let refused = beside(super::leak_checked(quote!(), log));
    assert!(
        refused.starts_with("::leakcheck::__private::collect!{!"),
        "{refused}"
    );
    assert!(refused.ends_with(",false,\"test_log::test\"}"), "{refused}");
    let cases = quote!(
        #[test_case(1)]
        fn a(b: u8) {}
    );
    let refused = beside(super::leak_checked(quote!(), cases));
    assert!(refused.ends_with(",false,\"test_case\"}"), "{refused}");
}

#[test]
fn what_others_call_is_not_registered() {
    let item = quote!(
        fn a() {}
    );
    assert_eq!(beside(super::leak_checked(quote!(), item)), "");
}
