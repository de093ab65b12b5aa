"""`./dev bench`: the figures of benchmarks/README.md, measured here, on the release build, real server and local Lambda."""

import argparse
import contextlib
import json
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import time
import typing
import urllib.request

import local_stack
from local_stack import ROOT, StackError, event_seconds, wait_for
from tls_front import TlsFront

BUILD_ID = "build-1"
MIB = 1024 * 1024


class Function(typing.NamedTuple):
    """An example, whose name is also that of its deployment and its task queue."""

    name: str = "hello"
    workflow: str = "hello"
    environment: dict = {}


def start(stack, workflow_id):
    function = stack.function
    stack.http(
        f"/workflows/{workflow_id}",
        {"workflowType": {"name": function.workflow}, "taskQueue": {"name": function.name}, "input": ["World"]},
    )


def finish(stack, workflow_id, timeout=60):
    """Waits until the workflow has ended; its history, or StackError when it did not complete."""
    deadline = time.monotonic() + timeout
    close = f"/workflows/{workflow_id}/history?waitNewEvent=true&historyEventFilterType=2"
    while not stack.http(close)["history"].get("events"):
        stack.require_alive()
        if time.monotonic() > deadline:
            raise StackError(f"workflow {workflow_id} did not end in {timeout} s")
    history = stack.events_of(workflow_id)
    if event_seconds(history, "WORKFLOW_EXECUTION_COMPLETED") is None:
        raise StackError(f"workflow {workflow_id} ended with {history[-1]['eventType']}")
    return history


@contextlib.contextmanager
def running(build, scenario, function=Function(), timeout=60, idle="1s", arguments=(), front_idle=None):
    """A stack whose `function` is deployed, current and not working. With `front_idle` its worker goes through a TLS front
    that closes a connection after so many seconds without a call: `stack.front`."""
    name = function.name
    environment = {"TEMPORAL_TASK_QUEUE": name, **function.environment}
    if idle:
        environment["TEMPORAL_LAMBDA_IDLE_TIMEOUT"] = idle
    code = {name: build / f"examples/{name}/{name}.zip"}
    folder = ROOT / "build/bench" / scenario
    stack = local_stack.Stack(build, folder, code, environment, timeout, arguments)
    stack.function = function
    with contextlib.ExitStack() as parts:
        if front_idle:
            stack.front = parts.enter_context(TlsFront(stack.address, f"{folder}-front", front_idle))
            environment.update(stack.front.environment())
        parts.enter_context(stack)
        stack.deploy(name, name, BUILD_ID, name)
        try:
            yield stack
        except StackError:
            print(stack.logs(), file=sys.stderr)
            raise


def completed(history):
    return event_seconds(history, "WORKFLOW_EXECUTION_COMPLETED")


def started(history):
    return event_seconds(history, "WORKFLOW_EXECUTION_STARTED")


def count(history, kind):
    return sum(event["eventType"] == f"EVENT_TYPE_{kind}" for event in history)


def first_after(events, seconds):
    # The event log has milliseconds, the history more.
    return next(event for event in events if event["seconds"] >= seconds - 0.001)


def cold(build, runs, function=Function()):
    """From zero, through the Worker Controller: ready, process start to completed, workflow start to completed."""
    ready, from_process, from_start = [], [], []
    with running(build, "cold", function, arguments=["--idle-timeout", "0.2"]) as stack:
        for run in range(runs):
            wait_for("the environment to retire", lambda: len(stack.events("retired")) > run)
            wait_for("the environment to end", lambda: len(stack.events("environment_end")) > run)
            start(stack, f"cold-{run}")
            history = finish(stack, f"cold-{run}")
            process = first_after(stack.events("environment_start"), started(history))
            ready.append(first_after(stack.events("init_done"), process["seconds"])["init_ms"])
            from_process.append((completed(history) - process["seconds"]) * 1000)
            from_start.append((completed(history) - started(history)) * 1000)
    return ready, from_process, from_start


class Warm(typing.NamedTuple):
    """Of the invocations of a frozen environment."""

    to_completed: list  # milliseconds from invoke to the workflow's end
    whole: list  # milliseconds from invoke to the answer
    rss: float  # peak, in MiB


def warm(build, runs, function=Function()):
    times = []
    with running(build, "warm", function) as stack:
        for run in range(runs):
            wait_for("the environment to freeze", lambda: len(stack.events("frozen")) > run)
            start(stack, f"warm-{run}")
            history = finish(stack, f"warm-{run}")
            invoke = first_after(stack.events("invoke"), started(history))
            times.append((completed(history) - invoke["seconds"]) * 1000)
        if len(stack.events("environment_start")) != 1:
            raise StackError("the warm runs did not stay in one environment")
        wait_for("the last answer", lambda: len(stack.events("frozen")) > runs)
        whole = [event["duration_ms"] for event in stack.events("invocation_end")[-runs:]]
        return Warm(times, whole, peak_rss(stack.events("environment_start")[0]["pid"]))


