use leakcheck::leak_checked;

#[leak_checked(settel = "1s", level = "warm")]
mod arguments {
    fn helper() {}

    #[test]
    fn works() {
        helper();
    }
}

#[leak_checked(settle = "1s")]
mod tests {
    use leakcheck::leak_checked;

    #[leak_checked(levle = "off")]
    #[test]
    fn own_attribute() {}

    #[tokio::test(flavor = "mulit_thread")]
    async fn own_runtime() {}

    #[test]
    async fn no_runtime() {}
}

fn main() {}
