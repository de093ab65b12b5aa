//! When to poll. A task that the server hands to a poll which nobody reads any more is lost until it times out, so a
//! poll must end before its worker does, and only the server can end it without a loss. Polls therefore carry a time at
//! whose end the server answers them, and the last ones are waited for.

use crate::goodbyes::goodbye;
use prost::Message;
use std::{
    collections::{HashMap, HashSet, VecDeque},
    future::Future,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use temporalio_client::callback_based::{GrpcRequest, GrpcSuccessResponse};
use temporalio_protos::temporal::api::workflowservice::v1::{
    PollActivityTaskQueueRequest, PollNexusTaskQueueRequest, PollWorkflowTaskQueueRequest,
    RespondWorkflowTaskCompletedRequest, ShutdownWorkerRequest,
};
use tokio::sync::watch;
use tonic::{
    Status,
    codegen::http::{HeaderMap, HeaderValue},
};

/// The server answers an empty poll this long before the poll's timeout (`returnEmptyTaskTimeBudget` of its matching
/// service).
const ANSWERED_BEFORE: Duration = Duration::from_secs(1);
/// How long the server holds a poll at least, besides the way there. A poll reaches one partition of its task queue, which
/// forwards it to the root, where it sees the tasks of all the others; there it is answered a second earlier still. And
/// after a task that found no poller the server reports no other one of the partition for half a second: for that long, and
/// the way to the server, a poll has to see all of them, or a task that comes meanwhile is reported to nobody.
const SHORTEST: Duration = Duration::from_millis(1500);
/// The same of a sticky queue, which has one partition: the server refuses polls with a timeout under 2 s
/// (`MinLongPollTimeout`). A little more, for the way to it.
const SHORTEST_STICKY: Duration = Duration::from_millis(1050);
/// The way to a server that is near, and what is taken for it until it has been measured.
const SHORTEST_WAY: Duration = Duration::from_millis(100);
/// A call that takes longer says more of the server than of the way.
const LONGEST_WAY: Duration = Duration::from_secs(2);
/// By core's own timeout for polls, 70 s.
const LONGEST: Duration = Duration::from_secs(69);
/// With less time to the limit there is no new poll: even the shortest goes on well beyond it. A task that comes then is
/// reported, and brings another worker. Not so one of a sticky queue: it would wait for its timeout.
const WORTH_A_POLL: Duration = Duration::from_millis(500);
/// Polls end this long after their limit, so that who decides at that moment finds them open, and not just repeated.
const AFTER_THE_LIMIT: Duration = Duration::from_millis(20);

/// So many of the last round trips are remembered.
const ROUND_TRIPS: usize = 8;

/// The calls whose answer may bring a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Poll,
    /// Its answer may bring the workflow's next task.
    WorkflowTaskCompletion,
}

impl Kind {
    pub fn of(rpc: &str) -> Option<Self> {
        match rpc {
            "PollWorkflowTaskQueue" | "PollActivityTaskQueue" | "PollNexusTaskQueue" => {
                Some(Self::Poll)
            }
            "RespondWorkflowTaskCompleted" => Some(Self::WorkflowTaskCompletion),
            _ => None,
        }
    }
}

/// When polls should have ended.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    pub at: Instant,
    /// A task that comes moves the limit to this long after it,
    pub after_a_task: Duration,
    /// but not beyond this.
    pub at_most: Instant,
}

#[derive(Default)]
struct State {
    limit: Option<Limit>,
    /// No new poll until the limit changes.
    held: bool,
    /// Who held the polls is about to leave, or is leaving: it cannot take the next task of a workflow.
    leaving: bool,
    /// What the server has to be told when the workers that polled leave, by their sticky queues.
    goodbyes: HashMap<String, ShutdownWorkerRequest>,
    /// The instance keys of workers that shut down: they get no more tasks.
    gone: HashSet<String>,
    /// Calls under way that may bring a task.
    under_way: usize,
    /// One came since the limit was set.
    task_came: bool,
    /// How often the server has answered anything.
    answers: u64,
    /// What the last calls took that the server answers at once, the newest first.
    round_trips: VecDeque<Duration>,
}

impl State {
    /// How long the server may hold a poll that begins now. None: it is not worth it, or not allowed.
    fn poll_time(&self, now: Instant, sticky: bool) -> Option<Duration> {
        if self.held {
            return None;
        }
        let Some(limit) = self.limit else {
            return Some(LONGEST);
        };
        let left = (limit.at + AFTER_THE_LIMIT).saturating_duration_since(now);
        if sticky {
            return Some(left.clamp(SHORTEST_STICKY, LONGEST));
        }
        (left >= WORTH_A_POLL).then(|| left.clamp(SHORTEST + self.way(), LONGEST))
    }

