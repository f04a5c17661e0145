//! Programs that read a message from their standard input.

use std::io::Write;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use super::DeliverError;
use crate::alert::message::Message;

/// How long a program is left alone before it is asked whether it has ended.
const NAP: Duration = Duration::from_millis(20);

/// Starts the program, never through a shell, and waits for its end.
pub(super) fn deliver(
    command: &[String],
    timeout: Duration,
    message: &Message,
) -> Result<(), DeliverError> {
    let (program, args) = command.split_first().map_or(("", &[][..]), |(p, args)| (p, args));
    let started = |source| DeliverError::Start { program: program.into(), source };
    let mut child = start(program, args).map_err(started)?;
    let pipe = child.stdin.take();
    let json = message.to_json();
    // A program that reads nothing must not hold us up; one that closes its input may.
    let writer = thread::Builder::new().name("alert-command".into()).spawn(move || {
        if let Some(mut pipe) = pipe {
            drop(pipe.write_all(json.as_bytes()));
        }
    });
    let status = writer.and_then(|_| wait(&mut child, timeout));
    match status {
        Ok(Some(status)) if status.success() => Ok(()),
        Ok(Some(status)) => {
            Err(DeliverError::Exit { program: program.into(), status: status.to_string() })
        }
        Ok(None) => {
            kill(&mut child);
            Err(DeliverError::Timeout { program: program.into(), limit: timeout })
        }
        Err(source) => {
            kill(&mut child);
            Err(started(source))
        }
    }
}

fn start(program: &str, args: &[String]) -> std::io::Result<Child> {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    // A group of its own, so that it can be killed with its children.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.spawn()
}

/// Waits until a program ends; `None` where it takes too long.
fn wait(child: &mut Child, timeout: Duration) -> std::io::Result<Option<ExitStatus>> {
    let mut left = timeout;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if left.is_zero() {
            return Ok(None);
        }
        let nap = NAP.min(left);
        thread::park_timeout(nap);
        left = left.saturating_sub(nap);
    }
}

/// Kills a program, with its children where the system has groups.
fn kill(child: &mut Child) {
    #[cfg(unix)]
    {
        let group = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
        let killed = group
            .map(|group| rustix::process::kill_process_group(group, rustix::process::Signal::KILL));
        if !matches!(killed, Some(Ok(()))) {
            tracing::warn!("the children of a command could not be killed");
        }
    }
    // It may have ended just now, which is as good.
    drop(child.kill());
    drop(child.wait());
}
