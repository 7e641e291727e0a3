//! Which folders are the project's.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::settings::config::manifest::{Workspace, folders};

fn root(members: &[&str], excluded: &[&str]) -> Workspace {
    let owned = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
    Workspace::Root {
        members: owned(members),
        excluded: owned(excluded),
    }
}

#[test]
fn the_workspace_is_found_however_it_is_written() {
    for (text, expected) in [
        ("", Workspace::Above),
        ("[package]\nname = \"workspace\"\n", Workspace::Above),
        ("# [workspace]\n[package] # [workspace]\n", Workspace::Above),
        (
            "[package]\ndescription = \"\"\"\n[workspace]\n\\\"\"\"\"\"\n[lib]\n",
            Workspace::Above,
        ),
        (
            "[package]\ndescription = '''\n[workspace]\n'''\n",
            Workspace::Above,
        ),
        (
            "[package.metadata]\nlists = [\n  # ]\n  [\"]\"],\n  ['workspace'],\n  {a = [1]},\n]\n",
            Workspace::Above,
        ),
        (
            "[package]\nversion.workspace = true\nedition = { workspace = true }\n\
             [dependencies]\nworkspace = \"1\"\na.workspace = true\n[lints]\nworkspace = true\n",
            Workspace::Above,
        ),
        (
            "[package.metadata.workspace]\n[[a.workspace]]\n",
            Workspace::Above,
        ),
        ("[workspace]", root(&[], &[])),
        (
            "[package]\r\nname = \"a\"\r\n\r\n[workspace]\r\n",
            root(&[], &[]),
        ),
        ("  [ workspace ]  # ours\n", root(&[], &[])),
        ("[\"workspace\"]\n", root(&[], &[])),
        ("[workspace.dependencies]\na = \"1\"\n", root(&[], &[])),
        ("workspace.resolver = \"2\"\n", root(&[], &[])),
        (
            "[workspace]\nmembers = [\n  \"a\", # [\"x\"]\n  'b\\c',\n  \"d\\\\e\" ]\nexclude = []\n",
            root(&["a", "b\\c", "d\\e"], &[]),
        ),
        (
            "workspace = { members = [\"a\"], exclude = [\"b\", \"c\",] }\n[package]\n",
            root(&["a"], &["b", "c"]),
        ),
        (
            "[workspace]\nexclude = [\"fuzz\"]\n[workspace.metadata]\nexclude = [\"a\"]\n",
            root(&[], &["fuzz"]),
        ),
        (
            "[package]\nworkspace = \"..\"\n",
            Workspace::At("..".to_owned()),
        ),
        (
            "package.workspace = '../..'\n",
            Workspace::At("../..".to_owned()),
        ),
        (
            "package = { name = \"a\", workspace = \"../b\" }",
            Workspace::At("../b".to_owned()),
        ),
        (
            "[project]\n\"workspace\" = \"..\"\n",
            Workspace::At("..".to_owned()),
        ),
    ] {
        assert_eq!(Workspace::of(text), expected, "{text}");
        #[cfg(feature = "config")]
        toml::de::DeTable::parse(text).expect(text);
    }
}

#[test]
fn no_text_is_too_much_for_it() {
    let text = "[package]\nworkspace = '..'\n[workspace]\nmembers = [\"a\", ['b'], {c = \"\"\"d\"\"\"}] # e\n";
    super::garble(text, |text| drop(Workspace::of(text)));
    for deep in ["[", "{", "a={", "a=[", "\"", "'''"] {
        drop(Workspace::of(&deep.repeat(100_000)));
    }
}

/// A folder with these files in it, each as the manifest has it.
fn tree(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let dir = std::env::temp_dir().join(format!("leakcheck-{name}-{}", std::process::id()));
    for (path, text) in files {
        let path = dir.join(path);
        fs::create_dir_all(path.parent().expect("it has one")).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

#[test]
fn no_folder_above_the_workspace_is_the_projects() {
    const ROOT: &str = "[workspace]\nmembers = [\"a/b\", \"out/in\"]\nexclude = [\"out\"]\n";
    let dir = tree(
        "folders",
        &[
            ("w/Cargo.toml", ROOT),
            ("w/a/b/Cargo.toml", "[package]\n"),
            ("w/a/b/src/lib.rs", ""),
            ("w/out/Cargo.toml", "[package]\n"),
            ("w/out/in/Cargo.toml", "[package]\n"),
            ("w/own/Cargo.toml", "[package]\n[workspace]\n"),
            ("w/own/part/Cargo.toml", "[package]\n"),
            (
                "w/plain/told/Cargo.toml",
                "[package]\nworkspace = \"../../\"\n",
            ),
            ("beside/Cargo.toml", "[package]\nworkspace = \"../w\"\n"),
            ("beside/part/Cargo.toml", "[package]\n"),
            ("alone/Cargo.toml", "[package]\n"),
            ("alone/src/lib.rs", ""),
            ("bare/lib.rs", ""),
        ],
    );
    let written = |package: &str| {
        let found = folders(&dir.join(package));
        for (folder, written) in &found {
            assert!(
                folder.join("Cargo.toml").exists() || folder.exists(),
                "{written}"
            );
        }
        found
            .into_iter()
            .map(|(_, written)| written)
            .collect::<Vec<_>>()
    };
    for (package, expected) in [
        ("w", &[""][..]),
        ("w/a/b", &["", "../", "../../"]),
        // Where cargo did not say which package it is, it may be any folder of it.
        ("w/a/b/src", &["", "../", "../../", "../../../"]),
        ("w/out", &[""]),
        ("w/out/in", &["", "../", "../../"]),
        ("w/own", &[""]),
        ("w/own/part", &["", "../"]),
        ("w/plain/told", &["", "../", "../../"]),
        ("beside", &["", "../w/"]),
        ("beside/part", &["", "../../w/"]),
        ("alone", &[""]),
        ("alone/src", &["", "../"]),
        ("bare", &[""]),
    ] {
        assert_eq!(written(package), expected, "{package}");
    }
    let (root, _) = &folders(&dir.join("beside"))[1];
    assert_eq!(root, &dir.join("w"));
    fs::remove_dir_all(dir).unwrap();
}

/// What a real parser says of real manifests: those of this repository.
#[test]
#[cfg(feature = "config")]
fn it_agrees_with_a_parser() {
    use toml::de::{DeTable, DeValue};
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut seen = 0;
    for entry in fs::read_dir(&top)
        .unwrap()
        .chain([fs::read_dir(top.join("tests/packages"))
            .unwrap()
            .next()
            .expect("there is one")])
    {
        let Ok(text) = fs::read_to_string(entry.unwrap().path().join("Cargo.toml")) else {
            continue;
        };
        seen += 1;
        let document = DeTable::parse(&text).unwrap();
        let has_root = document.get_ref().contains_key("workspace");
        let package = document
            .get_ref()
            .get("package")
            .map(toml::Spanned::get_ref);
        let is_told =
            matches!(package, Some(DeValue::Table(package)) if package.contains_key("workspace"));
        match Workspace::of(&text) {
            Workspace::Root { .. } => assert!(has_root, "{text}"),
            Workspace::At(_) => assert!(is_told && !has_root, "{text}"),
            Workspace::Above => assert!(!is_told && !has_root, "{text}"),
        }
    }
    assert!(seen > 5, "{seen}");
}
