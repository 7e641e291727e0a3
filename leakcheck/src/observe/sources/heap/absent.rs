//! Without the feature nothing is noted.

use crate::base::model::Seen;

pub(super) fn gap() -> Seen {
    Seen::Nothing("leakcheck was built without its feature `heap`".to_owned())
}

pub(crate) fn coverage() -> Seen {
    gap()
}

pub(crate) fn planted() -> Seen {
    gap()
}
