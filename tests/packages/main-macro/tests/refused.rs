//! Tests that only the language's harness could run.

leakcheck::main!();

mod missed {
    #[test]
    #[ignore = "cannot be run"]
    fn has_no_attribute() {}

    mod inner {
        #[tokio::test]
        #[ignore = "cannot be run"]
        async fn has_none_either() {}
    }
}

mod renamed {
    use leakcheck::test;

    #[test]
    fn is_ours() {}
}

mod refused {
    use leakcheck::leak_checked;
    use test_case::test_case;

    #[leak_checked]
    #[test_log::test]
    #[ignore = "cannot be run"]
    fn logs() {}

    #[leak_checked]
    #[test_log::test(tokio::test)]
    #[ignore = "cannot be run"]
    async fn logs_in_tokio() {}

    #[leak_checked]
    #[test_case(1)]
    #[test_case(2)]
    #[ignore = "cannot be run"]
    #[allow(dead_code, reason = "the compiler removes its tests")]
    fn cases(_number: u8) {}
}
