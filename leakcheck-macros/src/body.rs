//! The new body of a test: one call into the library, with the old body as an argument.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::{Ident, Path};

use crate::args::Args;
use crate::runtime::Runtime;
use crate::should_panic::{Harness, ShouldPanic};
use crate::test_fn::{Outcome, TestFn};

/// How the old body is run.
pub(crate) enum Driver {
    /// As a plain call.
    Sync(Harness),
    /// On a runtime that the library owns.
    Async(Runtime),
    /// On the runtime of another attribute, of this crate if it lends arguments to the test.
    Within { lender: Option<Ident> },
}

/// The statements of the new body.
pub(crate) fn checked(
    test: &TestFn,
    driver: &Driver,
    args: &Args,
    should_panic: &ShouldPanic,
) -> TokenStream {
    let library = args.library();
    let meta = meta(test, should_panic, &library);
    let options = options(driver, args, &library);
    let ends = ends(test, driver, &library);
    // Parameters go with the body even if it does not use them: what they own has to be gone before the check.
    let captured = test.parameters().map(|name| {
        quote_spanned! {Span::mixed_site()=>
            #[allow(clippy::used_underscore_binding)]
            let _ = &#name;
        }
    });
    let body = test.body_after(quote!(#(#captured)*));
    // A result of the wrong type is shown where the user has written it.
    let span = test.result_span();
    let call = |driver: &str, rest: TokenStream| {
        let driver = syn::Ident::new(driver, span);
        quote_spanned!(span=> #library::__private::#driver(#meta, &|| #options, &#ends, #rest))
    };
    let rounds = args.rounds().map(|[warm_up, measured]| {
        quote_spanned!(span=> #library::__private::Rounds { warm_up: #warm_up, measured: #measured })
    });
    match driver {
        Driver::Sync(harness) => {
            let output = match test.outcome() {
                Outcome::Unit => quote!(-> ()),
                Outcome::Unnameable => TokenStream::new(),
                Outcome::Never | Outcome::Type(_) => test.sig.output.to_token_stream(),
            };
            let call = match &rounds {
                None => {
                    let call = call("run_sync", quote_spanned!(span=> body));
                    quote_spanned!(span=> let body = move || #output #body; #call)
                }
                Some(rounds) => {
                    let call = call("repeat_sync", quote_spanned!(span=> #rounds, &body));
                    quote_spanned!(span=> let body = || #output #body; #call)
                }
            };
            match harness {
                Harness::IsUnaware => call,
                Harness::Knows => should_panic.invert(&call),
            }
        }
        Driver::Within { .. } => {
            let call = call("run_within", quote_spanned!(span=> body));
            quote_spanned!(span=> let body = async move #body; #call.await)
        }
        Driver::Async(runtime) => {
            let build = runtime.build(&library);
            if args.may_be_cancelled() {
                let call = call("cancel_async", quote_spanned!(span=> #build, &body));
                return repeated(test, &body, &call);
            }
            if let Some(rounds) = &rounds {
                return repeated(
                    test,
                    &body,
                    &call(
                        "repeat_async",
                        quote_spanned!(span=> #build, #rounds, &body),
                    ),
                );
            }
            let call = call("run_async", quote_spanned!(span=> #build, body));
            let (output, body, call) = match test.outcome() {
                Outcome::Unit => (quote!(()), body, call),
                Outcome::Unnameable => (quote!(_), body, call),
                Outcome::Type(ty) => (ty.to_token_stream(), body, call),
                // `!` cannot be an argument of a type yet.
                Outcome::Never => (
                    quote!(()),
                    quote_spanned!(span=> { let () = #body; }),
                    quote_spanned!(span=> #call; ::core::unreachable!()),
                ),
            };
            quote_spanned! {span=>
                let mut body = ::core::pin::pin!(::core::option::Option::Some(async move #body));
                let body: ::core::pin::Pin<&mut dyn #library::__private::TestBody<#output>> = body;
                #call
            }
        }
    }
}

/// The options of the attribute. What is lent to the test is ended after it, and so after the check.
fn options(driver: &Driver, args: &Args, library: &Path) -> TokenStream {
    let options = args.options();
    match driver {
        Driver::Within {
            lender: Some(krate),
        } => {
            let krate = krate.to_string();
            quote_spanned!(Span::mixed_site()=> #library::__private::lent(#options, #krate))
        }
        _ => options,
    }
}

/// The statements that make a future for each run.
fn repeated(test: &TestFn, body: &TokenStream, call: &TokenStream) -> TokenStream {
    let output = match test.outcome() {
        Outcome::Unit | Outcome::Never => quote!(()),
        Outcome::Unnameable => quote!(_),
        Outcome::Type(ty) => ty.to_token_stream(),
    };
    quote_spanned! {test.result_span()=>
        let body = || -> ::core::pin::Pin<::std::boxed::Box<dyn ::core::future::Future<Output = #output>>> {
            ::std::boxed::Box::pin(async move #body)
        };
        #call
    }
}

/// The constant that describes the test.
pub(crate) fn meta(test: &TestFn, should_panic: &ShouldPanic, library: &Path) -> TokenStream {
    // As the harness lists it: a raw identifier keeps its prefix.
    let name = test.sig.ident.to_string();
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
                inside: {
                    fn here() {}
                    || ::core::any::type_name_of_val(&here)
                },
                file: #file,
                line: #line,
                should_panic: #should_panic,
            }
        }
    }
}

/// The expression that tells what a returned value means: whether it is an `Err`, and whether it is just `()`.
fn ends(test: &TestFn, driver: &Driver, library: &Path) -> TokenStream {
    let span = Span::mixed_site();
    let ty = match (test.outcome(), driver) {
        (Outcome::Unit, _) | (Outcome::Never, Driver::Async(_)) => {
            return quote_spanned!(span=> #library::__private::ReturnKind::UNIT);
        }
        (Outcome::Never | Outcome::Unnameable, _) => {
            return quote_spanned!(span=> #library::__private::ReturnKind::never());
        }
        (Outcome::Type(ty), _) => ty,
    };
    quote_spanned! {span=>
        #library::__private::ReturnKind::value(|outcome: &#ty| {
            use #library::__private::{AnyOutcome as _, ResultOutcome as _};
            (&#library::__private::Outcome(outcome)).failed()
        })
    }
}