def warm_over_tls(build, runs, connects_anew):
    """The same through a TLS front, after two seconds of freeze. A worker that connects anew has been left by the front,
    which closes a connection after one second without a call."""
    times = []
    scenario = "tls-anew" if connects_anew else "tls-reused"
    with running(build, scenario, front_idle=1 if connects_anew else 75) as stack:
        for run in range(runs):
            wait_for("the environment to freeze", lambda: len(stack.events("frozen")) > run)
            time.sleep(2)
            before = stack.front.connections()
            start(stack, f"{scenario}-{run}")
            history = finish(stack, f"{scenario}-{run}")
            invoke = first_after(stack.events("invoke"), started(history))
            times.append((completed(history) - invoke["seconds"]) * 1000)
            if (stack.front.connections() > before) != connects_anew:
                raise StackError(f"an invocation of {scenario} did not do what it is named after")
    return times


def load(build, workflows):
    """CPU seconds, peak RSS in MiB and workflow tasks of one environment that runs this many workflows."""
    with running(build, "load", idle=None, arguments=["--concurrency", "1"]) as stack:
        pid = stack.events("environment_start")[0]["pid"]
        before = cpu_seconds(pid)
        for number in range(workflows):
            start(stack, f"load-{number}")
        histories = [finish(stack, f"load-{number}") for number in range(workflows)]
        if len(stack.events("environment_start")) != 1:
            raise StackError("the load did not stay in one environment")
        tasks = sum(count(history, "WORKFLOW_TASK_COMPLETED") for history in histories)
        return cpu_seconds(pid) - before, peak_rss(pid), tasks


def cpu_seconds(pid):
    # The clock of another process, as clock_getcpuclockid(3) makes it: /proc has no better than hundredths of a second.
    return time.clock_gettime(~pid << 3 | 2)


def peak_rss(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise StackError(f"process {pid} has no VmHWM")


def frozen_gap(build, seconds):
    """Ten starts a second over invocations that end and freeze; tasks that timed out, and the slowest workflow."""
    with running(build, "frozen-gap", timeout=12, idle=None, arguments=["--concurrency", "1"]) as stack:
        begin = time.monotonic()
        total = seconds * 10
        for number in range(total):
            time.sleep(max(0.0, begin + number / 10 - time.monotonic()))
            start(stack, f"gap-{number}")
        histories = [finish(stack, f"gap-{number}") for number in range(total)]
        lost = sum(count(h, "WORKFLOW_TASK_TIMED_OUT") + count(h, "ACTIVITY_TASK_TIMED_OUT") for h in histories)
        invocations = len(stack.events("invocation_start"))
        if invocations < 2:
            raise StackError("there was no second invocation: nothing was frozen")
        return lost, max(completed(h) - started(h) for h in histories)


def billed(build, workflows, idle):
    """Seconds that Lambda bills for this many workflows, started at once while nothing runs. The function's timeout is
    30 s."""
    with running(build, "billed", timeout=30, idle=idle) as stack:

        def ends():
            return stack.events("invocation_end")

        def at_rest():
            return len(ends()) == len(stack.events("invocation_start"))

        wait_for("the first invocation to end", at_rest, timeout=60)
        before = len(ends())
        for number in range(workflows):
            start(stack, f"billed-{number}")
        for number in range(workflows):
            finish(stack, f"billed-{number}")
        wait_for("the invocations to end", at_rest, timeout=60)
        return sum(event["billed_ms"] for event in ends()[before:]) / 1000


def silent_server(build):
    """Seconds until an invocation fails whose server accepts and never answers."""
    folder = ROOT / "build/bench/silent"
    folder.mkdir(parents=True, exist_ok=True)
    with socket.socket() as listener, contextlib.ExitStack() as cleanup:
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)
        port_file = folder / "port"
        port_file.unlink(missing_ok=True)
        command = [build / "tools/temporal-lambda/temporal-lambda", "local", "--port", "0", "--port-file", port_file]
        command += ["--function", f"hello={build / 'examples/hello/hello.zip'}"]
        command += ["--env", "TEMPORAL_TASK_QUEUE=hello"]
        command += ["--env", f"TEMPORAL_ADDRESS=127.0.0.1:{listener.getsockname()[1]}"]
        child = local_stack.Child("the local Lambda", [str(c) for c in command], folder / "log", dict(os.environ))
        cleanup.callback(child.stop)
        port = wait_for("the local Lambda", lambda: port_file.exists() and port_file.read_text().strip())
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/2015-03-31/functions/hello/invocations",
            data=b"{}",
            headers={"X-Amz-Invocation-Type": "RequestResponse"},
        )
        begin = time.monotonic()
        with urllib.request.urlopen(request, timeout=70) as response:
            took = time.monotonic() - begin
            if response.headers.get("X-Amz-Function-Error") is None:
                raise StackError("an invocation without a server succeeded")
        return took


