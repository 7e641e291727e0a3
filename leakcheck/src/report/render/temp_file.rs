//! A file or folder in a temporary folder, in words.

use std::fmt::{Display, Formatter, Result};

use leakcheck_report::plural;

use crate::base::model::{Content, Extent, TempFile};

impl Display for TempFile {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{}", self.path.display())?;
        match self.content {
            Content::Nothing => Ok(()),
            Content::Bytes(0)
            | Content::Entries {
                count: 0,
                extent: Extent::All,
                ..
            } => f.write_str(", empty"),
            Content::Bytes(bytes) => write!(f, ", {}", size(bytes)),
            Content::Entries {
                count,
                bytes,
                extent,
            } => {
                let least = match extent {
                    Extent::All => "",
                    Extent::Part => "at least ",
                };
                let entries = plural::of(count, "entry", "entries");
                write!(f, ", {least}{entries}, {least}{}", size(bytes))
            }
        }
    }
}

/// A number of bytes, to about a tenth: `1.5 KiB`.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut tenths = bytes.saturating_mul(10) / 1024;
    let mut unit = 0;
    while tenths >= 10_240 && unit + 1 < UNITS.len() {
        tenths /= 1024;
        unit += 1;
    }
    match tenths {
        100.. => format!("{} {}", tenths / 10, UNITS[unit]),
        _ => format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit]),
    }
}

#[cfg(all(test, not(leakcheck_loom)))]
mod tests {
    use super::*;
    use crate::base::model::TempOwner;

    #[test]
    fn sizes_read_well() {
        for (bytes, words) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            (12 << 10, "12 KiB"),
            ((1 << 20) - 1, "1023 KiB"),
            (1 << 20, "1.0 MiB"),
            (3 << 40, "3.0 TiB"),
            (u64::MAX, "1677721 TiB"),
        ] {
            assert_eq!(size(bytes), words, "{bytes}");
        }
    }

    #[test]
    fn what_is_in_it_is_said() {
        let entries = |count, bytes, extent| Content::Entries {
            count,
            bytes,
            extent,
        };
        for (content, words) in [
            (Content::Nothing, "/tmp/a"),
            (Content::Bytes(0), "/tmp/a, empty"),
            (Content::Bytes(5), "/tmp/a, 5 B"),
            (entries(0, 0, Extent::All), "/tmp/a, empty"),
            (entries(1, 5, Extent::All), "/tmp/a, 1 entry, 5 B"),
            (
                entries(10_000, 5 << 20, Extent::Part),
                "/tmp/a, at least 10000 entries, at least 5.0 MiB",
            ),
            (
                entries(0, 0, Extent::Part),
                "/tmp/a, at least 0 entries, at least 0 B",
            ),
        ] {
            let file = TempFile {
                path: "/tmp/a".into(),
                owner: TempOwner::Other,
                content,
            };
            assert_eq!(file.to_string(), words);
        }
    }
}
