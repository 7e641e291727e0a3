#[leakcheck::test]
async fn a_result() -> Result<(), String> {
    let number = 7;
    number + 1
}

#[leakcheck::test]
async fn no_value() -> Result<(), String> {
    drop(7);
}

#[leakcheck::test]
async fn nothing() {
    7
}

#[leakcheck::test]
fn sync() -> Result<(), String> {
    drop(7);
}
