//! Whatever a test may return.

use std::fmt::Debug;
use std::process::{ExitCode, Termination};

use leakcheck::leak_checked;

use crate::ran;

type Alias<T = ()> = Result<T, std::num::ParseIntError>;

#[leak_checked]
#[test]
fn result() -> Result<(), String> {
    ran::sync();
    if cfg!(not(test)) {
        return Err("an early return".into());
    }
    Ok(())
}

#[leak_checked]
#[test]
fn alias() -> Alias {
    ran::sync();
    let number: u32 = "7".parse()?;
    assert_eq!(number, 7);
    Ok(())
}

#[leak_checked]
#[test]
fn exit_code() -> ExitCode {
    ran::sync();
    ExitCode::SUCCESS
}

#[leak_checked]
#[test]
fn termination() -> impl Termination {
    ran::sync();
    ExitCode::SUCCESS
}

#[leak_checked]
#[test]
fn result_with_an_unnamed_error() -> Result<(), impl Debug> {
    ran::sync();
    "7".parse::<u32>().map(drop)
}

#[leak_checked]
#[test]
#[allow(clippy::unused_unit, reason = "the spelling is what is tested")]
fn explicit_unit() -> () {
    ran::sync();
}

#[leak_checked]
#[tokio::test]
async fn async_result() -> Result<(), Box<dyn std::error::Error>> {
    ran::on_default();
    tokio::task::spawn(async {}).await?;
    let number: u32 = "7".parse()?;
    assert_eq!(number, 7);
    Ok(())
}

#[leak_checked]
#[tokio::test]
async fn async_alias() -> Alias {
    ran::on_default();
    "7".parse::<u32>()?;
    Ok(())
}

#[leakcheck::test]
async fn async_exit_code() -> ExitCode {
    ran::on_default();
    ExitCode::SUCCESS
}

#[leakcheck::test]
async fn async_termination() -> impl Termination {
    ran::on_default();
    ExitCode::SUCCESS
}

#[leakcheck::test]
async fn async_result_with_an_unnamed_error() -> Result<(), impl Debug> {
    ran::on_default();
    "7".parse::<u32>().map(drop)
}
