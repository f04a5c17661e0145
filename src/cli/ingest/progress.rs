//! The progress bar, on a terminal only.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// How often the bar is drawn.
const REDRAW: Duration = Duration::from_millis(100);

/// Runs some work under a bar that shows how many of `total` bytes are read.
pub(in crate::cli) fn with_progress<T>(
    is_wanted: bool,
    total: u64,
    progress: &AtomicU64,
    work: impl FnOnce() -> T,
) -> T {
    if !is_wanted || !std::io::stderr().is_terminal() {
        return work();
    }
    let bar = ProgressBar::new(total);
    let style = "{bar:40} {bytes}/{total_bytes}  {bytes_per_sec}  {eta} left";
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style);
    }
    std::thread::scope(|scope| {
        let (done, is_done) = sync_channel::<()>(1);
        let bar = &bar;
        scope.spawn(move || {
            while is_done.recv_timeout(REDRAW) == Err(RecvTimeoutError::Timeout) {
                bar.set_position(progress.load(Ordering::Relaxed));
            }
            bar.finish_and_clear();
        });
        let result = work();
        drop(done);
        result
    })
}
