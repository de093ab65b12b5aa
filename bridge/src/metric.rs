//! Metrics of the caller's own, beside core's and exported with them.

use crate::{
    error::Result,
    ffi::{self, Bytes, answer_now},
    options::{self as messages, attribute::Value},
    runtime::TemporalRuntime,
};
use std::time::Duration;
use temporalio_common::telemetry::metrics::{
    Counter, GaugeF64, HistogramDuration, HistogramF64, MetricAttributes, MetricKeyValue,
    MetricParameters, MetricValue, NewAttributes, TemporalMeter, UpDownCounter,
};

/// `TemporalInstrumentKind` of the C header.
enum Instrument {
    Counter(Counter),
    UpDownCounter(UpDownCounter),
    Histogram(HistogramF64),
    Durations(HistogramDuration),
    Gauge(GaugeF64),
}

impl Instrument {
    fn new(meter: &TemporalMeter, options: messages::InstrumentOptions) -> Result<Self> {
        let parameters = MetricParameters::builder()
            .name(options.name)
            .description(options.description)
            .unit(options.unit)
            .build();
        Ok(match options.kind {
            0 => Self::Counter(meter.counter(parameters)),
            1 => Self::UpDownCounter(meter.up_down_counter(parameters)),
            2 => Self::Histogram(meter.histogram_f64(parameters)),
            3 => Self::Durations(meter.histogram_duration(parameters)),
            4 => Self::Gauge(meter.gauge_f64(parameters)),
            kind => return Err(ffi::invalid(format!("no kind of instrument: {kind}"))),
        })
    }
}

pub struct TemporalInstrument {
    meter: TemporalMeter,
    instrument: Instrument,
}

impl TemporalInstrument {
    fn record(&self, value: f64, attributes: Vec<messages::Attribute>) {
        let attributes = self.attributes(attributes);
        // Rust's conversions to integers saturate.
        match &self.instrument {
            Instrument::Counter(counter) => counter.add(value as u64, &attributes),
            Instrument::UpDownCounter(counter) => counter.add(value as i64, &attributes),
            Instrument::Histogram(histogram) => histogram.record(value, &attributes),
            Instrument::Durations(histogram) => {
                let duration = Duration::try_from_secs_f64(value.max(0.0));
                histogram.record(duration.unwrap_or_default(), &attributes);
            }
            Instrument::Gauge(gauge) => gauge.record(value, &attributes),
        }
    }

    fn attributes(&self, attributes: Vec<messages::Attribute>) -> MetricAttributes {
        let own: Vec<MetricKeyValue> = attributes
            .into_iter()
            .filter_map(|attribute| {
                let value = match attribute.value? {
                    Value::Text(text) => MetricValue::String(text),
                    Value::Whole(whole) => MetricValue::Int(whole),
                    Value::Real(real) => MetricValue::Float(real),
                    Value::Truth(truth) => MetricValue::Bool(truth),
                };
                Some(MetricKeyValue::new(attribute.key, value))
            })
            .collect();
        let defaults = self.meter.get_default_attributes().clone();
        self.meter
            .extend_attributes(defaults, NewAttributes::from(own))
    }
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_instrument_new(
    runtime: *const TemporalRuntime,
    options: *const u8,
    size: usize,
    instrument: *mut *mut TemporalInstrument,
    error: *mut Bytes,
) -> i32 {
    unsafe {
        answer_now(error, || {
            ffi::place(instrument)?;
            let options = ffi::message(options, size)?;
            let meter = ffi::handle(runtime)?.core.telemetry().get_metric_meter();
            instrument.write(match meter {
                None => std::ptr::null_mut(),
                Some(meter) => Box::into_raw(Box::new(TemporalInstrument {
                    instrument: Instrument::new(&meter, options)?,
                    meter,
                })),
            });
            Ok(())
        })
    }
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_instrument_record(
    instrument: *const TemporalInstrument,
    value: f64,
    attributes: *const u8,
    size: usize,
    error: *mut Bytes,
) -> i32 {
    unsafe {
        answer_now(error, || {
            let attributes: messages::Attributes = ffi::message(attributes, size)?;
            ffi::handle(instrument)?.record(value, attributes.attributes);
            Ok(())
        })
    }
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_instrument_free(instrument: *mut TemporalInstrument) {
    unsafe { ffi::free(instrument, drop) }
}
