//! Spans that have ended, until the collector has taken them: a collector that starts late, or a process that was frozen
//! in the middle of an export, costs none. The batch processor of the crates drops a batch whose export failed.

use opentelemetry_sdk::{
    error::OTelSdkError,
    trace::{SpanData, SpanExporter},
};
use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::Duration,
};

/// With more than these the oldest are dropped.
const ROOM: usize = 2048;
/// Of one export.
const BATCH: usize = 512;
/// From a span's end to its export, unless there is a batch before. One that waited longer could wait through a freeze.
const DELAY: Duration = Duration::from_secs(1);
/// Until a collector that took none is asked again.
const AFTER_A_FAILURE: Duration = Duration::from_secs(5);

#[derive(Default)]
struct State {
    /// The oldest first, with their numbers.
    spans: VecDeque<(u64, SpanData)>,
    pushed: u64,
    /// Nobody was told of these yet.
    without_room: usize,
    refused: usize,
    is_over: bool,
}

impl State {
    fn remove(&mut self, batch: &[(u64, SpanData)]) {
        let (Some((first, _)), Some((last, _))) = (batch.first(), batch.last()) else {
            return;
        };
        self.spans
            .retain(|(number, _)| !(first..=last).contains(&number));
    }

    /// What was lost since it was last asked for.
    fn losses(&mut self) -> Option<String> {
        let losses = [
            (
                std::mem::take(&mut self.without_room),
                "there was no room to keep them",
            ),
            (
                std::mem::take(&mut self.refused),
                "the collector refused them",
            ),
        ];
        let told: Vec<String> = losses
            .into_iter()
            .filter(|(so_many, _)| *so_many > 0)
            .map(|(so_many, why)| format!("{so_many} spans are lost: {why}"))
            .collect();
        (!told.is_empty()).then(|| told.join("; "))
    }
}

/// The spans of one exporter.
pub struct SpanQueue<Exporter> {
    exporter: Exporter,
    /// Locked for a moment only.
    state: Mutex<State>,
    changed: Condvar,
    /// Held during an export: there is one at a time.
    exporting: Mutex<()>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<Exporter: SpanExporter> SpanQueue<Exporter> {
    pub fn new(exporter: Exporter) -> Self {
        Self {
            exporter,
            state: Mutex::default(),
            changed: Condvar::new(),
            exporting: Mutex::default(),
        }
    }

    pub fn push(&self, span: SpanData) {
        let mut state = lock(&self.state);
        if state.spans.len() == ROOM {
            state.spans.pop_front();
            state.without_room += 1;
        }
        let number = state.pushed;
        state.pushed += 1;
        state.spans.push_back((number, span));
        self.changed.notify_all();
    }

    /// Exports all there are. An error says why spans are still here, or how many were lost since the last call.
    pub fn export(&self) -> std::result::Result<(), String> {
        let outcome = self.try_export().map_err(|error| error.to_string());
        let losses = lock(&self.state).losses();
        match [outcome.err(), losses]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join("; ")
        {
            none if none.is_empty() => Ok(()),
            failures => Err(failures),
        }
    }

    /// Ends at the first batch that the collector did not take. One that it refuses, because of its size or of one of the
    /// spans, is tried again in halves, and a single span that it refuses is dropped.
    fn try_export(&self) -> std::result::Result<(), OTelSdkError> {
        let _one_at_a_time = lock(&self.exporting);
        let mut size = BATCH;
        loop {
            let batch: Vec<_> = lock(&self.state).spans.iter().take(size).cloned().collect();
            if batch.is_empty() {
                return Ok(());
            }
            let spans = batch.iter().map(|(_, span)| span.clone()).collect();
            let outcome = futures_executor::block_on(self.exporter.export(spans));
            match outcome {
                Ok(()) => {
                    lock(&self.state).remove(&batch);
                    size = BATCH;
                }
                Err(error) if !is_refusal(&error) => return Err(error),
                Err(error) if batch.len() == 1 => {
                    let mut state = lock(&self.state);
                    state.remove(&batch);
                    state.refused += 1;
                    return Err(error);
                }
                Err(_) => size = batch.len() / 2,
            }
        }
    }

    /// Exports a second after a span came, or as soon as there is a batch, until it is over.
    fn run(&self) {
        let mut failed = false;
        while self.wait(failed) {
            failed = self.try_export().is_err();
        }
        let _ = self.try_export();
    }

    /// False: it is over.
    fn wait(&self, failed: bool) -> bool {
        let state = lock(&self.state);
        let state = self
            .changed
            .wait_while(state, |state| state.spans.is_empty() && !state.is_over)
            .unwrap_or_else(PoisonError::into_inner);
        let delay = if failed { AFTER_A_FAILURE } else { DELAY };
        let (state, _) = self
            .changed
            .wait_timeout_while(state, delay, |state| {
                (failed || state.spans.len() < BATCH) && !state.is_over
            })
            .unwrap_or_else(PoisonError::into_inner);
        !state.is_over
    }
}

/// Whether the same spans would be refused again. The crates give a text and no code: one of another form counts as a
/// collector that is away, which loses nothing.
fn is_refusal(error: &OTelSdkError) -> bool {
    const REFUSALS: [&str; 5] = [
        "gRPC code: InvalidArgument",
        "gRPC code: OutOfRange",
        "gRPC code: ResourceExhausted",
        "status code: 400",
        "status code: 413",
    ];
    let text = error.to_string();
    REFUSALS.iter().any(|refusal| text.contains(refusal))
}

/// A queue with the thread that exports it. It exports a last time when it is dropped.
pub struct ExportedSpans<Exporter: SpanExporter + 'static> {
    pub queue: Arc<SpanQueue<Exporter>>,
    thread: Option<JoinHandle<()>>,
}

