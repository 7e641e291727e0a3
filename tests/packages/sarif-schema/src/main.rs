//! `schema SCHEMA DOCUMENT..`: says what is wrong with each document, and fails if anything is.

use std::{env, error::Error, fs, process::ExitCode};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut paths = env::args().skip(1);
    let schema = fs::read_to_string(paths.next().ok_or("no schema is named")?)?;
    // The published patterns of languages end in a bracket that closes nothing, which not every reader takes for itself.
    let schema = serde_json::from_str(&schema.replace("]?$\"", "\\\\]?$\""))?;
    // Formats such as `uri-reference` are checked as well.
    let options = jsonschema::options().should_validate_formats(true);
    let validator = options.build(&schema).map_err(|error| error.to_string())?;
    let mut code = ExitCode::SUCCESS;
    for path in paths {
        let document = serde_json::from_str(&fs::read_to_string(&path)?)?;
        for error in validator.iter_errors(&document) {
            println!("{path}: {}: {error}", error.instance_path());
            code = ExitCode::FAILURE;
        }
    }
    Ok(code)
}
