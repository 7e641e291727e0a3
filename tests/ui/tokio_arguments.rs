use leakcheck::leak_checked;

#[leak_checked]
#[tokio::test(flavour = "multi_thread")]
async fn a_typo() {}

#[leak_checked]
#[tokio::test(flavor = "multi_threaded")]
async fn no_flavor() {}

#[leak_checked]
#[tokio::test(flavor = multi_thread)]
async fn no_quotes() {}

#[leak_checked]
#[tokio::test(multi_thread)]
async fn a_bare_flavor() {}

#[leak_checked]
#[tokio::test(flavor = "basic_scheduler")]
async fn an_old_flavor() {}

#[leak_checked]
#[tokio::test(threaded_scheduler)]
async fn a_bare_old_flavor() {}

#[leak_checked]
#[tokio::test(core_threads = 2)]
async fn an_old_key() {}

#[leak_checked]
#[tokio::test(flavor = "multi_thread", worker_threads = "2")]
async fn no_number() {}

#[leak_checked]
#[tokio::test(flavor = "multi_thread", worker_threads = 0)]
async fn no_thread() {}

#[leak_checked]
#[tokio::test(worker_threads = 2)]
async fn threads_of_the_default_flavor() {}

#[leak_checked]
#[tokio::test(flavor = "multi_thread", start_paused = true, unhandled_panic = "ignore")]
async fn not_with_threads() {}

#[leak_checked]
#[tokio::test(start_paused = "true", unhandled_panic = "shut_down_runtime")]
async fn bad_values() {}

#[leak_checked]
#[test_log::test(tokio::test(worker_threads = 2))]
async fn wrapped() {}

#[leakcheck::test(worker_threads = 2)]
async fn ours() {}

fn main() {}
