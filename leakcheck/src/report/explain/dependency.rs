//! What a dependency made.

use crate::{
    base::model::{CodeOwner, Frame, Kind, Leak},
    observe::capture,
};

/// A dependency that chose to make something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dependency {
    /// The package, with its version.
    pub(crate) package: Option<String>,
    pub(crate) made: Made,
    pub(crate) when: When,
}

/// What a dependency did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Made {
    Opened,
    Started,
}

/// When a dependency did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// Inside a call of the user's.
    InsideCall,
    /// On its own.
    InBackground,
}

/// The one that chose to make this, if one did.
pub(crate) fn of(leak: &Leak) -> Option<Dependency> {
    let (frame, when) = chosen_by(leak)?;
    let file = frame.file.as_deref();
    let package = file.and_then(|file| file.split('/').next());
    Some(Dependency {
        package: package.map(ToOwned::to_owned),
        made: match leak.kind {
            Kind::Fd => Made::Opened,
            _ => Made::Started,
        },
        when,
    })
}

fn chosen_by(leak: &Leak) -> Option<(&Frame, When)> {
    if let Some(site) = &leak.created_at
        && site.owner == CodeOwner::Dependency
    {
        return Some((site, When::InBackground));
    }
    let mut choosers = capture::choosers(&leak.created_through);
    Some((choosers.next()?, When::InsideCall))
}
