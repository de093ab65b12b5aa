//! Metrics as lines of CloudWatch's embedded metric format, which CloudWatch reads from a function's standard output.
//! https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html

use opentelemetry::KeyValue;
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
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// CloudWatch takes no more metrics in a line.
const METRICS_OF_A_LINE: usize = 100;
/// Of a dimension, in characters.
const LONGEST_VALUE: usize = 1024;
/// What a line has besides metrics and attributes.
const OWN_NAMES: [&str; 4] = ["_aws", "level", "requestId", "timestamp"];

/// Of the invocation that the lines belong to; empty between them, and outside of Lambda.
pub type RequestId = Arc<Mutex<String>>;

pub struct EmfExporter<W> {
    namespace: String,
    /// The attributes that tell series of a metric apart, in their order. The others are only searchable.
    dimensions: Vec<String>,
    /// CloudWatch bills each metric of each set of dimensions: what comes after so many is counted without dimensions.
    max_metrics: usize,
    request_id: RequestId,
    state: Mutex<State<W>>,
}

struct State<W> {
    out: W,
    seen: HashSet<(String, Series)>,
}

/// Names and values of dimensions.
type Series = Vec<(String, String)>;

impl<W: Write> EmfExporter<W> {
    pub fn new(
        namespace: String,
        dimensions: Vec<String>,
        max_metrics: usize,
        request_id: RequestId,
        out: W,
    ) -> Self {
        let seen = HashSet::new();
        Self {
            namespace,
            dimensions: dimensions.iter().map(|name| name_of(name)).collect(),
            max_metrics,
            request_id,
            state: Mutex::new(State { out, seen }),
        }
    }

    fn write(&self, metrics: &ResourceMetrics, now: SystemTime) -> std::io::Result<()> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lines = Lines::default();
        for metric in metrics.scope_metrics().flat_map(|scope| scope.metrics()) {
            lines.add(metric);
        }
        let resource: Series = metrics
            .resource()
            .iter()
            .map(|(key, value)| (name_of(key.as_str()), value.as_str().into_owned()))
            .filter(|(key, _)| self.dimensions.contains(key))
            .collect();
        for (attributes, points) in lines.0 {
            let fields: BTreeMap<String, String> =
                resource.iter().cloned().chain(attributes).collect();
            let series = self.series_of(&fields);
            let (counted, beyond): (Vec<_>, Vec<_>) = points
                .into_iter()
                .partition(|point| self.is_counted(point, &series, &mut state.seen));
            for (points, series) in [(counted, series), (beyond, Series::new())] {
                for points in points.chunks(METRICS_OF_A_LINE) {
                    // In one piece: others write to the same place.
                    let line = self.line(&fields, &series, points, now);
                    state.out.write_all(format!("{line}\n").as_bytes())?;
                }
            }
        }
        state.out.flush()
    }

    /// What CloudWatch would refuse the whole line for is replaced.
    fn series_of(&self, fields: &BTreeMap<String, String>) -> Series {
        let chosen = self.dimensions.iter();
        chosen
            .filter_map(|name| Some((name.clone(), dimension(fields.get(name)?))))
            .collect()
    }

    fn is_counted(
        &self,
        point: &Point,
        series: &Series,
        seen: &mut HashSet<(String, Series)>,
    ) -> bool {
        let metric = (point.name.clone(), series.clone());
        series.is_empty()
            || seen.contains(&metric)
            || (seen.len() < self.max_metrics && seen.insert(metric))
    }

    fn line(
        &self,
        fields: &BTreeMap<String, String>,
        series: &Series,
        points: &[Point],
        now: SystemTime,
    ) -> Value {
        let fields = fields
            .iter()
            .chain(series.iter().map(|(name, value)| (name, value)));
        let mut line: Map<String, Value> = fields
            .map(|(name, value)| (name.clone(), value.clone().into()))
            .collect();
        let mut declared = Vec::new();
        for point in points {
            // One that is called as an attribute would take its place.
            let taken = line.contains_key(&point.name) || OWN_NAMES.contains(&point.name.as_str());
            let name = match taken {
                true => format!("{}_value", point.name),
                false => point.name.clone(),
            };
            declared.push(json!({"Name": name, "Unit": point.unit}));
            line.insert(name, point.value.clone());
        }
        let names: Vec<&String> = series.iter().map(|(name, _)| name).collect();
        let since_1970 = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let milliseconds = since_1970.as_millis() as u64;
        let now = UNIX_EPOCH + Duration::from_millis(milliseconds);
        // As the other lines of a function have them: Lambda's filter of log levels reads the first two.
        line.insert("level".into(), "INFO".into());
        line.insert(
            "timestamp".into(),
            prost_types::Timestamp::from(now).to_string().into(),
        );
        let request_id = self
            .request_id
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if !request_id.is_empty() {
            line.insert("requestId".into(), request_id.clone().into());
        }
        line.insert(
            "_aws".into(),
            json!({
                "Timestamp": milliseconds,
                "CloudWatchMetrics": [{
                    "Namespace": self.namespace,
                    "Dimensions": [names],
                    "Metrics": declared,
                }],
            }),
        );
        line.into()
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
        value: Option<Value>,
    ) {
        let Some(value) = value else { return };
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
fn distribution<T: Copy>(point: &HistogramDataPoint<T>, f64: fn(T) -> f64) -> Option<Value> {
    let sum = f64(point.sum());
    let mean = sum / point.count() as f64;
    let min = point.min().map_or(mean, f64);
    let max = point.max().map_or(mean, f64);
    if !min.is_finite() || !max.is_finite() || !sum.is_finite() {
        return None;
    }
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
    Some(json!({
        "Values": values,
        "Counts": counts,
        "Max": number(max),
        "Min": number(min),
        "Count": point.count(),
        "Sum": number(sum),
    }))
}

/// JSON has no NaN and no infinity, and CloudWatch takes none: what is no number is no datum.
fn number(value: f64) -> Option<Value> {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        return Some(Value::from(value as i64));
    }
    serde_json::Number::from_f64(value).map(Value::Number)
}

