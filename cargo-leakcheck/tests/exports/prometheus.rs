//! The metrics, and the queries of the book's dashboard and alerts: read by Prometheus, which scrapes and evaluates them.

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use yaml_rust2::YamlLoader;

use crate::{Run, read};

pub(crate) fn promtool(metrics: &Path) {
    let mut command = Command::new("promtool");
    command.args(["check", "metrics"]);
    command.stdin(fs::File::open(metrics).expect("a file"));
    let ended = command.output().unwrap_or_else(|cause| {
        panic!("promtool is not there ({cause}): install Debian's package prometheus")
    });
    let told = String::from_utf8_lossy(&ended.stderr);
    assert!(
        ended.status.success() && told.is_empty(),
        "promtool: {told}"
    );
}

#[test]
#[ignore = "needs promtool; `.ci/run exports`"]
fn promtool_reads_the_metrics() {
    let run = Run::of(1000);
    let metrics = run.export("--metrics", "leaks.prom");
    promtool(&metrics);
    let text = fs::read_to_string(&metrics).expect("text");
    let series =
        "leakcheck_findings{kind=\"task\",package=\"ledger\",state=\"new\",stage=\"be\\\"fore\"} ";
    assert!(text.contains(series), "{text}");
}

/// A file of the book.
fn of_book(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/src/metrics");
    folder.join(name)
}

/// The texts of all fields with this name.
fn fields<'v>(value: &'v Value, name: &str) -> Vec<&'v str> {
    match value {
        Value::Array(values) => values
            .iter()
            .flat_map(|value| fields(value, name))
            .collect(),
        Value::Object(all) => {
            let own = all.get(name).and_then(Value::as_str);
            let inner = all.values().flat_map(|value| fields(value, name));
            own.into_iter().chain(inner).collect()
        }
        _ => Vec::new(),
    }
}

fn dashboard() -> Value {
    let text = fs::read_to_string(of_book("dashboard.json")).expect("a dashboard");
    serde_json::from_str(&text).expect("JSON")
}

/// The names of metrics in a query.
fn names(query: &str) -> Vec<&str> {
    let words = query.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words
        .filter(|word| word.starts_with("leakcheck_"))
        .collect()
}

/// The dashboard and the alerts of the book ask for what is written, and the dashboard for all of it.
#[test]
fn queries_ask_for_what_there_is() {
    let run = Run::of(40);
    let text = fs::read_to_string(run.export("--metrics", "leaks.prom")).expect("text");
    let written = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let written: BTreeSet<&str> = written.filter_map(|line| line.split(' ').next()).collect();

    let dashboard = dashboard();
    let queries = fields(&dashboard, "expr");
    let panels = dashboard["panels"].as_array().expect("panels");
    assert_eq!(queries.len(), panels.len());
    let asked: BTreeSet<&str> = queries.iter().flat_map(|query| names(query)).collect();
    assert_eq!(asked, written);

    let alerts = fs::read_to_string(of_book("alerts.yml")).expect("alerts");
    let alerts = &YamlLoader::load_from_str(&alerts).expect("YAML")[0];
    let rules = alerts["groups"][0]["rules"].as_vec().expect("rules");
    let alerting: Vec<&str> = rules
        .iter()
        .filter_map(|rule| rule["expr"].as_str())
        .collect();
    assert_eq!(alerting.len(), rules.len());
    for query in &alerting {
        let names = names(query);
        assert!(
            !names.is_empty() && names.iter().all(|name| written.contains(name)),
            "{query}"
        );
    }
    // What they choose by is there as well.
    for query in queries.iter().chain(&alerting) {
        for by in query.split(['{', '}']).skip(1).step_by(2) {
            let (label, value) = by.split_once('=').expect("a label");
            let label = label.trim_end_matches('!');
            assert!(
                text.contains(&format!("{label}={value}")),
                "{by} of {query}"
            );
        }
        for by in query.split(" by (").skip(1) {
            let (label, _) = by.split_once(')').expect("its end");
            assert!(text.contains(&format!("{label}=\"")), "{label} of {query}");
        }
    }
}

