//! Source files in which the lines of the reports stand.

use std::{fs, io, path::Path};

/// The file of each package that all causes are in, with a mark behind each line that reports name.
const TEXT: &str = r#"//! Connections that are kept for the next request, and what runs beside them.

use std::{collections::HashMap, sync::Arc, time::Duration};

use tokio::{net::TcpStream, sync::{mpsc, Mutex, Notify}, task::JoinHandle};

/// Connections by the host that they lead to.
pub struct Pool {
    idle: Mutex<HashMap<String, Vec<TcpStream>>>,
    jobs: mpsc::Sender<Job>,
    stop: Arc<Notify>,
}

pub struct Job {
    host: String,
    attempts: u32,
}

impl Pool {
    /// Connects to all hosts, and keeps what answers.
    pub async fn connect(hosts: &[String]) -> Arc<Self> {
        let (jobs, mut queue) = mpsc::channel(16);
        let pool = Arc::new(Self { idle: Mutex::default(), jobs: jobs.clone(), stop: Arc::default() });
        let again = jobs.clone();
        tokio::spawn(async move { // SPAWN
            while let Some(job) = queue.recv().await { // RECV
                if let Err(job) = dial(job).await {
                    let _ = again.send(job).await; // SEND
                }
            }
        });
        for host in hosts {
            let stream = TcpStream::connect((host.as_str(), 443)).await; // DIAL
            pool.idle.lock().await.entry(host.clone()).or_default().extend(stream.ok());
        }
        pool
    }

    /// Takes a connection out, or waits for one.
    pub async fn take(&self, host: &str) -> Option<TcpStream> {
        let mut idle = self.idle.lock().await; // LOCK
        let streams = idle.get_mut(host)?;
        if streams.is_empty() {
            self.stop.notified().await; // NOTIFIED
        }
        streams.pop()
    }

    /// Closes what nobody has used for a while.
    pub fn reap(self: &Arc<Self>, every: Duration) -> JoinHandle<()> {
        let pool = Arc::clone(self);
        tokio::spawn(async move { // REAP
            let mut tick = tokio::time::interval(every);
            loop {
                tick.tick().await; // TICK
                pool.idle.lock().await.retain(|_, streams| !streams.is_empty());
            }
        })
    }

    /// Watches the file with the hosts, on a thread of its own.
    pub fn watch(&self, path: std::path::PathBuf) {
        let jobs = self.jobs.clone();
        std::thread::Builder::new()
            .name("hosts-watcher".to_owned())
            .spawn(move || { // THREAD
                let mut last = None;
                loop {
                    let now = std::fs::metadata(&path).and_then(|about| about.modified()).ok();
                    if now != last {
                        let _ = jobs.blocking_send(Job { host: String::new(), attempts: 0 }); // BLOCKED
                        last = now;
                    }
                    std::thread::sleep(Duration::from_millis(200)); // SLEEP
                }
            })
            .expect("a thread");
    }

    /// Resolves names by the program of the system.
    pub fn resolver(&self) -> std::io::Result<std::process::Child> {
        std::process::Command::new("getent").arg("ahosts").spawn() // CHILD
    }
}

async fn dial(mut job: Job) -> Result<(), Job> {
    job.attempts += 1;
    match TcpStream::connect((job.host.as_str(), 443)).await {
        Ok(_) => Ok(()),
        Err(_) => Err(job),
    }
}
"#;

/// The line that bears a mark.
pub(super) fn line(mark: &str) -> u32 {
    let mark = format!(" // {mark}");
    let at = TEXT.lines().position(|line| line.ends_with(&mark));
    u32::try_from(at.expect("a mark")).expect("few lines") + 1
}

pub(super) fn write(root: &Path, packages: &[&str]) -> io::Result<()> {
    let members: Vec<String> = packages.iter().map(|name| format!("{name:?}")).collect();
    fs::create_dir_all(root)?;
    fs::write(
        root.join("Cargo.toml"),
        format!(
            "[workspace]\nresolver = \"3\"\nmembers = [{}]\n",
            members.join(", ")
        ),
    )?;
    let lines = TEXT
        .lines()
        .map(|line| line.rsplit_once(" // ").map_or(line, |(code, _)| code));
    // Lines of documentation end as they are.
    let text: Vec<&str> = lines
        .zip(TEXT.lines())
        .map(|(code, line)| {
            if line.trim_start().starts_with("//") {
                line
            } else {
                code
            }
        })
        .collect();
    let text = text.join("\n") + "\n";
    let tests: Vec<String> = (0..100)
        .map(|number| {
            format!(
                "// test {number} stands here
"
            )
        })
        .collect();
    let tests = tests.concat();
    for package in packages {
        let folder = root.join(package);
        fs::create_dir_all(folder.join("src/client"))?;
        fs::create_dir_all(folder.join("tests"))?;
        fs::write(
            folder.join("Cargo.toml"),
            format!("[package]\nname = {package:?}\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
        )?;
        fs::write(folder.join("src/lib.rs"), "")?;
        fs::write(folder.join("tests/integration.rs"), &tests)?;
        for module in super::causes::MODULES {
            fs::write(folder.join(format!("src/client/{module}.rs")), &text)?;
        }
    }
    Ok(())
}
