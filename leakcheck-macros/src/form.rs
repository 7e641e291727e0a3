//! Which of the two attributes is being expanded.

use syn::{Attribute, parse_quote};

use crate::args::Args;
use crate::runtime::Runtime;

pub(crate) enum Form {
    /// `#[leak_checked]`: other attributes make the function a test.
    Modifier,
    /// `#[leakcheck::test]`: the function becomes a test, on this runtime if it is `async`.
    Test(Runtime),
}

impl Form {
    /// The attribute itself.
    pub(crate) fn attribute(&self, args: &Args) -> Attribute {
        let library = args.library();
        match self {
            Self::Modifier => parse_quote!(#[#library::leak_checked(#args)]),
            Self::Test(runtime) => parse_quote!(#[#library::test(#args #runtime)]),
        }
    }
}
