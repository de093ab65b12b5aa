//! What the server is told of a worker that leaves, learnt from the worker's polls.

use prost::Message;
use std::collections::HashMap;
use temporalio_client::callback_based::GrpcRequest;
use temporalio_protos::temporal::api::{
    enums::v1::{TaskQueueKind, TaskQueueType},
    taskqueue::v1::TaskQueue,
    workflowservice::v1::{
        PollActivityTaskQueueRequest, PollNexusTaskQueueRequest, PollWorkflowTaskQueueRequest,
        ShutdownWorkerRequest,
    },
};

/// What one poll tells of its worker's end.
pub struct Poller(ShutdownWorkerRequest);

impl Poller {
    /// None: the call is no poll.
    pub fn of(call: &GrpcRequest) -> Option<Self> {
        let proto = call.proto.clone();
        match call.rpc.as_str() {
            "PollWorkflowTaskQueue" => {
                let poll = PollWorkflowTaskQueueRequest::decode(proto).ok()?;
                let (kind, key) = (TaskQueueType::Workflow, poll.worker_instance_key);
                Some(Self::new(
                    kind,
                    poll.namespace,
                    poll.identity,
                    key,
                    poll.task_queue?,
                ))
            }
            "PollActivityTaskQueue" => {
                let poll = PollActivityTaskQueueRequest::decode(proto).ok()?;
                let (kind, key) = (TaskQueueType::Activity, poll.worker_instance_key);
                Some(Self::new(
                    kind,
                    poll.namespace,
                    poll.identity,
                    key,
                    poll.task_queue?,
                ))
            }
            "PollNexusTaskQueue" => {
                let poll = PollNexusTaskQueueRequest::decode(proto).ok()?;
                let (kind, key) = (TaskQueueType::Nexus, poll.worker_instance_key);
                Some(Self::new(
                    kind,
                    poll.namespace,
                    poll.identity,
                    key,
                    poll.task_queue?,
                ))
            }
            _ => None,
        }
    }

    fn new(
        kind: TaskQueueType,
        namespace: String,
        identity: String,
        worker_instance_key: String,
        queue: TaskQueue,
    ) -> Self {
        let mut end = ShutdownWorkerRequest {
            namespace,
            identity,
            worker_instance_key,
            reason: "the worker leaves".to_owned(),
            ..Default::default()
        };
        if queue.kind() == TaskQueueKind::Sticky {
            end.sticky_task_queue = queue.name;
        } else {
            end.task_queue = queue.name;
            end.task_queue_types.push(kind.into());
        }
        Self(end)
    }

    pub fn namespace(&self) -> &str {
        &self.0.namespace
    }

    pub fn is_sticky(&self) -> bool {
        !self.0.sticky_task_queue.is_empty()
    }
}

/// The workers that poll, by their instance keys.
#[derive(Default)]
pub struct Goodbyes(HashMap<String, ShutdownWorkerRequest>);

impl Goodbyes {
    pub fn add(&mut self, Poller(end): Poller) {
        let Some(known) = self.0.get_mut(&end.worker_instance_key) else {
            self.0.insert(end.worker_instance_key.clone(), end);
            return;
        };
        if !end.sticky_task_queue.is_empty() {
            known.sticky_task_queue = end.sticky_task_queue;
        }
        if !end.task_queue.is_empty() {
            known.task_queue = end.task_queue;
        }
        for kind in end.task_queue_types {
            if !known.task_queue_types.contains(&kind) {
                known.task_queue_types.push(kind);
            }
        }
    }

    /// With all that it needs to end the worker's polls, where the namespace says that the server does so. Elsewhere only
    /// sticky queues are told of.
    pub fn into_requests(self, ends_polls: impl Fn(&str) -> bool) -> Vec<ShutdownWorkerRequest> {
        let told = |end: ShutdownWorkerRequest| {
            if ends_polls(&end.namespace) {
                return Some(end);
            }
            (!end.sticky_task_queue.is_empty()).then(|| ShutdownWorkerRequest {
                worker_instance_key: String::new(),
                task_queue: String::new(),
                task_queue_types: Vec::new(),
                ..end
            })
        };
        self.0.into_values().filter_map(told).collect()
    }
}

/// Whether the server ends more than a sticky queue by this.
pub fn ends_polls(end: &ShutdownWorkerRequest) -> bool {
    !end.worker_instance_key.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tonic::codegen::http::HeaderMap;

    fn call(rpc: &str, poll: &impl Message) -> GrpcRequest {
        GrpcRequest {
            service: String::new(),
            rpc: rpc.to_owned(),
            headers: HeaderMap::new(),
            proto: poll.encode_to_vec().into(),
        }
    }

    fn workflow_poll(worker: &str, kind: TaskQueueKind) -> GrpcRequest {
        let poll = PollWorkflowTaskQueueRequest {
            namespace: "shop".into(),
            worker_instance_key: worker.into(),
            task_queue: Some(TaskQueue {
                name: format!("{}-{worker}", kind.as_str_name()),
                kind: kind.into(),
                ..Default::default()
            }),
            ..Default::default()
        };
        call("PollWorkflowTaskQueue", &poll)
    }

    fn activity_poll(worker: &str) -> GrpcRequest {
        let poll = PollActivityTaskQueueRequest {
            namespace: "shop".into(),
            worker_instance_key: worker.into(),
            task_queue: Some(TaskQueue {
                name: format!("TASK_QUEUE_KIND_NORMAL-{worker}"),
                ..Default::default()
            }),
            ..Default::default()
        };
        call("PollActivityTaskQueue", &poll)
    }

    fn polled(calls: &[GrpcRequest]) -> Goodbyes {
        let mut goodbyes = Goodbyes::default();
        for call in calls {
            goodbyes.add(Poller::of(call).unwrap());
        }
        goodbyes
    }

    #[test]
    fn all_polls_of_a_worker_end_with_one_request() {
        let goodbyes = polled(&[
            activity_poll("a"),
            workflow_poll("a", TaskQueueKind::Normal),
            workflow_poll("a", TaskQueueKind::Sticky),
            activity_poll("a"),
        ]);
        let told = goodbyes.into_requests(|namespace| namespace == "shop");
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].worker_instance_key, "a");
        assert_eq!(told[0].task_queue, "TASK_QUEUE_KIND_NORMAL-a");
        assert_eq!(told[0].sticky_task_queue, "TASK_QUEUE_KIND_STICKY-a");
        let kinds = [TaskQueueType::Activity, TaskQueueType::Workflow].map(i32::from);
        assert_eq!(told[0].task_queue_types, kinds);
    }

    #[test]
    fn where_the_server_ends_no_polls_it_is_told_of_sticky_queues_alone() {
        let goodbyes = polled(&[
            activity_poll("a"),
            workflow_poll("b", TaskQueueKind::Sticky),
        ]);
        let told = goodbyes.into_requests(|_| false);
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].sticky_task_queue, "TASK_QUEUE_KIND_STICKY-b");
        assert!(told[0].worker_instance_key.is_empty());
    }

    #[test]
    fn what_is_no_poll_tells_nothing() {
        assert!(Poller::of(&call("GetSystemInfo", &ShutdownWorkerRequest::default())).is_none());
    }
}
