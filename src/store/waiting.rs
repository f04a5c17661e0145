//! How much waits for the writing thread: bounded by size, so that many small commands may wait and
//! few large ones.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// What may wait at once: three batches as large as readers make them, or some 15,800 events, as
/// come while a transaction ends. Where there is no room the readers stop, so no memory piles up.
const MAX_WEIGHT: usize = 110_592;
/// Those who wait for room are woken when this much is left, and once more where one of them needs
/// more room: not for every command, but long before the thread has nothing to do.
const EASED_WEIGHT: usize = MAX_WEIGHT / 4 * 3;

/// The commands that were sent and not carried out yet.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    load: Mutex<Load>,
    eased: Condvar,
}

#[derive(Debug, Default)]
struct Load {
    commands: usize,
    weight: usize,
    /// The weight of the heaviest command that waits for room, of those that came to wait since all
    /// were woken last.
    awaited: usize,
    is_closed: bool,
}

impl Waiting {
    /// Waits until there is room for a command of this weight; one that is heavier than all room
    /// goes alone.
    pub(super) fn enter(&self, weight: usize) {
        let mut load = self.lock();
        while load.weight > 0 && load.weight + weight > MAX_WEIGHT && !load.is_closed {
            load.awaited = load.awaited.max(weight);
            load = self.eased.wait(load).unwrap_or_else(PoisonError::into_inner);
        }
        load.commands += 1;
        load.weight += weight;
    }

    /// Notes that a command is being carried out.
    pub(super) fn leave(&self, weight: usize) {
        let mut load = self.lock();
        load.commands = load.commands.saturating_sub(1);
        let before = load.weight;
        load.weight = load.weight.saturating_sub(weight);
        let passed = |mark| before > mark && load.weight <= mark;
        let is_eased = passed(EASED_WEIGHT) || passed(MAX_WEIGHT.saturating_sub(load.awaited));
        // One that needs more than all the room goes alone.
        if is_eased || load.weight == 0 {
            load.awaited = 0;
            drop(load);
            self.eased.notify_all();
        }
    }

    /// Has nobody wait any more: the thread has ended.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.eased.notify_all();
    }

    /// Returns how many commands wait.
    pub(super) fn count(&self) -> usize {
        self.lock().commands
    }

    fn lock(&self) -> MutexGuard<'_, Load> {
        self.load.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use super::*;

    #[test]
    fn light_commands_wait_together_and_a_heavy_one_waits_for_room() {
        let waiting = Waiting::default();
        for _ in 0..1_000 {
            waiting.enter(1);
        }
        assert_eq!(waiting.count(), 1_000);
        let (sender, entered) = sync_channel(1);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                waiting.enter(MAX_WEIGHT);
                sender.send(()).unwrap();
            });
            for _ in 0..1_000 {
                assert!(entered.try_recv().is_err(), "there is no room yet");
                waiting.leave(1);
            }
            entered.recv().unwrap();
        });
        assert_eq!(waiting.count(), 1);
    }

    #[test]
    fn a_command_goes_as_soon_as_it_finds_room() {
        let waiting = Waiting::default();
        waiting.enter(MAX_WEIGHT);
        let (sender, entered) = sync_channel(1);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                waiting.enter(MAX_WEIGHT / 2);
                sender.send(()).unwrap();
            });
            while waiting.lock().awaited == 0 {
                std::thread::yield_now();
            }
            for _ in 0..4 {
                assert!(entered.try_recv().is_err(), "there is no room yet");
                waiting.leave(MAX_WEIGHT / 8);
            }
            entered.recv().unwrap();
        });
    }

    #[test]
    fn nobody_waits_for_a_thread_that_has_ended() {
        let waiting = Waiting::default();
        waiting.enter(MAX_WEIGHT);
        waiting.close();
        waiting.enter(MAX_WEIGHT);
        assert_eq!(waiting.count(), 2);
    }
}
