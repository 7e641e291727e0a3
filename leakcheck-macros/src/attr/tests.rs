//! Which part each attribute plays.

use quote::ToTokens as _;
use syn::{Attribute, Path, parse_quote};

use super::Role;

#[test]
fn every_attribute_plays_its_part() {
    let library: Path = parse_quote!(crate::toolbox::lc);
    let table: [(Attribute, Role); 31] = [
        (parse_quote!(#[leak_checked]), Role::LeakChecked),
        (
            parse_quote!(#[leakcheck::leak_checked(settle = "1s")]),
            Role::LeakChecked,
        ),
        (parse_quote!(#[leakcheck::test]), Role::LeakcheckTest),
        (
            parse_quote!(#[::leakcheck::test(flavor = "local")]),
            Role::LeakcheckTest,
        ),
        (parse_quote!(#[lc::test(crate = "lc")]), Role::LeakcheckTest),
        (parse_quote!(#[test]), Role::Test),
        (parse_quote!(#[::core::prelude::v1::test]), Role::Test),
        (parse_quote!(#[std::prelude::rust_2024::test]), Role::Test),
        (parse_quote!(#[tokio::test]), Role::TokioTest),
        (
            parse_quote!(#[::tokio::test(flavor = "local")]),
            Role::TokioTest,
        ),
        (
            parse_quote!(#[tk::test(flavor = "local", crate = "tk")]),
            Role::TokioTest,
        ),
        (
            parse_quote!(#[compio::test(crate = "c")]),
            Role::ForeignTest,
        ),
        (
            parse_quote!(#[test(flavor = "multi_thread")]),
            Role::TokioTest,
        ),
        (
            parse_quote!(#[test_log::test(tokio::test)]),
            Role::WrappedTokioTest,
        ),
        (
            parse_quote!(#[test(tokio::test(flavor = "local"))]),
            Role::WrappedTokioTest,
        ),
        (parse_quote!(#[test_log::test]), Role::ForeignTest),
        (
            parse_quote!(#[test_log::test(actix_rt::test)]),
            Role::ForeignTest,
        ),
        (
            parse_quote!(#[sqlx::test(migrations = "a")]),
            Role::ForeignTest,
        ),
        (parse_quote!(#[rstest]), Role::Generator),
        (parse_quote!(#[rstest::rstest]), Role::Generator),
        (
            parse_quote!(#[test_log::test(rstest::rstest)]),
            Role::Generator,
        ),
        (parse_quote!(#[test_case(1 => 2; "two")]), Role::Generator),
        (
            parse_quote!(#[test_case::test_matrix([1, 2])]),
            Role::Generator,
        ),
        (
            parse_quote!(#[cfg_attr(any(), should_panic)]),
            Role::Conditional,
        ),
        (
            parse_quote!(#[cfg_attr(unix, tokio::test)]),
            Role::Conditional,
        ),
        (
            parse_quote!(#[cfg_attr(test, allow(dead_code))]),
            Role::Other,
        ),
        (
            parse_quote!(#[should_panic(expected = "a")]),
            Role::ShouldPanic,
        ),
        (parse_quote!(#[should_panic = "a"]), Role::ShouldPanic),
        (parse_quote!(#[serial]), Role::Other),
        (parse_quote!(#[ignore = "slow"]), Role::Other),
        (parse_quote!(#[doc = "test"]), Role::Other),
    ];
    for (attr, role) in table {
        assert_eq!(
            Role::of(&attr, &library),
            role,
            "{}",
            attr.to_token_stream()
        );
    }
}
