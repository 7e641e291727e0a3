use leakcheck::leak_checked;

#[leak_checked]
#[test]
#[should_panic(expect = "text")]
fn a_typo() {}

#[leak_checked]
#[test]
#[should_panic(expected = 7)]
fn no_text() {}

#[leak_checked]
#[test]
#[should_panic]
fn a_result() -> Result<(), String> {
    Ok(())
}

fn main() {}
