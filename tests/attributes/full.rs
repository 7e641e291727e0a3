//! `#[leakcheck::test]` needs no other attribute.

use tokio::runtime::RuntimeFlavor;

use crate::ran;

#[leakcheck::test]
fn sync() {
    ran::sync();
}

#[leakcheck::test]
async fn current_thread_by_default() {
    ran::on_default();
}

#[leakcheck::test(
    flavor = "multi_thread",
    worker_threads = 2,
    settle = "200ms",
    level = "deny"
)]
async fn multi_thread() {
    ran::on(RuntimeFlavor::MultiThread);
    assert_eq!(tokio::runtime::Handle::current().metrics().num_workers(), 2);
}

#[leakcheck::test(flavor = "local")]
async fn local() {
    ran::on_default();
    tokio::task::spawn_local(async {}).await.unwrap();
}

#[leakcheck::test(start_paused = true, name = "a-runtime")]
async fn start_paused() {
    ran::on_default();
    tokio::time::sleep(std::time::Duration::from_secs(3600)).await;
    assert_eq!(tokio::runtime::Handle::current().name(), Some("a-runtime"));
}

#[leakcheck::test]
#[ignore = "only to see that the attribute arrives"]
async fn ignored() {
    ran::on_default();
}

mod imported {
    use leakcheck::test;

    use crate::ran;

    #[test]
    fn sync() {
        ran::sync();
    }

    #[test(flavor = "multi_thread")]
    async fn multi_thread() {
        ran::on(tokio::runtime::RuntimeFlavor::MultiThread);
    }
}