impl<Exporter: SpanExporter + 'static> ExportedSpans<Exporter> {
    pub fn new(exporter: Exporter) -> std::io::Result<Self> {
        let queue = Arc::new(SpanQueue::new(exporter));
        let exported = queue.clone();
        let thread = std::thread::Builder::new()
            .name("span export".into())
            .spawn(move || exported.run())?;
        Ok(Self {
            queue,
            thread: Some(thread),
        })
    }
}

impl<Exporter: SpanExporter + 'static> Drop for ExportedSpans<Exporter> {
    fn drop(&mut self) {
        lock(&self.queue.state).is_over = true;
        self.queue.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry_sdk::error::OTelSdkResult;

    /// A collector as a test wants it.
    #[derive(Clone, Debug, Default)]
    struct Collector(Arc<Mutex<Behaviour>>);

    #[derive(Debug, Default)]
    struct Behaviour {
        is_away: bool,
        /// Refuses exports with this span.
        refuses: Option<String>,
        /// Refuses exports of more spans.
        at_most: Option<usize>,
        took: Vec<String>,
        asked: usize,
    }

    impl SpanExporter for Collector {
        async fn export(&self, spans: Vec<SpanData>) -> OTelSdkResult {
            let failed = |why: &str| Err(OTelSdkError::InternalFailure(why.into()));
            let names: Vec<String> = spans.iter().map(|span| span.name.to_string()).collect();
            let mut behaviour = lock(&self.0);
            behaviour.asked += 1;
            if behaviour.is_away {
                return failed("export failed with gRPC code: Unavailable");
            }
            if behaviour
                .refuses
                .as_ref()
                .is_some_and(|name| names.contains(name))
            {
                return failed("export failed with gRPC code: InvalidArgument");
            }
            if behaviour.at_most.is_some_and(|most| names.len() > most) {
                return failed("HTTP export failed with status code: 413");
            }
            behaviour.took.extend(names);
            Ok(())
        }
    }

    fn span(name: impl ToString) -> SpanData {
        crate::spans::data(crate::options::Span {
            trace_id: vec![1; 16],
            span_id: vec![2; 8],
            name: name.to_string(),
            ..Default::default()
        })
        .unwrap()
    }

    fn queue() -> (SpanQueue<Collector>, Collector) {
        let collector = Collector::default();
        (SpanQueue::new(collector.clone()), collector)
    }

    fn names(numbers: std::ops::Range<usize>) -> Vec<String> {
        numbers.map(|number| number.to_string()).collect()
    }

    #[test]
    fn what_a_collector_that_is_away_did_not_take_is_exported_when_it_is_there_however_often_it_was_asked()
     {
        let (queue, collector) = queue();
        lock(&collector.0).is_away = true;
        for number in 0..20 {
            queue.push(span(number));
            assert!(queue.export().unwrap_err().contains("Unavailable"));
        }
        lock(&collector.0).is_away = false;
        queue
            .export()
            .expect("without a new span, and none was lost");
        assert_eq!(lock(&collector.0).took, names(0..20));
    }

    #[test]
    fn the_oldest_make_room_and_who_asks_is_told_once() {
        let (queue, collector) = queue();
        lock(&collector.0).is_away = true;
        (0..ROOM + 10).for_each(|number| queue.push(span(number)));
        let told = queue.export().unwrap_err();
        assert!(
            told.contains("10 spans are lost: there was no room"),
            "{told}"
        );
        lock(&collector.0).is_away = false;
        queue.export().expect("told once");
        assert_eq!(lock(&collector.0).took, names(10..ROOM + 10));
    }

    #[test]
    fn a_span_that_the_collector_refuses_does_not_hold_up_the_others() {
        let (queue, collector) = queue();
        lock(&collector.0).refuses = Some("300".into());
        (0..1000).for_each(|number| queue.push(span(number)));
        let told = queue.export().unwrap_err();
        assert!(
            told.contains("InvalidArgument") && told.contains("1 spans are lost"),
            "{told}"
        );
        queue.export().unwrap();
        let took = lock(&collector.0).took.clone();
        assert_eq!(took, [names(0..300), names(301..1000)].concat());
    }

    #[test]
    fn a_batch_that_is_too_large_is_exported_in_parts() {
        let (queue, collector) = queue();
        lock(&collector.0).at_most = Some(100);
        (0..500).for_each(|number| queue.push(span(number)));
        queue.export().unwrap();
        assert_eq!(lock(&collector.0).took, names(0..500));
    }

    #[test]
    fn a_collector_that_is_away_is_asked_once_in_an_export() {
        let (queue, collector) = queue();
        lock(&collector.0).is_away = true;
        (0..ROOM).for_each(|number| queue.push(span(number)));
        queue.export().unwrap_err();
        assert_eq!(lock(&collector.0).asked, 1);
    }

    #[test]
    fn spans_are_exported_by_themselves_and_the_last_at_the_end() {
        let collector = Collector::default();
        let exported = ExportedSpans::new(collector.clone()).unwrap();
        (0..BATCH).for_each(|number| exported.queue.push(span(number)));
        while lock(&collector.0).took.len() < BATCH {
            std::thread::yield_now();
        }
        exported.queue.push(span(BATCH));
        drop(exported);
        assert_eq!(lock(&collector.0).took, names(0..BATCH + 1));
    }
}
