//! What of core's log records goes on. Core puts into fields what it works on: whole completions with their payloads, task
//! tokens, answers of the server. None of that belongs in a log.

use serde_json::Value;
use std::collections::HashMap;

/// Text that says where something happened, or what. Numbers and booleans need no leave.
const HARMLESS: [&str; 22] = [
    "activity_id",
    "activity_type",
    "address",
    "build_id",
    "cause",
    "deployment_name",
    "details",
    "error",
    "event",
    "failure",
    "identity",
    "message_id",
    "name",
    "namespace",
    "query_type",
    "reason",
    "run_id",
    "signal_name",
    "task_queue",
    "update_id",
    "workflow_id",
    "workflow_type",
];

/// Where the debug print of a failure or of a server's answer is past its message, and begins to quote.
const QUOTES: [&str; 4] = [
    ", source: ",
    ", stack_trace: ",
    ", details: ",
    ", metadata: ",
];

const LONGEST: usize = 2000;

pub fn bounded(mut text: String) -> String {
    if text.len() > LONGEST {
        let end = (0..=LONGEST).rfind(|end| text.is_char_boundary(*end));
        text.truncate(end.unwrap_or_default());
        text.push('…');
    }
    text
}

fn without_quotes(mut text: String) -> String {
    let quote = QUOTES.iter().filter_map(|quote| text.find(quote)).min();
    if let Some(end) = quote {
        text.truncate(end);
        text.push('…');
    }
    bounded(text)
}

pub fn fit_to_print(fields: HashMap<String, Value>) -> HashMap<String, Value> {
    let fit = |(name, value): (String, Value)| match value {
        Value::String(text) => HARMLESS
            .contains(&name.as_str())
            .then(|| (name, without_quotes(text).into())),
        Value::Number(_) | Value::Bool(_) => Some((name, value)),
        _ => None,
    };
    fields.into_iter().filter_map(fit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use temporalio_client::tonic::Status;
    use temporalio_protos::temporal::api::failure::v1::Failure;

    fn printed(name: &str, value: impl Into<Value>) -> Option<Value> {
        fit_to_print(HashMap::from([(name.to_owned(), value.into())])).remove(name)
    }

    #[test]
    fn sizes_and_places_go_on_and_payloads_and_tokens_do_not() {
        for quoted in [
            "completion",
            "task_token",
            "status",
            "activation",
            "commands",
            "current_events",
        ] {
            assert_eq!(printed(quoted, "[1, 2, 3]"), None, "{quoted}");
        }
        assert_eq!(printed("size", 7_u64), Some(7.into()));
        assert_eq!(printed("workflow_id", "order-7"), Some("order-7".into()));
        assert_eq!(printed("array", vec![1, 2]), None);
    }

    #[test]
    fn of_an_answer_or_a_failure_the_message_goes_on_alone() {
        let status = Status::with_details(
            temporalio_client::tonic::Code::InvalidArgument,
            "not that one",
            b"secret".to_vec().into(),
        );
        let failure = Failure {
            message: "no money".into(),
            source: "secret".into(),
            stack_trace: "secret".into(),
            ..Default::default()
        };
        for (name, text, said) in [
            ("error", format!("{status:?}"), "not that one"),
            ("details", format!("{status:?}"), "not that one"),
            ("failure", format!("{failure:?}"), "no money"),
        ] {
            let text = printed(name, text).unwrap().to_string();
            assert!(text.contains(said) && !text.contains("secret"), "{text}");
            assert!(!text.contains("115, 101"), "bytes of it: {text}");
        }
    }

    #[test]
    fn long_text_is_cut_at_a_character() {
        assert_eq!(bounded("short".into()), "short");
        let cut = bounded("ü".repeat(LONGEST));
        assert!(cut.len() <= LONGEST + "…".len() && cut.ends_with('…'));
    }
}
