use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use leakcheck_report::Kind;

use super::*;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The release that a reproduction pins.
fn pinned(advisory: &Advisory) -> Option<Version> {
    let manifest = repository().join(&advisory.reproduction).join("Cargo.toml");
    let manifest = fs::read_to_string(&manifest).expect(&advisory.reproduction);
    let manifest: toml::Table = manifest.parse().expect("a manifest");
    let pin = manifest.get("dev-dependencies")?.get(&advisory.krate)?;
    let pin = pin.get("version").unwrap_or(pin).as_str()?;
    pin.strip_prefix('=')?.parse().ok()
}

#[test]
fn each_entry_has_a_reproduction_that_is_run() {
    let runs = fs::read_to_string(repository().join("tests/released.rs")).expect("it is there");
    for advisory in all() {
        let name = &advisory.reproduction;
        let version = pinned(advisory).expect(name);
        assert!(advisory.versions.matches(&version), "{name}: {version}");
        let package = name
            .strip_prefix("tests/packages/known-leaks/")
            .expect(name);
        let (_, case) = runs
            .split_once(&format!("#[test_case({package:?}, &["))
            .expect(name);
        let (case, _) = case.split_once("]; ").expect("it ends");
        let through = format!("through {}-{version}/", advisory.krate);
        let found = format!(": {} x", advisory.kind);
        assert!(
            case.contains(&through) && case.contains(&found),
            "{name}: {case}"
        );
    }
}

#[test]
fn each_entry_can_be_read_by_a_user() {
    let mut names = BTreeSet::new();
    for advisory in all() {
        let Advisory {
            krate,
            site,
            leak,
            help,
            ..
        } = advisory;
        assert!(
            names.insert((krate, site, &advisory.kind)),
            "{krate} {site} is there twice"
        );
        assert!(
            Kind::named(&advisory.kind).is_some(),
            "{krate}: {}",
            advisory.kind
        );
        assert_eq!(
            site.split("::").next(),
            Some(&*krate.replace('-', "_")),
            "{krate}"
        );
        for sentence in [leak, help] {
            let is_one = !sentence.is_empty() && !sentence.ends_with('.') && sentence.is_ascii();
            assert!(is_one, "{krate}: {sentence}");
        }
        if let Some(fixed) = &advisory.fixed_in {
            assert!(!advisory.versions.matches(fixed), "{krate} {fixed}");
        }
    }
    let crates: Vec<&str> = all().iter().map(|advisory| &*advisory.krate).collect();
    assert!(crates.is_sorted(), "{crates:?}");
}

#[test]
fn a_file_that_is_not_understood_is_refused() {
    let entry = "[[advisory]]\ncrate = 'a'\nversions = '1'\nkind = 'task'\nsite = 'a'\nleak = 'it leaks'\nhelp = 'none'\n\
                 reproduction = 'b'\n";
    let whole = format!("format = 1\n{entry}");
    assert_eq!(read(&whole).expect("it is whole").len(), 1);
    for (part, broken) in [
        ("format = 1", "format = 2"),
        ("versions = '1'", "versions = 'one'"),
        ("kind = 'task'", "kinds = 'task'"),
        ("help = 'none'", ""),
    ] {
        assert!(whole.contains(part));
        assert!(read(&whole.replace(part, broken)).is_err(), "{broken}");
    }
}
