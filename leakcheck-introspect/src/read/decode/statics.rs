//! What variables hold that no task has: statics, and those on the stack of a thread.

use std::sync::Arc;

use super::{
    access_path::Trust,
    pointers::is_reference,
    scan::{MOST_PLACES, Scan},
    scanned::{Mode, ScannedObject},
};
use crate::{
    Certainty, Hold, Location,
    read::value::{Reader, Value},
};

/// What was found in a static.
#[derive(Debug)]
pub(crate) struct InStatic {
    pub(crate) holds: Vec<Hold>,
    /// Whether the search ended at a limit, or at something of which no type is known.
    pub(crate) is_cut: bool,
    /// Places that it visited.
    pub(crate) visited: u32,
}

/// Reads the static `value` of this name, of the crate `home`, in at most `left` steps. Others may change it at any time: what
/// is not there twice is not there.
pub(crate) fn holds_of_static(
    reader: &Reader<'_>,
    value: Value,
    (name, location): (&Arc<str>, Option<&Location>),
    home: &str,
    left: u32,
) -> InStatic {
    let left = left.min(MOST_PLACES);
    let scan = |left| Scan::within(left, reader, value, Mode::Objects, Trust::Known, home);
    let first = scan(left);
    let mut found = InStatic {
        holds: Vec::new(),
        is_cut: first.is_cut || first.is_blind || first.hides,
        visited: left.saturating_sub(first.left),
    };
    if first.objects.is_empty() {
        return found;
    }
    reader.memory.forget();
    let second = scan(left);
    found.visited = found.visited.saturating_mul(2);
    let is_same = |one: &ScannedObject, other: &ScannedObject| {
        let key = |object: &ScannedObject| {
            let found = &object.found;
            (found.object, found.role, found.place)
        };
        key(one) == key(other) && one.path == other.path
    };
    for object in &first.objects {
        if second.objects.iter().any(|other| is_same(object, other)) {
            found.holds.push(Hold {
                certainty: if object.may_be_gone {
                    Certainty::Possible
                } else {
                    object.certainty
                },
                function: Arc::clone(name),
                location: location.cloned(),
                ..hold(object, object.path.as_str().into())
            });
        }
    }
    found
}

/// Reads a variable on the stack of a thread, which may have been moved out of; of a reference somebody else has what it leads
/// to.
pub(crate) fn holds_on_stack(
    reader: &Reader<'_>,
    value: Value,
    name: &str,
    home: &str,
    left: &mut u32,
) -> Vec<Hold> {
    if is_reference(value.ty) {
        return Vec::new();
    }
    let most = MOST_PLACES.min(*left);
    let scan = Scan::within(most, reader, value, Mode::Objects, Trust::Known, home);
    *left = left.saturating_sub(most - scan.left);
    let holds = scan.objects.iter().map(|object| {
        let local = format!("{name}{}", object.path);
        hold(object, local.trim_start_matches('.').into())
    });
    holds.collect()
}

/// What was found, of which no more is known.
fn hold(object: &ScannedObject, local: Arc<str>) -> Hold {
    let found = &object.found;
    Hold {
        object: found.object,
        role: found.role,
        place: found.place,
        is_exclusive: found.is_exclusive(),
        is_sole: false,
        owners: object.owners,
        may_end: object.may_end,
        is_parked: false,
        queued: object.queued,
        ahead: None,
        certainty: Certainty::Possible,
        function: "".into(),
        local,
        location: None,
    }
}
