//! From an attribute and its item to what replaces them.

use proc_macro2::{Span, TokenStream};
use syn::{ItemMod, Path, parse_quote};

use crate::args::Args;
use crate::attr::{Role, arguments, inside};
use crate::body::Driver;
use crate::form::Form;
use crate::module::Module;
use crate::runtime::Runtime;
use crate::should_panic::{Harness, ShouldPanic};
use crate::test_fn::{Outcome, TestFn};
use crate::{already_expanded, body, collect, defer, source_scan};

/// Expands `#[leak_checked(args)] item`.
pub(crate) fn leak_checked(args: TokenStream, item: TokenStream) -> TokenStream {
    let args = Args::of_modifier(args);
    if let Ok(test) = syn::parse2::<TestFn>(item.clone()) {
        let expanded = args.and_then(|args| expand(&args, Form::Modifier, test.clone()));
        return expanded.unwrap_or_else(|error| with_error(test.inert(), &error));
    }
    let expanded = match syn::parse2::<Module>(item.clone()) {
        Ok(module) => args.and_then(|args| module.expand(&args)),
        Err(_) => Err(misplaced(
            item.clone(),
            "`#[leak_checked]` belongs above a test function or a `mod tests { .. }`",
        )),
    };
    expanded.unwrap_or_else(|error| with_error(item, &error))
}

/// Expands `#[leakcheck::test(args)] item`, where `source` is the text before the attribute.
pub(crate) fn test(args: TokenStream, item: TokenStream, source: Option<&str>) -> TokenStream {
    let Ok(test) = syn::parse2::<TestFn>(item.clone()) else {
        let error = misplaced(
            item.clone(),
            "`#[leakcheck::test]` belongs above a function; for a module use `#[leak_checked]`",
        );
        return with_error(item, &error);
    };
    let expanded = Args::of_test(args).and_then(|(args, runtime)| {
        // An `async fn` is safe: neither the language nor `test_case` registers one.
        let sync_source = source.filter(|_| test.sig.asyncness.is_none());
        if let Some(name) = sync_source.and_then(source_scan::test_attribute) {
            let message = format!(
                "this test would run twice: `#[{name}]` above has already registered it\n\
                 remove one of them, or use `#[leak_checked]` here"
            );
            return Err(syn::Error::new(Span::call_site(), message));
        }
        expand(&args, Form::Test(runtime), test.clone())
    });
    expanded.unwrap_or_else(|error| with_error(test.inert(), &error))
}

/// The item, for tools that complete code in it, and the error.
fn with_error(mut item: TokenStream, error: &syn::Error) -> TokenStream {
    item.extend(error.to_compile_error());
    item
}

/// The error for an item that is not what was `wanted`.
fn misplaced(item: TokenStream, wanted: &str) -> syn::Error {
    let message = match syn::parse2::<ItemMod>(item) {
        Ok(module) if module.content.is_none() => {
            "the body of this module is in another file, which the attribute cannot see\n\
             put `#[leak_checked]` above the tests in there"
        }
        _ => wanted,
    };
    syn::Error::new(Span::call_site(), message)
}

/// Expands either attribute on a function.
fn expand(args: &Args, form: Form, mut test: TestFn) -> syn::Result<TokenStream> {
    let library = args.library();
    let roles: Vec<Role> = test
        .attrs
        .iter()
        .map(|attr| Role::of(attr, &library))
        .collect();
    refuse_second(&form, &test, &roles)?;
    if !test.sig.inputs.is_empty() {
        args.refuse_repeat("a test with parameters has them for one round only")?;
    }
    if let Some(deferred) = defer::defer(args, &form, &test, &roles)? {
        return Ok(deferred);
    }
    already_expanded::refuse(&test)?;
    args.refuse_rate_alone(
        "it is measured in the rounds of a test that repeats: write `repeat = \"1:100\"` as well",
    )?;
    let driver = drive(form, &mut test, &roles, &library)?;
    refuse_cancel(args, &driver, &test)?;
    if let Driver::Within { .. } = driver {
        args.refuse_repeat(
            "the test needs a runtime of its own: use `#[leakcheck::test]` or `#[tokio::test]`",
        )?;
    }
    if let Outcome::Never = test.outcome() {
        args.refuse_repeat("a test that never returns has one round only")?;
    }
    let harness = match driver {
        Driver::Sync(harness) => harness,
        Driver::Async(_) | Driver::Within { .. } => Harness::IsUnaware,
    };
    let should_panic = ShouldPanic::take_from(&mut test, &library, harness)?;
    let stmts = body::checked(&test, &driver, args, &should_panic);
    if let Driver::Async(_) = driver {
        test.sig.asyncness = None;
    }
    let beside = collect::beside(&test, &stmts, &should_panic, &library);
    let mut expanded = test.with_body(stmts);
    expanded.extend(beside);
    Ok(expanded)
}

