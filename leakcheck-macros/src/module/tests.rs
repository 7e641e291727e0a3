//! Which items of a module get the attribute, and with what arguments.

use proc_macro2::TokenStream;
use quote::quote;

use super::Module;
use crate::args::Args;

/// Expands `#[leak_checked(args)] mod m { items }` and gives back the items.
fn items(args: TokenStream, items: &TokenStream) -> String {
    let module: Module = syn::parse2(quote!(mod m { #items })).expect("this is a module");
    let args = Args::of_modifier(args).expect("the arguments are right");
    let expanded = module.expand(&args).expect("the items are right");
    syn::parse2::<Module>(expanded)
        .expect("it is still a module")
        .items
        .to_string()
}

#[test]
fn tests_get_the_attribute_above_all_others() {
    for attr in [
        quote!(#[test]),
        quote!(#[ignore] #[tokio::test]),
        quote!(#[rstest] #[case(1)]),
        quote!(#[test_case(1)]),
        quote!(#[gtest]),
        quote!(#[quickcheck]),
        quote!(#[a::b::test(c)]),
    ] {
        let test = quote!(#attr pub(crate) async unsafe fn a<T: B>(b: T) -> C where T: D { e });
        let expected = quote!(#[::leakcheck::leak_checked(settle = "1s",)] #test);
        assert_eq!(items(quote!(settle = "1s"), &test), expected.to_string());
    }
}

#[test]
fn tests_in_a_macro_that_passes_attributes_on_get_it() {
    let given = quote! {
        proptest! {
            #![proptest_config(config())]
            #[doc = "a"]
            #[test]
            fn a(b in 0..9) { c[0] }
            fn d() {}
            #[leak_checked]
            #[test]
            fn e() {}
        }
    };
    let expected = quote! {
        proptest! {
            #![proptest_config(config())]
            #[::leakcheck::leak_checked()]
            #[doc = "a"]
            #[test]
            fn a(b in 0..9) { c[0] }
            fn d() {}
            #[leak_checked()]
            #[test]
            fn e() {}
        }
    };
    assert_eq!(items(quote!(), &given), expected.to_string());
}

#[test]
fn tests_in_another_macro_are_warned_of() {
    let given = quote! {
        mine! { #[test] fn a() {} }
        b::mine! { #[tokio::test] async fn c() {} }
        mine! { #[leak_checked] #[test] fn d() {} }
    };
    let expanded = items(quote!(), &given);
    assert!(expanded.starts_with(&quote!(mine! { #[test] fn a() {} }).to_string()));
    let left_out = items(
        quote!(),
        &quote!(
            #[cfg(a)]
            mine! { #[test] fn a() {} }
        ),
    );
    assert_eq!(
        left_out.matches(&quote!(#[cfg(a)]).to_string()).count(),
        2,
        "{left_out}"
    );
    let warnings = expanded.matches("the tests inside of `mine!` are not leak checked");
    assert_eq!(warnings.count(), 2, "{expanded}");
}

#[test]
fn other_items_stay_as_they_are() {
    let others = quote! {
        #![allow(dead_code)]
        use a::{b, c};
        const A: u8 = { 1 };
        const fn b() {}
        #[derive(Debug)]
        struct C<const N: usize = { 1 }>([u8; N]);
        impl C { #[doc = "d"] fn e(&self) {} }
        #[cfg(test)]
        fn f() {}
        #[should_panic]
        fn g() {}
        macro_rules! h { () => { #[test] fn i() {} } }
        h!();
        mod l;
        extern "C" { fn m(); }
    };
    assert_eq!(items(quote!(), &others).replace(' ', ""), {
        // The attributes at the top of the body are kept apart.
        others
            .to_string()
            .replace(' ', "")
            .replace("#![allow(dead_code)]", "")
    });
}

#[test]
fn inner_modules_are_searched_unless_they_have_the_attribute_themselves() {
    let inner = quote!(
        pub mod a {
            mod b {
                #[test]
                fn c() {}
            }
        }
        #[leak_checked(level = "off")]
        mod d {
            #[test]
            fn e() {}
        }
    );
    let expected = quote! {
        pub mod a { mod b { #[::leakcheck::leak_checked(settle = "1s",)] #[test] fn c() {} } }
        #[leak_checked(settle = "1s", level = "off",)] mod d { #[test] fn e() {} }
    };
    assert_eq!(items(quote!(settle = "1s"), &inner), expected.to_string());
}

#[test]
fn an_attribute_of_the_test_itself_is_completed_where_it_is() {
    let tests = quote! {
        #[leak_checked(settle = "2s")] #[test] fn a() {}
        #[test] #[leak_checked] fn b() {}
        #[leakcheck::test(flavor = "local", level = "deny")] async fn c() {}
        #[leak_checked(wrong)] #[test] fn d() {}
    };
    let expected = quote! {
        #[leak_checked(settle = "2s", level = "warn",)] #[test] fn a() {}
        #[test] #[leak_checked(settle = "1s", level = "warn",)] fn b() {}
        #[leakcheck::test(settle = "1s", level = "deny", flavor = "local",)] async fn c() {}
        #[leak_checked(wrong)] #[test] fn d() {}
    };
    assert_eq!(
        items(quote!(settle = "1s", level = "warn"), &tests),
        expected.to_string()
    );
}
