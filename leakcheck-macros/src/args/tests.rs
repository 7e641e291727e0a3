//! What each key stands for, and how two sets of arguments become one.

use quote::{ToTokens as _, quote};

use super::Args;

/// The arguments, which have no mistake.
fn args(tokens: proc_macro2::TokenStream) -> Args {
    Args::of_modifier(tokens).expect("the arguments are right")
}

/// The error texts of arguments that have mistakes.
fn mistakes(tokens: proc_macro2::TokenStream) -> Vec<String> {
    let error = Args::of_modifier(tokens)
        .err()
        .expect("the arguments are wrong");
    error.into_iter().map(|error| error.to_string()).collect()
}

/// The expression for the options, without spaces.
fn options(args: &Args) -> String {
    args.options().to_string().replace(' ', "")
}

#[test]
fn a_missing_comma_is_named() {
    for tokens in [
        quote!(settle = "1s" timeout = "2s"),
        quote!(ignore_created_by = ["a"] timeout = "2s"),
    ] {
        assert_eq!(mistakes(tokens), ["a comma is missing before `timeout`"]);
    }
}

#[test]
fn nothing_said_is_the_default() {
    assert_eq!(options(&args(quote!())), "::leakcheck::Options::new()");
}

#[test]
fn every_key_is_one_call() {
    let table = [
        (
            quote!(ignore_top_function = "a"),
            r#".ignore_top_function("a")"#,
        ),
        (
            quote!(ignore_any_function = ["a", "b"]),
            r#".ignore_any_function("a").ignore_any_function("b")"#,
        ),
        (
            quote!(ignore_created_by = ["a",],),
            r#".ignore_created_by("a")"#,
        ),
        (
            quote!(ignore_created_by("a::b", "c")),
            r#".ignore_created_by("a::b").ignore_created_by("c")"#,
        ),
        (
            quote!(ignore_thread_name = "a-*"),
            r#".ignore_thread_name("a-*")"#,
        ),
        (
            quote!(settle = "1s 500ms"),
            ".settle(::core::time::Duration::new(1u64,500000000u32))",
        ),
        (
            quote!(settle = "0s"),
            ".settle(::core::time::Duration::new(0u64,0u32))",
        ),
        (
            quote!(timeout = "1m"),
            ".timeout(::core::time::Duration::new(60u64,0u32))",
        ),
        (
            quote!(cancel_within = "30s"),
            ".cancel_within(::core::time::Duration::new(30u64,0u32))",
        ),
        (
            quote!(cancel = "each"),
            ".cancel(::leakcheck::Cancel::at(1u32..))",
        ),
        (
            quote!(cancel = "2..20"),
            ".cancel(::leakcheck::Cancel::at(2u32..=19u32))",
        ),
        (
            quote!(cancel = "off"),
            ".cancel(::leakcheck::Cancel::off())",
        ),
        (quote!(level = "deny"), ".level(::leakcheck::Level::Deny)"),
        (quote!(level = "warn"), ".level(::leakcheck::Level::Warn)"),
        (quote!(level = "off"), ".level(::leakcheck::Level::Off)"),
        (
            quote!(unseen_panics = "deny"),
            ".unseen_panics(::leakcheck::Level::Deny)",
        ),
        (
            quote!(levels(fds = "warn", threads = "off",)),
            ".level_of(::leakcheck::Kind::Fd,::leakcheck::Level::Warn)\
             .level_of(::leakcheck::Kind::Thread,::leakcheck::Level::Off)",
        ),
        (
            quote!(kinds(tasks, threads)),
            ".kinds([::leakcheck::Kind::Task,::leakcheck::Kind::Thread])",
        ),
        (quote!(end_processes = true), ".end_processes()"),
        (
            quote!(max_live(tasks = 200, fds = 0x10)),
            ".max_live(::leakcheck::MaxLive::new().tasks(200).fds(0x10))",
        ),
        (
            quote!(repeat = "1:100", rate(tasks = 500, processes = 2)),
            ".rate(::leakcheck::Rate::new().tasks(500).processes(2))",
        ),
        (
            quote!(kinds(timers, fds, processes)),
            ".kinds([::leakcheck::Kind::Timer,::leakcheck::Kind::Fd,::leakcheck::Kind::Process])",
        ),
    ];
    for (tokens, call) in table {
        assert_eq!(
            options(&args(tokens)),
            format!("::leakcheck::Options::new(){call}")
        );
    }
}

#[test]
fn a_function_gives_the_layer_below() {
    let expected = "::leakcheck::__private::layer(a::b(),::leakcheck::Options::new())";
    assert_eq!(options(&args(quote!(options = a::b))), expected);
    assert_eq!(options(&args(quote!(options = "a::b"))), expected);
}

#[test]
fn the_library_may_be_elsewhere() {
    let args = args(quote!(crate = "crate::toolbox::lc", level = "off"));
    assert_eq!(
        options(&args),
        "crate::toolbox::lc::Options::new().level(crate::toolbox::lc::Level::Off)"
    );
}

