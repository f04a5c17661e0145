//! Following files: every entry once, whatever becomes of the files.

#[cfg(target_os = "linux")]
mod as_batch;
#[cfg(target_os = "linux")]
mod daemon;
mod iguana_x;
mod losses;
mod machine;
#[cfg(target_os = "linux")]
mod mailing;
mod model;
mod peers;
mod store_among_logs;
#[cfg(target_os = "linux")]
mod weather;
mod world;
