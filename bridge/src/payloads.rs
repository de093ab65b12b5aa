//! The payloads of a message, taken out for a codec and put back. Which fields of which message are payloads is core's
//! knowledge.

use crate::{
    error::Result,
    ffi::{self, Bytes, answer_now, invalid},
};
use futures_util::future::{BoxFuture, FutureExt, ready};
use prost::Message;
use temporalio_common::{
    data_converters::PayloadConversionError,
    payload_visitor::{AsyncPayloadVisitor, PayloadField, PayloadFieldData, PayloadVisitable},
};
use temporalio_protos::{
    coresdk::{
        ActivityHeartbeat, ActivityTaskCompletion, activity_task::ActivityTask,
        workflow_activation::WorkflowActivation, workflow_completion::WorkflowActivationCompletion,
    },
    temporal::api::{
        common::v1::{Payload, Payloads},
        history::v1::History,
        workflowservice::v1::*,
    },
};

trait Carrier: Send {
    fn visit(&mut self, visitor: &mut (dyn AsyncPayloadVisitor + Send)) -> Result<()>;
    fn encoded(&self) -> Vec<u8>;
}

impl<M: Message + PayloadVisitable> Carrier for M {
    fn visit(&mut self, visitor: &mut (dyn AsyncPayloadVisitor + Send)) -> Result<()> {
        let visited = self.visit_payloads_mut(visitor).now_or_never();
        match visited {
            Some(Ok(())) => Ok(()),
            _ => Err(invalid("the message could not be visited")),
        }
    }

    fn encoded(&self) -> Vec<u8> {
        self.encode_to_vec()
    }
}

macro_rules! carrier_of {
    ($kind:expr, $bytes:expr, {$($name:literal => $message:ty,)*}) => {
        match $kind {
            $($name => Some(Box::new(ffi::decode::<$message>($bytes)?)),)*
            _ => None,
        }
    };
}

/// None: a message of this kind has none.
fn carrier(kind: &str, bytes: &[u8]) -> Result<Option<Box<dyn Carrier>>> {
    Ok(carrier_of!(kind, bytes, {
        "workflow_activation" => WorkflowActivation,
        "workflow_completion" => WorkflowActivationCompletion,
        "activity_task" => ActivityTask,
        "activity_completion" => ActivityTaskCompletion,
        "activity_heartbeat" => ActivityHeartbeat,
        "history" => History,
        "request/create_schedule" => CreateScheduleRequest,
        "request/execute_multi_operation" => ExecuteMultiOperationRequest,
        "request/query_workflow" => QueryWorkflowRequest,
        "request/record_activity_task_heartbeat" => RecordActivityTaskHeartbeatRequest,
        "request/record_activity_task_heartbeat_by_id" => RecordActivityTaskHeartbeatByIdRequest,
        "request/reset_workflow_execution" => ResetWorkflowExecutionRequest,
        "request/respond_activity_task_canceled" => RespondActivityTaskCanceledRequest,
        "request/respond_activity_task_canceled_by_id" => RespondActivityTaskCanceledByIdRequest,
        "request/respond_activity_task_completed" => RespondActivityTaskCompletedRequest,
        "request/respond_activity_task_completed_by_id" => RespondActivityTaskCompletedByIdRequest,
        "request/respond_activity_task_failed" => RespondActivityTaskFailedRequest,
        "request/respond_activity_task_failed_by_id" => RespondActivityTaskFailedByIdRequest,
        "request/signal_with_start_workflow_execution" => SignalWithStartWorkflowExecutionRequest,
        "request/signal_workflow_execution" => SignalWorkflowExecutionRequest,
        "request/start_workflow_execution" => StartWorkflowExecutionRequest,
        "request/terminate_workflow_execution" => TerminateWorkflowExecutionRequest,
        "request/update_schedule" => UpdateScheduleRequest,
        "request/update_workflow_execution" => UpdateWorkflowExecutionRequest,
        "response/describe_schedule" => DescribeScheduleResponse,
        "response/describe_workflow_execution" => DescribeWorkflowExecutionResponse,
        "response/execute_multi_operation" => ExecuteMultiOperationResponse,
        "response/get_workflow_execution_history" => GetWorkflowExecutionHistoryResponse,
        "response/get_workflow_execution_history_reverse" => GetWorkflowExecutionHistoryReverseResponse,
        "response/list_schedules" => ListSchedulesResponse,
        "response/list_workflow_executions" => ListWorkflowExecutionsResponse,
        "response/poll_workflow_execution_update" => PollWorkflowExecutionUpdateResponse,
        "response/query_workflow" => QueryWorkflowResponse,
        "response/start_workflow_execution" => StartWorkflowExecutionResponse,
        "response/update_workflow_execution" => UpdateWorkflowExecutionResponse,
    }))
}

