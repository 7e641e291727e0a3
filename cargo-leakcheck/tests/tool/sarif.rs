//! What is written as SARIF is valid by the schema that its committee has published.

use std::{
    fs,
    path::{Path, PathBuf},
};

use cargo_metadata::MetadataCommand;

use crate::ended::{Ended, alone, cargo};

/// Validates documents with the program in `tests/packages/sarif-schema`.
pub(crate) fn validate(documents: &[PathBuf]) -> Ended {
    validate_by(&schema(&manifest()), documents)
}

fn validate_by(schema: &Path, documents: &[PathBuf]) -> Ended {
    let mut cargo = cargo();
    cargo
        .args(["run", "--quiet", "--locked", "--manifest-path"])
        .arg(manifest())
        .arg("--")
        .arg(schema)
        .args(documents);
    Ended::of(cargo)
}

fn manifest() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/packages/sarif-schema/Cargo.toml")
}

/// Golden files of this kind.
fn golden(folder: &str, kind: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = fs::read_dir(folder).expect("golden files");
    let paths = entries.map(|entry| entry.expect("a file").path());
    let is_meant = |path: &PathBuf| path.extension().is_some_and(|extension| extension == kind);
    paths.filter(is_meant).collect()
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
    let documents = golden("src/golden", "sarif");
    assert!(documents.len() >= 3, "{documents:?}");
    let valid = validate(&documents);
    valid.expect(0, &[]);
    assert_eq!(valid.stdout, "");
}

/// By a validator that is not ours, which takes the schema for one in the first place.
#[test]
#[ignore = "builds a validator; `.ci/run tool`"]
fn reports_of_the_library_are_valid_by_the_schema_that_is_published() {
    let _alone = alone();
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../leakcheck-report/schema");
    let schema = schema.join("report-1.schema.json");
    let documents = golden("../leakcheck/src/report/render/golden", "json");
    assert!(documents.len() >= 7, "{documents:?}");
    let valid = validate_by(&schema, &documents);
    valid.expect(0, &[]);
    assert_eq!(valid.stdout, "");
    let invalid = validate_by(&schema, std::slice::from_ref(&schema));
    invalid.expect(1, &[]);
    assert!(
        invalid
            .stdout
            .contains("\"verdict\" is a required property"),
        "{}",
        invalid.all()
    );
}

#[test]
#[ignore = "builds a validator; `.ci/run tool`"]
fn summaries_are_valid_by_theirs() {
    let _alone = alone();
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../leakcheck-report/schema");
    let schema = schema.join("summary-1.schema.json");
    let is_diff = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default();
        name.to_string_lossy().starts_with("diff_")
    };
    let documents = golden("src/golden", "json").into_iter();
    let (diffs, documents): (Vec<PathBuf>, Vec<PathBuf>) = documents.partition(is_diff);
    assert!(documents.len() >= 4, "{documents:?}");
    let valid = validate_by(&schema, &documents);
    valid.expect(0, &[]);
    assert_eq!(valid.stdout, "");
    assert!(!diffs.is_empty());
    let valid = validate_by(&schema.with_file_name("diff-1.schema.json"), &diffs);
    valid.expect(0, &[]);
    assert_eq!(valid.stdout, "");
    assert_eq!(validate_by(&schema, &diffs).code, Some(1));
    let invalid = validate_by(&schema, std::slice::from_ref(&schema));
    invalid.expect(1, &[]);
    let told = &invalid.stdout;
    assert!(told.contains("\"causes\" is a required property"), "{told}");
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
