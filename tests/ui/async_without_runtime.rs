use leakcheck::leak_checked;

#[leak_checked]
async fn nothing() {}

#[leak_checked]
#[test]
async fn only_test() {}

#[leak_checked]
#[rstest::rstest]
#[case(1)]
async fn only_cases(#[case] _number: u32) {}

fn main() {}
