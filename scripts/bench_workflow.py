"""`./dev bench workflow`: what a workflow task costs here and on the bare core (Temporal's Rust SDK), side by side in one
run, on a real dev server."""

import argparse
import concurrent.futures
import json
import os
import statistics
import subprocess
import sys
import time
import typing

import local_stack
from bench import count, cpu_seconds, finish, report
from local_stack import ROOT, StackError

OURS = ROOT / "build/release/benchmarks/temporal_workflow_bench"
BARE_CORE = ROOT / "build/bare-core/release/bare-core"
FOLDER = ROOT / "build/bench/workflow"


class Result(typing.NamedTuple):
    """What one side took for one workload."""

    cpu: float  # seconds for a workflow task, or for 1,000 replayed events
    tasks_per_second: typing.Optional[float] = None


class Worker:
    """A worker of one side on a task queue of its own; a context manager that stops it."""

    def __init__(self, stack, program, queue):
        self.stack, self.queue = stack, queue
        command = [str(program), "worker", stack.address, queue]
        self.child = local_stack.Child(program.name, command, FOLDER / f"{queue}.log", dict(os.environ))

    def __enter__(self):
        # The first workflow has everything connected and warm.
        self.run("OneActivity", [f"{self.queue}-warm"], ["World"])
        return self

    def __exit__(self, *_):
        self.child.stop()

    def start(self, workflow, workflow_id, arguments):
        body = {"workflowType": {"name": workflow}, "taskQueue": {"name": self.queue}, "input": arguments}
        self.stack.http(f"/workflows/{workflow_id}", body)

    def run(self, workflow, ids, arguments):
        """Starts the workflows at once; their histories when all have completed."""
        for workflow_id in ids:
            self.start(workflow, workflow_id, arguments)
        return self.wait(ids)

    def wait(self, ids):
        self.child.require_alive()
        return [finish(self.stack, workflow_id, timeout=120) for workflow_id in ids]

    def cpu(self):
        return cpu_seconds(self.child.process.pid)


def ids(prefix, count):
    return [f"{prefix}-{n}" for n in range(count)]


def one_activity(worker, prefix):
    return worker.run("OneActivity", ids(prefix, 500), ["World"])


def hundred_activities(worker, prefix):
    return worker.run("ManyActivities", ids(prefix, 30), [100])


def thousand_signals(worker, prefix):
    workflows = ids(prefix, 4)
    for workflow_id in workflows:
        worker.start("ManySignals", workflow_id, [1000])

    def send(workflow_id):
        for _ in range(1000):
            worker.stack.http(f"/workflows/{workflow_id}/signal/add", {"input": [1]})

    with concurrent.futures.ThreadPoolExecutor(len(workflows)) as pool:
        list(pool.map(send, workflows))
    return worker.wait(workflows)


WORKLOADS = {
    "1 activity": one_activity,
    "100 activities in one workflow": hundred_activities,
    "1,000 signals": thousand_signals,
}


def measure(stack, program, queue, workload):
    with Worker(stack, program, queue) as worker:
        cpu, begin = worker.cpu(), time.monotonic()
        histories = workload(worker, queue)
        took, used = time.monotonic() - begin, worker.cpu() - cpu
        tasks = sum(count(history, "WORKFLOW_TASK_COMPLETED") for history in histories)
        return Result(used / tasks, tasks / took)