/// Search attributes stay readable for the server. Headers are a choice.
fn is_coded(path: &str, with_headers: bool) -> bool {
    let is_header = path.ends_with(".headers")
        || path.ends_with(".header_fields")
        || path.ends_with("Header.fields");
    !path.ends_with("SearchAttributes.indexed_fields") && (with_headers || !is_header)
}

/// Calls for each payload that is coded.
struct Each<F> {
    with_headers: bool,
    call: F,
}

impl<F: FnMut(&mut Payload) + Send> AsyncPayloadVisitor for Each<F> {
    fn visit<'a>(
        &'a mut self,
        field: PayloadField<'a>,
    ) -> BoxFuture<'a, std::result::Result<(), PayloadConversionError>> {
        if is_coded(field.path, self.with_headers) {
            match field.data {
                PayloadFieldData::Single(payload) => (self.call)(payload),
                PayloadFieldData::Repeated(payloads) => {
                    payloads.iter_mut().for_each(&mut self.call)
                }
                PayloadFieldData::Payloads(payloads) => {
                    payloads.payloads.iter_mut().for_each(&mut self.call);
                }
            }
        }
        Box::pin(ready(Ok(())))
    }
}

/// A message whose payloads are taken out: both ways go through the same object, since maps have another order in each.
pub struct TemporalPayloads {
    message: Box<dyn Carrier>,
    with_headers: bool,
    count: usize,
}

impl TemporalPayloads {
    /// None where there are no payloads.
    fn take(kind: &str, bytes: &[u8], with_headers: bool) -> Result<Option<(Self, Vec<Payload>)>> {
        let Some(mut message) = carrier(kind, bytes)? else {
            return Ok(None);
        };
        let mut taken = Vec::new();
        message.visit(&mut Each {
            with_headers,
            call: |payload: &mut Payload| taken.push(std::mem::take(payload)),
        })?;
        let count = taken.len();
        let taking = Self {
            message,
            with_headers,
            count,
        };
        Ok((count > 0).then_some((taking, taken)))
    }

