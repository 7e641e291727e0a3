use leakcheck::leak_checked;

mod framework {
    #[allow(unused_imports)]
    pub use tokio::test;
}

#[leak_checked(cancel = "eech")]
#[tokio::test]
async fn a_typo() {}

#[leak_checked(cancel = "1-20")]
#[tokio::test]
async fn no_range() {}

#[leak_checked(cancel = "0..5")]
#[tokio::test]
async fn counted_from_zero() {}

#[leak_checked(cancel = "5..5")]
#[tokio::test]
async fn an_empty_range() {}

#[leak_checked(cancel = 3)]
#[tokio::test]
async fn without_quotes() {}

#[leak_checked(cancellable = "yes")]
#[tokio::test]
async fn with_a_value() {}

#[leak_checked(cancelable)]
#[tokio::test]
async fn one_letter_less() {}

#[leak_checked(cancel = "each", cancel_within = "soon")]
#[tokio::test]
async fn no_time() {}

#[leak_checked(cancel = "each")]
#[test]
fn without_awaits() {}

#[leak_checked(cancellable)]
#[test]
fn without_awaits_if_asked() {}

#[leak_checked(cancel = "each")]
#[framework::test]
async fn on_a_runtime_of_somebody_elses() {}

#[leak_checked(cancel = "each", repeat = "3:5")]
#[tokio::test]
async fn in_rounds() {}

#[leak_checked(cancel = "each")]
#[tokio::test]
async fn never_returns() -> ! {
    panic!()
}

#[leakcheck::test(cancel = "each")]
async fn with_parameters(_number: u8) {}

#[leak_checked(cancel_within = "10s")]
#[tokio::test]
async fn limit_alone() {}

fn main() {}
