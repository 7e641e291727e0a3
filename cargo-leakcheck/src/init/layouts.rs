//! What is put into workspaces of ten layouts, as a diff each.

use std::{collections::BTreeMap, fs, path::Path};

use super::*;
use crate::golden::golden;

const PACKAGE: &str = "[package]\nname = \"app\"\nversion = \"0.0.0\"\nedition = \"2024\"\n";
const TEST: &str = "#[tokio::test]\nasync fn works() {}\n";
const MODULE: &str = "pub fn add() {}\n\n#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n    fn adds() {\n        add();\n    }\n}\n";

/// The layouts: the files of each.
fn layouts() -> Vec<(&'static str, Vec<(&'static str, String)>)> {
    let package = |more: &str| ("Cargo.toml", format!("{PACKAGE}{more}"));
    let lib = |text: &str| ("src/lib.rs", text.to_owned());
    let member = |name: &str| PACKAGE.replace("app", name);
    vec![
        ("single_crate", vec![package("\n[dependencies]\ntokio = \"1\"\n"), lib(&format!("/// It works.\n{TEST}"))]),
        (
            "workspace",
            vec![
                package("\n[dev-dependencies]\nzip = \"1\"\nanyhow = \"1\"\n\n[workspace]\nmembers = [\"sub\"]\n"),
                lib(MODULE),
                ("sub/Cargo.toml", member("sub")),
                ("sub/src/lib.rs", MODULE.to_owned()),
            ],
        ),
        (
            "virtual_manifest",
            vec![
                ("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n".to_owned()),
                ("crates/one/Cargo.toml", member("one")),
                ("crates/one/src/lib.rs", MODULE.to_owned()),
                ("crates/two/Cargo.toml", member("two")),
                ("crates/two/src/lib.rs", "pub fn no_test() {}\n".to_owned()),
            ],
        ),
        (
            "workspace_dependencies",
            vec![
                ("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"one\"]\n\n[workspace.dependencies]\nanyhow = \"1\"\ntokio = { version = \"1\", features = [\"full\"] }\n".to_owned()),
                ("one/Cargo.toml", member("one") + "\n[dev-dependencies]\ntokio.workspace = true\n"),
                ("one/src/lib.rs", MODULE.to_owned()),
            ],
        ),
        ("module_tests", vec![package(""), lib(MODULE), ("src/main.rs", "mod deep;\nfn main() {}\n".to_owned()), ("src/deep.rs", MODULE.to_owned())]),
        ("test_files", vec![package(""), lib(""), ("tests/it.rs", format!("mod part;\n\n{TEST}")), ("tests/part/mod.rs", format!("pub mod inner {{\n    #[test]\n    fn is_inner() {{}}\n}}\n\n{TEST}"))]),
        ("rstest", vec![package(""), lib("#[cfg(test)]\nuse rstest::rstest;\n\n#[cfg(test)]\n#[rstest]\n#[case(1)]\n#[tokio::test]\nasync fn works(#[case] number: u8) {}\n")]),
        ("test_log", vec![package(""), ("tests/log.rs", "use test_log::test;\n\n#[test(tokio::test)]\nasync fn logs() {}\n\n#[test]\nasync fn is_unproven() {}\n".to_owned())]),
        ("nested_modules", vec![package(""), lib("mod a {\n    mod b {\n        #[cfg(test)]\n        mod tests {\n            mod deep {\n                #[test]\n                fn works() {}\n            }\n        }\n        #[cfg(test)]\n        mod more {\n            use tokio::test;\n            #[test]\n            async fn is_imported() {}\n            #[core::prelude::v1::test]\n            fn is_not() {}\n        }\n    }\n}\n")]),
        (
            "partly_covered",
            vec![
                package("\n[dev-dependencies]\nleakcheck = { version = \"0.1\", features = [\"harness\"] }\n"),
                lib("#[cfg(test)]\n#[leakcheck::leak_checked]\nmod tests {\n    #[test]\n    fn has_it() {}\n}\n\n#[cfg(test)]\nmod more {\n    #[leakcheck::test]\n    fn has_it() {}\n\n    #[test]\n    fn has_it_not() {}\n}\n"),
                (".git/HEAD", String::new()),
            ],
        ),
    ]
}

fn write(root: &Path, files: &[(&str, String)]) {
    for (name, text) in files {
        let path = root.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("it is written");
    }
}

fn init(workspace: &Workspace) -> Init<'_> {
    Init {
        workspace,
        library: Library::Version("0.1".to_owned()),
        consent: Consent::Given,
        wants_nextest: false,
    }
}

fn texts(root: &Path, files: &[(&str, String)]) -> BTreeMap<String, Option<String>> {
    let text = |name: &str| fs::read_to_string(root.join(name)).ok();
    files
        .iter()
        .map(|(name, _)| ((*name).to_owned(), text(name)))
        .collect()
}

#[test]
fn each_layout_is_covered_once_and_can_be_as_it_was() {
    for (name, files) in layouts() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("a folder");
        write(&root, &files);
        let before = texts(&root, &files);
        let workspace = Workspace::find(Some(&root.join("Cargo.toml")), None).expect(name);
        let (draft, told) = init(&workspace).draft().expect(name);
        golden(&format!("init_{name}.diff"), &(draft.diff() + &told.left()));
        init(&workspace).run().expect(name).expect("it was changed");
        let (again, _) = init(&workspace).draft().expect(name);
        assert_eq!(again.diff(), "", "{name}");
        assert!(undo(&workspace).expect(name), "{name}");
        assert_eq!(texts(&root, &files), before, "{name}");
        undo(&workspace).expect_err("there is nothing left");
    }
}

#[test]
fn tests_that_were_added_since_are_covered() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().canonicalize().expect("a folder");
    let lib = |text: &str| {
        vec![
            ("Cargo.toml", PACKAGE.to_owned()),
            ("src/lib.rs", text.to_owned()),
        ]
    };
    write(&root, &lib(MODULE));
    let workspace = Workspace::find(Some(&root.join("Cargo.toml")), None).expect("a workspace");
    init(&workspace).run().expect("it is changed");
    let covered = fs::read_to_string(root.join("src/lib.rs")).expect("text");
    write(
        &root,
        &[(
            "src/lib.rs",
            format!("{covered}\n#[test]\nfn is_new() {{}}\n"),
        )],
    );
    let (draft, _) = init(&workspace).draft().expect("a draft");
    assert_eq!(draft.edits.len(), 1);
    let edit = &draft.edits[&root.join("src/lib.rs")];
    assert_eq!(
        edit.after,
        format!(
            "{covered}\n#[cfg_attr(test, leakcheck::leak_checked)]\n#[test]\nfn is_new() {{}}\n"
        )
    );
}