    fn put(mut self, given: Vec<Payload>) -> Result<Vec<u8>> {
        let (given_count, count) = (given.len(), self.count);
        if given_count != count {
            return Err(invalid(format!("{given_count} payloads for {count}")));
        }
        let mut given = given.into_iter();
        self.message.visit(&mut Each {
            with_headers: self.with_headers,
            call: |payload: &mut Payload| *payload = given.next().unwrap_or_default(),
        })?;
        Ok(self.message.encoded())
    }
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_payloads_take(
    kind: *const u8,
    kind_size: usize,
    message: *const u8,
    size: usize,
    with_headers: bool,
    payloads: *mut *mut TemporalPayloads,
    taken_or_error: *mut Bytes,
) -> i32 {
    unsafe {
        answer_now(taken_or_error, || {
            ffi::place(payloads)?;
            ffi::place(taken_or_error)?;
            payloads.write(std::ptr::null_mut());
            let kind = ffi::text(ffi::input(kind, kind_size)?)?;
            let taking = TemporalPayloads::take(&kind, &ffi::input(message, size)?, with_headers)?;
            if let Some((taking, taken)) = taking {
                let taken = Payloads { payloads: taken };
                taken_or_error.write(taken.encode_to_vec().into());
                payloads.write(Box::into_raw(Box::new(taking)));
            }
            Ok(())
        })
    }
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_payloads_put(
    payloads: *mut TemporalPayloads,
    given: *const u8,
    size: usize,
    message_or_error: *mut Bytes,
) -> i32 {
    unsafe {
        answer_now(message_or_error, || {
            ffi::place(message_or_error)?;
            if payloads.is_null() {
                return Err(invalid("handle is null"));
            }
            let payloads = Box::from_raw(payloads);
            let given: Payloads = ffi::message(given, size)?;
            message_or_error.write(payloads.put(given.payloads)?.into());
            Ok(())
        })
    }
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_payloads_free(payloads: *mut TemporalPayloads) {
    unsafe { ffi::free(payloads, drop) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;
    use temporalio_protos::temporal::api::common::v1::{Header, Memo, SearchAttributes};

    fn payload(text: &str) -> Payload {
        Payload {
            data: text.into(),
            ..Default::default()
        }
    }

    fn fields(names: &[&str]) -> HashMap<String, Payload> {
        let field = |name: &&str| (name.to_string(), payload(name));
        names.iter().map(field).collect()
    }

    fn request() -> StartWorkflowExecutionRequest {
        StartWorkflowExecutionRequest {
            input: Some(Payloads {
                payloads: vec![payload("a"), payload("b")],
            }),
            memo: Some(Memo {
                fields: fields(&["m1", "m2", "m3"]),
            }),
            header: Some(Header {
                fields: fields(&["h"]),
            }),
            search_attributes: Some(SearchAttributes {
                indexed_fields: fields(&["s"]),
            }),
            ..Default::default()
        }
    }

    fn marked(with_headers: bool) -> StartWorkflowExecutionRequest {
        let bytes = request().encode_to_vec();
        let kind = "request/start_workflow_execution";
        let (payloads, taken) = TemporalPayloads::take(kind, &bytes, with_headers)
            .unwrap()
            .unwrap();
        let mark = |mut payload: Payload| {
            payload.data.push(b'!');
            payload
        };
        let bytes = payloads.put(taken.into_iter().map(mark).collect()).unwrap();
        StartWorkflowExecutionRequest::decode(&*bytes).unwrap()
    }

    #[test]
    fn each_payload_comes_back_to_its_place_but_search_attributes_stay_as_they_are() {
        for with_headers in [false, true] {
            let marked = marked(with_headers);
            assert_eq!(
                marked.input.unwrap().payloads,
                [payload("a!"), payload("b!")]
            );
            for (name, payload) in marked.memo.unwrap().fields {
                assert_eq!(payload.data, format!("{name}!").into_bytes());
            }
            let header = &marked.header.unwrap().fields["h"];
            assert_eq!(header, &payload(if with_headers { "h!" } else { "h" }));
            let attribute = &marked.search_attributes.unwrap().indexed_fields["s"];
            assert_eq!(attribute, &payload("s"));
        }
    }

    #[test]
    fn another_number_of_payloads_is_refused() {
        let bytes = request().encode_to_vec();
        let kind = "request/start_workflow_execution";
        let (payloads, _) = TemporalPayloads::take(kind, &bytes, false)
            .unwrap()
            .unwrap();
        let error = payloads.put(vec![payload("one")]).unwrap_err();
        assert_eq!(error.text(), "1 payloads for 5");
    }

    #[test]
    fn a_message_without_payloads_is_left_alone() {
        for kind in [
            "request/start_workflow_execution",
            "request/get_system_info",
        ] {
            assert!(TemporalPayloads::take(kind, &[], true).unwrap().is_none());
        }
    }
}
