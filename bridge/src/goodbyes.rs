//! What the server is told of a worker that leaves, learnt from the worker's polls.

use prost::Message;
use temporalio_client::callback_based::GrpcRequest;
use temporalio_protos::temporal::api::{
    enums::v1::TaskQueueKind,
    workflowservice::v1::{PollWorkflowTaskQueueRequest, ShutdownWorkerRequest},
};

/// That the sticky queue which a call polls has no worker any more. None: the call polls none.
///
/// The worker's instance key is left out: a server that ends polls on request would end those of the worker by it, and
/// lose the task that another partition has just given to one of them (docs/adr/0012-own-channel.md).
pub fn goodbye(poll: &GrpcRequest) -> Option<ShutdownWorkerRequest> {
    if poll.rpc != "PollWorkflowTaskQueue" {
        return None;
    }
    let poll = PollWorkflowTaskQueueRequest::decode(poll.proto.clone()).ok()?;
    let queue = poll.task_queue?;
    (queue.kind() == TaskQueueKind::Sticky).then(|| ShutdownWorkerRequest {
        namespace: poll.namespace,
        identity: poll.identity,
        sticky_task_queue: queue.name,
        reason: "the worker leaves".to_owned(),
        ..Default::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use temporalio_protos::temporal::api::taskqueue::v1::TaskQueue;
    use tonic::codegen::http::HeaderMap;

    fn poll(rpc: &str, kind: TaskQueueKind) -> GrpcRequest {
        let poll = PollWorkflowTaskQueueRequest {
            namespace: "shop".into(),
            worker_instance_key: "worker".into(),
            task_queue: Some(TaskQueue {
                name: "queue".into(),
                kind: kind.into(),
                ..Default::default()
            }),
            ..Default::default()
        };
        GrpcRequest {
            service: String::new(),
            rpc: rpc.to_owned(),
            headers: HeaderMap::new(),
            proto: poll.encode_to_vec().into(),
        }
    }

    #[test]
    fn of_a_sticky_queue_and_no_other_the_server_is_told() {
        let told = goodbye(&poll("PollWorkflowTaskQueue", TaskQueueKind::Sticky)).unwrap();
        assert_eq!(told.namespace, "shop");
        assert_eq!(told.sticky_task_queue, "queue");
        assert!(told.worker_instance_key.is_empty() && told.task_queue.is_empty());
        assert!(goodbye(&poll("PollWorkflowTaskQueue", TaskQueueKind::Normal)).is_none());
        assert!(goodbye(&poll("PollActivityTaskQueue", TaskQueueKind::Normal)).is_none());
    }
}
