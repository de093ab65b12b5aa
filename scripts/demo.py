"""`./dev demo [NAME] [--keep]`: a workflow on a local Lambda that a real Temporal server invokes. `./dev demo --observe`:
one whose trace and metrics are shown. `./dev demo --rollout`: workflows that live through a rollout of a new build, and
back."""

import argparse
import os
import signal
import sys
import time

import local_stack

BUILD_ID = "build-1"
WORKFLOWS = {"hello": "hello", "observability": "checkout"}  # of each example, whose name is also its task queue's


def say(text):
    print(text, flush=True)


def parse_arguments():
    parser = argparse.ArgumentParser(prog="./dev demo", description=__doc__, allow_abbrev=False)
    parser.add_argument("name", nargs="?", default="World", help="whom to greet")
    parser.add_argument("--keep", action="store_true", help="leave all running, with the web UI, until Ctrl-C")
    others = parser.add_mutually_exclusive_group()
    others.add_argument("--observe", action="store_true", help="show the workflow's trace and metrics")
    others.add_argument("--rollout", action="store_true", help="two builds, and workflows that run through the switch")
    parser.add_argument("--build", default=local_stack.ROOT / "build/dev", help=argparse.SUPPRESS)
    parser.add_argument("--folder", default=local_stack.ROOT / "build/demo", help=argparse.SUPPRESS)
    return parser.parse_args()


def timeline(stack, workflow_id):
    """What happened when, in milliseconds since the workflow's start."""
    history = stack.history(workflow_id)
    started = local_stack.event_seconds(history, "WORKFLOW_EXECUTION_STARTED")
    moments = [("workflow started, no worker running", started)]
    for label, names in (
        ("server invoked the function", ("invoke",)),
        ("bootstrap started", ("environment_start",)),
        ("bootstrap ready for its first event", ("init_done",)),
    ):
        # The event log has milliseconds, the history more: an event within the same millisecond belongs to the start.
        events = stack.events(*names, since=started - 0.001)
        if events:
            moments.append((label, events[0]["seconds"]))
    for label, kind in (
        ("first workflow task", "WORKFLOW_TASK_STARTED"),
        ("activity started", "ACTIVITY_TASK_STARTED"),
        ("workflow completed", "WORKFLOW_EXECUTION_COMPLETED"),
    ):
        when = local_stack.event_seconds(history, kind)
        if when is not None:
            moments.append((label, when))
    return [f"{max(0.0, when - started) * 1000:8.0f} ms  {label}" for label, when in sorted(moments, key=lambda m: m[1])]


def wait_until_nobody_works(stack):
    """The server started the function once, to learn its task queues. That environment has answered and, idle for a
    second, is retired, as on Lambda after some minutes: what follows starts from zero."""
    local_stack.wait_for("the idle environment to retire", lambda: stack.events("retired"), timeout=30)


def run(arguments, stack, example):
    say(f"Server   {stack.address}, with its Worker Controller")
    say(f"Lambda   {stack.lambda_address}, function {example}")
    stack.deploy(example, example, BUILD_ID, example)
    say(f"Version  {example}.{BUILD_ID} is current")
    wait_until_nobody_works(stack)

    reports_before = len(stack.reports())
    workflow_id = f"{example}-{os.getpid()}"
    stack.start_workflow(WORKFLOWS[example], workflow_id, example, arguments.name)
    say(f"\n{stack.result(workflow_id)}\n")
    for line in timeline(stack, workflow_id):
        say(line)
    # The worker waits a moment for more work before it answers; the report comes with the answer.
    local_stack.wait_for("the invocation's report", lambda: len(stack.reports()) > reports_before, timeout=30)
    say(f"\n{stack.reports()[-1].strip()}")


