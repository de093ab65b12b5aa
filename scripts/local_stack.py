"""A real Temporal dev server with its Worker Controller, and the local Lambda that it invokes.

The demo and the benchmarks share this. Everything listens on loopback, is started in a process group of its own, and
ends with the `Stack` that started it, also when this process is killed.
"""

import calendar
import ctypes
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
NAMESPACE = "default"
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # loopback needs no proxy


class StackError(Exception):
    """A part did not come up or did not do its work; the message says which and where its log is."""


_claims = []


def free_port():
    """A port that nobody listens on, below those that the kernel hands out by itself: it is still free a moment later.
    This process has it for as long as it lives: an address in the kernel's memory says so to all who ask in this way, as
    temporal/testing/detail/child_process.cc does."""
    while True:
        port = random.randrange(10000, 32000)
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        with socket.socket() as listener:
            try:
                claim.bind(f"\0temporal-cpp-port-{port}".ljust(108, "\0"))
                listener.bind(("127.0.0.1", port))
            except OSError:
                claim.close()
                continue
        _claims.append(claim)
        return port


def wait_for(what, condition, timeout=30.0, interval=0.05):
    """Returns the first true value of `condition()`; raises StackError that names `what` when the time is over."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise StackError(f"gave up after {timeout:.0f} s waiting for {what}")
        time.sleep(interval)


def parse_time(text):
    """Seconds since the epoch of an RFC 3339 time in UTC, with any number of decimals."""
    match = re.fullmatch(r"(\d+-\d+-\d+T\d+:\d+:\d+)(\.\d+)?(Z|\+00:00)", text)
    if not match:
        raise ValueError(f"not a time in UTC: {text}")
    whole = time.strptime(match[1], "%Y-%m-%dT%H:%M:%S")
    return float(f"{calendar.timegm(whole)}{match[2] or ''}")


def temporal_cli():
    cli = os.environ.get("TEMPORAL_CLI") or shutil.which("temporal")
    if not cli:
        raise StackError("the `temporal` CLI is missing: run ./dev setup, and start this through ./dev")
    return cli


class Child:
    """One process group. Its output goes to a file; `stop` ends it politely, then by force."""

    def __init__(self, name, command, log, environment):
        self.name, self.log = name, log
        parent = os.getpid()

        def end_with_parent():
            _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:
                os._exit(1)

        try:
            with open(log, "wb") as output:
                self.process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env=environment,
                    start_new_session=True,
                    preexec_fn=end_with_parent,
                )
        except OSError as error:
            raise StackError(f"cannot start {name}: {error}") from error

    def require_alive(self):
        if self.process.poll() is not None:
            raise StackError(f"{self.name} ended with status {self.process.returncode}")
        return True

    def stop(self, patience=5.0):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()


def start_collector(program, config, folder):
    """An OpenTelemetry Collector with this configuration, once it listens; a child that the caller stops."""
    path, log = pathlib.Path(folder) / "collector.yaml", pathlib.Path(folder) / "collector.log"
    path.write_text(config)
    # Without metrics of its own, which it would serve on port 8888.
    command = [program, "--config", str(path), "--set", "service.telemetry.metrics.level=none"]
    child = Child("the collector", command, log, dict(os.environ))
    try:
        wait_for(
            "the collector", lambda: child.require_alive() and "Everything is ready" in log.read_text(errors="replace")
        )
    except StackError as error:
        child.stop()
        raise StackError(f"{error}:\n{log.read_text(errors='replace')}") from error
    return child


class Stack:
    """The server and the local Lambda; a context manager that stops both.

    `functions` maps a function's name to its zip, bootstrap or folder. `environment` is what the functions see besides
    what Lambda sets; the address of the server is added. Without functions there is no local Lambda.
    """

    def __init__(self, build, folder, functions, environment, timeout=60, arguments=(), web=False):
        self.build, self.folder = pathlib.Path(build), pathlib.Path(folder)
        self.functions, self.environment = functions, environment
        self.timeout, self.arguments, self.web = timeout, list(arguments), web
        self.cli = None
        self.lambda_address = None
        self.children = []
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.http_port = free_port()
        self.web_port = free_port() if web else None
        self.event_log = self.folder / "events.jsonl"
        self.lambda_log = self.folder / "local-lambda.log"
        self.server_log = self.folder / "server.log"

    def __enter__(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        try:
            self.cli = temporal_cli()
            if self.functions:
                self._start_local_lambda()
            self._start_server()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Ends everything; a second Ctrl-C must not leave half of it behind."""
        previous = [(number, signal.signal(number, signal.SIG_IGN)) for number in (signal.SIGINT, signal.SIGTERM)]
        try:
            while self.children:
                self.children.pop().stop()
        finally:
            for number, handler in previous:
                signal.signal(number, handler)

    def _start(self, name, command, log, environment):
        child = Child(name, command, log, environment)
        self.children.append(child)
        return child

    def _start_local_lambda(self):
        port_file = self.folder / "port"
        command = [self.build / "tools/temporal-lambda/temporal-lambda", "local", "--port", "0"]
        command += ["--port-file", port_file, "--event-log", self.event_log, "--timeout", str(self.timeout)]
        values = {"TEMPORAL_ADDRESS": self.address, "TEMPORAL_NAMESPACE": NAMESPACE, **self.environment}
        for name, code in self.functions.items():
            command += ["--function", f"{name}={code}"]
            for key, value in values.items():
                command += ["--env", f"{name}:{key}={value}"]
        # What is measured is the function; a demo shows what a user waits for.
        command += self.arguments if "--start-delay" in self.arguments else [*self.arguments, "--start-delay", "0"]
        child = self._start("the local Lambda", [str(part) for part in command], self.lambda_log, dict(os.environ))
        port = wait_for(
            "the local Lambda to listen",
            lambda: child.require_alive() and port_file.exists() and port_file.read_text().strip(),
        )
        self.lambda_address = f"http://127.0.0.1:{port}"

    def _start_server(self):
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "TEMPORAL_"))}
        environment.update(
            AWS_ENDPOINT_URL=self.lambda_address or "",
            AWS_ACCESS_KEY_ID="local",
            AWS_SECRET_ACCESS_KEY="local",
            AWS_REGION="us-east-1",
            AWS_EC2_METADATA_DISABLED="true",
            NO_PROXY="127.0.0.1",
            no_proxy="127.0.0.1",
        )
        command = [self.cli, "server", "start-dev", "--ip", "127.0.0.1", "--port", str(self.port)]
        command += ["--http-port", str(self.http_port), "--metrics-port", str(free_port()), "--log-level", "warn"]
        command += ["--ui-port", str(self.web_port), "--ui-ip", "127.0.0.1"] if self.web else ["--headless"]
        for setting in (
            "workercontroller.enabled=true",
            "workercontroller.compute_providers.aws.require_role_and_external_id=false",
            'workercontroller.compute_providers.enabled=["aws-lambda"]',
            'workercontroller.scaling_algorithms.enabled=["no-sync"]',
        ):
            command += ["--dynamic-config-value", setting]
        child = self._start("the dev server", command, self.server_log, environment)
        wait_for(
            "the dev server to answer",
            lambda: child.require_alive() and self.temporal("operator", "cluster", "health", check=False),
            timeout=60,
            interval=0.2,
        )
        wait_for(
            "the dev server's namespace",
            lambda: self.temporal("operator", "namespace", "describe", "-n", NAMESPACE, check=False),
        )

    def temporal(self, *arguments, check=True, json_output=False):
        """Runs the CLI against this server; the output, parsed if asked, or None when it failed and `check` is off."""
        command = [self.cli, *arguments, "--address", self.address]
        if json_output:
            command += ["--output", "json"]
        environment = {key: value for key, value in os.environ.items() if not key.startswith("TEMPORAL_")}
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=120, start_new_session=True
        )
        if done.returncode != 0:
            if check:
                raise StackError(f"`temporal {' '.join(arguments)}` failed: {done.stderr.strip() or done.stdout.strip()}")
            return None
        return json.loads(done.stdout) if json_output else done.stdout or "ok"

    def events(self, *names, since=0.0):
        """The local Lambda's events of these names, oldest first, each with `seconds`, its time as a number."""
        found = []
        if self.event_log.exists():
            for line in self.event_log.read_text().splitlines():
                try:
                    event = json.loads(line)
                except json.JSONDecodeError:
                    continue  # the last line, half written
                event["seconds"] = parse_time(event["time"])
                if event["event"] in names and event["seconds"] >= since:
                    found.append(event)
        return found

    def reports(self):
        return [line[line.index("REPORT ") :] for line in self._lambda_lines() if "REPORT RequestId" in line]

    def log_records(self):
        """What the functions wrote as JSON lines, each as a dictionary: their log, and metrics in CloudWatch's format."""
        records = []
        for line in self._lambda_lines():
            try:
                records.append(json.loads(line[line.index("{") :]))
            except ValueError:
                continue
        return records

    def _lambda_lines(self):
        return self.lambda_log.read_text(errors="replace").splitlines()

    def deploy(self, function, deployment, build_id, task_queue):
        """Makes the function the current version of a new deployment, once its worker has polled the task queue."""
        self.temporal("worker", "deployment", "create", "--name", deployment)
        self.add_version(function, deployment, build_id, task_queue)
        self.make_current(deployment, build_id)

    def add_version(self, function, deployment, build_id, task_queue):
        """Tells the server of a function, `name` or `name:version`, and waits until its worker has polled."""
        arn = f"arn:aws:lambda:us-east-1:000000000000:function:{function}"
        self.temporal(
            *("worker", "deployment", "create-version", "--deployment-name", deployment, "--build-id", build_id),
            *("--aws-lambda-function-arn", arn, "--aws-lambda-skip-role-and-external-id"),
        )

        def has_polled():
            self.require_alive()
            info = self.http(f"/worker-deployment-versions/{deployment}/{build_id}")["workerDeploymentVersionInfo"]
            kinds = {queue["type"] for queue in info.get("taskQueueInfos", []) if queue["name"] == task_queue}
            return {"TASK_QUEUE_TYPE_WORKFLOW", "TASK_QUEUE_TYPE_ACTIVITY"} <= kinds

        wait_for(f"the function {function} to poll the task queue {task_queue}", has_polled, timeout=60, interval=0.1)

    def make_current(self, deployment, build_id):
        version = ("--deployment-name", deployment, "--build-id", build_id)
        self.temporal("worker", "deployment", "set-current-version", *version, "--yes")

        # Task queues learn of it a little later; a task that comes in between would start no invocation.
        def is_routed():
            info = self.http(f"/worker-deployments/{deployment}")["workerDeploymentInfo"]
            return info.get("routingConfigUpdateState") == "ROUTING_CONFIG_UPDATE_STATE_COMPLETED"

        wait_for(f"the task queue to follow version {deployment}.{build_id}", is_routed)

    def http(self, path, body=None):
        """The server's HTTP API: GET, or POST with a body; the CLI would cost a tenth of a second and CPU a call."""
        url = f"http://127.0.0.1:{self.http_port}/api/v1/namespaces/{NAMESPACE}{path}"
        request = urllib.request.Request(url, data=None if body is None else json.dumps(body).encode())
        try:
            with _direct.open(request, timeout=90) as response:
                return json.load(response)
        except urllib.error.URLError as error:
            detail = error.read().decode(errors="replace") if isinstance(error, urllib.error.HTTPError) else error
            raise StackError(f"the server's answer to {path}: {detail}") from error

    def events_of(self, workflow_id):
        """The whole history of a workflow, over the HTTP API."""
        events, page = [], ""
        while page is not None:
            query = f"?nextPageToken={urllib.parse.quote(page)}" if page else ""
            answer = self.http(f"/workflows/{workflow_id}/history{query}")
            events += answer["history"]["events"]
            page = answer.get("nextPageToken") or None
        return events

    def require_alive(self):
        for child in self.children:
            child.require_alive()

    def start_workflow(self, workflow_type, workflow_id, task_queue, *inputs):
        arguments = ["--type", workflow_type, "--workflow-id", workflow_id, "--task-queue", task_queue]
        for value in inputs:
            arguments += ["--input", json.dumps(value)]
        self.temporal("workflow", "start", *arguments)

    def result(self, workflow_id, timeout=60):
        """Waits for the workflow; its result as a value, or StackError with what the server says about its end."""

        def outcome():
            self.require_alive()
            history = self.history(workflow_id)
            kind, last = history[-1]["eventType"], history[-1]
            if kind == "EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED":
                return ("ok", self.temporal("workflow", "result", "-w", workflow_id, json_output=True).get("result"))
            if kind.startswith("EVENT_TYPE_WORKFLOW_EXECUTION_") and kind.rsplit("_", 1)[1] in (
                *("FAILED", "TERMINATED", "CANCELED"),
                "OUT",
            ):
                return ("failed", json.dumps(last))
            return None

        how, value = wait_for(f"workflow {workflow_id}", outcome, timeout, interval=0.1)
        if how != "ok":
            raise StackError(f"workflow {workflow_id} did not complete: {value}")
        return value

    def history(self, workflow_id):
        return self.temporal("workflow", "show", "-w", workflow_id, json_output=True)["events"]

    def logs(self, lines=15):
        """The last lines of each log, for a failure's message."""
        parts = []
        for log in (self.server_log, self.lambda_log):
            if log.exists():
                tail = "\n".join("  " + line for line in log.read_text(errors="replace").splitlines()[-lines:])
                parts.append(f"{log}:\n{tail}")
        return "\n".join(parts)


def event_seconds(history, kind):
    """When the first event of this kind was written, or None."""
    for event in history:
        if event["eventType"] == f"EVENT_TYPE_{kind}":
            return parse_time(event["eventTime"])
    return None
