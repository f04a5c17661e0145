//! How hard a command works: threads, rate and priority.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::Args;

use crate::pipeline::Effort;

/// A wait for the rate ends this soon once the user wants to stop.
const PATIENCE: Duration = Duration::from_millis(100);

/// Options of commands that read much.
#[derive(Debug, Args)]
pub(super) struct EffortArgs {
    /// Threads that read and judge; the store's writer is one more [default: one for each core]
    #[arg(long, value_name = "N")]
    pub(super) threads: Option<NonZeroUsize>,

    /// Read at most so many bytes of logs a second, such as `20MB`; 0: as many as there are
    #[arg(long, value_name = "SIZE", value_parser = parse_size, default_value_t = 0)]
    pub(super) max_rate: u64,

    /// How far others go first: from 0, as any program, to 19, only when the processor is idle
    /// (Unix)
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = parse_nice())]
    pub(super) nice: i32,
}

/// Returns what `--nice` may be.
pub(super) fn parse_nice() -> clap::builder::RangedI64ValueParser<i32> {
    clap::value_parser!(i32).range(0..=19)
}

/// Has the threads that are started from now on give way to other programs, unless they do so
/// already.
pub(super) fn be_nice(nice: i32) {
    #[cfg(unix)]
    {
        use rustix::process::{getpriority_process, setpriority_process};

        let now = getpriority_process(None).unwrap_or_default();
        if now < nice {
            // Where the system does not let it, it works as any program.
            setpriority_process(None, nice).unwrap_or(());
        }
    }
    #[cfg(not(unix))]
    let _: i32 = nice;
}

/// Returns how many threads use the whole machine: one for each core that the process may use.
pub(super) fn all_cores() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// Returns the effort of a run that nobody waits beside.
pub(super) fn all_out() -> Effort<'static> {
    Effort { threads: all_cores(), pace: &|_| {} }
}

/// Keeps reading to a rate.
pub(super) struct Pace<'s> {
    /// Bytes a second; 0: no limit.
    rate: u64,
    began: Instant,
    read: AtomicU64,
    stop: &'s AtomicBool,
}

impl<'s> Pace<'s> {
    /// Begins now. Nothing waits once `stop` is set.
    pub(super) fn new(rate: u64, stop: &'s AtomicBool) -> Self {
        Self { rate, began: Instant::now(), read: AtomicU64::new(0), stop }
    }

    /// Waits until these bytes and those before may have been read.
    pub(super) fn keep(&self, bytes: u64) {
        if self.rate == 0 {
            return;
        }
        let read = self.read.fetch_add(bytes, Ordering::Relaxed) + bytes;
        let millis = u128::from(read) * 1_000 / u128::from(self.rate);
        let due = Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX));
        while let Some(rest) = due.checked_sub(self.began.elapsed())
            && !self.stop.load(Ordering::Relaxed)
        {
            std::thread::park_timeout(rest.min(PATIENCE));
        }
    }
}

/// Parses a size such as `500MB`, `2GB` or a count of bytes; units are powers of ten.
pub(super) fn parse_size(text: &str) -> Result<u64, String> {
    let wrong = || "expected a size such as `500MB`, `2GB` or `1000000`".to_owned();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits).ok_or_else(wrong)?;
    let factor: u64 = match unit.to_ascii_uppercase().as_str() {
        "" | "B" => 1,
        "K" | "KB" => 1_000,
        "M" | "MB" => 1_000_000,
        "G" | "GB" => 1_000_000_000,
        _ => return Err(wrong()),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    number.checked_mul(factor).ok_or_else(wrong)
}
