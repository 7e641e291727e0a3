use leakcheck::leak_checked;

#[leak_checked]
fn a_result() -> Result<(), String> {
    let number = 7;
    number + 1
}

#[leak_checked]
fn nothing() {
    7
}

#[leak_checked]
fn an_opaque_type() -> impl std::process::Termination {
    7
}

fn main() {}