    /// There and back, the longest of the last few: one that is late is more than a mean says.
    fn way(&self) -> Duration {
        let longest = self.round_trips.iter().max();
        longest.map_or(SHORTEST_WAY, |&way| way.clamp(SHORTEST_WAY, LONGEST_WAY))
    }

    fn see_task(&mut self, now: Instant) {
        self.task_came = true;
        if let Some(limit) = &mut self.limit {
            limit.at = limit.at.max(now + limit.after_a_task).min(limit.at_most);
        }
    }
}

/// The polls of one connection. By itself it lets them pass as they are.
pub struct Polls {
    state: Mutex<State>,
    changed: watch::Sender<()>,
}

impl Default for Polls {
    fn default() -> Self {
        Self {
            state: Mutex::default(),
            changed: watch::Sender::new(()),
        }
    }
}

/// What all answers that may bring a task have in common: the first field is empty when they bring none. It is the
/// task's token, or the task.
#[derive(Clone, PartialEq, Message)]
struct Answer {
    #[prost(bytes = "vec", tag = "1")]
    task: Vec<u8>,
}

fn brings_a_task(answer: &[u8]) -> bool {
    !Answer::decode(answer).is_ok_and(|answer| answer.task.is_empty())
}

/// A call that may bring a task, until it has ended or was dropped.
struct UnderWay<'a>(&'a Polls);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.change(|state| state.under_way -= 1);
    }
}

type Outcome = std::result::Result<GrpcSuccessResponse, Status>;

impl Polls {
    /// What was held back goes on.
    pub fn limit(&self, limit: Limit) {
        self.change(|state| {
            state.limit = Some(limit);
            state.held = false;
            state.leaving = false;
            state.task_came = false;
        });
    }

    /// The server has answered: `took` is what a call took that it does not keep waiting.
    pub fn hear(&self, took: Option<Duration>) {
        let mut state = self.state();
        state.answers += 1;
        if let Some(took) = took {
            state.round_trips.truncate(ROUND_TRIPS - 1);
            state.round_trips.push_front(took);
        }
    }

    /// How often the server has answered, and how long the way there and back is.
    pub fn pulse(&self) -> (u64, Duration) {
        let state = self.state();
        (state.answers, state.way())
    }

    /// Holds new polls back. What it gives is to be told to the server, before the last polls have ended: a task that
    /// came to a sticky queue without a poller would wait for its timeout. The server sends it to the normal queue, once
    /// it knows.
    pub fn hold(&self) -> Vec<ShutdownWorkerRequest> {
        let mut goodbyes = HashMap::new();
        self.change(|state| {
            state.held = true;
            state.leaving = true;
            goodbyes = std::mem::take(&mut state.goodbyes);
        });
        goodbyes.into_values().collect()
    }

    /// Waits until no poll is under way. True: a task came since the limit was set.
    pub async fn ended(&self) -> bool {
        let mut changed = self.changed.subscribe();
        loop {
            {
                let state = self.state();
                if state.under_way == 0 || !state.held {
                    return state.task_came;
                }
            }
            let _ = changed.changed().await; // fails only without a sender, and that is in self
        }
    }

    /// Answers the polls of a worker that is shutting down, as if there were no task: those that are held back, and those
    /// that core may still begin, since it looks only now and then whether it should end. What the server gave to one of
    /// these would be lost.
    pub fn leave(&self, worker: String) {
        self.change(|state| {
            state.limit = None;
            state.held = false;
            state.goodbyes.clear();
            state.gone.insert(worker);
        });
    }

    /// A worker that has left asks for nothing any more.
    pub fn forget(&self, worker: &str) {
        self.state().gone.remove(worker);
    }

    /// Sends a call when it may be sent, and sees what it brings.
    pub async fn pass<F>(
        &self,
        kind: Kind,
        mut call: GrpcRequest,
        send: impl FnOnce(GrpcRequest) -> F,
    ) -> Outcome
    where
        F: Future<Output = Outcome>,
    {
        let _under_way = match kind {
            Kind::Poll => match self.turn(&worker_of(&call), goodbye(&call)).await {
                Some((poll_time, under_way)) => {
                    set_timeout(&mut call.headers, poll_time + ANSWERED_BEFORE);
                    under_way
                }
                None => {
                    return Ok(GrpcSuccessResponse {
                        headers: HeaderMap::new(),
                        proto: Vec::new(),
                    });
                }
            },
            Kind::WorkflowTaskCompletion => {
                let (under_way, leaving) = self.begin();
                if leaving {
                    say_goodbye(&mut call)?;
                }
                under_way
            }
        };
        let answer = send(call).await?;
        if brings_a_task(&answer.proto) {
            self.change(|state| state.see_task(Instant::now()));
        }
        Ok(answer)
    }

