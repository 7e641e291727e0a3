//! Every live task of the current runtime, at any time.

use std::{collections::HashSet, fmt, sync::Arc};

use leakcheck_introspect::TaskList;
use tokio::runtime::Handle;

use crate::{
    base::{
        error::{Error, Repr},
        model::{Detail, Leak, Resource, ResourceId},
        sync::Work,
    },
    check::findings,
    observe::{scope::outside, sources::tasks},
    report::{output, render},
};

/// The live tasks of a runtime at one moment: where each was spawned, where it is suspended, what it waits for and who
/// could wake it.
///
/// Looking polls nothing and wakes nobody. The task that asks is not among them.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// tokio::spawn(std::future::pending::<()>());
/// tokio::task::yield_now().await;
/// let snapshot = leakcheck::Snapshot::take()?;
/// assert_eq!(snapshot.tasks()[0].count(), 1);
/// println!("{snapshot}");
/// # Ok::<(), leakcheck::Error>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a snapshot only shows something when it is looked at"]
pub struct Snapshot {
    list: Arc<TaskList>,
    resources: Vec<Resource>,
    tasks: Vec<Leak>,
}

impl Snapshot {
    /// Looks at the runtime that is current.
    ///
    /// # Errors
    ///
    /// Where no runtime is current, and where this program's debug info does not lead to its tasks.
    pub fn take() -> Result<Self, Error> {
        let _work = Work::begin();
        let handle = Handle::try_current().map_err(|_| Repr::NoRuntime)?;
        let unreadable = |error: leakcheck_introspect::Error| Repr::Unreadable {
            why: error.to_string(),
        };
        let list = outside(|| tasks::read(&handle)).map_err(unreadable)?;
        let own = tokio::task::try_id().map(tasks::number);
        let mut resources = tasks::all_on(&list);
        resources.retain(|resource| Some(resource.id) != own.map(ResourceId::Task));
        let places = findings::Places::of([&list]);
        for resource in &mut resources {
            if let (ResourceId::Task(id), Detail::Task { place, .. }) =
                (resource.id, &mut resource.detail)
                && let Some(task) = list.find(id)
            {
                *place = places.of_task(task);
            }
        }
        Ok(Self::of(Arc::new(list), resources))
    }

    fn of(list: Arc<TaskList>, resources: Vec<Resource>) -> Self {
        let package_dir = std::env::var("CARGO_MANIFEST_DIR").ok();
        let package_dir = package_dir.as_deref();
        Self {
            tasks: findings::findings(
                &resources,
                &[&list],
                findings::Beside::default(),
                None,
                package_dir,
            ),
            list,
            resources,
        }
    }

    /// Those of its tasks that an earlier snapshot has not, by identity: what has come meanwhile and not gone.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
    /// use std::future::pending;
    ///
    /// tokio::spawn(pending::<()>());
    /// let before = leakcheck::Snapshot::take()?;
    /// tokio::spawn(pending::<()>());
    /// let after = leakcheck::Snapshot::take()?;
    /// assert_eq!(after.since(&before).tasks()[0].count(), 1);
    /// assert!(after.since(&after).tasks().is_empty());
    /// # Ok::<(), leakcheck::Error>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn since(&self, earlier: &Self) -> Self {
        let known: HashSet<ResourceId> = earlier.resources.iter().map(|task| task.id).collect();
        let mut resources = self.resources.clone();
        resources.retain(|task| !known.contains(&task.id));
        Self::of(Arc::clone(&self.list), resources)
    }

    /// The tasks: one entry for those of one creation path and one future that wait for the same.
    pub fn tasks(&self) -> &[Leak] {
        &self.tasks
    }

    /// Why it does not show all of them, if so: the runtime was too busy to be read.
    pub fn gap(&self) -> Option<&str> {
        self.list.gap()
    }
}

impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&render::tasks(&self.tasks))?;
        match self.gap() {
            Some(gap) => writeln!(f, "\nnote: this may not be all of them: {gap}"),
            None => Ok(()),
        }
    }
}

/// Prints every live task of the current runtime: where it was spawned, where it is suspended and what it waits for.
///
/// Prints why where it cannot.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// leakcheck::dump();
/// # });
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn dump() {
    match Snapshot::take() {
        Ok(snapshot) => output::print(&snapshot.to_string()),
        Err(error) => output::print(&format!("leakcheck: {error}")),
    }
}
