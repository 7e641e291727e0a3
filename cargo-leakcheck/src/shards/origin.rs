//! The machine that a report comes from: files that it names by their whole path lie elsewhere here.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{report::Report, workspace::Workspace};

/// Names the files of the workspace as they are called here. A report has those of other packages with the folder in which
/// its machine had built them.
pub(super) fn localize(report: &mut Report, workspace: &Workspace) {
    let Some(root) = root(report, workspace).filter(|root| *root != workspace.root) else {
        return;
    };
    let Ok(mut value) = serde_json::from_str(&report.to_json()) else {
        return;
    };
    rename(&mut value, &root, &workspace.root);
    if let Ok(local) = serde_json::from_value(value) {
        *report = local;
    }
}

/// The folder of the workspace on the machine that built the test.
fn root(report: &Report, workspace: &Workspace) -> Option<PathBuf> {
    let package = workspace.packages.get(report.package.as_ref()?)?;
    let below = package.strip_prefix(&workspace.root).ok()?;
    let built = Path::new(report.package_dir.as_ref()?);
    let depth = below.components().count();
    let is_same = built.ends_with(below);
    is_same
        .then(|| built.ancestors().nth(depth).map(Path::to_owned))
        .flatten()
}

fn rename(value: &mut Value, from: &Path, to: &Path) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| rename(value, from, to)),
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(file) if name == "file" => renamed(file, from, to),
                    value => rename(value, from, to),
                }
            }
        }
        _ => {}
    }
}

fn renamed(file: &mut String, from: &Path, to: &Path) {
    if let Ok(inside) = Path::new(file).strip_prefix(from) {
        *file = to.join(inside).display().to_string();
    }
}
