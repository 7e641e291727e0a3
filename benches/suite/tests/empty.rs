//! No test at all.
