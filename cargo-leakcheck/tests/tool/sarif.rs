//! What is written as SARIF is valid by the schema that its committee has published.

use std::{
    fs,
    path::{Path, PathBuf},
};

use cargo_metadata::MetadataCommand;

use crate::ended::{Ended, alone, cargo};

/// Validates documents with the program in `tests/packages/sarif-schema`.
pub(crate) fn validate(documents: &[PathBuf]) -> Ended {
    let manifest =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/packages/sarif-schema/Cargo.toml");
    let mut cargo = cargo();
    cargo
        .args(["run", "--quiet", "--locked", "--manifest-path"])
        .arg(&manifest)
        .arg("--")
        .arg(schema(&manifest))
        .args(documents);
    Ended::of(cargo)
}

/// The schema, in the package that ships it.
fn schema(manifest: &Path) -> PathBuf {
    let metadata = MetadataCommand::new()
        .manifest_path(manifest)
        .other_options(["--locked".to_owned()])
        .exec()
        .expect("the packages");
    let package = metadata
        .packages
        .into_iter()
        .find(|package| package.name == "serde-sarif");
    let folder = package.expect("it is in the lock file").manifest_path;
    folder.with_file_name("src/schema.json").into()
}

#[test]
#[ignore = "builds a validator; `.ci/run tool`"]
fn documents_are_valid() {
    let _alone = alone();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/golden");
    let entries = fs::read_dir(golden).expect("golden files");
    let paths = entries.map(|entry| entry.expect("a file").path());
    let documents: Vec<PathBuf> = paths
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "sarif")
        })
        .collect();
    assert!(documents.len() >= 3, "{documents:?}");
    let valid = validate(&documents);
    valid.expect(0, &[]);
    assert_eq!(valid.stdout, "");
}

#[test]
#[ignore = "builds a validator; `.ci/run tool`"]
fn broken_documents_are_not() {
    let _alone = alone();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/golden/small.sarif");
    let document = fs::read_to_string(golden).expect("a golden file");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("broken.sarif");
    for (part, broken, complaint) in [
        ("\"2.1.0\"", "\"2.1\"", "/version: \"2.1\" is not one of "),
        (
            "\"startLine\": 88",
            "\"startLine\": 0",
            "/startLine: 0 is less than ",
        ),
        (
            "rust/my_app/src/pool.rs",
            "rust/my app/src/pool.rs",
            "/uri: \"rust/my app/src/pool.rs\" is not a ",
        ),
        ("\"level\"", "\"levels\"", "'levels' was unexpected"),
        (
            "\"error\"",
            "\"failure\"",
            "/level: \"failure\" is not one of ",
        ),
        (
            "\"message\"",
            "\"messages\"",
            "\"message\" is a required property",
        ),
    ] {
        assert!(document.contains(part), "{part}");
        fs::write(&path, document.replacen(part, broken, 1)).expect("it is written");
        let ended = validate(std::slice::from_ref(&path));
        ended.expect(1, &[]);
        assert!(
            ended.stdout.contains(complaint),
            "{complaint}: {}",
            ended.all()
        );
    }
}
