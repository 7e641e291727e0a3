use leakcheck::leak_checked;

#[tokio::test]
#[leak_checked]
async fn below_tokio() {}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[leak_checked]
async fn below_tokio_with_a_result() -> Result<(), std::io::Error> {
    Ok(())
}

#[tokio::test]
#[test_log::test]
#[leak_checked]
async fn below_tokio_and_log() {}

#[test_log::test(tokio::test)]
#[leak_checked]
async fn below_wrapped_tokio() {}

#[tokio::test]
#[serial_test::serial]
#[leak_checked]
async fn below_tokio_and_serial() {}

fn main() {}
