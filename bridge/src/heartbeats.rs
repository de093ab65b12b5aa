//! Heartbeats of activities, fed to core no faster than it takes them: core queues each one without a limit, so an
//! activity that heartbeats in a tight loop would delay its own heartbeats until it times out.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use temporalio_protos::coresdk::ActivityHeartbeat;
use tokio::runtime::Handle;

/// Between two heartbeats of one activity. Core sends one in 0.8 heartbeat timeouts, so none comes later by this.
const PAUSE: Duration = Duration::from_millis(10);

type TaskToken = Vec<u8>;

/// Of each activity that heartbeat within the last pause: the latest heartbeat that core has not been given.
#[derive(Default)]
pub struct Heartbeats(Mutex<HashMap<TaskToken, Option<ActivityHeartbeat>>>);

impl Heartbeats {
    /// Records the first at once; of those that follow within a pause the last, when it is over.
    pub fn record<F>(self: &Arc<Self>, handle: &Handle, heartbeat: ActivityHeartbeat, record: F)
    where
        F: Fn(ActivityHeartbeat) + Send + 'static,
    {
        let token = heartbeat.task_token.clone();
        let mut pausing = self.pausing();
        match pausing.entry(token.clone()) {
            Entry::Occupied(mut latest) => {
                latest.insert(Some(heartbeat));
                return;
            }
            Entry::Vacant(latest) => latest.insert(None),
        };
        record(heartbeat); // under the lock: none may follow the activity's end
        drop(pausing);
        let this = self.clone();
        handle.spawn(async move {
            loop {
                tokio::time::sleep(PAUSE).await;
                let mut pausing = this.pausing();
                let Some(latest) = pausing.get_mut(&token) else {
                    return; // the activity has ended
                };
                let Some(heartbeat) = latest.take() else {
                    pausing.remove(&token);
                    return;
                };
                record(heartbeat); // under the lock, as well
            }
        });
    }

    /// The activity ends: gives out the heartbeat that core has yet to see.
    pub fn end(&self, token: &[u8]) -> Option<ActivityHeartbeat> {
        self.pausing().remove(token).flatten()
    }

    fn pausing(&self) -> MutexGuard<'_, HashMap<TaskToken, Option<ActivityHeartbeat>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, Sender, channel};
    use temporalio_protos::temporal::api::common::v1::Payload;
    use tokio::runtime::{Builder, Runtime};

    fn heartbeat(number: u8) -> ActivityHeartbeat {
        ActivityHeartbeat {
            task_token: b"token".to_vec(),
            details: vec![Payload {
                data: vec![number],
                ..Default::default()
            }],
        }
    }

    fn number(heartbeat: &ActivityHeartbeat) -> u8 {
        heartbeat.details[0].data[0]
    }

    fn into(core: &Sender<u8>) -> impl Fn(ActivityHeartbeat) + Send + 'static {
        let core = core.clone();
        move |heartbeat| core.send(number(&heartbeat)).unwrap()
    }

    /// Its tasks run only inside `next`.
    fn runtime() -> Runtime {
        Builder::new_current_thread().enable_time().build().unwrap()
    }

    fn next(runtime: &Runtime, core: &Receiver<u8>) -> u8 {
        runtime.block_on(async {
            loop {
                match core.try_recv() {
                    Ok(number) => return number,
                    Err(_) => tokio::time::sleep(Duration::from_millis(1)).await,
                }
            }
        })
    }

    #[test]
    fn of_a_flood_core_sees_the_first_and_the_last() {
        let (sender, core) = channel();
        let heartbeats = Arc::new(Heartbeats::default());
        let runtime = runtime();
        for number in 0..200 {
            heartbeats.record(runtime.handle(), heartbeat(number), into(&sender));
        }
        assert_eq!(core.try_iter().collect::<Vec<_>>(), [0]);
        assert_eq!(next(&runtime, &core), 199);
    }

    #[test]
    fn an_activity_that_ends_gives_out_its_last_and_is_forgotten() {
        let (sender, core) = channel();
        let heartbeats = Arc::new(Heartbeats::default());
        let runtime = runtime();
        for number in [1, 2] {
            heartbeats.record(runtime.handle(), heartbeat(number), into(&sender));
        }
        assert_eq!(heartbeats.end(b"token").as_ref().map(number), Some(2));
        assert_eq!(heartbeats.end(b"token"), None);
        assert_eq!(core.try_iter().collect::<Vec<_>>(), [1]);
    }
}