#[test]
#[ignore = "needs promtool; `.ci/run exports`"]
fn promtool_reads_the_alerts() {
    let told = read(
        "promtool",
        "prometheus",
        &["check", "rules"],
        &of_book("alerts.yml"),
    );
    assert!(told.contains("SUCCESS: 2 rules found"), "{told}");
}

/// A server that has scraped a file of metrics, with the alerts of the book.
struct Server {
    process: Child,
    address: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Server {
    fn scraping(metrics: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let config = folder.path().join("prometheus.yml");
        let text = format!(
            "global: {{ scrape_interval: 1s, evaluation_interval: 1s }}\n\
             rule_files: [\"{}\"]\n\
             scrape_configs: [{{ job_name: ci, static_configs: [{{ targets: [\"{}\"] }}] }}]\n",
            of_book("alerts.yml").display(),
            served(metrics)
        );
        fs::write(&config, text).expect("it is written");
        let address = free();
        let mut command = Command::new("prometheus");
        command
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", folder.path().display()))
            .arg(format!("--web.listen-address={address}"))
            .stderr(Stdio::null());
        let process = command.spawn().unwrap_or_else(|cause| {
            panic!("prometheus is not there ({cause}): install Debian's package prometheus")
        });
        Self {
            process,
            address,
            _folder: folder,
        }
    }

    /// What a query has for an answer as soon as it has one.
    fn ask(&self, query: &str) -> Vec<Value> {
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_secs(120) {
            let answer = self.ask_now(query);
            if !answer.is_empty() {
                return answer;
            }
            thread::sleep(Duration::from_millis(200));
        }
        panic!("`{query}` has no answer");
    }

    fn ask_now(&self, query: &str) -> Vec<Value> {
        let url = format!("http://{}", self.address);
        let asked = Command::new("promtool")
            .args(["query", "instant", "-o", "json", &url, query])
            .output()
            .expect("promtool");
        serde_json::from_slice(&asked.stdout).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Where nobody listens.
fn free() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    listener.local_addr().expect("its address")
}

/// Where a file of metrics is served until the process ends.
fn served(metrics: &Path) -> SocketAddr {
    let text = fs::read_to_string(metrics).expect("metrics");
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = listener.local_addr().expect("its address");
    thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            let lines = BufReader::new(&client).lines();
            lines
                .map_while(Result::ok)
                .take_while(|line| !line.is_empty())
                .for_each(drop);
            let _ = write!(
                client,
                "HTTP/1.1 200 OK\r\nContent-Type: application/openmetrics-text; version=1.0.0\r\n\
                 Content-Length: {}\r\nConnection: close\r\n\r\n{text}",
                text.len()
            );
        }
    });
    address
}

#[test]
#[ignore = "needs prometheus; `.ci/run exports`"]
fn prometheus_answers_the_dashboard_and_raises_the_alerts() {
    let run = Run::of(1000);
    let server = Server::scraping(&run.export("--metrics", "leaks.prom"));
    for query in fields(&dashboard(), "expr") {
        server.ask(query);
    }
    let is_new = server.ask("sum(leakcheck_findings{state=\"new\"})");
    assert_ne!(is_new[0]["value"][1], "0", "{is_new:?}");
    let raised = server.ask("ALERTS{alertname=\"NewLeak\",alertstate=\"firing\"}");
    let packages: BTreeSet<&str> = raised
        .iter()
        .filter_map(|alert| alert["metric"]["package"].as_str())
        .collect();
    let samples = BTreeSet::from(["gateway", "ledger", "mailer", "shared"]);
    assert_eq!(packages, samples, "{raised:?}");
    // Of what is not written there is no answer either.
    assert_eq!(server.ask_now("leakcheck_things"), Vec::<Value>::new());
}
