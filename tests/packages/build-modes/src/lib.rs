//! Documentation tests, each a program of its own.
//!
//! A call or a guard looks at what the example has started:
//!
//! ```
//! std::thread::spawn(|| ()).join().unwrap();
//! leakcheck::verify_none(leakcheck::Options::new());
//! ```
//!
//! ```should_panic
//! std::thread::spawn(std::thread::park);
//! leakcheck::verify_none(leakcheck::Options::new().settle(std::time::Duration::ZERO));
//! ```
//!
//! ```
//! let _guard = leakcheck::LeakGuard::new(leakcheck::Options::new());
//! std::thread::spawn(|| ()).join().unwrap();
//! ```
//!
//! ```should_panic
//! let options = leakcheck::Options::new().settle(std::time::Duration::ZERO);
//! let _guard = leakcheck::LeakGuard::new(options);
//! std::thread::spawn(std::thread::park);
//! ```
//!
//! So does the attribute above a function that the example calls itself:
//!
//! ```
//! #[leakcheck::leak_checked]
//! fn joins() {
//!     std::thread::spawn(|| ()).join().unwrap();
//! }
//!
//! joins();
//! ```
//!
//! ```should_panic
//! #[leakcheck::leak_checked(settle = "100ms")]
//! fn forgets() {
//!     std::thread::spawn(std::thread::park);
//! }
//!
//! forgets();
//! ```
