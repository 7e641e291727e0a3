//! `cargo run --example tour`: runs the tests of all examples and shows what those that leak print.
//!
//! Ends with success if each leak was found with the report that is committed beside it and each fix passed.

use std::{
    env,
    error::Error,
    io::{self, Write},
    process::{Command, ExitCode},
};

use leakcheck_examples::{Example, Outcome, from_root};

/// The tests of the programs, and not those that rerun them.
const TESTS: [&str; 3] = ["--include-ignored", "::leak::", "::fix::"];

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut out = io::stdout().lock();
    let examples = Example::all()?;
    introduce(&mut out, examples.len())?;

    let built = cargo_test().arg("--no-run").status()?;
    if !built.success() {
        return Err("cargo could not build the examples; its own message is above".into());
    }
    let run = cargo_test().arg("--").args(TESTS).output()?;
    let outcome = Outcome::read(&String::from_utf8_lossy(&run.stdout));
    if outcome.len() != 2 * examples.len() {
        out.write_all(&run.stdout)?;
        io::stderr().write_all(&run.stderr)?;
        return Err("not all tests of the examples have run; what cargo said is above".into());
    }

    let mut different = Vec::new();
    for (number, example) in (1..).zip(&examples) {
        let title = format!("{number} of {}: {} ", examples.len(), example.name());
        writeln!(out, "\n\n━━ {title:━<97}\n")?;
        show(&mut out, example, &outcome)?;
        different.extend(outcome.complaints(example)?);
    }
    conclude(&mut out, examples.len(), &different)?;
    Ok(if different.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn introduce(out: &mut impl Write, count: usize) -> io::Result<()> {
    writeln!(
        out,
        "leakcheck: a tour of {count} small programs that leave something running behind their tests.\n\n\
         1. Cargo builds the tests of `examples/`; the first time this takes a minute or so.\n\
         2. All {} tests run at once, in one process: a leaky and a fixed one for each program.\n\
         3. You see what each leaky test prints, and what was changed so that the other one passes.\n\n\
         The same by hand:\n    cargo test -p leakcheck-examples --test examples -- {}\n",
        2 * count,
        TESTS.join(" ")
    )?;
    out.flush()
}

/// Shows one example: what it is, what its leaky test prints, and what the fixed program does instead.
fn show(out: &mut impl Write, example: &Example, outcome: &Outcome) -> io::Result<()> {
    writeln!(
        out,
        "{}\n({})\n",
        example.caption("leak.rs")?,
        from_root(&example.path("leak.rs"))
    )?;
    let printed = outcome.leak(example).unwrap_or("(it does not fail)");
    for line in printed.lines() {
        writeln!(out, "{}", format!("    {line}").trim_end())?;
    }
    let passes = if outcome.is_fixed(example) {
        "passes"
    } else {
        "does NOT pass"
    };
    writeln!(
        out,
        "\nFixed, and the test {passes}. {}\n({})",
        example.caption("fix.rs")?,
        from_root(&example.path("fix.rs"))
    )
}

fn conclude(out: &mut impl Write, count: usize, different: &[String]) -> io::Result<()> {
    writeln!(out, "\n\n{:━<100}\n", "")?;
    if different.is_empty() {
        return writeln!(
            out,
            "All {count} leaks were found, each with the report that is committed beside it, and all {count} fixes pass."
        );
    }
    writeln!(out, "Not as it should be:")?;
    different
        .iter()
        .try_for_each(|difference| writeln!(out, "  - {difference}"))
}

fn cargo_test() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args(["test", "-p", "leakcheck-examples", "--test", "examples"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("LEAKCHECK_SETTLE");
    cargo
}
