//! Spans of the caller in OpenTelemetry's terms.

use crate::{
    error::Result,
    ffi,
    options::{self as messages, attribute::Value},
};
use opentelemetry::{
    InstrumentationScope, KeyValue, SpanId, TraceFlags, TraceId,
    trace::{Event, Link, SpanContext, SpanKind, Status, TraceState},
};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub fn data(span: messages::Span) -> Result<SpanData> {
    let mut events = SpanEvents::default();
    events.events = span
        .events
        .into_iter()
        .map(|event| {
            let attributes = attributes(event.attributes);
            Event::new(event.name, time(event.unix_time_ns), attributes, 0)
        })
        .collect();
    let mut links = SpanLinks::default();
    for link in span.links {
        let linked = context(&link.trace_id, &link.span_id, link.trace_flags, true)?;
        links.links.push(Link::new(linked, Vec::new(), 0));
    }
    Ok(SpanData {
        span_context: context(&span.trace_id, &span.span_id, span.trace_flags, false)?,
        parent_span_id: match span.parent_span_id.as_slice() {
            [] => SpanId::INVALID,
            id => SpanId::from_bytes(exactly(id, "parent's span id")?),
        },
        parent_span_is_remote: span.parent_is_remote,
        span_kind: match span.kind {
            2 => SpanKind::Server,
            3 => SpanKind::Client,
            4 => SpanKind::Producer,
            5 => SpanKind::Consumer,
            _ => SpanKind::Internal,
        },
        name: span.name.into(),
        start_time: time(span.start_unix_ns),
        end_time: time(span.end_unix_ns),
        attributes: attributes(span.attributes),
        dropped_attributes_count: 0,
        events,
        links,
        status: match span.failed {
            true => Status::error(span.failure),
            false => Status::Unset,
        },
        instrumentation_scope: InstrumentationScope::builder("temporal-cpp").build(),
    })
}

pub fn attributes(attributes: Vec<messages::Attribute>) -> Vec<KeyValue> {
    attributes
        .into_iter()
        .filter_map(|attribute| {
            let key = attribute.key;
            Some(match attribute.value? {
                Value::Text(text) => KeyValue::new(key, text),
                Value::Whole(whole) => KeyValue::new(key, whole),
                Value::Real(real) => KeyValue::new(key, real),
                Value::Truth(truth) => KeyValue::new(key, truth),
            })
        })
        .collect()
}

fn context(trace_id: &[u8], span_id: &[u8], flags: u32, remote: bool) -> Result<SpanContext> {
    Ok(SpanContext::new(
        TraceId::from_bytes(exactly(trace_id, "trace id")?),
        SpanId::from_bytes(exactly(span_id, "span id")?),
        TraceFlags::new(flags as u8),
        remote,
        TraceState::NONE,
    ))
}

fn exactly<const SIZE: usize>(bytes: &[u8], what: &str) -> Result<[u8; SIZE]> {
    bytes
        .try_into()
        .map_err(|_| ffi::invalid(format!("a {what} has {SIZE} bytes, not {}", bytes.len())))
}

fn time(unix_ns: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_nanos(unix_ns.max(0) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span() -> messages::Span {
        messages::Span {
            trace_id: vec![1; 16],
            span_id: vec![2; 8],
            trace_flags: 1,
            name: "RunActivity:pay".into(),
            kind: 2,
            start_unix_ns: 1_000,
            end_unix_ns: 3_000,
            ..Default::default()
        }
    }

    #[test]
    fn a_span_is_carried_over() {
        let span = data(messages::Span {
            parent_span_id: vec![3; 8],
            attributes: vec![messages::Attribute {
                key: "attempt".into(),
                value: Some(Value::Whole(2)),
            }],
            failed: true,
            failure: "no money".into(),
            ..span()
        })
        .unwrap();
        assert!(span.span_context.is_valid() && span.span_context.is_sampled());
        assert_eq!(span.parent_span_id, SpanId::from_bytes([3; 8]));
        assert_eq!(span.attributes, [KeyValue::new("attempt", 2)]);
        assert_eq!(span.status, Status::error("no money"));
        assert_eq!(span.span_kind, SpanKind::Server);
        let lasted = span.end_time.duration_since(span.start_time).unwrap();
        assert_eq!(lasted, Duration::from_nanos(2_000));
    }

    #[test]
    fn ids_of_another_size_are_refused() {
        let short = messages::Span {
            trace_id: vec![1; 8],
            ..span()
        };
        assert!(data(short).unwrap_err().text().contains("trace id has 16"));
    }
}
