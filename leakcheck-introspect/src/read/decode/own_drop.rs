//! Types that do something when they are dropped, beside dropping their fields.

use std::{collections::HashSet, sync::OnceLock};

use crate::read::dwarf::{Image, Type, without_arguments};

/// How the symbols of both kinds end in which `Drop` is implemented.
const SYMBOLS: [&str; 2] = ["core..ops..drop..Drop$GT$4drop", "4core3ops4drop4Drop4drop"];

/// Types of libraries that abort the task whose handle they have.
const ABORTING: [&str; 2] = [
    "tokio::util::idle_notified_set::IdleNotifiedSet",
    "tokio_util::task::abort_on_drop::AbortOnDropHandle",
];

/// Crates whose types end no task by their own `Drop`.
const OTHERS: [&str; 10] = [
    "alloc",
    "core",
    "dashmap",
    "hashbrown",
    "lock_api",
    "once_cell",
    "parking_lot",
    "std",
    "tokio",
    "tokio_util",
];

/// The types of the program that implement `Drop`, found out once.
#[derive(Debug, Default)]
struct Implementors(OnceLock<HashSet<String>>);

/// Whether the task of a handle that is in a field of this type may be ended when the value is dropped.
pub(super) fn may_end(image: &Image, ty: &Type) -> bool {
    if ABORTING.contains(&ty.base.as_str()) {
        return true;
    }
    let known: &Implementors = image.notes.get();
    let known = known.0.get_or_init(|| {
        let symbols = image.functions_with(&SYMBOLS, |_| true);
        symbols
            .values()
            .filter_map(|symbol| owner(symbol))
            .collect()
    });
    !OTHERS.contains(&ty.home()) && known.contains(&ty.base)
}

/// The type that implements `Drop` in the function of this symbol.
fn owner(symbol: &str) -> Option<String> {
    let name = format!("{:#}", rustc_demangle::try_demangle(symbol).ok()?);
    let (owner, _) = name
        .strip_prefix('<')?
        .split_once(" as core::ops::drop::Drop>")?;
    Some(without_arguments(owner).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_is_read_off_the_symbol() {
        let old = "_ZN65_$LT$app..Pool$LT$T$GT$$u20$as$u20$core..ops..drop..Drop$GT$4drop17hd1c55bcdb5d199c9E";
        assert_eq!(owner(old).as_deref(), Some("app::Pool"));
        assert_eq!(owner("main"), None);
    }
}
