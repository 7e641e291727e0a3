//! What a project says for all of its tests, in files beside its manifest: `leakcheck.toml` and the baseline of known
//! leaks. Read once per process, by the first check.

mod baseline;
mod date;
#[cfg(feature = "config")]
mod document;
#[cfg(not(feature = "config"))]
#[path = "unread.rs"]
mod document;
#[cfg(feature = "config")]
mod entry;
mod file;
mod manifest;
#[cfg(feature = "config")]
mod rule;
mod settings;
#[cfg(all(test, not(leakcheck_loom), not(miri)))]
mod tests;

use std::path::{Path, PathBuf};

use once_cell::sync::OnceCell;

use crate::{
    base::error::Error,
    settings::{
        env::{BaselineFile, Env},
        options::{Level, Options},
    },
};
use baseline::Baseline;
use date::Date;
use file::File;
use settings::Settings;

pub(crate) use baseline::Split;
pub(crate) use settings::Came;

/// What the files say.
#[derive(Debug, Default)]
struct Config {
    settings: Option<Settings>,
    baseline: Option<Baseline>,
}

static CONFIG: OnceCell<Result<Config, Error>> = OnceCell::new();

/// The options of all layers.
#[derive(Debug)]
pub(crate) struct Layered {
    pub(crate) options: Options,
    /// Where they ask for nothing because the project's file does: what it says and where it is.
    pub(crate) silenced: Option<String>,
}

/// All layers of options: the project's file at the bottom, the environment on top. `package` is the folder that the
/// test was built in, for programs that cargo did not start.
///
/// # Errors
///
/// Where a file of the project is not understood.
pub(crate) fn layered(
    options: Options,
    env: &Env,
    package: Option<&str>,
) -> Result<Layered, Error> {
    let settings = if env.is_off() {
        None
    } else {
        get(env, package)?.settings.as_ref()
    };
    let Some(settings) = settings else {
        return Ok(Layered {
            options: options.merge(env.options()),
            silenced: None,
        });
    };
    let layers = settings.options.clone().merge(options.clone());
    let (above, options) = (options.merge(env.options()), layers.merge(env.options()));
    let is_off = |options: &Options| options.chosen_level() == Level::Off;
    let is_silenced = is_off(&options) && !is_off(&above);
    Ok(Layered {
        silenced: is_silenced.then(|| settings.silence()),
        options,
    })
}

/// What the project says, once a check has begun.
pub(crate) fn settings() -> Option<&'static Settings> {
    let config = CONFIG.get()?.as_ref().ok()?;
    config.settings.as_ref()
}

/// The leaks that are known, once a check has begun.
pub(crate) fn baseline() -> Option<&'static Baseline> {
    let config = CONFIG.get()?.as_ref().ok()?;
    config.baseline.as_ref()
}

fn get(env: &Env, package: Option<&str>) -> Result<&'static Config, Error> {
    let read = CONFIG.get_or_init(|| Config::read(&folder(package), &env.baseline));
    read.as_ref().map_err(Clone::clone)
}

/// The folder of the package that is tested: where cargo says, else where the test was built, else the current one.
fn folder(package: Option<&str>) -> PathBuf {
    let told = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let built = || package.map(PathBuf::from).filter(|folder| folder.is_dir());
    let current = || std::env::current_dir().unwrap_or_default();
    told.or_else(built).unwrap_or_else(current)
}

impl Config {
    fn read(package: &Path, baseline: &BaselineFile) -> Result<Self, Error> {
        let folders = manifest::folders(package);
        let settings = File::nearest(&folders, leakcheck_report::rule::FILE)?.map(|file| {
            let options = document::read(&file, Date::today())?;
            Ok::<_, Error>(Settings::new(&file, options))
        });
        let baseline = match baseline {
            BaselineFile::Nearest => File::nearest(&folders, leakcheck_report::baseline::NAME)?,
            BaselineFile::Named(path) => Some(File::open(package.join(path), path)?),
            BaselineFile::Off => None,
        };
        Ok(Self {
            settings: settings.transpose()?,
            baseline: baseline.map(|file| Baseline::read(&file)).transpose()?,
        })
    }
}
