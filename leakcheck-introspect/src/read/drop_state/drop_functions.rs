//! The functions that drop values, by their symbols and by what the debug info says of them.

use std::sync::{Arc, OnceLock};

use crate::read::{
    dwarf::{Die, Image, Shape, Type},
    int_hash::{Map, OnceMap},
    memory,
};

/// What the compiler calls the function that drops a value, in its releases up to now.
const NAMES: [&str; 2] = ["drop_in_place", "drop_glue"];

/// All functions that drop values of one type, found out once.
#[derive(Debug)]
pub(super) struct DropFunctions {
    names: Map<u64, &'static str>,
    /// Those for coroutines and closures, which only the debug info tells apart.
    closures: Vec<(u64, &'static str)>,
    codes: OnceMap<Die, Option<u64>>,
    callees: OnceMap<u64, Callee>,
}

/// What a function does that drop code calls.
#[derive(Clone, Debug)]
pub(super) enum Callee {
    /// It drops a value of this type.
    Drops(&'static Type),
    /// It drops a value of the type that its symbol names, and has no debug info.
    DropsNamed(Arc<str>),
    /// It frees the memory of a `Box` whose content is gone.
    FreesBox,
    /// Anything else.
    Other,
}

impl DropFunctions {
    /// Those of a program, kept with its debug info.
    pub(super) fn of(image: &Image) -> &Self {
        let functions: &OnceLock<Self> = image.notes.get();
        functions.get_or_init(|| Self::find(image))
    }

    fn find(image: &Image) -> Self {
        let names = image.functions_with(&NAMES, is_drop);
        let mut closures: Vec<_> = names
            .iter()
            .filter(|(_, name)| drops_closure(name))
            .map(|(address, name)| (*address, *name))
            .collect();
        closures.sort_unstable();
        Self {
            names,
            closures,
            codes: OnceMap::default(),
            callees: OnceMap::default(),
        }
    }

    /// Where the code lies that drops coroutines of this type.
    pub(super) fn code_for(&self, image: &Image, coroutine: &Type) -> Option<u64> {
        let find = || self.find_code(image, coroutine);
        self.codes.get(coroutine.die, find)
    }

    fn find_code(&self, image: &Image, coroutine: &Type) -> Option<u64> {
        let named = coroutine
            .path
            .rsplit("::")
            .find(|name| !name.starts_with('{'))?;
        self.closures
            .iter()
            .filter(|(_, symbol)| memory::find(symbol.as_bytes(), named.as_bytes()).is_some())
            .map(|(address, _)| *address)
            .find(|address| dropped(image, *address).is_some_and(|ty| ty.is_same(coroutine)))
    }

    /// Types of all coroutines that have such code.
    #[cfg(test)]
    pub(super) fn coroutines(&self, image: &Image) -> Vec<&'static Type> {
        let types = self
            .closures
            .iter()
            .filter_map(|(address, _)| dropped(image, *address));
        types.filter(|ty| ty.is_coroutine()).collect()
    }

    /// What the function at `address` does.
    pub(super) fn callee(&self, image: &Image, address: u64) -> Callee {
        let find = || self.find_callee(image, address);
        self.callees.get(address, find)
    }

    fn find_callee(&self, image: &Image, address: u64) -> Callee {
        if let Some(symbol) = self.names.get(&address) {
            if let Some(ty) = dropped(image, address) {
                return Callee::Drops(ty);
            }
            return argument(symbol).map_or(Callee::Other, Callee::DropsNamed);
        }
        if frees_box(image, address).is_some() {
            return Callee::FreesBox;
        }
        Callee::Other
    }
}

/// Whether a symbol is that of a function that drops a value, in either way to write symbols.
fn is_drop(symbol: &str) -> bool {
    let old = symbol.strip_prefix("_ZN4core3ptr").is_some_and(|rest| {
        let rest = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
        NAMES.iter().any(|name| {
            rest.strip_prefix(name)
                .is_some_and(|rest| rest.starts_with("$LT$"))
        })
    });
    old || new_argument(symbol).is_some()
}

/// The type that is dropped, as the newer way to write symbols has it.
fn new_argument(symbol: &str) -> Option<&str> {
    let path = symbol.strip_prefix("_RINv")?;
    NAMES.iter().find_map(|name| {
        let function = format!("_4core3ptr{}{name}", name.len());
        let (before, argument) = path.split_once(&function)?;
        // The crate `core` comes first, with nothing but its hash.
        (!before.contains('_')).then_some(argument)
    })
}

/// Whether it drops a coroutine or a closure, and nothing that contains one.
fn drops_closure(symbol: &str) -> bool {
    // Coroutines of async closures have the closure's kind as an argument.
    const ENDS: [&str; 4] = ["", "$LT$i8$GT$", "$LT$i16$GT$", "$LT$i32$GT$"];
    if let Some(argument) = new_argument(symbol) {
        return argument.starts_with("NC") || argument.starts_with("INC");
    }
    symbol
        .rsplit_once("$GT$17h")
        .and_then(|(argument, _)| argument.rsplit_once("$u7b$$u7b$closure$u7d$$u7d$"))
        .is_some_and(|(_, end)| ENDS.contains(&end))
}

/// The type whose values a function drops.
fn dropped(image: &Image, address: u64) -> Option<&'static Type> {
    let function = image.function(address)?;
    NAMES
        .iter()
        .any(|name| function.name.starts_with(name))
        .then_some(())?;
    let ty = image.ty(function.argument("T")?)?;
    // The size of a slice is not in its type.
    (!matches!(ty.shape, Shape::Array(_, 0))).then_some(ty)
}

