//! From an attribute and its item to the code that runs the check.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::{Attribute, ItemMod, Path, parse_quote, parse_quote_spanned};

use crate::above;
use crate::args::Args;
use crate::attr::{Role, arguments, tokio_inside};
use crate::module::Module;
use crate::prior;
use crate::runtime::Runtime;
use crate::should_panic::ShouldPanic;
use crate::test_fn::{Outcome, TestFn};

/// Which of the two attributes is being expanded.
enum Form {
    /// `#[leak_checked]`: other attributes make the function a test.
    Modifier,
    /// `#[leakcheck::test]`: the function becomes a test on the given runtime.
    Test(Runtime),
}

/// How the body is run.
enum Driver {
    /// As a plain call.
    Sync,
    /// On a runtime that we build.
    Async(Runtime),
    /// On a runtime that another attribute builds.
    Within,
}

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
        // An `async fn` is safe: the language and `test_case` refuse to register one.
        if let Some(name) = source.filter(|_| test.sig.asyncness.is_none()).and_then(above::test_attribute) {
            let message = format!("this test would run twice: `#[{name}]` above has already registered it\nuse `#[leak_checked]` here");
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

/// The error for an item that is not `wanted`.
fn misplaced(item: TokenStream, wanted: &str) -> syn::Error {
    let message = match syn::parse2::<ItemMod>(item) {
        Ok(module) if module.content.is_none() => {
            "the body of this module is in another file, which the attribute cannot see\nput `#[leak_checked]` above the tests there"
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
    if let Some(deferred) = defer(args, &form, &test, &roles)? {
        return Ok(deferred);
    }
    prior::refuse(&test)?;
    let driver = drive(form, &mut test, &roles)?;
    let should_panic = ShouldPanic::take_from(&mut test, &library)?;
    let meta = meta(&test, &should_panic, &library);
    let options = args.options();
    let stmts = call(
        &driver,
        &test,
        &library,
        &quote_spanned!(Span::mixed_site()=> #meta, &|| #options),
    );
    if let Driver::Async(_) = driver {
        test.sig.asyncness = None;
    }
    Ok(test.with_body(stmts))
}

/// Refuses a second attribute that would check or register the same test.
fn refuse_second(form: &Form, test: &TestFn, roles: &[Role]) -> syn::Result<()> {
    let find = |wanted: &[Role]| {
        test.attrs
            .iter()
            .zip(roles)
            .filter(|(_, role)| wanted.contains(role))
            .map(|(attr, _)| attr)
            .collect::<Vec<_>>()
    };
    if let Some(second) = find(&[Role::LeakChecked, Role::LeakcheckTest]).first() {
        return Err(syn::Error::new_spanned(
            second,
            "this test is leak checked twice; remove one of the attributes",
        ));
    }
    match form {
        Form::Modifier => match find(&[Role::Test, Role::TokioTest])[..] {
            [_, second, ..] => Err(syn::Error::new_spanned(
                second,
                "this test would run twice; remove one of the test attributes",
            )),
            _ => Ok(()),
        },
        Form::Test(_) => match find(&[
            Role::Test,
            Role::TokioTest,
            Role::WrappedTokioTest,
            Role::ForeignTest,
        ])[..]
        {
            [second, ..] => Err(syn::Error::new_spanned(
                second,
                "`#[leakcheck::test]` already makes this a test; remove one of them, or use `#[leak_checked]`",
            )),
            _ => Ok(()),
        },
    }
}

/// Puts the attribute further down where attributes below have to be expanded before it.
///
/// Below `#[rstest]` it sees the real test of each case, with its name and with the fixtures in its body.
fn defer(
    args: &Args,
    form: &Form,
    test: &TestFn,
    roles: &[Role],
) -> syn::Result<Option<TokenStream>> {
    let library = args.library();
    let modifier: Attribute = parse_quote!(#[#library::leak_checked(#args)]);
    let mut test = test.clone();
    if roles.contains(&Role::Conditional) {
        let mut conditional: Vec<_> = test
            .attrs
            .extract_if(.., |attr| Role::of(attr, &library) == Role::Conditional)
            .collect();
        conditional.push(match form {
            Form::Modifier => modifier,
            Form::Test(runtime) => parse_quote!(#[#library::test(#args #runtime)]),
        });
        test.attrs.splice(0..0, conditional);
        return Ok(Some(test.into_token_stream()));
    }
    let Some(generator) = roles.iter().rposition(|role| *role == Role::Generator) else {
        return Ok(None);
    };
    let tokio = roles.iter().position(|role| *role == Role::TokioTest);
    match (form, tokio) {
        // It has been expanded when the generator's turn comes.
        (_, Some(tokio)) if tokio < generator => return Ok(None),
        // One attribute for both: `test_case` may swap two.
        (_, Some(tokio)) => {
            let runtime = Runtime::of_tokio(arguments(&test.attrs[tokio].meta))?;
            test.attrs[tokio] = parse_quote!(#[#library::test(#args #runtime)]);
        }
        (Form::Test(runtime), None) if test.sig.asyncness.is_some() => {
            test.attrs.insert(
                generator + 1,
                parse_quote!(#[#library::test(#args #runtime)]),
            );
        }
        // Generators make a test of every sync function.
        (Form::Test(_) | Form::Modifier, None) => test.attrs.insert(generator + 1, modifier),
    }
    Ok(Some(test.into_token_stream()))
}

/// Decides how to run the body, and takes over the attribute that would do so.
fn drive(form: Form, test: &mut TestFn, roles: &[Role]) -> syn::Result<Driver> {
    let builtin: Attribute = parse_quote_spanned!(Span::call_site()=> #[::core::prelude::v1::test]);
    let is_async = test.sig.asyncness.is_some();
    if let Form::Test(runtime) = form {
        // Behind the others, so that they can see it.
        test.attrs.push(builtin);
        return if is_async {
            Ok(Driver::Async(runtime))
        } else {
            runtime.refuse_on_sync().map(|()| Driver::Sync)
        };
    }
    if !is_async {
        return Ok(Driver::Sync);
    }
    let position = |wanted| roles.iter().position(|role| *role == wanted);
    if let Some(index) = position(Role::TokioTest) {
        let runtime = Runtime::of_tokio(arguments(&test.attrs[index].meta))?;
        test.attrs[index] = builtin;
        return Ok(Driver::Async(runtime));
    }
    if let Some(index) = position(Role::WrappedTokioTest) {
        let attr = &mut test.attrs[index];
        let inner = tokio_inside(attr)
            .map(|inner| arguments(&inner))
            .unwrap_or_default();
        attr.meta = attr.path().clone().into();
        return Ok(Driver::Async(Runtime::of_tokio(inner)?));
    }
    if position(Role::ForeignTest).is_some() {
        return Ok(Driver::Within);
    }
    Err(syn::Error::new_spanned(
        test.sig.asyncness,
        "nothing here runs an `async fn`\n\
         add `#[tokio::test]` below `#[leak_checked]`, or use `#[leakcheck::test]` instead; an imported `test` needs its path",
    ))
}

/// The constant that describes the test.
fn meta(test: &TestFn, should_panic: &ShouldPanic, library: &Path) -> TokenStream {
    let name = test.sig.ident.unraw().to_string();
    let should_panic = should_panic.value(library);
    // These two say where their own tokens stand, which shall be the name of the test.
    let file = quote_spanned!(test.sig.ident.span()=> ::core::file!());
    let line = quote_spanned!(test.sig.ident.span()=> ::core::line!());
    quote_spanned! {Span::mixed_site()=>
        const {
            &#library::__private::TestMeta {
                package: ::core::option_env!("CARGO_PKG_NAME"),
                manifest_dir: ::core::option_env!("CARGO_MANIFEST_DIR"),
                module: ::core::module_path!(),
                name: #name,
                file: #file,
                line: #line,
                should_panic: #should_panic,
            }
        }
    }
}

/// The new body: one call, with the old body as its argument.
fn call(driver: &Driver, test: &TestFn, library: &Path, shared: &TokenStream) -> TokenStream {
    let span = Span::mixed_site();
    let body = test.body();
    // Parameters go with the body even if it does not use them: what they own must be gone before the check.
    let captured = test
        .parameters()
        .map(|name| quote_spanned!(span=> let _ = &#name;));
    let captured = quote!(#(#captured)*);
    let failed = failed(&test.outcome(), library);
    let result_span = test.result_span();
    match (driver, test.outcome()) {
        (Driver::Sync, outcome) => {
            let output = match outcome {
                Outcome::Unit | Outcome::Unnameable => None,
                Outcome::Never | Outcome::Type(_) => Some(&test.sig.output),
            };
            let body = match output {
                Some(output) => quote_spanned!(span=> move || #output { #captured #body }),
                None => quote_spanned!(span=> move || { #captured #body }),
            };
            quote_spanned! {result_span=>
                let body = #body;
                #library::__private::run_sync(#shared, #failed, body)
            }
        }
        (Driver::Within, _) => quote_spanned! {result_span=>
            let body = async move { #captured #body };
            #library::__private::run_within(#shared, #failed, body).await
        },
        (Driver::Async(runtime), outcome) => {
            let build = runtime.build(library);
            let (output, body, end) = match outcome {
                Outcome::Unit => (quote!(()), body, None),
                // `!` cannot be written as an argument of a type.
                Outcome::Never => (
                    quote!(()),
                    quote!(let () = #body;),
                    Some(quote!(; ::core::unreachable!())),
                ),
                Outcome::Unnameable => (quote!(_), body, None),
                Outcome::Type(ty) => (ty.to_token_stream(), body, None),
            };
            quote_spanned! {result_span=>
                let body = async move { #captured #body };
                let mut body = ::core::pin::pin!(body);
                let body: ::core::pin::Pin<&mut dyn ::core::future::Future<Output = #output>> = body;
                #library::__private::run_async(#shared, #failed, #build, body) #end
            }
        }
    }
}

/// The expression that tells whether the body returned an `Err`.
fn failed(outcome: &Outcome<'_>, library: &Path) -> TokenStream {
    let span = Span::mixed_site();
    let ty = match outcome {
        Outcome::Unit | Outcome::Never => {
            return quote_spanned!(span=> #library::__private::never_fails);
        }
        Outcome::Unnameable => quote!(_),
        Outcome::Type(ty) => ty.to_token_stream(),
    };
    quote_spanned! {span=>
        |outcome: &#ty| {
            use #library::__private::{AnyOutcome as _, ResultOutcome as _};
            (&#library::__private::Outcome(outcome)).failed()
        }
    }
}