def show_telemetry(stack, sink):
    """What the invocation exported before it answered."""
    from show_telemetry import metric_lines, trace_lines  # needs what only `./dev demo --observe` installs

    local_stack.wait_for("the trace", lambda: any(span["name"].startswith("RunWorkflow:") for span in sink.spans))
    with sink.lock:
        spans, metrics = list(sink.spans), list(sink.metrics)
    trace = next(span["traceId"] for span in spans if span["name"].startswith("RunWorkflow:"))
    say(f"\nTrace {trace}\n")
    say("\n".join(trace_lines([span for span in spans if span["traceId"] == trace])))
    say("\nLog lines with its id\n")
    for record in stack.log_records():
        if record.get("trace_id") == trace:
            say(f"{record['level']} {record['message']}, span_id={record['span_id']}")
    say("\nMetrics\n")
    say("\n".join(metric_lines(metrics)))


def run_rollout(stack):
    """Two builds of one deployment, as published versions 1 and 2 of one function."""
    name = "rollout"
    kinds = {"PINNED": "PinnedTraveller", "AUTO_UPGRADE": "UpgradingTraveller"}
    stack.deploy(f"{name}:1", name, "build-1", name)
    say(f"Version  {name}.build-1 is current: function {name}:1")
    for behavior, workflow in kinds.items():
        stack.start_workflow(workflow, behavior, name)
        say(f"Started  a workflow that is {behavior}")

    def wait_for_answers(count):
        for behavior in kinds:
            local_stack.wait_for(
                f"the {behavior} workflow",
                lambda: sum("ACTIVITY_TASK_COMPLETED" in e["eventType"] for e in stack.history(behavior)) >= count,
                interval=0.2,
            )

    wait_for_answers(1)
    stack.add_version(f"{name}:2", name, "build-2", name)
    for count, build in enumerate(("build-2", "build-1"), 2):
        stack.make_current(name, build)
        say(f"Version  {name}.{build} is current; both workflows get a signal")
        for behavior in kinds:
            stack.temporal("workflow", "signal", "--workflow-id", behavior, "--name", "go_on")
        wait_for_answers(count)
    results = {behavior: stack.result(behavior) for behavior in kinds}
    say(f"\n{'ran on':24}{'PINNED':12}AUTO_UPGRADE")
    for step, moment in enumerate(("at its start", "build-2 is current", "back to build-1")):
        say(f"{moment:24}{results['PINNED'][step]:12}{results['AUTO_UPGRADE'][step]}")


def keep(stack, example):
    say(f"\nAll of it is running. Web UI: http://127.0.0.1:{stack.web_port}")
    if example in WORKFLOWS:
        say("Start another workflow from another terminal:")
        say(
            f"  {stack.cli} workflow execute --address {stack.address} --task-queue {example}"
            f" --type {WORKFLOWS[example]} --input '\"Ann\"'"
        )
    say("Ctrl-C stops everything.")
    while True:
        stack.require_alive()
        time.sleep(1)


def main():
    arguments = parse_arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    build = local_stack.pathlib.Path(arguments.build)
    example = "rollout" if arguments.rollout else "observability" if arguments.observe else "hello"
    code = build / f"examples/{example}/{example}.zip"
    environment = {"TEMPORAL_TASK_QUEUE": example, "TEMPORAL_LAMBDA_IDLE_TIMEOUT": "1s"}
    sink = None
    if arguments.observe:
        from otlp_sink import Sink  # needs what only `./dev demo --observe` installs

        sink = Sink()  # ends with this process
        environment |= {"OTEL_EXPORTER_OTLP_ENDPOINT": sink.url, "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}
    stack = local_stack.Stack(
        build=build,
        folder=arguments.folder,
        functions={"rollout:1": code, "rollout:2": code} if arguments.rollout else {example: code},
        environment=environment,
        arguments=["--idle-timeout", "1", "--start-delay", "0.1"],
        web=arguments.keep,
    )
    try:
        with stack:
            run_rollout(stack) if arguments.rollout else run(arguments, stack, example)
            if sink:
                show_telemetry(stack, sink)
            if arguments.keep:
                keep(stack, example)
    except KeyboardInterrupt:
        say("\nStopped.")
        return 0 if arguments.keep else 130
    except local_stack.StackError as error:
        print(f"\nThe demo failed: {error}\n{stack.logs()}\nAll logs are in {stack.folder}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
