//! What makes a finding the same from run to run.

use crate::{
    base::model::{Frame, Kind, without_numbers},
    observe::capture::Trace,
};

/// FNV-1a over what stays the same when lines move and tests run in another order: the kind, the name without numbers and
/// the functions on the path.
pub(super) fn of(kind: Kind, name: Option<&str>, trace: &Trace) -> String {
    let functions = |frames: &[Frame]| -> Vec<String> {
        frames.iter().map(|frame| frame.function.clone()).collect()
    };
    let name = name.map(without_numbers).unwrap_or_default();
    let mut words = vec![kind.name().to_owned(), name];
    words.extend(functions(&trace.through));
    words.extend(functions(trace.site.as_slice()));
    words.extend(functions(&trace.callers));
    let hash = words
        .iter()
        .flat_map(|word| word.bytes().chain([0]))
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    format!("{hash:016x}")
}
