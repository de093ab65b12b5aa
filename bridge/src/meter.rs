//! Core's metrics on an OpenTelemetry provider of ours: core hides its own, and so cannot be told to export at once.

use opentelemetry::{
    KeyValue,
    metrics::{Histogram as OtelHistogram, Meter, MeterProvider},
};
use opentelemetry_sdk::{
    Resource,
    metrics::{
        Aggregation, Instrument, InstrumentKind, PeriodicReader, SdkMeterProvider, Stream,
        exporter::PushMetricExporter,
    },
};
use std::{error::Error, sync::Arc, time::Duration};
use temporalio_common::telemetry::{
    METRIC_PREFIX,
    metrics::{
        CoreMeter, Counter, Gauge, GaugeF64, Histogram, HistogramBase, HistogramDuration,
        HistogramDurationBase, HistogramF64, HistogramF64Base, MetricAttributable,
        MetricAttributes, MetricParameters, NewAttributes, UpDownCounter, default_buckets_for,
    },
};

/// The name that core gives its own meter.
const SCOPE: &str = "temporal-core-sdk";

/// A provider with the buckets that core's histograms have in every SDK.
pub fn provider(
    reader: PeriodicReader<impl PushMetricExporter>,
    resource: Resource,
    durations_as_seconds: bool,
) -> SdkMeterProvider {
    let buckets = move |instrument: &Instrument| {
        if instrument.kind() != InstrumentKind::Histogram {
            return None;
        }
        let name = instrument.name();
        let name = name.strip_prefix(METRIC_PREFIX).unwrap_or(name);
        Stream::builder()
            .with_aggregation(Aggregation::ExplicitBucketHistogram {
                boundaries: default_buckets_for(name, durations_as_seconds).to_vec(),
                record_min_max: true,
            })
            .build()
            .ok()
    };
    SdkMeterProvider::builder()
        .with_reader(reader)
        .with_resource(resource)
        .with_view(buckets)
        .build()
}

#[derive(Debug)]
pub struct OtelMeter {
    meter: Meter,
    durations_as_seconds: bool,
}

impl OtelMeter {
    pub fn new(provider: &SdkMeterProvider, durations_as_seconds: bool) -> Self {
        Self {
            meter: provider.meter(SCOPE),
            durations_as_seconds,
        }
    }
}

/// Builds an instrument of the meter from core's parameters for it.
macro_rules! instrument {
    ($meter:expr, $make:ident, $parameters:expr) => {{
        let MetricParameters {
            name,
            description,
            unit,
        } = $parameters;
        $meter
            .$make(name)
            .with_description(description)
            .with_unit(unit)
            .build()
    }};
}

impl CoreMeter for OtelMeter {
    fn new_attributes(&self, attributes: NewAttributes) -> MetricAttributes {
        let kvs: Vec<KeyValue> = attributes.attributes.into_iter().map(Into::into).collect();
        MetricAttributes::OTel { kvs: Arc::new(kvs) }
    }

    fn extend_attributes(
        &self,
        existing: MetricAttributes,
        attributes: NewAttributes,
    ) -> MetricAttributes {
        let MetricAttributes::OTel { mut kvs } = existing else {
            return self.new_attributes(attributes);
        };
        Arc::make_mut(&mut kvs).extend(attributes.attributes.into_iter().map(KeyValue::from));
        MetricAttributes::OTel { kvs }
    }

    fn counter(&self, parameters: MetricParameters) -> Counter {
        Counter::new(Arc::new(instrument!(self.meter, u64_counter, parameters)))
    }

    fn histogram(&self, parameters: MetricParameters) -> Histogram {
        Histogram::new(Arc::new(instrument!(self.meter, u64_histogram, parameters)))
    }

    fn histogram_f64(&self, parameters: MetricParameters) -> HistogramF64 {
        HistogramF64::new(Arc::new(instrument!(self.meter, f64_histogram, parameters)))
    }

    fn histogram_duration(&self, mut parameters: MetricParameters) -> HistogramDuration {
        HistogramDuration::new(Arc::new(if self.durations_as_seconds {
            parameters.unit = "s".into();
            Durations::Seconds(instrument!(self.meter, f64_histogram, parameters))
        } else {
            parameters.unit = "ms".into();
            Durations::Milliseconds(instrument!(self.meter, u64_histogram, parameters))
        }))
    }

    fn gauge(&self, parameters: MetricParameters) -> Gauge {
        Gauge::new(Arc::new(instrument!(self.meter, u64_gauge, parameters)))
    }

    fn gauge_f64(&self, parameters: MetricParameters) -> GaugeF64 {
        GaugeF64::new(Arc::new(instrument!(self.meter, f64_gauge, parameters)))
    }

    fn up_down_counter(&self, parameters: MetricParameters) -> UpDownCounter {
        UpDownCounter::new(Arc::new(instrument!(
            self.meter,
            i64_up_down_counter,
            parameters
        )))
    }
}

enum Durations {
    Milliseconds(OtelHistogram<u64>),
    Seconds(OtelHistogram<f64>),
}

enum BoundDurations {
    Milliseconds(Box<dyn HistogramBase>),
    Seconds(Box<dyn HistogramF64Base>),
}

impl MetricAttributable<Box<dyn HistogramDurationBase>> for Durations {
    fn with_attributes(
        &self,
        attributes: &MetricAttributes,
    ) -> Result<Box<dyn HistogramDurationBase>, Box<dyn Error>> {
        Ok(Box::new(match self {
            Self::Milliseconds(histogram) => {
                BoundDurations::Milliseconds(histogram.with_attributes(attributes)?)
            }
            Self::Seconds(histogram) => {
                BoundDurations::Seconds(histogram.with_attributes(attributes)?)
            }
        }))
    }
}

impl HistogramDurationBase for BoundDurations {
    fn records(&self, value: Duration) {
        match self {
            Self::Milliseconds(histogram) => histogram.records(value.as_millis() as u64),
            Self::Seconds(histogram) => histogram.records(value.as_secs_f64()),
        }
    }
}
