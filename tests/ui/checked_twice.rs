use leakcheck::leak_checked;

#[leak_checked]
#[leak_checked(settle = "1s")]
fn modifiers() {}

#[leak_checked]
#[leakcheck::test]
fn modifier_above() {}

#[leakcheck::test]
#[leak_checked]
fn modifier_below() {}

#[leak_checked]
mod tests {
    use leakcheck::test;

    #[test]
    fn imported() {}
}

fn main() {}
