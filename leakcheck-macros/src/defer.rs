//! Moves our attribute further down, where attributes below have to be expanded before it.

use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::Attribute;

use crate::args::Args;
use crate::attr::{Role, arguments, is_early};
use crate::collect;
use crate::form::Form;
use crate::runtime::Runtime;
use crate::test_fn::TestFn;

/// The function with our attribute at its new place, or nothing if it can be expanded where it is.
pub(crate) fn defer(
    args: &Args,
    form: &Form,
    test: &TestFn,
    roles: &[Role],
) -> syn::Result<Option<TokenStream>> {
    // No runtime gives a test its parameters, so there is a macro that does, and it may want to see an `async fn`.
    let is_given_values = !test.sig.inputs.is_empty() && roles.contains(&Role::TokioTest);
    let original = test;
    let mut test = test.clone();
    let mut beside = TokenStream::new();
    if roles.contains(&Role::Conditional) {
        below_conditions(args, form, &mut test);
    } else if roles.contains(&Role::Generator) || is_given_values {
        below_generator(args, form, &mut test, roles)?;
        // The tests that it makes are gone before our attribute is expanded, where the language's harness is missing.
        let generator = original.attrs.iter().find(|attr| is_early(attr));
        let library = args.library();
        beside.extend(generator.map(|attr| collect::refused(original, attr, &library)));
    } else {
        return Ok(None);
    }
    let mut deferred = test.into_token_stream();
    deferred.extend(beside);
    Ok(Some(deferred))
}

/// `#[cfg_attr(condition, attribute)]` is resolved by the compiler, which goes from the top down.
fn below_conditions(args: &Args, form: &Form, test: &mut TestFn) {
    let library = args.library();
    let conditional = |attr: &mut Attribute| Role::of(attr, &library) == Role::Conditional;
    let mut first: Vec<Attribute> = test.attrs.extract_if(.., conditional).collect();
    first.push(form.attribute(args));
    test.attrs.splice(0..0, first);
}

/// Only below `#[rstest]` and the like are the real tests: one for each case, under its name, with fixtures in its body.
fn below_generator(args: &Args, form: &Form, test: &mut TestFn, roles: &[Role]) -> syn::Result<()> {
    let position = |wanted: &[Role]| roles.iter().position(|role| wanted.contains(role));
    if let Some(tokio) = position(&[Role::TokioTest]) {
        // One attribute does for both; `test_case` would swap two of them now and then.
        let attr = test.attrs.remove(tokio);
        let runtime = Runtime::of_tokio(arguments(&attr.meta))?;
        test.attrs.push(Form::Test(runtime).attribute(args));
        return Ok(());
    }
    let added = match form {
        // Generators themselves make a test of every function that is not `async`.
        Form::Test(runtime) if test.sig.asyncness.is_none() => {
            runtime.refuse_on_sync()?;
            Form::Modifier.attribute(args)
        }
        form => form.attribute(args),
    };
    // Behind all cases: `rstest` gives what is above a case to this case alone.
    let end = position(&[Role::ForeignTest, Role::WrappedTokioTest]);
    test.attrs.insert(end.unwrap_or(test.attrs.len()), added);
    Ok(())
}
