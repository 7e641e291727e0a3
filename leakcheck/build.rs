//! Tells the library whether a sanitizer's runtime is linked, whose weak functions must not win over its own. Only nightly
//! compilers have them, and only there may code ask.

#[allow(clippy::print_stdout, reason = "that is how cargo is told")]
fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-check-cfg=cfg(leakcheck_sanitized)");
    if std::env::var_os("CARGO_CFG_SANITIZE").is_some() {
        println!("cargo:rustc-cfg=leakcheck_sanitized");
    }
}
