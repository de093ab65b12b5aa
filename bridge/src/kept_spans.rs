//! Spans that could not be exported wait for the next export: a collector that starts late, or a process that was frozen
//! in the middle of an export, costs none of them.

use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{SpanData, SpanExporter},
};
use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

/// As many as the processor before has room for.
const MOST_KEPT: usize = 2048;
/// What has failed so often is refused, and not late.
const MOST_ATTEMPTS: u32 = 5;

/// What becomes of spans.
#[derive(Debug, Default)]
pub struct Count {
    ended: AtomicU64,
    /// Handed over by the processor; what it had no room for is not.
    arrived: AtomicU64,
    given_up: AtomicU64,
    told: AtomicU64,
}

impl Count {
    pub fn ended(&self) {
        self.ended.fetch_add(1, Relaxed);
    }

    pub fn so_far(&self) -> u64 {
        self.ended.load(Relaxed)
    }

    /// How many are lost that nobody was told of. Those that the processor had no room for are known only where all that
    /// had `ended` have been handed over.
    pub fn newly_lost(&self, ended: Option<u64>) -> Option<u64> {
        let no_room = ended.map_or(0, |ended| ended.saturating_sub(self.arrived.load(Relaxed)));
        let lost = no_room + self.given_up.load(Relaxed);
        let told = self.told.fetch_max(lost, Relaxed);
        (lost > told).then(|| lost - told)
    }
}

#[derive(Debug)]
struct Batch {
    spans: Vec<SpanData>,
    attempts: u32,
}

#[derive(Debug)]
pub struct KeptSpans<Exporter> {
    exporter: Exporter,
    /// The oldest first. Locked for a moment only: an export may be cut off.
    kept: Mutex<VecDeque<Batch>>,
    count: Arc<Count>,
}

impl<Exporter: SpanExporter> KeptSpans<Exporter> {
    pub fn new(exporter: Exporter, count: Arc<Count>) -> Self {
        Self {
            exporter,
            kept: Mutex::default(),
            count,
        }
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, VecDeque<Batch>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, spans: Vec<SpanData>) {
        if spans.is_empty() {
            return;
        }
        self.count.arrived.fetch_add(spans.len() as u64, Relaxed);
        let mut kept = self.kept();
        kept.push_back(Batch { spans, attempts: 0 });
        let mut total: usize = kept.iter().map(|batch| batch.spans.len()).sum();
        while total > MOST_KEPT && kept.len() > 1 {
            total -= self.give_up(&mut kept);
        }
    }

    fn give_up(&self, kept: &mut VecDeque<Batch>) -> usize {
        let so_many = kept.pop_front().map_or(0, |batch| batch.spans.len());
        self.count.given_up.fetch_add(so_many as u64, Relaxed);
        so_many
    }

    /// The batch to export next.
    fn oldest(&self) -> Option<Vec<SpanData>> {
        let mut kept = self.kept();
        let oldest = kept.front_mut()?;
        oldest.attempts += 1;
        Some(oldest.spans.clone())
    }

    fn failed(&self) {
        let mut kept = self.kept();
        if kept
            .front()
            .is_some_and(|oldest| oldest.attempts >= MOST_ATTEMPTS)
        {
            self.give_up(&mut kept);
        }
    }
}

impl<Exporter: SpanExporter> SpanExporter for KeptSpans<Exporter> {
    async fn export(&self, spans: Vec<SpanData>) -> OTelSdkResult {
        self.keep(spans);
        while let Some(oldest) = self.oldest() {
            if let Err(error) = self.exporter.export(oldest).await {
                self.failed();
                return Err(error);
            }
            self.kept().pop_front();
        }
        Ok(())
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry_sdk::error::OTelSdkError;
    use std::sync::atomic::AtomicBool;

    /// A collector that is there or not.
    #[derive(Clone, Debug, Default)]
    struct Collector {
        is_away: Arc<AtomicBool>,
        took: Arc<Mutex<Vec<String>>>,
    }

    impl SpanExporter for Collector {
        async fn export(&self, spans: Vec<SpanData>) -> OTelSdkResult {
            if self.is_away.load(Relaxed) {
                return Err(OTelSdkError::InternalFailure("away".into()));
            }
            let names = spans.iter().map(|span| span.name.to_string());
            self.took.lock().unwrap().extend(names);
            Ok(())
        }
    }

    fn spans(names: impl IntoIterator<Item = String>) -> Vec<SpanData> {
        let named = |name| crate::options::Span {
            trace_id: vec![1; 16],
            span_id: vec![2; 8],
            name,
            ..Default::default()
        };
        let spans = names.into_iter().map(named);
        spans
            .map(|span| crate::spans::data(span).unwrap())
            .collect()
    }

    fn kept(collector: &Collector) -> (KeptSpans<Collector>, Arc<Count>) {
        let count = Arc::<Count>::default();
        (KeptSpans::new(collector.clone(), count.clone()), count)
    }

    fn export(kept: &KeptSpans<Collector>, count: &Count, name: &str, so_many: usize) -> bool {
        (0..so_many).for_each(|_| count.ended());
        let spans = spans((0..so_many).map(|_| name.to_owned()));
        futures_util::future::FutureExt::now_or_never(kept.export(spans))
            .unwrap()
            .is_ok()
    }

    #[test]
    fn what_could_not_be_exported_is_exported_with_the_next_in_order() {
        let collector = Collector::default();
        let (kept, count) = kept(&collector);
        collector.is_away.store(true, Relaxed);
        assert!(!export(&kept, &count, "first", 1));
        assert!(!export(&kept, &count, "second", 1));
        collector.is_away.store(false, Relaxed);
        assert!(export(&kept, &count, "third", 1));
        assert_eq!(
            *collector.took.lock().unwrap(),
            ["first", "second", "third"]
        );
        assert_eq!(count.newly_lost(Some(count.so_far())), None);
    }

    #[test]
    fn no_more_are_kept_than_there_is_room_for_and_who_asks_is_told_once() {
        let collector = Collector::default();
        let (kept, count) = kept(&collector);
        collector.is_away.store(true, Relaxed);
        export(&kept, &count, "old", 10);
        export(&kept, &count, "new", MOST_KEPT);
        assert_eq!(count.newly_lost(Some(count.so_far())), Some(10));
        assert_eq!(count.newly_lost(Some(count.so_far())), None);
        collector.is_away.store(false, Relaxed);
        assert!(export(&kept, &count, "newest", 0));
        assert_eq!(collector.took.lock().unwrap().len(), MOST_KEPT);
    }

    #[test]
    fn what_the_collector_refuses_each_time_does_not_hold_up_the_rest() {
        let collector = Collector::default();
        let (kept, count) = kept(&collector);
        collector.is_away.store(true, Relaxed);
        for _ in 0..MOST_ATTEMPTS {
            export(&kept, &count, "refused", 1);
        }
        assert_eq!(count.newly_lost(Some(count.so_far())), Some(1));
    }

    #[test]
    fn those_that_never_arrived_are_lost_too() {
        let (_, count) = kept(&Collector::default());
        count.ended();
        assert_eq!(count.newly_lost(None), None, "nobody knows yet");
        assert_eq!(count.newly_lost(Some(1)), Some(1));
    }
}
