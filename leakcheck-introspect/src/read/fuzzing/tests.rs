//! Whatever is wrong with debug info or memory, reading it ends, and is at most an error.
