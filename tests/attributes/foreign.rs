//! Under a test attribute whose runtime is not ours to build: the body is checked inside of it.

use leakcheck::leak_checked;

use crate::ran;

/// A name under which nobody can know tokio's attribute.
mod framework {
    pub(crate) use tokio::test;
}

#[leak_checked]
#[framework::test]
async fn unit() {
    ran::on_default();
    tokio::task::yield_now().await;
}

#[leak_checked(settle = "200ms")]
#[framework::test]
async fn result() -> Result<(), Box<dyn std::error::Error>> {
    ran::on_default();
    let number: u32 = "7".parse()?;
    assert_eq!(number, 7);
    Ok(())
}

#[leak_checked]
#[rstest::rstest]
#[case(1)]
#[framework::test]
async fn below_rstest(#[case] number: u32) {
    ran::on_default();
    assert_eq!(number, 1);
}
