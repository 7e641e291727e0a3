use leakcheck::leak_checked;

#[leak_checked(flavor = "multi_thread")]
#[tokio::test]
async fn a_key_of_the_runtime() {}

#[leakcheck::test(flavor = "multi_thread", settle = "1s", worker_threads = 2)]
fn no_runtime() {}

#[leak_checked]
#[tokio::test(settle = "1s")]
async fn a_key_of_the_check() {}

fn main() {}
