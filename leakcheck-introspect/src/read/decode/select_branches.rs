//! The branches of tokio's `select!`, some of which may be switched off.

use crate::read::{
    dwarf::{Member, Shape},
    value::{Reader, Value},
};

/// The futures of a `select!`, and its mask of those that are switched off.
#[derive(Clone, Copy, Debug)]
pub(super) struct Branches {
    pub(super) futures: Value,
    off: u64,
}

impl Branches {
    /// Those of the `select!` whose closure has this value.
    pub(super) fn of(reader: &Reader<'_>, value: Value) -> Option<Self> {
        let [_, _] = value.ty.members() else {
            return None;
        };
        let mask = reader.pointee(reader.field(value, "_ref__disabled")?)?;
        let mut futures = reader.field(value, "_ref__futures")?;
        while matches!(futures.ty.shape, Shape::Pointer(_)) {
            futures = reader.pointee(futures)?;
        }
        let count = futures.ty.members().len() as u64;
        let fits = futures.ty.path.is_empty()
            && futures.ty.name.starts_with('(')
            && matches!(mask.ty.shape, Shape::Leaf)
            && matches!(mask.ty.size, 1 | 2 | 4 | 8)
            && count <= mask.ty.size * 8;
        let off = fits.then(|| reader.deciding(mask))??;
        Some(Self { futures, off })
    }

    /// Whether the branch that is this field of the futures' tuple is switched off.
    pub(super) fn is_off(&self, branch: &Member) -> bool {
        let number = branch.name.strip_prefix("__");
        let number = number.and_then(|number| number.parse::<u32>().ok());
        number.is_some_and(|number| number < u64::BITS && self.off >> number & 1 == 1)
    }
}
