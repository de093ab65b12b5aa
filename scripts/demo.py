"""`./dev demo [NAME] [--keep]`: a workflow on a local Lambda that a real Temporal server invokes. `./dev demo --rollout`:
workflows that live through a rollout of a new build, and back."""

import argparse
import os
import signal
import sys
import time

import local_stack

DEPLOYMENT, BUILD_ID, TASK_QUEUE, FUNCTION, WORKFLOW = "hello", "build-1", "hello", "hello", "hello"


def say(text):
    print(text, flush=True)


def parse_arguments():
    parser = argparse.ArgumentParser(prog="./dev demo", description=__doc__)
    parser.add_argument("name", nargs="?", default="World", help="whom to greet")
    parser.add_argument("--keep", action="store_true", help="leave all running, with the web UI, until Ctrl-C")
    parser.add_argument("--rollout", action="store_true", help="two builds, and workflows that run through the switch")
    parser.add_argument("--build", default=local_stack.ROOT / "build/dev", help=argparse.SUPPRESS)
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


def run(arguments, stack):
    say(f"Server   {stack.address}, with its Worker Controller")
    say(f"Lambda   {stack.lambda_address}, function {FUNCTION}")
    stack.deploy(FUNCTION, DEPLOYMENT, BUILD_ID, TASK_QUEUE)
    say(f"Version  {DEPLOYMENT}.{BUILD_ID} is current")
    wait_until_nobody_works(stack)

    reports_before = len(stack.reports())
    workflow_id = f"hello-{os.getpid()}"
    stack.start_workflow(WORKFLOW, workflow_id, TASK_QUEUE, arguments.name)
    say(f"\n{stack.result(workflow_id)}\n")
    for line in timeline(stack, workflow_id):
        say(line)
    # The worker waits a moment for more work before it answers; the report comes with the answer.
    local_stack.wait_for("the invocation's report", lambda: len(stack.reports()) > reports_before, timeout=30)
    say(f"\n{stack.reports()[-1].strip()}")


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


def keep(stack):
    say(f"\nAll of it is running. Web UI: http://127.0.0.1:{stack.web_port}")
    say("Start another workflow from another terminal:")
    say(
        f"  {stack.cli} workflow execute --address {stack.address} --task-queue {TASK_QUEUE}"
        f" --type {WORKFLOW} --input '\"Ann\"'"
    )
    say("Ctrl-C stops everything.")
    while True:
        stack.require_alive()
        time.sleep(1)


def main():
    arguments = parse_arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    build = local_stack.pathlib.Path(arguments.build)
    if arguments.rollout:
        queue, code = "rollout", build / "examples/rollout/rollout.zip"
        functions = {"rollout:1": code, "rollout:2": code}
    else:
        queue, functions = TASK_QUEUE, {FUNCTION: build / "examples/hello/hello.zip"}
    stack = local_stack.Stack(
        build=build,
        folder=local_stack.ROOT / "build/demo",
        functions=functions,
        environment={"TEMPORAL_TASK_QUEUE": queue, "TEMPORAL_LAMBDA_IDLE_TIMEOUT": "1s"},
        arguments=["--idle-timeout", "1"],
        web=arguments.keep,
    )
    try:
        with stack:
            run_rollout(stack) if arguments.rollout else run(arguments, stack)
            if arguments.keep:
                keep(stack)
    except KeyboardInterrupt:
        say("\nStopped.")
        return 0 if arguments.keep else 130
    except local_stack.StackError as error:
        print(f"\nThe demo failed: {error}\n{stack.logs()}\nAll logs are in {stack.folder}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
