#[test]
#[leakcheck::test]
fn on_the_next_line() {}

#[test]
/// Docs.
#[ignore = "slow"] // Why.

#[leakcheck::test(settle = "1s")]
fn further_down() {}

#[test] #[leakcheck::test] fn on_the_same_line() {}

mod tests {
    #[test]
    #[leakcheck::test]
    async fn asynchronous() {}
}
