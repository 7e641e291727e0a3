//! The runtime that each set of arguments builds.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::parse_quote;

use super::Runtime;

/// The statements between making the builder and building the runtime, without spaces.
fn settings(args: TokenStream) -> String {
    let runtime = Runtime::of_tokio(args).expect("the arguments are right");
    let build = runtime.build(&parse_quote!(lc));
    syn::parse2::<syn::ExprClosure>(build.clone()).expect("this is a closure");
    let build = build.to_string().replace(' ', "");
    let start = build.find("Builder::").expect("there is a builder") + "Builder::".len();
    let end = build
        .find("prepare(&mutbuilder);")
        .expect("the library sees the builder");
    build[start..end].into()
}

/// The error texts of arguments that have mistakes.
fn mistakes(args: TokenStream) -> Vec<String> {
    let error = Runtime::of_tokio(args)
        .err()
        .expect("the arguments are wrong");
    error.into_iter().map(|error| error.to_string()).collect()
}

#[test]
fn every_argument_is_one_setting() {
    let current = "new_current_thread();builder.enable_all();";
    let multi = "new_multi_thread();builder.enable_all();";
    let table = [
        (quote!(), current.into()),
        (quote!(flavor = "current_thread"), current.into()),
        (quote!(flavor = "local"), current.into()),
        (quote!(flavor = "multi_thread"), multi.into()),
        (quote!(crate = "tk"), current.into()),
        (
            quote!(flavor = "multi_thread", worker_threads = 2),
            format!("{multi}builder.worker_threads(2);"),
        ),
        (
            quote!(start_paused = true),
            format!("{current}builder.start_paused(true);"),
        ),
        (quote!(name = "a"), format!("{current}builder.name(\"a\");")),
        (
            quote!(unhandled_panic = "ignore"),
            format!(
                "{current}builder.unhandled_panic(lc::__private::tokio::runtime::UnhandledPanic::Ignore);"
            ),
        ),
        (
            quote!(unhandled_panic = "shutdown_runtime"),
            format!(
                "{current}builder.unhandled_panic(lc::__private::tokio::runtime::UnhandledPanic::ShutdownRuntime);"
            ),
        ),
    ];
    for (args, expected) in table {
        assert_eq!(settings(args), expected);
    }
}

#[test]
fn only_a_local_runtime_needs_a_recent_tokio() {
    let build = |args| {
        Runtime::of_tokio(args)
            .unwrap_or_default()
            .build(&parse_quote!(lc))
            .to_string()
    };
    assert!(build(quote!(flavor = "local")).contains("LocalRuntime"));
    assert!(!build(quote!(flavor = "multi_thread")).contains("Local"));
}

#[test]
fn what_a_flavor_cannot_do_is_refused() {
    let refused = [
        quote!(worker_threads = 2),
        quote!(flavor = "local", worker_threads = 2),
        quote!(flavor = "multi_thread", start_paused = true),
        quote!(flavor = "multi_thread", unhandled_panic = "ignore"),
    ];
    for args in refused {
        let mistakes = mistakes(args);
        assert!(
            mistakes[0].contains("flavor: `#[tokio::test(flavor = "),
            "{mistakes:?}"
        );
    }
    assert!(Runtime::of_tokio(quote!(flavor = "local", start_paused = true)).is_ok());
}

#[test]
fn old_names_lead_to_the_new_ones() {
    let table = [
        (quote!(core_threads = 2), "worker_threads"),
        (quote!(threaded_scheduler), "flavor = \"multi_thread\""),
        (quote!(basic_scheduler), "flavor = \"current_thread\""),
        (quote!(multi_thread), "flavor = \"multi_thread\""),
        (quote!(flavor = "single_thread"), "current_thread"),
    ];
    for (args, hint) in table {
        let mistakes = mistakes(args);
        assert!(mistakes[0].contains(hint), "{mistakes:?}");
    }
}

#[test]
fn what_is_written_out_reads_the_same() {
    let args = quote! {
        flavor = "local", start_paused = false, unhandled_panic = "ignore", name = "a",
    };
    let runtime = Runtime::of_tokio(args.clone()).expect("the arguments are right");
    assert_eq!(runtime.to_token_stream().to_string(), args.to_string());
}
