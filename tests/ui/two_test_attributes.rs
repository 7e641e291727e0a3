use leakcheck::leak_checked;

#[leakcheck::test]
#[test]
fn ours_and_test() {}

#[leakcheck::test]
#[tokio::test]
async fn ours_and_tokio() {}

#[leakcheck::test]
#[test_log::test]
fn ours_and_log() {}

#[leak_checked]
#[test]
#[tokio::test]
async fn test_and_tokio() {}

fn main() {}
