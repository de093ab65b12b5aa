//! The workloads of `./dev bench workflow` on Temporal's Rust SDK. ../workflow.cc says the same in C++.
//!
//! `bare-core worker ADDRESS TASK_QUEUE` runs a worker until SIGTERM; `bare-core replay FILE TIMES` replays a history.

use prost::Message;
use std::{error::Error, time::Duration};
use temporalio_client::{Client, ClientOptions, Connection, ConnectionOptions, Url};
use temporalio_common::protos::temporal::api::history::v1::History;
use temporalio_macros::{activities, workflow, workflow_methods};
use temporalio_sdk::{
    ActivityOptions, Runtime, SyncWorkflowContext, Worker, WorkerOptions, WorkflowContext,
    WorkflowResult,
    activities::{ActivityContext, ActivityError},
    workflow_replayer::{WorkflowReplayer, WorkflowReplayerOptions},
    workflows::join_all,
};
use tokio::signal::unix::{SignalKind, signal};

struct Activities;

#[activities]
impl Activities {
    #[activity]
    async fn greet(_ctx: ActivityContext, name: String) -> Result<String, ActivityError> {
        Ok(format!("Hello, {name}!"))
    }
}

fn options() -> ActivityOptions {
    ActivityOptions::start_to_close_timeout(Duration::from_secs(60))
}

#[workflow]
#[derive(Default)]
struct OneActivity;

#[workflow_methods]
impl OneActivity {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, name: String) -> WorkflowResult<String> {
        Ok(ctx.execute_activity(Activities::greet, name, options()).await?)
    }
}

#[workflow]
#[derive(Default)]
struct ManyActivities;

#[workflow_methods]
impl ManyActivities {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, count: usize) -> WorkflowResult<usize> {
        let greetings = (0..count)
            .map(|_| ctx.execute_activity(Activities::greet, "World".to_owned(), options()));
        let mut size = 0;
        for greeting in join_all(greetings).await {
            size += greeting?.len();
        }
        Ok(size)
    }
}

/// Activities one after the other: a history that grows task by task.
#[workflow]
#[derive(Default)]
struct Steps;

#[workflow_methods]
impl Steps {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, count: usize) -> WorkflowResult<usize> {
        for _ in 0..count {
            ctx.execute_activity(Activities::greet, "World".to_owned(), options())
                .await?;
        }
        Ok(count)
    }
}

#[workflow]
#[derive(Default)]
struct ManySignals {
    count: usize,
}

#[workflow_methods]
impl ManySignals {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, count: usize) -> WorkflowResult<usize> {
        ctx.wait_condition(|state| state.count >= count).await?;
        Ok(ctx.state(|state| state.count))
    }

    #[signal]
    fn add(&mut self, _ctx: &mut SyncWorkflowContext<Self>, amount: usize) {
        self.count += amount;
    }
}

async fn work(address: &str, task_queue: &str) -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::from_current_tokio(Default::default())?;
    let target = Url::parse(&format!("http://{address}"))?;
    let connection = Connection::connect(ConnectionOptions::new(target).build()).await?;
    let client = Client::new(connection, ClientOptions::new("default").build())?;
    let options = WorkerOptions::new(task_queue)
        .register_activities(Activities)
        .register_workflow::<OneActivity>()?
        .register_workflow::<ManyActivities>()?
        .register_workflow::<Steps>()?
        .register_workflow::<ManySignals>()?
        .build();
    let mut worker = Worker::new(&runtime, client, options)?;
    let stop = worker.shutdown_handle();
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        terminated.recv().await;
        stop();
    });
    Ok(worker.run().await?)
}

async fn replay(file: &str, times: usize) -> Result<(), Box<dyn Error>> {
    let options = WorkflowReplayerOptions::new()
        .register_workflow::<Steps>()?
        .build();
    let replayer = WorkflowReplayer::new(options)?;
    let history = History::decode(std::fs::read(file)?.as_slice())?;
    for _ in 0..times {
        replayer.replay_workflow(history.clone().into()).await?;
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [_, "worker", address, task_queue] => work(address, task_queue).await,
        [_, "replay", file, times] => replay(file, times.parse()?).await,
        _ => Err("usage: bare-core worker ADDRESS TASK_QUEUE | replay FILE TIMES".into()),
    }
}
