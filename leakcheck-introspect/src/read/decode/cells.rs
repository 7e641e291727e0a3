//! Cells that are filled once: a flag says whether there is a value, and without it their memory means nothing.

use std::sync::{Once, OnceLock};

use crate::read::{
    dwarf::{Shape, Type},
    memory,
    value::{Reader, Value},
};

/// Which of them it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CellKind {
    /// `std::sync::OnceLock`.
    Once,
    /// `std::sync::LazyLock`, which has its initialiser before.
    Lazy,
    /// What `lazy_static!` makes.
    Macro,
    /// `tokio::sync::OnceCell` and `SetOnce`.
    Flag,
    /// What `thread_local!` makes, which is filled when it is first used, and emptied when its thread ends.
    OfThread,
    /// The same with a `const` initialiser.
    ConstOfThread,
}

impl CellKind {
    /// Which one a type is, if it is one.
    pub(super) fn of(ty: &Type) -> Option<Self> {
        Some(match ty.base.as_str() {
            "std::sync::once_lock::OnceLock" => Self::Once,
            "std::sync::lazy_lock::LazyLock" => Self::Lazy,
            "lazy_static::lazy::Lazy" => Self::Macro,
            "std::sys::thread_local::native::lazy::Storage" => Self::OfThread,
            "std::sys::thread_local::native::eager::Storage" => Self::ConstOfThread,
            "tokio::sync::once_cell::OnceCell" | "tokio::sync::set_once::SetOnce" => Self::Flag,
            _ => return None,
        })
    }

    /// What is in a cell of this kind now, if anything is.
    pub(super) fn content(self, reader: &Reader<'_>, cell: Value) -> Option<Value> {
        let leaf = |ty: &Type| matches!(ty.shape, Shape::Leaf);
        let flag = |name| reader.deciding(reader.inside(reader.field(cell, name)?, &leaf)?);
        let filled = |name| {
            let ty = reader.ty(cell.ty.argument("T")?)?;
            reader.inside(reader.field(cell, name)?, &|inside| inside.die == ty.die)
        };
        match self {
            Self::Flag => (flag("value_set")? == 1).then(|| filled("value"))?,
            Self::Once => {
                (flag("once")? == OnceStates::known()?.complete).then(|| filled("value"))?
            }
            Self::Macro => {
                (flag("__1")? == OnceStates::known()?.complete).then(|| filled("__0"))?
            }
            Self::OfThread => {
                let is_state = |ty: &Type| ty.name.starts_with("State<");
                let state = reader.inside(cell, &is_state)?;
                let (variant, inside) = reader.variant(state)?;
                (variant.member.name == "Alive").then_some(())?;
                // Older releases keep the value in the state.
                filled("value").or_else(|| reader.field(inside, "__0"))
            }
            Self::ConstOfThread => {
                const DESTROYED: u64 = 2;
                (flag("state")? < DESTROYED).then(|| reader.field(cell, "val"))?
            }
            Self::Lazy => {
                let (state, known) = (flag("once")?, OnceStates::known()?);
                let field = match state {
                    _ if state == known.complete => "value",
                    _ if state == known.incomplete => "f",
                    // It is being made, or that has failed.
                    _ => return None,
                };
                reader.field(reader.inside(cell, &|ty| ty.member("f").is_some())?, field)
            }
        }
    }
}

/// How a `Once` says how far it is: not the same in every release of the standard library.
#[derive(Clone, Copy, Debug)]
struct OnceStates {
    incomplete: u64,
    complete: u64,
}

impl OnceStates {
    /// Seen in two of our own.
    fn known() -> Option<Self> {
        static KNOWN: OnceLock<Option<OnceStates>> = OnceLock::new();
        *KNOWN.get_or_init(|| {
            let (first, second) = (Once::new(), Once::new());
            second.call_once(|| {});
            let [incomplete, complete] = [&first, &second].map(state);
            let known = Self {
                incomplete: incomplete?,
                complete: complete?,
            };
            (known.incomplete != known.complete).then_some(known)
        })
    }
}

/// The number that a `Once` consists of.
fn state(once: &Once) -> Option<u64> {
    let mut bytes = [0; 8];
    let own = bytes.get_mut(..size_of::<Once>())?;
    memory::read(std::ptr::from_ref(once) as u64, own)?;
    Some(u64::from_le_bytes(bytes))
}
