//! Runs a body as the attributes do: through the calls that they generate.

use std::{
    io,
    pin::{Pin, pin},
};

use leakcheck::{
    __private::{
        BuildRuntime, ReturnKind, ShouldPanic, TestBody, TestMeta, TestRuntime, boxed, run_async,
        run_sync,
    },
    Options,
};
use leakcheck_bench::Flavor;
use tokio::runtime::Builder;

static META: TestMeta = TestMeta {
    package: Some(env!("CARGO_PKG_NAME")),
    manifest_dir: Some(env!("CARGO_MANIFEST_DIR")),
    module: module_path!(),
    name: "body",
    inside: || "",
    file: file!(),
    line: line!(),
    should_panic: ShouldPanic::No,
};

/// A checked async test on a runtime of its own.
pub(crate) fn run<T>(flavor: Flavor, options: fn() -> Options, body: impl Future<Output = T>) -> T {
    let build: BuildRuntime = match flavor {
        Flavor::CurrentThread => |prepare| build(Flavor::CurrentThread, prepare),
        Flavor::MultiThread => |prepare| build(Flavor::MultiThread, prepare),
    };
    let mut result = None;
    {
        let mut body = pin!(Some(async { result = Some(body.await) }));
        let body: Pin<&mut dyn TestBody<()>> = body.as_mut();
        run_async(&META, &options, &ReturnKind::UNIT, build, body);
    }
    result.expect("a test that did not fail ran to its end")
}

/// A checked plain test.
pub(crate) fn call<T>(body: impl FnOnce() -> T) -> T {
    run_sync(&META, &Options::new, &ReturnKind::never(), body)
}

fn build(flavor: Flavor, prepare: &dyn Fn(&mut Builder)) -> io::Result<Box<dyn TestRuntime>> {
    let mut builder = flavor.builder();
    prepare(&mut builder);
    builder.build().map(boxed)
}
