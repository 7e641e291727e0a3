//! The whole program on a sample workspace with seeded leaks, through cargo and nextest.

mod advisories;
mod broken;
mod copy;
mod doctor;
mod ended;
mod init;
mod overbroad_rules;
mod project;
mod readme;
mod sample;
mod sarif;
mod shards;
mod trial;
