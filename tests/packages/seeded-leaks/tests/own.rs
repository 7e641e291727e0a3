//! A binary without the language's harness. Its tests leave what they are called after.

leakcheck::main!();

mod own {
    use leakcheck::leak_checked;

    #[leak_checked(settle = "20ms")]
    #[test]
    fn leaves_a_thread_without_the_harness() {
        sample::detach();
    }

    /// The first rule of `leakcheck.toml` accepts it.
    #[leak_checked(settle = "20ms")]
    #[test]
    fn keeps_what_a_rule_accepts() {
        sample::serve();
    }
}
