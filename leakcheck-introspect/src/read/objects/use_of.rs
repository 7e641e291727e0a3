//! What futures do with the channels and pipes that they contain.

use crate::read::dwarf::Type;

/// What a future does with a channel or pipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    Unknown,
    /// It puts something into it.
    Sends,
    /// It takes something out of it.
    Receives,
}

impl Use {
    /// What a future of this type does; `None` for other types.
    pub(crate) fn of(ty: &Type) -> Option<Self> {
        const SINKS: [&str; 3] = ["send::Send", "feed::Feed", "flush::Flush"];
        const READERS: [&str; 4] = ["fill_buf", "lines", "read", "split"];
        const WRITERS: [&str; 3] = ["write", "flush", "shutdown"];
        if let Some(name) = ty.base.strip_prefix("futures_util::sink::") {
            let is_sink = SINKS.contains(&name);
            return Some(if is_sink { Self::Sends } else { Self::Unknown });
        }
        let name = ty.base.strip_prefix("tokio::io::util::")?;
        let is_one = |of: &[&str]| of.iter().any(|of| name.starts_with(of));
        match () {
            () if is_one(&READERS) => Some(Self::Receives),
            () if is_one(&WRITERS) => Some(Self::Sends),
            () => None,
        }
    }
}