/// CloudWatch drops a line, without a word, that has a dimension with no text, with too much of it, or with other
/// characters than ASCII's.
fn dimension(value: &str) -> String {
    let fits = |c: &char| *c == ' ' || c.is_ascii_graphic();
    let written = value.chars().flat_map(|c| {
        let escaped = (!fits(&c)).then(|| c.escape_unicode());
        let plain = escaped.is_none().then_some(c);
        escaped.into_iter().flatten().chain(plain)
    });
    match written.take(LONGEST_VALUE).collect::<String>() {
        blank if blank.trim().is_empty() => "-".into(),
        written => written,
    }
}

/// `service.name` is no name that CloudWatch's console can search for; and an attribute gets out of the way of what a line
/// has besides.
fn name_of(key: &str) -> String {
    let name = key.replace('.', "_");
    match OWN_NAMES.contains(&name.as_str()) {
        true => format!("{name}_"),
        false => name,
    }
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

    fn exporting(max_metrics: usize) -> (SdkMeterProvider, Written) {
        exporting_for(
            RequestId::default(),
            &["service_name", "task_queue"],
            max_metrics,
        )
    }

    fn exporting_for(
        request_id: RequestId,
        dimensions: &[&str],
        max_metrics: usize,
    ) -> (SdkMeterProvider, Written) {
        let written = Written::default();
        let exporter = EmfExporter::new(
            "Shop".into(),
            dimensions.iter().map(|name| name.to_string()).collect(),
            max_metrics,
            request_id,
            written.clone(),
        );
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

    fn dimensions(line: &Value) -> &Value {
        &line["_aws"]["CloudWatchMetrics"][0]["Dimensions"]
    }

    #[test]
    fn metrics_beyond_the_limit_have_no_dimensions() {
        let (provider, written) = exporting(2);
        let meter = provider.meter("test");
        let sold = meter.u64_counter("sold").build();
        for name in ["a", "a", "b", "c"] {
            sold.add(1, &queue(name));
        }
        meter.u64_counter("bought").build().add(1, &queue("a"));
        provider.force_flush().unwrap();
        let lines = written.lines();
        let counted = |line: &&Value| dimensions(line) != &json!([[]]);
        let (counted, beyond): (Vec<_>, Vec<_>) = lines.iter().partition(counted);
        let metrics = |lines: &[&Value]| {
            let declared = |line: &&Value| {
                let metrics = line["_aws"]["CloudWatchMetrics"][0]["Metrics"].clone();
                metrics.as_array().unwrap().len()
            };
            lines.iter().map(declared).sum::<usize>()
        };
        assert_eq!((metrics(&counted), metrics(&beyond)), (2, 2));
    }

    #[test]
    fn a_line_passes_lambdas_filter_of_log_levels() {
        let (provider, written) = exporting(2);
        let sold = provider.meter("test").u64_counter("sold").build();
        sold.add(1, &[]);
        provider.force_flush().unwrap();
        let line = &written.lines()[0];
        assert_eq!(line["level"], "INFO");
        let (date, rest) = line["timestamp"].as_str().unwrap().split_once('T').unwrap();
        assert!(date.len() == 10 && rest.ends_with('Z'), "{line}");
    }

    #[test]
    fn a_line_says_of_which_invocation_it_is() {
        let request_id = RequestId::default();
        let (provider, written) = exporting_for(request_id.clone(), &[], 2);
        let sold = provider.meter("test").u64_counter("sold").build();
        for id in ["", "first", "second"] {
            *request_id.lock().unwrap() = id.into();
            sold.add(1, &[]);
            provider.force_flush().unwrap();
            let line = &written.lines()[0];
            let expected = (!id.is_empty()).then(|| json!(id));
            assert_eq!(line.get("requestId"), expected.as_ref());
        }
    }

    #[test]
    fn attributes_get_out_of_the_way_and_are_dimensions_by_either_name() {
        let (provider, written) = exporting_for(RequestId::default(), &["shop.name", "level"], 9);
        let attributes = ["shop.name", "level", "timestamp"];
        let attributes = attributes.map(|key| KeyValue::new(key, "mine"));
        let sold = provider.meter("test").u64_counter("sold").build();
        sold.add(1, &attributes);
        provider.force_flush().unwrap();
        let line = &written.lines()[0];
        for name in ["shop_name", "level_", "timestamp_"] {
            assert_eq!(line[name], "mine", "{line}");
        }
        assert_eq!(line["level"], "INFO");
        assert_eq!(dimensions(line), &json!([["shop_name", "level_"]]));
    }

    #[test]
    fn values_that_cloudwatch_refuses_are_replaced_in_dimensions() {
        let (provider, written) = exporting(10);
        let sold = provider.meter("test").u64_counter("sold").build();
        for name in ["münchen", "", "  "] {
            sold.add(1, &queue(name));
        }
        sold.add(1, &[KeyValue::new("task_queue", "x".repeat(2000))]);
        provider.force_flush().unwrap();
        let lines = written.lines();
        let queues: HashSet<&str> = lines
            .iter()
            .map(|line| line["task_queue"].as_str().unwrap())
            .collect();
        let longest = "x".repeat(LONGEST_VALUE);
        assert_eq!(queues, HashSet::from(["m\\u{fc}nchen", "-", &longest]));
    }

    #[test]
    fn a_metric_that_is_called_as_an_attribute_is_written_beside_it() {
        let (provider, written) = exporting(10);
        let meter = provider.meter("test");
        for name in ["task_queue", "level"] {
            meter.u64_counter(name).build().add(7, &queue("a"));
        }
        provider.force_flush().unwrap();
        let line = &written.lines()[0];
        assert_eq!(
            (&line["task_queue"], &line["task_queue_value"]),
            (&json!("a"), &json!(7))
        );
        assert_eq!(
            (&line["level"], &line["level_value"]),
            (&json!("INFO"), &json!(7))
        );
    }

    #[test]
    fn what_is_no_number_is_no_datum() {
        let (provider, written) = exporting(10);
        let meter = provider.meter("test");
        meter.f64_gauge("weight").build().record(f64::NAN, &[]);
        meter
            .f64_histogram("length")
            .build()
            .record(f64::INFINITY, &[]);
        meter.f64_gauge("height").build().record(1.5, &[]);
        provider.force_flush().unwrap();
        let line = &written.lines()[0];
        assert_eq!(line["height"], 1.5);
        assert!(
            line.get("weight").is_none() && line.get("length").is_none(),
            "{line}"
        );
        assert_eq!(number(3.0).unwrap().to_string(), "3");
    }
}
