//! What `leakcheck.toml` says: the bottom layer of options, and which of it a report must tell.

use super::file::File;
use crate::{
    base::model::{Body, Breach, Kind, Leak, Limited, Remark},
    settings::{
        options::{Level, Options},
        setting::Setting,
    },
};

/// What a file says.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// As it is written from the package.
    name: String,
    /// Where it is.
    place: String,
    pub(super) options: Options,
}

/// What became of a check, as far as settings have a part in it.
#[derive(Debug)]
pub(crate) struct Came<'c> {
    /// The options of all layers.
    pub(crate) options: &'c Options,
    pub(crate) leaks: &'c [Leak],
    pub(crate) breaches: &'c [Breach],
    pub(crate) body: Body,
    /// Whether it waited for things to end.
    pub(crate) has_waited: bool,
}

impl Settings {
    pub(super) fn new(file: &File, options: Options) -> Self {
        Self {
            name: file.name().to_owned(),
            place: file.path().display().to_string(),
            options,
        }
    }

    /// Which settings of the file the verdict may be due to; rules tell that of themselves.
    pub(crate) fn note(&self, came: &Came<'_>) -> Option<Remark> {
        let hold = came.options.settings();
        let panicked = came.leaks.iter().any(|leak| leak.panic.is_some());
        let left = |kind: Kind| came.leaks.iter().any(|leak| leak.kind == kind);
        let breached = |limited: Limited| {
            let breaches = came.breaches.iter();
            breaches.filter(move |breach| breach.limited == limited)
        };
        let decides = |setting: &Setting| match setting {
            Setting::Settle(_) => came.has_waited,
            Setting::Timeout(_) => came.body == Body::TimedOut,
            // It is told where the process does not end, and what was ended.
            Setting::ExitTimeout(_) | Setting::EndProcesses => false,
            Setting::Level(level) => *level != Level::Deny && !came.leaks.is_empty(),
            // What is off was not looked at, so it may have been there.
            Setting::LevelOf(_, Level::Off) => true,
            Setting::LevelOf(kind, _) => left(*kind),
            Setting::UnseenPanics(_) => panicked,
            Setting::MaxLive(limited, _) => {
                breached(*limited).any(|breach| breach.begun().is_none())
            }
            Setting::Rate(limited, _) => breached(*limited).any(|breach| breach.begun().is_some()),
        };
        let own = self.options.settings();
        let said: Vec<String> = own
            .iter()
            .filter(|setting| hold.contains(setting) && decides(setting))
            .map(ToString::to_string)
            .collect();
        let is_said = !said.is_empty();
        is_said.then(|| Remark::Settings {
            file: self.name.clone(),
            settings: said,
        })
    }

    /// What to say where the file is why nothing is checked.
    pub(super) fn silence(&self) -> String {
        format!("nothing is checked: {} switches it off", self.place)
    }
}
