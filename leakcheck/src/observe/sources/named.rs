//! What the descriptors and processes are that tasks wait for, found out when the tasks are read: a number may be another's
//! later.

use leakcheck_introspect::{Class, Object, TaskList};

use super::{fds, processes};

/// Names what the tasks of a list wait for.
pub(crate) fn name(list: &mut TaskList) {
    list.name_objects(|object: Object| match object.class() {
        Class::Descriptor => fds::words(object.address()),
        Class::Process => processes::words(object.address()),
        _ => None,
    });
}
