use leakcheck::leak_checked;

mod framework {
    #[allow(unused_imports)]
    pub use tokio::test;
}

#[leak_checked(repeat = "often")]
fn no_numbers() {}

#[leak_checked(repeat = "5")]
fn one_number() {}

#[leak_checked(repeat = "-1:5")]
fn no_number() {}

#[leak_checked(repeat = "3:1")]
fn too_few() {}

#[leak_checked(repeat = 5)]
fn without_quotes() {}

#[leak_checked(repeat = "3:5")]
#[rstest::rstest]
fn with_parameters(_number: u32) {}

#[leak_checked(repeat = "3:5")]
#[framework::test]
async fn on_a_runtime_of_somebody_elses() {}

#[leak_checked(repeat = "3:5")]
fn never_returns() -> ! {
    panic!()
}

#[leak_checked(repeat = "3:5")]
mod tests {
    #[test]
    fn of_a_module() {}
}

fn main() {}