def row(name, value, target, met=None):
    verdict = "" if met is None else "yes" if met else "NO"
    return (name, value, target, verdict)


def measure(build, runs, workflows):
    bootstrap, archive = (build / "examples/hello" / name for name in ("bootstrap", "hello.zip"))
    judge = [build / "tools/temporal-lambda/temporal-lambda", "package", "--check", "--json", archive]
    judged = subprocess.run(judge, capture_output=True, text=True)
    if judged.returncode != 0:
        raise StackError((judged.stderr or judged.stdout).strip())
    glibc = json.loads(judged.stdout)["bootstrap"]["glibc"]
    zip_size = archive.stat().st_size / MIB

    ready, from_process, from_start = (statistics.median(values) for values in cold(build, runs))
    warm_time = statistics.median(warm(build, runs).to_completed)
    reused, anew = (statistics.median(warm_over_tls(build, runs, connects_anew)) for connects_anew in (False, True))
    cpu, rss, tasks = load(build, workflows)
    lost, slowest = frozen_gap(build, 20)
    bills = {number: billed(build, number, "1s") for number in (1, 10, 100)}
    bill_without_idle_exit = billed(build, 1, None)
    silent = silent_server(build)
    scale = workflows / 300
    return [
        row("process start → ready for the first event", f"{ready:.0f} ms", "≤ 10 ms", ready <= 10),
        row("cold: process start → workflow completed", f"{from_process:.0f} ms", "≤ 45 ms", from_process <= 45),
        row("cold, through the controller: start → completed", f"{from_start:.0f} ms", "≤ 70 ms", from_start <= 70),
        row("warm (thawed): invoke → completed", f"{warm_time:.0f} ms", "≤ 20 ms", warm_time <= 20),
        row("warm over TLS, the connection reused", f"{reused:.0f} ms", ""),
        row("warm over TLS, connected anew", f"{anew:.0f} ms", ""),
        row(f"{workflows} workflows: worker CPU", f"{cpu:.2f} s", f"≤ {0.5 * scale:.2f} s", cpu <= 0.5 * scale),
        row(f"{workflows} workflows: peak RSS", f"{rss:.1f} MiB", "≤ 24 MiB", rss <= 24),
        row("CPU for 1,000 workflow tasks", f"{cpu / tasks * 1000:.2f} s", "no bar yet"),
        row("bootstrap, stripped", f"{bootstrap.stat().st_size / MIB:.1f} MiB", ""),
        row("deployment zip", f"{zip_size:.1f} MiB", "≤ 6 MiB", zip_size <= 6),
        row("highest glibc symbol", f"GLIBC_{glibc}", "≤ GLIBC_2.34", True),
        row("10 starts/s with frozen gaps: tasks lost", str(lost), "0", lost == 0),
        row("10 starts/s with frozen gaps: slowest workflow", f"{slowest:.1f} s", "≤ 3 s", slowest <= 3),
        row("billed for 1 workflow, idle timeout 1 s", f"{bills[1]:.2f} s", "≤ 1.2 s", bills[1] <= 1.2),
        row("billed for 10 workflows at once", f"{bills[10]:.2f} s", ""),
        row("billed for 100 workflows at once", f"{bills[100]:.2f} s", ""),
        row("billed for 1 workflow without an idle timeout", f"{bill_without_idle_exit:.2f} s", ""),
        row("server accepts and never answers: error after", f"{silent:.1f} s", "≤ 3 s", round(silent, 1) <= 3),
    ]


def print_table(header, rows):
    widths = [max(map(len, column)) for column in zip(header, *rows)]
    for line in [header, tuple("-" * width for width in widths), *rows]:
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |")


def report(header, measure):
    """Prints the table of what is measured. The exit code."""
    try:
        print_table(header, measure())
    except StackError as error:
        print(f"The benchmark failed: {error}\nAll logs are in {ROOT / 'build/bench'}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def main():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=15, help="of the cold and the warm start; their medians are shown")
    parser.add_argument("--workflows", type=int, default=300, help="of the load")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    print(f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, medians of {arguments.runs}; about six minutes")
    return report(
        ("figure", "here", "target", "met"),
        lambda: measure(arguments.build.resolve(), arguments.runs, arguments.workflows),
    )


if __name__ == "__main__":
    sys.exit(main())
