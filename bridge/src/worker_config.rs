//! A worker's options in core's terms.

use crate::{
    error::{Code, Error, Result},
    options as messages,
    slots::{Custom, tuner},
};
use std::{collections::HashSet, sync::Arc, time::Duration};
use temporalio_common::worker::{
    VersioningBehavior, WorkerDeploymentOptions, WorkerDeploymentVersion, WorkerTaskTypes,
};
use temporalio_protos::temporal::api::enums::v1::VersioningBehavior as ProtoVersioningBehavior;
use temporalio_sdk_core::{
    PollerBehavior, WorkerConfig, WorkerVersioningStrategy, WorkflowErrorType,
};

fn poller(poller: Option<messages::Poller>) -> Option<PollerBehavior> {
    poller.map(|p| match p.simple_maximum {
        0 => PollerBehavior::Autoscaling {
            minimum: p.minimum as usize,
            maximum: p.maximum as usize,
            initial: p.initial as usize,
        },
        maximum => PollerBehavior::SimpleMaximum(maximum as usize),
    })
}

fn versioning(options: &messages::WorkerOptions) -> WorkerVersioningStrategy {
    // A deployment without versioning still says what runs where.
    if !options.use_worker_versioning && options.deployment_name.is_empty() {
        return WorkerVersioningStrategy::None {
            build_id: options.build_id.clone(),
        };
    }
    let version = WorkerDeploymentVersion::builder()
        .deployment_name(options.deployment_name.clone())
        .build_id(options.build_id.clone())
        .build();
    let default = match ProtoVersioningBehavior::try_from(options.default_versioning_behavior) {
        Ok(ProtoVersioningBehavior::Pinned) => Some(VersioningBehavior::Pinned),
        Ok(ProtoVersioningBehavior::AutoUpgrade) => Some(VersioningBehavior::AutoUpgrade),
        _ => None,
    };
    WorkerVersioningStrategy::WorkerDeploymentBased(
        WorkerDeploymentOptions::new(version)
            .use_worker_versioning(options.use_worker_versioning)
            .maybe_default_versioning_behavior(default)
            .build(),
    )
}

pub fn config(
    options: messages::WorkerOptions,
    custom: Option<Arc<Custom>>,
) -> Result<WorkerConfig> {
    let tuner = options.tuner.as_ref().map(|chosen| tuner(chosen, &custom));
    let tuner = tuner.transpose()?.map(|tuner| Arc::new(tuner) as Arc<_>);
    let slots = |count: u32| (count > 0).then_some(count as usize);
    let millis = |value: i64| (value > 0).then(|| Duration::from_millis(value as u64));
    let rate = |value: f64| (value > 0.0).then_some(value);
    let ratio = Some(options.nonsticky_to_sticky_poll_ratio).filter(|ratio| *ratio > 0.0);
    let mut failures = HashSet::new();
    if options.nondeterminism_fails_workflow {
        failures.insert(WorkflowErrorType::Nondeterminism);
    }
    WorkerConfig::builder()
        .versioning_strategy(versioning(&options))
        .namespace(options.namespace)
        .task_queue(options.task_queue)
        .maybe_client_identity_override(Some(options.identity).filter(|name| !name.is_empty()))
        .max_cached_workflows(options.max_cached_workflows as usize)
        .maybe_max_outstanding_workflow_tasks(slots(options.max_outstanding_workflow_tasks))
        .maybe_max_outstanding_activities(slots(options.max_outstanding_activities))
        .maybe_max_outstanding_local_activities(slots(options.max_outstanding_local_activities))
        .maybe_max_outstanding_nexus_tasks(slots(options.max_outstanding_nexus_tasks))
        .maybe_tuner(tuner)
        .maybe_workflow_task_poller_behavior(poller(options.workflow_task_poller))
        .maybe_activity_task_poller_behavior(poller(options.activity_task_poller))
        .maybe_nexus_task_poller_behavior(poller(options.nexus_task_poller))
        .maybe_nonsticky_to_sticky_poll_ratio(ratio)
        .maybe_sticky_queue_schedule_to_start_timeout(millis(
            options.sticky_schedule_to_start_timeout_ms,
        ))
        .maybe_max_heartbeat_throttle_interval(millis(options.max_heartbeat_throttle_interval_ms))
        .maybe_default_heartbeat_throttle_interval(millis(
            options.default_heartbeat_throttle_interval_ms,
        ))
        .maybe_max_worker_activities_per_second(rate(options.max_activities_per_second))
        .maybe_max_task_queue_activities_per_second(rate(
            options.max_task_queue_activities_per_second,
        ))
        .graceful_shutdown_period(Duration::from_millis(
            options.graceful_shutdown_period_ms.max(0) as u64,
        ))
        .max_eager_activity_reservations_per_workflow_task(if options.disable_eager_activities {
            0
        } else {
            3
        })
        .task_types(WorkerTaskTypes {
            enable_workflows: options.enable_workflows,
            enable_local_activities: options.enable_local_activities,
            enable_remote_activities: options.enable_remote_activities,
            enable_nexus: options.enable_nexus,
        })
        .workflow_failure_errors(failures)
        .build()
        .map_err(|e| Error::new(Code::Configuration, e))
}
