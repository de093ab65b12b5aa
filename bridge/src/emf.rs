//! Metrics as lines of CloudWatch's embedded metric format, which CloudWatch reads from a function's standard output.
//! https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html

use opentelemetry::{KeyValue, Value as Attribute};
use opentelemetry_sdk::{
    error::{OTelSdkError, OTelSdkResult},
    metrics::{
        Temporality,
        data::{
            AggregatedMetrics, Histogram, HistogramDataPoint, Metric, MetricData, ResourceMetrics,
        },
        exporter::PushMetricExporter,
    },
};
use serde_json::{Map, Value, json};
use std::{
    collections::{BTreeMap, HashSet},
    io::Write,
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// CloudWatch takes no more metrics in a line.
const METRICS_OF_A_LINE: usize = 100;

pub struct EmfExporter<W> {
    namespace: String,
    /// The attributes that tell series of a metric apart, in their order. The others are only searchable.
    dimensions: Vec<String>,
    /// CloudWatch bills each series: what comes after so many is counted without dimensions.
    max_series: usize,
    state: Mutex<State<W>>,
}

struct State<W> {
    out: W,
    seen: HashSet<Vec<(String, String)>>,
}

impl<W: Write> EmfExporter<W> {
    pub fn new(namespace: String, dimensions: Vec<String>, max_series: usize, out: W) -> Self {
        let seen = HashSet::new();
        Self {
            namespace,
            dimensions,
            max_series,
            state: Mutex::new(State { out, seen }),
        }
    }

    fn write(&self, metrics: &ResourceMetrics, now: SystemTime) -> std::io::Result<()> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lines = Lines::default();
        for metric in metrics.scope_metrics().flat_map(|scope| scope.metrics()) {
            lines.add(metric);
        }
        let resource: Map<String, Value> = metrics
            .resource()
            .iter()
            .map(|(key, value)| (name_of(key.as_str()), text(value)))
            .collect();
        let timestamp = now
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_millis() as u64;
        for (attributes, points) in lines.0 {
            let mut root = resource.clone();
            root.extend(
                attributes
                    .into_iter()
                    .map(|(key, value)| (key, value.into())),
            );
            let dimensions = self.dimensions_of(&root, &mut state.seen);
            for points in points.chunks(METRICS_OF_A_LINE) {
                let mut line = root.clone();
                let mut declared = Vec::new();
                for point in points {
                    declared.push(json!({"Name": point.name, "Unit": point.unit}));
                    line.insert(point.name.clone(), point.value.clone());
                }
                line.insert(
                    "_aws".into(),
                    json!({
                        "Timestamp": timestamp,
                        "CloudWatchMetrics": [{
                            "Namespace": self.namespace,
                            "Dimensions": [dimensions],
                            "Metrics": declared,
                        }],
                    }),
                );
                // In one piece: others write to the same place.
                let mut bytes = serde_json::to_vec(&line)?;
                bytes.push(b'\n');
                state.out.write_all(&bytes)?;
            }
        }
        state.out.flush()
    }

    fn dimensions_of(
        &self,
        root: &Map<String, Value>,
        seen: &mut HashSet<Vec<(String, String)>>,
    ) -> Vec<String> {
        let series: Vec<(String, String)> = self
            .dimensions
            .iter()
            .filter_map(|name| Some((name.clone(), root.get(name)?.as_str()?.to_owned())))
            .collect();
        if !seen.contains(&series) && seen.len() >= self.max_series {
            return Vec::new();
        }
        let names = series.iter().map(|(name, _)| name.clone()).collect();
        seen.insert(series);
        names
    }
}

struct Point {
    name: String,
    unit: &'static str,
    value: Value,
}

/// Points of the same attributes share lines.
#[derive(Default)]
struct Lines(BTreeMap<Vec<(String, String)>, Vec<Point>>);

impl Lines {
    fn add(&mut self, metric: &Metric) {
        match metric.data() {
            AggregatedMetrics::F64(data) => self.add_data(metric, data, |value| value),
            AggregatedMetrics::U64(data) => self.add_data(metric, data, |value| value as f64),
            AggregatedMetrics::I64(data) => self.add_data(metric, data, |value| value as f64),
        }
    }

    fn add_data<T: Copy>(&mut self, metric: &Metric, data: &MetricData<T>, f64: fn(T) -> f64) {
        match data {
            MetricData::Gauge(gauge) => {
                for point in gauge.data_points() {
                    self.push(metric, point.attributes(), number(f64(point.value())));
                }
            }
            MetricData::Sum(sum) => {
                for point in sum.data_points() {
                    self.push(metric, point.attributes(), number(f64(point.value())));
                }
            }
            MetricData::Histogram(histogram) => self.add_histogram(metric, histogram, f64),
            // No view asks for them.
            MetricData::ExponentialHistogram(_) => (),
        }
    }

    fn add_histogram<T: Copy>(
        &mut self,
        metric: &Metric,
        histogram: &Histogram<T>,
        f64: fn(T) -> f64,
    ) {
        for point in histogram.data_points().filter(|point| point.count() > 0) {
            self.push(metric, point.attributes(), distribution(point, f64));
        }
    }

    fn push<'a>(
        &mut self,
        metric: &Metric,
        attributes: impl Iterator<Item = &'a KeyValue>,
        value: Value,
    ) {
        let mut key: Vec<(String, String)> = attributes
            .map(|kv| (name_of(kv.key.as_str()), kv.value.as_str().into_owned()))
            .collect();
        key.sort();
        self.0.entry(key).or_default().push(Point {
            name: metric.name().to_owned(),
            unit: unit_of(metric.unit()),
            value,
        });
    }
}

