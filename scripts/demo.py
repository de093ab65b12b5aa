"""./dev demo: a workflow on a local Lambda that a real Temporal server invokes when there is work."""

import argparse
import datetime
import json
import pathlib
import shlex
import signal
import sys

from stack import ROOT, Stack, wait_until

DEPLOYMENT, BUILD_ID, FUNCTION, QUEUE = "hello", "build-1", "hello", "hello"


def say(text):
    print(text, flush=True)


def when(text):
    # Server times have up to nine decimals, which Python 3.11 does not read.
    head, _, tail = text.rstrip("Z").partition(".")
    return datetime.datetime.fromisoformat(f"{head}.{(tail + '000000')[:6]}+00:00")


def event_time(history, kind):
    return next(when(event["eventTime"]) for event in history if event["eventType"] == f"EVENT_TYPE_{kind}")


def run_hello(stack, name):
    result = stack.temporal(
        *["workflow", "execute", "--type", "hello", "--task-queue", QUEUE, "--workflow-id", f"hello-{name}"],
        *["--input", json.dumps(name), "--output", "json"],
    )
    return json.loads(result.stdout)


def show_timeline(stack, name):
    shown = stack.temporal("workflow", "show", "--workflow-id", f"hello-{name}", "--output", "json").stdout
    history = json.loads(shown)["events"]
    started = event_time(history, "WORKFLOW_EXECUTION_STARTED")
    invoked = [e for e in stack.events() if e["event"] == "invocation_start" and when(e["time"]) >= started]
    rows = [
        ("workflow started", started),
        ("function invoked", when(invoked[0]["time"])) if invoked else None,
        ("first workflow task picked up", event_time(history, "WORKFLOW_TASK_STARTED")),
        ("activity picked up", event_time(history, "ACTIVITY_TASK_STARTED")),
        ("workflow completed", event_time(history, "WORKFLOW_EXECUTION_COMPLETED")),
    ]
    say("\nTimeline")
    for label, at in sorted(filter(None, rows), key=lambda row: row[1]):
        say(f"  {(at - started).total_seconds() * 1000:8.0f} ms  {label}")
    return invoked


def show_report(stack, invoked):
    """The REPORT line comes when the invocation ends: when its worker has been idle, or near its deadline."""
    request = invoked[0]["request_id"] if invoked else None
    ends = lambda: [e for e in stack.events() if e["event"] == "invocation_end" and request in (None, e["request_id"])]
    say("\nWaiting for the invocation to end …")
    say(f"  {wait_until('the end of the invocation', ends, 90)[-1]['report']}")


def keep_running(stack):
    start = [stack.cli, "workflow", "execute", "--address", stack.address, "--type", "hello"]
    start += ["--task-queue", QUEUE, "--input", '"Ann"']
    say(f"\nAll of it keeps running. Web UI: http://127.0.0.1:{stack.ui_port}")
    say(f"Start another workflow:\n  {shlex.join(start)}")
    say(f"Logs: {stack.folder.relative_to(ROOT)}/    Ctrl-C ends everything.")
    signal.pause()


def demo(arguments):
    folder = ROOT / "build" / "demo"
    with Stack(folder, web_ui=arguments.keep) as stack:
        say("Starting the local Lambda with the function `hello` (examples/hello)")
        stack.start_lambda(
            {FUNCTION: stack.build / "examples/hello/hello.zip"},
            {
                "TEMPORAL_ADDRESS": stack.address,
                "TEMPORAL_NAMESPACE": "default",
                "TEMPORAL_TASK_QUEUE": QUEUE,
                "TEMPORAL_LAMBDA_IDLE_TIMEOUT": "2s",
            },
            *["--timeout", "30"],
        )
        say("Starting a Temporal server with its Worker Controller")
        stack.start_server()
        say(f"Telling it of deployment {DEPLOYMENT}, {BUILD_ID}, and the function's ARN; making it current")
        stack.deploy(DEPLOYMENT, BUILD_ID, FUNCTION, QUEUE)
        if not any(event["event"] == "invocation_start" for event in stack.events()):
            raise RuntimeError("the server has not invoked the function")
        wait_until("the end of the first invocation", lambda: idle(stack), 60)
        say(f"No worker is running now. Starting the workflow hello({json.dumps(arguments.name)})\n")
        result = run_hello(stack, arguments.name)
        say(f"Result: {result['result']}")
        invoked = show_timeline(stack, arguments.name)
        show_report(stack, invoked)
        if arguments.keep:
            keep_running(stack)


def idle(stack):
    events = [event["event"] for event in stack.events()]
    return events.count("invocation_start") == events.count("invocation_end") > 0


def main():
    parser = argparse.ArgumentParser(prog="./dev demo", description=__doc__)
    parser.add_argument("name", nargs="?", default="World")
    parser.add_argument("--keep", action="store_true", help="leave all of it running until Ctrl-C, with the web UI")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        demo(arguments)
    except KeyboardInterrupt:
        say("\nStopped.")
        return 130
    except Exception as error:  # the newcomer sees what failed and where to look, not a stack trace
        say(f"\nThe demo failed: {error}")
        for log in sorted(pathlib.Path(ROOT / "build" / "demo").glob("*.log")):
            lines = log.read_text(errors="replace").splitlines()[-8:]
            say(f"\n--- end of {log.relative_to(ROOT)}\n" + "\n".join(lines))
        return 1
    say("\nStopped everything.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
