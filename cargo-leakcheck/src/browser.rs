//! Opens a page where a reader of it looks.

use std::{
    env,
    ffi::OsString,
    path::Path,
    process::{Command, Stdio},
};

use crate::error::Error;

/// Names the program that opens it, as for other tools.
const VARIABLE: &str = "BROWSER";

/// Opens the page, and does not wait until it is closed.
pub(crate) fn open(page: &Path) -> Result<(), Error> {
    let page = std::path::absolute(page).unwrap_or_else(|_| page.to_owned());
    let chosen = env::var_os(VARIABLE).filter(|program| !program.is_empty());
    let (program, args) = match chosen {
        Some(program) => (program, Vec::new()),
        None => usual(),
    };
    let started = Command::new(&program)
        .args(args)
        .arg(&page)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    match started {
        Ok(_) => Ok(()),
        Err(cause) => Err(Error::Open {
            path: page,
            cause: format!("{}: {cause}", program.display()),
        }),
    }
}

/// What the system has for it.
fn usual() -> (OsString, Vec<&'static str>) {
    if cfg!(target_os = "macos") {
        ("open".into(), Vec::new())
    } else if cfg!(windows) {
        ("cmd".into(), vec!["/C", "start", ""])
    } else {
        ("xdg-open".into(), Vec::new())
    }
}