/// A histogram as values with counts, from which CloudWatch has percentiles. A bucket counts at its middle, as far as
/// what was really seen reaches.
fn distribution<T: Copy>(point: &HistogramDataPoint<T>, f64: fn(T) -> f64) -> Value {
    let sum = f64(point.sum());
    let mean = sum / point.count() as f64;
    let min = point.min().map_or(mean, f64);
    let max = point.max().map_or(mean, f64);
    let mut below = min;
    let bounds = point.bounds().chain([f64::INFINITY]);
    let (mut values, mut counts) = (Vec::new(), Vec::new());
    for (bound, count) in bounds.zip(point.bucket_counts()) {
        if count > 0 {
            let (low, high) = (below.clamp(min, max), bound.clamp(min, max));
            values.push(number((low + high) / 2.0));
            counts.push(Value::from(count));
        }
        below = bound;
    }
    json!({
        "Values": values,
        "Counts": counts,
        "Max": number(max),
        "Min": number(min),
        "Count": point.count(),
        "Sum": number(sum),
    })
}

/// JSON has no NaN and no infinity, and CloudWatch takes none.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        return Value::from(value as i64);
    }
    serde_json::Number::from_f64(value).map_or(Value::from(0), Value::Number)
}

fn text(value: &Attribute) -> Value {
    Value::from(value.as_str().into_owned())
}

/// `service.name` is no name that CloudWatch's console can search for.
fn name_of(key: &str) -> String {
    key.replace('.', "_")
}

fn unit_of(unit: &str) -> &'static str {
    match unit {
        "s" => "Seconds",
        "ms" => "Milliseconds",
        "us" => "Microseconds",
        "By" | "bytes" => "Bytes",
        "%" => "Percent",
        "" | "1" => "Count",
        _ => "None",
    }
}

impl<W: Write + Send + 'static> PushMetricExporter for EmfExporter<W> {
    async fn export(&self, metrics: &ResourceMetrics) -> OTelSdkResult {
        self.write(metrics, SystemTime::now())
            .map_err(|e| OTelSdkError::InternalFailure(format!("cannot write metrics: {e}")))
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }

    /// A log line says what happened since the last one.
    fn temporality(&self) -> Temporality {
        Temporality::Delta
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter;
    use opentelemetry::metrics::MeterProvider;
    use opentelemetry_sdk::{
        Resource,
        metrics::{PeriodicReader, SdkMeterProvider},
    };
    use std::sync::Arc;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl Written {
        fn lines(&self) -> Vec<Value> {
            let bytes = std::mem::take(&mut *self.0.lock().unwrap());
            let text = String::from_utf8(bytes).unwrap();
            text.lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect()
        }
    }

    fn exporting(max_series: usize) -> (SdkMeterProvider, Written) {
        let written = Written::default();
        let dimensions = vec!["service_name".into(), "task_queue".into()];
        let exporter = EmfExporter::new("Shop".into(), dimensions, max_series, written.clone());
        let reader = PeriodicReader::builder(exporter)
            .with_interval(Duration::from_secs(3600))
            .build();
        let resource = Resource::builder_empty()
            .with_service_name("orders")
            .build();
        (meter::provider(reader, resource, false), written)
    }

    fn queue(name: &'static str) -> [KeyValue; 2] {
        [
            KeyValue::new("task_queue", name),
            KeyValue::new("attempt", 3),
        ]
    }

    #[test]
    fn a_line_has_the_metrics_of_one_set_of_attributes_and_what_changed_since_the_last() {
        let (provider, written) = exporting(10);
        let meter = provider.meter("test");
        let sold = meter.u64_counter("sold").build();
        let taken = meter.u64_histogram("taken").with_unit("ms").build();
        sold.add(2, &queue("a"));
        for milliseconds in [10, 20, 700] {
            taken.record(milliseconds, &queue("a"));
        }
        provider.force_flush().unwrap();
        let lines = written.lines();
        assert_eq!(lines.len(), 1);
        let line = &lines[0];
        assert_eq!(line["service_name"], "orders");
        assert_eq!(line["task_queue"], "a");
        assert_eq!(line["attempt"], "3");
        assert_eq!(line["sold"], 2);
        assert_eq!(
            line["taken"],
            json!({"Values": [30, 600], "Counts": [2, 1], "Max": 700, "Min": 10, "Count": 3, "Sum": 730})
        );
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(directive["Namespace"], "Shop");
        assert_eq!(
            directive["Dimensions"],
            json!([["service_name", "task_queue"]])
        );
        assert_eq!(
            directive["Metrics"],
            json!([{"Name": "sold", "Unit": "Count"}, {"Name": "taken", "Unit": "Milliseconds"}])
        );
        assert!(line["_aws"]["Timestamp"].as_u64().unwrap() > 1_700_000_000_000);

        sold.add(1, &queue("a"));
        provider.force_flush().unwrap();
        assert_eq!(written.lines()[0]["sold"], 1, "since the last line");
    }

    #[test]
    fn series_beyond_the_limit_have_no_dimensions() {
        let (provider, written) = exporting(1);
        let sold = provider.meter("test").u64_counter("sold").build();
        sold.add(1, &queue("a"));
        sold.add(1, &queue("b"));
        provider.force_flush().unwrap();
        let dimensions: Vec<Value> = written
            .lines()
            .iter()
            .map(|line| line["_aws"]["CloudWatchMetrics"][0]["Dimensions"].clone())
            .collect();
        assert_eq!(
            dimensions,
            [json!([["service_name", "task_queue"]]), json!([[]])]
        );
    }

    #[test]
    fn what_cloudwatch_cannot_take_is_no_number() {
        assert_eq!(number(f64::NAN), 0);
        assert_eq!(number(1.5), 1.5);
        assert_eq!(number(3.0).to_string(), "3");
    }
}