/// The type in the symbol of a function that drops values, written as in the source.
fn argument(symbol: &str) -> Option<Arc<str>> {
    let name = format!("{:#}", rustc_demangle::demangle(symbol));
    let (start, end) = (name.find('<')?, name.rfind('>')?);
    Some(name.get(start + 1..end)?.into())
}

/// Whether it is the `drop` of a `Box`, which is only called by itself where the content was moved.
fn frees_box(image: &Image, address: u64) -> Option<()> {
    let function = image.function(address)?;
    let first = image.ty(*function.parameters.first()?)?;
    let to = first.pointee()?;
    let is_it = function.name.starts_with("drop<")
        && function.parameters.len() == 1
        && image.ty(to)?.base == "alloc::boxed::Box";
    is_it.then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_of_both_kinds_are_recognised() {
        let old = "_ZN4core3ptr61drop_in_place$LT$app..run..$u7b$$u7b$closure$u7d$$u7d$$GT$17hd1c55bcdb5d199c9E";
        let new = "_RINvNtCsgEmfK2I1SDS_4core3ptr13drop_in_placeNCNvCsaL4vRTeLKVz_3app3run0EBK_";
        let newest = "_RINvNtCs8NwYtU1Mohg_4core3ptr9drop_glueNCNvCsjRnqx85J7k3_3app3run0EBF_";
        let of_closure = "_ZN4core3ptr98drop_in_place$LT$app..run..$u7b$$u7b$closure$u7d$$u7d$..$u7b$$u7b$closure$u7d$$u7d$$LT$i16$GT$$GT$17h8d8d5d150f5547bdE";
        let new_of_closure =
            "_RINvNtCsgEmfK2I1SDS_4core3ptr13drop_in_placeINCNCNvCshLZY75MoEWI_3app3run00sEEBN_";
        for symbol in [old, new, newest, of_closure, new_of_closure] {
            assert!(is_drop(symbol), "{symbol}");
            assert!(drops_closure(symbol), "{symbol}");
        }
        let around = "_ZN4core3ptr88drop_in_place$LT$core..pin..Pin$LT$app..run..$u7b$$u7b$closure$u7d$$u7d$$GT$$GT$17hd1c55bcdb5d199c9E";
        let new_around = "_RINvNtCsgEmfK2I1SDS_4core3ptr13drop_in_placeINtNtB4_3pin3PinNCNvCsaL4vRTeLKVz_3app3run0EEBK_";
        for symbol in [around, new_around] {
            assert!(is_drop(symbol), "{symbol}");
            assert!(!drops_closure(symbol), "{symbol}");
        }
        let others = [
            "_ZN3app13drop_in_place17hd1c55bcdb5d199c9E",
            "_ZN4core3ptr13drop_in_place17hd1c55bcdb5d199c9E",
            "_RINvNtCsgEmfK2I1SDS_3app3ptr13drop_in_placeNtB4_1AEB4_",
            "_RINvNtCsgEmfK2I1SDS_3app3runNvNtCsgEmfK2I1SDS_4core3ptr13drop_in_placeNtB4_1AEB4_",
        ];
        for symbol in others {
            assert!(!is_drop(symbol), "{symbol}");
        }
    }

    #[test]
    fn the_type_is_read_off_the_symbol() {
        let old = "_ZN4core3ptr42drop_in_place$LT$alloc..string..String$GT$17hd1c55bcdb5d199c9E";
        let new = "_RINvNtCsgEmfK2I1SDS_4core3ptr13drop_in_placeNtNtCslNYArtu3iFV_5alloc6string6StringECs1_3app";
        for symbol in [old, new] {
            assert_eq!(argument(symbol).as_deref(), Some("alloc::string::String"));
        }
        assert_eq!(argument("main"), None);
    }
}