    /// Waits until a poll may be sent. None: its worker leaves. Polls of a sticky queue have a goodbye.
    async fn turn(
        &self,
        worker: &str,
        mut goodbye: Option<ShutdownWorkerRequest>,
    ) -> Option<(Duration, UnderWay<'_>)> {
        let sticky = goodbye.is_some();
        let mut changed = self.changed.subscribe();
        loop {
            {
                let mut state = self.state();
                if state.gone.contains(worker) {
                    return None;
                }
                if let Some(poll_time) = state.poll_time(Instant::now(), sticky) {
                    state.under_way += 1;
                    if let Some(goodbye) = goodbye.take() {
                        let queue = goodbye.sticky_task_queue.clone();
                        state.goodbyes.insert(queue, goodbye);
                    }
                    return Some((poll_time, UnderWay(self)));
                }
            }
            let _ = changed.changed().await;
        }
    }

    fn begin(&self) -> (UnderWay<'_>, bool) {
        let mut state = self.state();
        state.under_way += 1;
        (UnderWay(self), state.leaving)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state());
        self.changed.send_replace(());
    }
}

/// The instance key of the worker that polls.
fn worker_of(poll: &GrpcRequest) -> String {
    let proto = poll.proto.clone();
    let key = match poll.rpc.as_str() {
        "PollWorkflowTaskQueue" => {
            PollWorkflowTaskQueueRequest::decode(proto).map(|poll| poll.worker_instance_key)
        }
        "PollActivityTaskQueue" => {
            PollActivityTaskQueueRequest::decode(proto).map(|poll| poll.worker_instance_key)
        }
        _ => PollNexusTaskQueueRequest::decode(proto).map(|poll| poll.worker_instance_key),
    };
    key.unwrap_or_default()
}

fn set_timeout(headers: &mut HeaderMap, timeout: Duration) {
    let milliseconds = format!("{}m", timeout.as_millis());
    let value = HeaderValue::try_from(milliseconds).expect("digits and a letter are a header");
    headers.insert("grpc-timeout", value);
}

