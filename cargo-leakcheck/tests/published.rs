//! What the manifests promise to who takes the crates from a registry.

use std::{
    fs,
    path::{Path, PathBuf},
};

use toml::{Table, Value};

const FAMILY: [&str; 6] = [
    "cargo-leakcheck",
    "leakcheck",
    "leakcheck-introspect",
    "leakcheck-macros",
    "leakcheck-report",
    "leakcheck-specimen",
];

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(file: &str) -> Table {
    let text = fs::read_to_string(repository().join(file)).expect(file);
    text.parse().expect(file)
}

fn manifest(krate: &str) -> Table {
    read(&format!("{krate}/Cargo.toml"))
}

/// The strings of a list.
fn strings(list: &Value) -> Vec<&str> {
    let list = list.as_array().expect("a list");
    list.iter().filter_map(Value::as_str).collect()
}

#[test]
fn the_family_is_released_together() {
    let workspace = read("Cargo.toml");
    let version = workspace["workspace"]["package"]["version"]
        .as_str()
        .expect("a version");
    let dependencies = workspace["workspace"]["dependencies"]
        .as_table()
        .expect("dependencies");
    let pinned = FAMILY.iter().filter_map(|krate| dependencies.get(*krate));
    let pins: Vec<&str> = pinned.filter_map(|pin| pin["version"].as_str()).collect();
    assert_eq!(pins, vec![format!("={version}"); FAMILY.len() - 1]);
    for krate in FAMILY {
        let manifest = manifest(krate);
        let own = manifest
            .get("dependencies")
            .and_then(Value::as_table)
            .into_iter()
            .flatten();
        for (name, wanted) in own.filter(|(name, _)| FAMILY.contains(&name.as_str())) {
            let is_pinned = wanted.get("workspace").and_then(Value::as_bool);
            assert_eq!(is_pinned, Some(true), "{krate} needs {name}");
        }
    }
}

#[test]
fn each_crate_says_what_a_registry_shows() {
    for krate in FAMILY {
        let manifest = manifest(krate);
        let package = manifest["package"].as_table().expect("a package");
        for key in ["description", "license", "repository", "rust-version"] {
            assert!(package.contains_key(key), "{krate}: {key}");
        }
        let docs = &package["metadata"]["docs"]["rs"];
        assert!(!strings(&docs["targets"]).is_empty(), "{krate}");
        for license in ["LICENSE-APACHE", "LICENSE-MIT"] {
            let path = repository().join(krate).join(license);
            assert!(path.is_file(), "{}", path.display());
        }
    }
}

#[test]
fn features_that_documentation_shows_are_there() {
    for krate in FAMILY {
        let manifest = manifest(krate);
        let docs = &manifest["package"]["metadata"]["docs"]["rs"];
        for feature in docs.get("features").map(strings).into_iter().flatten() {
            let features = manifest["features"].as_table().expect("features");
            assert!(features.contains_key(feature), "{krate}: {feature}");
        }
    }
}

#[test]
fn a_program_that_is_built_already_can_be_found() {
    let manifest = manifest("cargo-leakcheck");
    let binstall = manifest["package"]["metadata"]["binstall"]
        .as_table()
        .expect("metadata");
    for (key, part) in [
        ("pkg-url", "{ repo }/releases/download/v{ version }/"),
        ("bin-dir", "/{ bin }{ binary-ext }"),
        ("pkg-fmt", "tgz"),
    ] {
        let text = binstall.get(key).and_then(Value::as_str).expect(key);
        assert!(text.contains(part), "{key}: {text}");
    }
}

/// Whether what comes along keeps to it, `.ci/run deny` tells.
#[test]
fn what_may_come_along_is_written_down() {
    let deny = read("deny.toml");
    let keys: Vec<&str> = deny.keys().map(String::as_str).collect();
    assert_eq!(keys, ["advisories", "bans", "graph", "licenses", "sources"]);
    let allowed = strings(&deny["licenses"]["allow"]);
    let workspace = read("Cargo.toml");
    let own = workspace["workspace"]["package"]["license"]
        .as_str()
        .expect("a license");
    for license in own.split(" OR ") {
        assert!(allowed.contains(&license), "{license}");
    }
    for source in ["unknown-registry", "unknown-git"] {
        assert_eq!(deny["sources"][source].as_str(), Some("deny"));
    }
}
