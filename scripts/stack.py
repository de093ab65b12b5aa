"""A local Lambda and a real Temporal server with its Worker Controller, as child processes that end with us.

Used by the demo and the benchmarks. Python's standard library only.
"""

import ctypes
import json
import os
import pathlib
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
ARN = "arn:aws:lambda:us-east-1:000000000000:function:{}"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_until(what, condition, seconds=60, interval=0.05):
    """Asks `condition` until it gives something true, and gives that; raises with `what` when the time is up."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        result = condition()
        if result:
            return result
        time.sleep(interval)
    raise RuntimeError(f"{what} did not happen within {seconds} s")


def _end_with_parent():
    os.setpgid(0, 0)
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


class Stack:
    """Starts the parts and stops them all on exit, in whichever way the `with` block is left."""

    def __init__(self, folder, build="dev", web_ui=False):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.build = ROOT / "build" / build
        self.web_ui = web_ui
        self.cli = os.environ.get("TEMPORAL_CLI", "temporal")
        self.processes = []
        self.port = free_port()
        self.ui_port = free_port()
        self.address = f"127.0.0.1:{self.port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        for process in reversed(self.processes):
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def start(self, name, command, **environment):
        log = self.folder / f"{name}.log"
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=open(log, "w"),
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
            preexec_fn=_end_with_parent,
        )
        self.processes.append(process)
        return process, log

    def start_lambda(self, functions, environment, *options):
        """`functions`: name → zip. Waits until the local Lambda listens."""
        self.events_file = self.folder / "events.jsonl"
        self.events_file.unlink(missing_ok=True)
        command = [self.build / "tools/temporal-lambda/temporal-lambda", "local", "--event-log", self.events_file]
        for name, code in functions.items():
            command += ["--function", f"{name}={code}"]
        for key, value in environment.items():
            command += ["--env", f"{key}={value}"]
        process, self.lambda_log = self.start("lambda", [*command, *options])
        self.lambda_url = wait_until("the local Lambda's start", lambda: self._listening(process)).strip()

    def _listening(self, process):
        text = self.lambda_log.read_text()
        if process.poll() is not None:
            raise RuntimeError(f"the local Lambda ended:\n{text}")
        lines = [line for line in text.splitlines() if line.startswith("listening ")]
        return lines[0].removeprefix("listening ") if lines else None

    def start_server(self):
        """A dev server whose Worker Controller invokes functions of our local Lambda."""
        ui = ["--ui-port", self.ui_port] if self.web_ui else ["--headless"]
        dynamic = [
            "workercontroller.enabled=true",
            "workercontroller.compute_providers.aws.require_role_and_external_id=false",
            'workercontroller.compute_providers.enabled=["aws-lambda"]',
            'workercontroller.scaling_algorithms.enabled=["no-sync"]',
        ]
        command = [self.cli, "server", "start-dev", "--ip", "127.0.0.1", "--port", self.port, *ui]
        command += ["--http-port", free_port(), "--metrics-port", free_port(), "--log-level", "warn"]
        for value in dynamic:
            command += ["--dynamic-config-value", value]
        process, log = self.start(
            "server",
            command,
            AWS_ENDPOINT_URL=self.lambda_url,
            AWS_ACCESS_KEY_ID="test",
            AWS_SECRET_ACCESS_KEY="test",
            AWS_REGION="us-east-1",
        )

        def is_up():
            if process.poll() is not None:
                raise RuntimeError(f"the server ended:\n{log.read_text()}")
            return self.temporal("operator", "namespace", "describe", "default", check=False).returncode == 0

        wait_until("the server's start", is_up, interval=0.2)

    def temporal(self, *arguments, check=True):
        command = [self.cli, *[str(part) for part in arguments], "--address", self.address]
        result = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if check and result.returncode != 0:
            raise RuntimeError(f"`temporal {' '.join(arguments)}` failed: {result.stderr.strip()}")
        return result

    def deploy(self, deployment, build_id, function, task_queue):
        """Tells the server of a version and its function, waits until it has polled its queue, makes it current."""
        version = ["--deployment-name", deployment, "--build-id", build_id]
        self.temporal("worker", "deployment", "create", "--name", deployment, check=False)
        self.temporal(
            *["worker", "deployment", "create-version", *version],
            *["--aws-lambda-function-arn", ARN.format(function), "--aws-lambda-skip-role-and-external-id"],
        )
        describe = ["worker", "deployment", "describe-version", *version, "--output", "json"]
        wait_until(
            f"the first poll of {task_queue}",
            lambda: f'"{task_queue}"' in self.temporal(*describe, check=False).stdout,
        )
        self.temporal("worker", "deployment", "set-current-version", *version, "--yes")

    def events(self):
        if not self.events_file.exists():
            return []
        return [json.loads(line) for line in self.events_file.read_text().splitlines() if line.endswith("}")]
