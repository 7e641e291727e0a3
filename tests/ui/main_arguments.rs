//! What `main!` does not understand.

mod unknown {
    leakcheck::main!(setup = start);
}

mod hook_that_is_no_path {
    leakcheck::main!(set_up = || ());
}

mod unknown_word {
    leakcheck::main!(check = "passes");
}

mod belongs_into_options {
    leakcheck::main!(settle = "2s");
}

mod twice {
    leakcheck::main!(set_up = start, set_up = start);
}

fn main() {}
