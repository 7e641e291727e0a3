use leakcheck::leak_checked;
use test_case::test_case;

#[test_case(1)]
#[test_case(2)]
#[leak_checked]
#[tokio::test]
async fn an_even_number_of_cases(_number: u32) {}

#[test_case(1)]
#[leakcheck::test]
fn a_sync_function_is_registered_already(_number: u32) {}