#[test]
fn own_values_go_before_defaults_and_lists_are_joined() {
    let defaults = args(quote!(
        settle = "1s",
        timeout = "5s",
        ignore_thread_name = ["a", "b"],
        options = below
    ));
    let own = args(quote!(settle = "2s", ignore_thread_name = "c", kinds(fds)));
    let merged = own.or(&defaults).into_token_stream().to_string();
    let expected = quote! {
        ignore_thread_name = ["a", "b", "c"], settle = "2s", timeout = "5s", kinds(fds), options = below,
    };
    assert_eq!(merged, expected.to_string());
}

#[test]
fn a_level_of_a_kind_is_a_default_as_far_as_the_own_level_goes() {
    let defaults = args(quote!(levels(
        tasks = "deny",
        threads = "warn",
        fds = "off"
    )));
    let merged = |own| args(own).or(&defaults).into_token_stream().to_string();
    assert_eq!(
        merged(quote!(level = "warn", levels(fds = "deny"))),
        quote!(level = "warn", levels(fds = "deny", threads = "warn"),).to_string()
    );
    assert_eq!(
        merged(quote!(level = "off")),
        quote!(level = "off", levels(fds = "off"),).to_string()
    );
}

#[test]
fn a_limit_of_cancelled_runs_is_for_those_that_are_cancelled() {
    let defaults = args(quote!(cancel_within = "5s", settle = "1s"));
    let merged = |own| args(own).or(&defaults).into_token_stream().to_string();
    assert_eq!(merged(quote!()), quote!(settle = "1s",).to_string());
    assert_eq!(
        merged(quote!(cancel = "each")),
        quote!(settle = "1s", cancel_within = "5s", cancel = "each",).to_string()
    );
}

#[test]
fn what_is_written_out_reads_the_same() {
    let tokens = quote! {
        ignore_top_function = ["a"], settle = "1s", cancel_within = "5s", level = "warn", levels(fds = "off"), unseen_panics = "deny", kinds(tasks),
        max_live(tasks = 2, fds = 3), rate(threads = 4), end_processes = false, repeat = "3:5", cancel = "1..=20", cancellable, options = a::b, crate = "lc",
    };
    assert_eq!(
        args(tokens.clone()).into_token_stream().to_string(),
        tokens.to_string()
    );
}

#[test]
fn all_mistakes_are_told_at_once() {
    let mistakes = mistakes(quote!(
        settle = "soon",
        colour = 1,
        level = "of",
        level = "off"
    ));
    assert_eq!(mistakes.len(), 4);
    assert!(mistakes[0].contains("500ms"), "{mistakes:?}");
    assert!(
        mistakes[1].starts_with("unknown key `colour` in `#[leak_checked]`"),
        "{mistakes:?}"
    );
    assert!(mistakes[2].contains("did you mean `off`?"), "{mistakes:?}");
    assert_eq!(mistakes[3], "`level` is given twice");
}

#[test]
fn keys_of_the_runtime_belong_to_the_full_attribute() {
    let mistakes = mistakes(quote!(flavor = "local"));
    assert!(
        mistakes[0].contains("`#[leakcheck::test(..)]`"),
        "{mistakes:?}"
    );
    let both = Args::of_test(quote!(flavor = "local", settle = "1s"));
    let (own, runtime) = both.expect("the arguments are right");
    assert_eq!(
        own.into_token_stream().to_string(),
        quote!(settle = "1s",).to_string()
    );
    assert_eq!(
        runtime.into_token_stream().to_string(),
        quote!(flavor = "local",).to_string()
    );
}

#[test]
fn a_budget_of_a_kind_is_the_nearest() {
    let defaults = args(quote!(max_live(tasks = 200, threads = 8)));
    let merged = args(quote!(max_live(tasks = 5, fds = 3))).or(&defaults);
    assert_eq!(
        options(&merged),
        "::leakcheck::Options::new().max_live(::leakcheck::MaxLive::new().tasks(5).fds(3).threads(8))"
    );
}

#[test]
fn what_is_no_budget_is_told() {
    for (tokens, texts) in [
        (quote!(max_live(tasks = 0)), vec!["1 on"]),
        (quote!(max_live(tasks = -1)), vec!["1 on"]),
        (quote!(max_live(tasks = "2")), vec!["1 on"]),
        (quote!(max_live(tasks = 4294967296)), vec!["1 on"]),
        (quote!(max_live(tasks = 2u8)), vec!["1 on"]),
        (quote!(max_live(timers = 2)), vec!["no budget for `timers`"]),
        (
            quote!(max_live(fds = 2, fds = 0)),
            vec!["`fds` is given twice", "1 on"],
        ),
        (quote!(max_live = 2), vec!["write it as"]),
        (quote!(max_live()), vec!["write it as"]),
        (quote!(max_live(tasks)), vec!["write it as"]),
        (quote!(rate(task = 5)), vec!["did you mean `tasks`?"]),
        (quote!(rate(fds = 0.5)), vec!["`rate`: a budget is a whole"]),
        (quote!(rate = 5), vec!["write it as `rate(tasks = 500"]),
    ] {
        let found = mistakes(tokens);
        assert_eq!(found.len(), texts.len(), "{found:?}");
        for (found, text) in found.iter().zip(texts) {
            assert!(found.contains(text), "{found}");
        }
    }
}
