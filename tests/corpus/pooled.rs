//! What a closure of the runtime made for a call of the test is told with the line of that call.

use std::{fs, mem::forget, os::unix::process::parent_id, path::PathBuf, process::id};

use leakcheck::leak_checked;

use crate::expected::verify_alone;

/// A file that a child of the process with this number may leave.
fn left_by(number: u32) -> PathBuf {
    std::env::temp_dir().join(format!("leakcheck-corpus-pooled-{number}"))
}

#[leak_checked(levels(temp_files = "deny"))]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn file_is_not_removed() {
    let path = left_by(parent_id());
    // leak: temp_file "file"
    tokio::fs::write(path, "12345").await.unwrap();
}

#[leak_checked(levels(temp_files = "deny"))]
#[tokio::test]
async fn file_is_removed() {
    // Beside the tests that run children, this one runs in their parent.
    let path = left_by(id()).with_extension("removed");
    tokio::fs::write(&path, "12345").await.unwrap();
    fs::remove_file(path).unwrap();
}

#[leak_checked]
#[tokio::test]
#[ignore = "leaks on purpose"]
async fn descriptor_is_forgotten() {
    // leak: fd "device"
    forget(tokio::fs::File::open("/dev/null").await.unwrap());
}

#[leak_checked]
#[tokio::test]
async fn descriptor_is_closed() {
    drop(tokio::fs::File::open("/dev/null").await.unwrap());
}

#[test]
fn every_report_is_exact() {
    // Beside others a thread of the pool works for nobody that is known.
    verify_alone("pooled", include_str!("pooled.rs"));
    fs::remove_file(left_by(id())).unwrap();
}