/// Refuses a test whose body cannot be cancelled, if it shall be.
fn refuse_cancel(args: &Args, driver: &Driver, test: &TestFn) -> syn::Result<()> {
    args.refuse_limit_alone()?;
    match driver {
        Driver::Sync(_) => args.refuse_cancel(
            "a test that is not async has no await at which it could be cancelled",
        )?,
        Driver::Within { .. } => args.refuse_cancel(
            "the test needs a runtime of its own: use `#[leakcheck::test]` or `#[tokio::test]`",
        )?,
        Driver::Async(_) => {}
    }
    if args.rounds().is_some() {
        args.refuse_cancel(
            "a test with `repeat` runs again in another way: leave one of them out",
        )?;
    }
    if let Outcome::Never = test.outcome() {
        args.refuse_cancel(
            "a test that never returns cannot pass, which it has to before it is cancelled",
        )?;
    }
    if !test.sig.inputs.is_empty() {
        args.refuse_cancel("a test with parameters has them for one run only, unless `#[rstest]` or `#[test_case]` gives them")?;
    }
    Ok(())
}

/// Refuses a second attribute that would check or register the same test.
fn refuse_second(form: &Form, test: &TestFn, roles: &[Role]) -> syn::Result<()> {
    let nth = |index: usize, wanted: &[Role]| {
        let mut found = test
            .attrs
            .iter()
            .zip(roles)
            .filter(|(_, role)| wanted.contains(role));
        found.nth(index).map(|(attr, _)| attr)
    };
    let checking = nth(0, &[Role::LeakChecked, Role::LeakcheckTest]);
    let registering = match form {
        Form::Modifier => nth(1, &[Role::Test, Role::TokioTest]),
        Form::Test(_) => nth(
            0,
            &[
                Role::Test,
                Role::TokioTest,
                Role::WrappedTokioTest,
                Role::ForeignTest,
            ],
        ),
    };
    let (second, message) = match (checking, registering, form) {
        (None, None, _) => return Ok(()),
        (Some(second), ..) => (
            second,
            "this test is leak checked twice; remove one of the attributes",
        ),
        (None, Some(second), Form::Modifier) => (
            second,
            "this test would run twice; remove one of the test attributes",
        ),
        (None, Some(second), Form::Test(_)) => (
            second,
            "`#[leakcheck::test]` already makes this a test; remove one of them, or use `#[leak_checked]`",
        ),
    };
    Err(syn::Error::new_spanned(second, message))
}

/// Decides how to run the body, and takes over the attribute that would have done so.
fn drive(form: Form, test: &mut TestFn, roles: &[Role], library: &Path) -> syn::Result<Driver> {
    let is_async = test.sig.asyncness.is_some();
    let position = |wanted| roles.iter().position(|role| *role == wanted);
    match form {
        Form::Test(runtime) => {
            make_test(test);
            if is_async {
                return Ok(Driver::Async(runtime));
            }
            runtime.refuse_on_sync()?;
            Ok(Driver::Sync(Harness::IsUnaware))
        }
        Form::Modifier if !is_async => {
            let registered_later = test
                .attrs
                .iter()
                .any(|attr| Role::makes_test(attr, library));
            Ok(Driver::Sync(if registered_later {
                Harness::IsUnaware
            } else {
                Harness::Knows
            }))
        }
        Form::Modifier => {
            if let Some(index) = position(Role::TokioTest) {
                let attr = test.attrs.remove(index);
                make_test(test);
                return Runtime::of_tokio(arguments(&attr.meta)).map(Driver::Async);
            }
            if let Some(index) = position(Role::WrappedTokioTest) {
                let attr = &mut test.attrs[index];
                let inner = inside(&attr.meta);
                attr.meta = attr.path().clone().into();
                let args = inner.as_ref().map(arguments).unwrap_or_default();
                return Runtime::of_tokio(args).map(Driver::Async);
            }
            if let Some(index) = position(Role::ForeignTest) {
                let path = test.attrs[index].path();
                let krate = path.segments.first().map(|first| first.ident.clone());
                return Ok(Driver::Within {
                    lender: krate.filter(|_| !test.sig.inputs.is_empty()),
                });
            }
            Err(syn::Error::new_spanned(
                test.sig.asyncness,
                "nothing here runs an `async fn`\n\
                 add `#[tokio::test]` below `#[leak_checked]`, or use `#[leakcheck::test]` instead\n\
                 if there is an imported `test` attribute, write it with its path",
            ))
        }
    }
}

/// Registers the function with the language's harness.
///
/// Behind the other attributes, where `#[tokio::test]` puts it as well: those that come later see it and add no second.
fn make_test(test: &mut TestFn) {
    test.attrs.push(parse_quote!(#[::core::prelude::v1::test]));
}

#[cfg(test)]
mod tests;