/// There will be nobody to work on the task that the answer could bring, nor on a later one in the sticky queue.
fn say_goodbye(call: &mut GrpcRequest) -> std::result::Result<(), Status> {
    let mut completion = RespondWorkflowTaskCompletedRequest::decode(call.proto.clone())
        .map_err(|e| Status::internal(format!("a completion does not decode: {e}")))?;
    completion.return_new_workflow_task = false;
    completion.sticky_attributes = None;
    call.proto = completion.encode_to_vec().into();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        cell::RefCell,
        future::{pending, poll_fn, ready},
        pin::{Pin, pin},
        rc::Rc,
        task::Poll,
    };
    use temporalio_protos::temporal::api::{enums::v1::TaskQueueKind, taskqueue::v1::TaskQueue};
    use tokio::runtime::Builder;

    fn after(milliseconds: u64) -> Limit {
        let at = Instant::now() + Duration::from_millis(milliseconds);
        Limit {
            at,
            after_a_task: Duration::ZERO,
            at_most: at,
        }
    }

    fn call(proto: Vec<u8>) -> GrpcRequest {
        GrpcRequest {
            service: String::new(),
            rpc: String::new(),
            headers: HeaderMap::new(),
            proto: proto.into(),
        }
    }

    fn answer(task: &[u8]) -> Outcome {
        Ok(GrpcSuccessResponse {
            headers: HeaderMap::new(),
            proto: Answer {
                task: task.to_vec(),
            }
            .encode_to_vec(),
        })
    }

    fn run<F: Future>(future: F) -> F::Output {
        let runtime = Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(future)
    }

    /// Whether a future is still waiting when all that could be done was done.
    async fn waits<F: Future>(mut future: Pin<&mut F>) -> bool {
        for _ in 0..3 {
            let ready = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_ready())).await;
            if ready {
                return false;
            }
            tokio::task::yield_now().await;
        }
        true
    }

    /// What a poll sends as its timeout, in milliseconds.
    async fn timeout_of_a_poll(polls: &Polls) -> u64 {
        let seen = Rc::new(RefCell::new(String::new()));
        let send = |call: GrpcRequest| {
            *seen.borrow_mut() = call.headers["grpc-timeout"].to_str().unwrap().to_owned();
            ready(answer(b""))
        };
        polls.pass(Kind::Poll, call(vec![]), send).await.unwrap();
        let seen = seen.borrow();
        seen.strip_suffix('m').unwrap().parse().unwrap()
    }

    #[test]
    fn a_poll_lasts_to_the_limit_and_no_shorter_than_the_server_takes() {
        run(async {
            let polls = Polls::default();
            assert_eq!(timeout_of_a_poll(&polls).await, 70_000);
            polls.limit(after(5_000));
            assert!((5_900..=6_020).contains(&timeout_of_a_poll(&polls).await));
            polls.limit(after(600));
            assert_eq!(timeout_of_a_poll(&polls).await, 2_600);
        });
    }

    #[test]
    fn the_shortest_poll_is_longer_by_the_way_to_the_server() {
        run(async {
            let polls = Polls::default();
            assert_eq!(polls.pulse(), (0, SHORTEST_WAY));
            for milliseconds in [5, 600, 7] {
                polls.hear(Some(Duration::from_millis(milliseconds)));
            }
            polls.limit(after(600));
            assert_eq!(timeout_of_a_poll(&polls).await, 3_100);
            let way = Duration::from_millis(600);
            assert_eq!(polls.pulse(), (3, way), "the longest of the last");
            for _ in 0..ROUND_TRIPS {
                polls.hear(Some(Duration::from_millis(5)));
            }
            polls.hear(None);
            assert_eq!(polls.pulse().1, SHORTEST_WAY, "old ones are forgotten");
            polls.hear(Some(Duration::from_secs(60)));
            assert_eq!(polls.pulse().1, LONGEST_WAY);
        });
    }

    #[test]
    fn close_to_the_limit_a_poll_waits_until_the_limit_moves() {
        run(async {
            let polls = Polls::default();
            polls.limit(after(0));
            let mut poll = pin!(timeout_of_a_poll(&polls));
            assert!(waits(poll.as_mut()).await);
            polls.limit(after(1_000));
            assert!(!waits(poll).await);
        });
    }

    #[test]
    fn a_task_moves_the_limit_but_not_beyond_the_last() {
        run(async {
            let polls = Polls::default();
            let bring = |_| ready(answer(b"token"));
            let mut limit = Limit {
                at: after(600).at,
                after_a_task: Duration::from_secs(5),
                at_most: after(60_000).at,
            };
            polls.limit(limit);
            polls.pass(Kind::Poll, call(vec![]), bring).await.unwrap();
            assert!((5_900..=6_020).contains(&timeout_of_a_poll(&polls).await));
            limit.at_most = after(3_000).at;
            polls.limit(limit);
            polls.pass(Kind::Poll, call(vec![]), bring).await.unwrap();
            assert!((3_900..=4_020).contains(&timeout_of_a_poll(&polls).await));
        });
    }

    #[test]
    fn holding_waits_for_the_polls_under_way_and_says_whether_a_task_came() {
        for task in [&b"token"[..], b""] {
            run(async {
                let polls = Polls::default();
                let (end, ended) = tokio::sync::oneshot::channel::<()>();
                let mut poll = pin!(polls.pass(Kind::Poll, call(vec![]), |_| async {
                    ended.await.unwrap();
                    answer(task)
                }));
                assert!(waits(poll.as_mut()).await);
                polls.hold();
                let mut held = pin!(polls.ended());
                assert!(waits(held.as_mut()).await);
                let mut next = pin!(timeout_of_a_poll(&polls));
                assert!(waits(next.as_mut()).await);
                end.send(()).unwrap();
                poll.await.unwrap();
                assert_eq!(held.await, !task.is_empty());
                assert!(waits(next).await);
            });
        }
    }

    fn sticky_poll() -> GrpcRequest {
        let poll = PollWorkflowTaskQueueRequest {
            namespace: "shop".into(),
            task_queue: Some(TaskQueue {
                name: "sticky".into(),
                kind: TaskQueueKind::Sticky.into(),
                ..Default::default()
            }),
            ..Default::default()
        };
        let mut call = call(poll.encode_to_vec());
        call.rpc = "PollWorkflowTaskQueue".into();
        call
    }

    #[test]
    fn a_sticky_queue_is_polled_to_the_end_and_then_the_server_is_told() {
        run(async {
            let polls = Polls::default();
            polls.limit(after(0));
            let none = |_| ready(answer(b""));
            polls.pass(Kind::Poll, sticky_poll(), none).await.unwrap();
            let told = polls.hold();
            assert_eq!(told.len(), 1);
            assert_eq!(told[0].namespace, "shop");
            assert_eq!(told[0].sticky_task_queue, "sticky");
            let mut next = pin!(polls.pass(Kind::Poll, sticky_poll(), none));
            assert!(waits(next.as_mut()).await);
            assert!(polls.hold().is_empty(), "once");
        });
    }

    #[test]
    fn a_poll_that_is_dropped_is_not_waited_for() {
        run(async {
            let polls = Polls::default();
            {
                let mut poll = pin!(polls.pass(Kind::Poll, call(vec![]), |_| pending()));
                assert!(waits(poll.as_mut()).await);
            }
            polls.hold();
            assert!(!polls.ended().await);
        });
    }

    #[test]
    fn a_task_that_came_before_the_limit_was_set_is_old() {
        run(async {
            let polls = Polls::default();
            let bring = |_| ready(answer(b"token"));
            polls.pass(Kind::Poll, call(vec![]), bring).await.unwrap();
            polls.limit(after(5_000));
            polls.hold();
            assert!(!polls.ended().await);
        });
    }

    /// A poll of each kind, of a worker.
    fn polls_of(worker: &str) -> [GrpcRequest; 3] {
        let worker_instance_key = worker.to_owned();
        let workflow = PollWorkflowTaskQueueRequest {
            worker_instance_key: worker_instance_key.clone(),
            ..Default::default()
        };
        let activity = PollActivityTaskQueueRequest {
            worker_instance_key: worker_instance_key.clone(),
            ..Default::default()
        };
        let nexus = PollNexusTaskQueueRequest {
            worker_instance_key,
            ..Default::default()
        };
        [
            ("PollWorkflowTaskQueue", workflow.encode_to_vec()),
            ("PollActivityTaskQueue", activity.encode_to_vec()),
            ("PollNexusTaskQueue", nexus.encode_to_vec()),
        ]
        .map(|(rpc, proto)| GrpcRequest {
            rpc: rpc.to_owned(),
            ..call(proto)
        })
    }

    #[test]
    fn polls_of_a_worker_that_leaves_are_answered_without_a_task_before_and_after() {
        for before in [true, false] {
            for poll in polls_of("leaves") {
                run(async {
                    let polls = Polls::default();
                    polls.hold();
                    if !before {
                        polls.leave("leaves".into());
                    }
                    let mut poll = pin!(polls.pass(
                        Kind::Poll,
                        poll,
                        |_| -> std::future::Ready<Outcome> { panic!("was sent") }
                    ));
                    if before {
                        assert!(waits(poll.as_mut()).await);
                        polls.leave("leaves".into());
                    }
                    assert!(poll.await.unwrap().proto.is_empty());
                });
            }
        }
    }

    #[test]
    fn another_worker_on_the_connection_goes_on_when_one_leaves() {
        for poll in polls_of("stays") {
            run(async {
                let polls = Polls::default();
                polls.hold();
                let bring = |_| ready(answer(b"token"));
                let mut poll = pin!(polls.pass(Kind::Poll, poll, bring));
                assert!(waits(poll.as_mut()).await);
                polls.leave("leaves".into());
                assert!(!poll.await.unwrap().proto.is_empty());
            });
        }
    }

    #[test]
    fn a_worker_that_has_left_is_forgotten() {
        let polls = Polls::default();
        polls.leave("left".into());
        polls.forget("left");
        assert!(polls.state().gone.is_empty());
    }

    #[test]
    fn a_worker_that_leaves_asks_for_no_next_task_when_it_completes_one() {
        let asks = |polls: &Polls| {
            let completion = RespondWorkflowTaskCompletedRequest {
                return_new_workflow_task: true,
                ..Default::default()
            };
            let mut asked = false;
            let send = |call: GrpcRequest| {
                let sent = RespondWorkflowTaskCompletedRequest::decode(call.proto).unwrap();
                asked = sent.return_new_workflow_task;
                ready(answer(b""))
            };
            let call = call(completion.encode_to_vec());
            run(polls.pass(Kind::WorkflowTaskCompletion, call, send)).unwrap();
            asked
        };
        let polls = Polls::default();
        assert!(asks(&polls));
        polls.hold();
        assert!(!asks(&polls));
        polls.leave("leaves".into());
        assert!(!asks(&polls), "while its work drains");
        polls.limit(after(5_000));
        assert!(asks(&polls), "the next one on the connection");
    }
}
