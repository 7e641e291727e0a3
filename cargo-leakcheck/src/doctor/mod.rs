//! `cargo leakcheck doctor`: what a build of this workspace can see, proven by planted leaks, and why it cannot see more.

mod dependencies;
mod diagnosis;
mod machine;
mod manifest;
mod profile;
mod proof;
mod scratch;
mod shortcoming;

pub(crate) use diagnosis::Diagnosis;

use dependencies::Dependencies;
use machine::Machine;
use scratch::Scratch;

use crate::{error::Error, workspace::Workspace};

/// Plants a leak of each kind in a package of its own, which is built as the workspace is, and looks for it. The versions are
/// those that the given package uses, or any of the workspace.
pub(crate) fn examine(workspace: &Workspace, package: Option<&str>) -> Result<Diagnosis, Error> {
    let dependencies = Dependencies::of(workspace, package)?;
    let planted = proof::planted(&dependencies.leakcheck);
    let scratch = Scratch::write(workspace, &dependencies, &planted)?;
    let build = scratch.build()?;
    let reports = scratch.run()?;
    Ok(Diagnosis {
        proofs: proof::all(&planted, &reports),
        machine: Machine::of_this(),
        build,
        dependencies,
    })
}