def steps(events, workflows):
    """Workflows, one after the other, whose tasks come one after the other until their histories have so many events."""

    def workload(worker, prefix):
        return [history for one in ids(prefix, workflows) for history in worker.run("Steps", [one], [events // 6])]

    return workload


def export(stack, workflow_id):
    """The history of a workflow as a file, and its events."""
    history = stack.history(workflow_id)
    exported, path = FOLDER / f"{workflow_id}.json", FOLDER / f"{workflow_id}.history"
    exported.write_text(json.dumps({"events": history}))
    subprocess.run([OURS, "serialize", exported, path], check=True)
    return path, history


def replay(program, path, times):
    """CPU seconds of one replay. What the process needs besides is taken off: it is what a second run of none costs."""

    def cpu(runs):
        child = subprocess.Popen([program, "replay", path, str(runs)])
        _, status, usage = os.wait4(child.pid, 0)
        if status != 0:
            raise StackError(f"{program.name} failed to replay {path}")
        return usage.ru_utime + usage.ru_stime

    return (cpu(times) - cpu(0)) / times


def allocations(path, history):
    """How often our C++ code allocates for an activation: one for each workflow task, and the eviction at the end."""
    done = subprocess.run([OURS, "allocations", path], check=True, capture_output=True, text=True)
    return int(done.stdout) / (count(history, "WORKFLOW_TASK_COMPLETED") + 1)


def take_up(stack, program, queue, workflows, events):
    """A new worker answers a query of each workflow that has run on the task queue: it replays all of their events."""
    with Worker(stack, program, queue) as worker:
        cpu = worker.cpu()
        for workflow_id in ids(queue, workflows):
            try:
                stack.http(f"/workflows/{workflow_id}/query/unknown", {})
            except StackError as error:
                if "query handler" not in str(error):  # as both sides say that they have none
                    raise
            else:
                raise StackError("a query that no workflow has was answered")
        return Result(cpu=(worker.cpu() - cpu) / workflows / events * 1000)


def in_turns(runs, result):
    """The medians of `result(program, run)`, of ours and of the bare core."""
    measured = {OURS: [], BARE_CORE: []}
    for run in range(runs):
        for program, results in measured.items():
            results.append(result(program, run))
    return map(medians, measured.values())


def medians(results):
    columns = ([value for value in column if value is not None] for column in zip(*results))
    return Result(*(statistics.median(column) if column else None for column in columns))


def row(name, ours, bare, allocated=None):
    def tasks(side):
        return "" if side.tasks_per_second is None else f"{side.tasks_per_second:.0f}/s"

    cpu = [f"{side.cpu * 1000:.2f} ms" for side in (ours, bare)]
    return (
        name,
        tasks(ours),
        tasks(bare),
        "" if allocated is None else f"{allocated:.0f}",
        *cpu,
        f"{ours.cpu / bare.cpu:.2f}x",
    )


def queue_of(program, workload, run=0):
    return f"{program.name}-{workload.replace(' ', '-').replace(',', '')}-{run}"


def table(runs):
    rows = []
    with local_stack.Stack(ROOT / "build/release", FOLDER, {}, {}) as stack:

        def live(name, workload, runs):
            """Gives the history of one of our workflows, as `export` does."""
            sides = in_turns(runs, lambda program, run: measure(stack, program, queue_of(program, name, run), workload))
            path, history = export(stack, ids(queue_of(OURS, name), 1)[0])
            rows.append(row(f"{name}: a workflow task", *sides, allocations(path, history)))
            return path, history

        def replayed(name, runs, result):
            rows.append(row(f"{name}: 1,000 events", *in_turns(runs, result)))

        try:
            for name, workload in WORKLOADS.items():
                live(name, workload, runs)
            # As many events in many histories as in one.
            for events, workflows in ((1_000, 10), (10_000, 1)):
                name = f"a history of {events:,} events"
                path, history = live(name, steps(events, workflows), runs=1)
                length = len(history)
                replayed(
                    f"replay of {length:,} events",
                    runs,
                    lambda program, _: Result(cpu=replay(program, path, 10 * workflows) / length * 1000),
                )
                replayed(
                    f"{length:,} events taken up by a new worker",
                    3 * runs,  # each is over within a second
                    lambda program, _: take_up(stack, program, queue_of(program, name), workflows, length),
                )
        except StackError:
            print(stack.logs(), file=sys.stderr)
            raise
    return rows


def main():
    parser = argparse.ArgumentParser(prog="./dev bench workflow", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="of each side, in turns; their medians are shown")
    runs = parser.parse_args().runs
    print(f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, medians of {runs}; about ten minutes")
    columns = ("", "ours", "bare core", "allocations for an activation", "ours: CPU", "bare core: CPU", "ratio")
    return report(columns, lambda: table(runs))


if __name__ == "__main__":
    sys.exit(main())
