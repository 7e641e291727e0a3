//! Which folders are temporary: that of the system, that which cargo gives to tests, and that of POSIX shared memory.

use std::{
    env,
    os::unix::ffi::OsStringExt,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use super::identity;

/// Where the C library keeps POSIX shared memory.
pub(super) const SHARED_MEMORY: &str = "/dev/shm";

/// Folders, each with a slash at its end.
#[derive(Debug, Default, PartialEq, Eq)]
struct Folders {
    /// What is below is temporary.
    always: Vec<Vec<u8>>,
    /// The same, unless it is below one of the next.
    mostly: Vec<Vec<u8>>,
    /// The project's own folders, where these are below a temporary one.
    but_for: Vec<Vec<u8>>,
}

static FOLDERS: OnceLock<Folders> = OnceLock::new();

/// Finds them out, once. It allocates, so no interposed function may call it.
pub(super) fn learn() {
    FOLDERS.get_or_init(|| {
        if !identity::is_told() {
            return Folders::default();
        }
        let program = env::current_exe().ok();
        Folders::new(
            &env::temp_dir(),
            program.as_deref().and_then(target),
            [
                env::current_dir().ok(),
                env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from),
            ],
        )
    });
}

/// How much of a path is its temporary folder, with the slash; `None` where it is in none, or leads out of it again perhaps.
pub(super) fn length(path: &[u8]) -> Option<usize> {
    FOLDERS.get()?.length(path)
}

/// The folder in which cargo has built a program: that which has those of its profiles.
fn target(program: &Path) -> Option<&Path> {
    let built = program.parent()?;
    let is_cargos = built.file_name()? == "deps";
    is_cargos.then(|| built.parent()?.parent()).flatten()
}

impl Folders {
    fn new(system: &Path, target: Option<&Path>, own: [Option<PathBuf>; 2]) -> Self {
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        let mut mostly: Vec<Vec<u8>> = [system.to_path_buf(), real(system)].map(prefix).into();
        mostly.dedup();
        // Everything is below the root.
        mostly.retain(|folder| folder.len() > 1 && folder[0] == b'/');
        let cargos = target.map(|target| prefix(target.join("tmp")));
        let shared_memory = prefix(SHARED_MEMORY.into());
        let project = target.and_then(Path::parent).map(Path::to_path_buf);
        let own = own
            .into_iter()
            .chain([target.map(Path::to_path_buf), project]);
        let is_inside = |folder: &Vec<u8>| {
            let mut outer = mostly.iter();
            outer.any(|outer| folder.len() > outer.len() && folder.starts_with(outer))
        };
        let but_for = own
            .flatten()
            .flat_map(|own| [prefix(real(&own)), prefix(own)]);
        let but_for = but_for.filter(is_inside).collect();
        Self {
            always: cargos.into_iter().chain([shared_memory]).collect(),
            mostly,
            but_for,
        }
    }

    fn length(&self, path: &[u8]) -> Option<usize> {
        let of = |folders: &[Vec<u8>]| {
            let mut folders = folders.iter();
            let is_outer =
                |folder: &&Vec<u8>| path.len() > folder.len() && path.starts_with(folder);
            folders.find(is_outer).map(Vec::len)
        };
        let length = of(&self.always).or_else(|| match of(&self.but_for) {
            None => of(&self.mostly),
            Some(_) => None,
        })?;
        let leads_out = path.windows(4).any(|part| part == b"/../") || path.ends_with(b"/..");
        (!leads_out).then_some(length)
    }
}

fn prefix(folder: PathBuf) -> Vec<u8> {
    let mut bytes = folder.into_os_string().into_vec();
    if bytes.last() != Some(&b'/') {
        bytes.push(b'/');
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders(system: &str, program: &str, own: &str) -> Folders {
        let program = Path::new(program);
        Folders::new(Path::new(system), target(program), [Some(own.into()), None])
    }

    #[test]
    fn what_is_below_a_temporary_folder_counts() {
        let folders = folders("/no/tmp", "/w/target/debug/deps/a-1", "/w");
        for (path, length) in [
            ("/no/tmp/a", Some(8)),
            ("/no/tmp/a/b", Some(8)),
            ("/no/tmp/", None),
            ("/no/tmp", None),
            ("/no/tmpx/a", None),
            ("no/tmp/a", None),
            ("/no/tmp/a/../../b", None),
            ("/no/tmp/..", None),
            ("/no/tmp/..a", Some(8)),
            ("/w/target/tmp/a", Some(14)),
            ("/w/target/debug/a", None),
            ("/dev/shm/a", Some(9)),
            ("", None),
        ] {
            assert_eq!(folders.length(path.as_bytes()), length, "{path}");
        }
    }

    #[test]
    fn a_project_below_a_temporary_folder_is_none() {
        let folders = folders("/no/tmp", "/no/tmp/w/target/x/debug/deps/a-1", "/no/tmp/p");
        for (path, length) in [
            ("/no/tmp/a", Some(8)),
            ("/no/tmp/w/target/x/debug/a", None),
            ("/no/tmp/w/target/x/tmp/a", Some(23)),
            ("/no/tmp/p/a", None),
        ] {
            assert_eq!(folders.length(path.as_bytes()), length, "{path}");
        }
    }

    #[test]
    fn not_everything_is_temporary() {
        assert_eq!(folders("/", "/a", "/w").length(b"/a/b"), None);
        let at_home = folders("/no/tmp", "/a", "/no/tmp");
        assert_eq!(at_home.length(b"/no/tmp/a"), Some(8));
        assert_eq!(folders("rel", "/a", "/w").length(b"rel/b"), None);
    }
}
