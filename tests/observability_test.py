"""What workers measure arrives: at a real OpenTelemetry Collector, with spans that join those of the Python SDK, and in
time before a Lambda invocation is answered.

Run as `observability_test.py BUILD_FOLDER`, with the dev server's CLI in TEMPORAL_CLI and the collector in
OTEL_COLLECTOR; without a collector it says so, and what needs one is skipped."""

import collections
import concurrent.futures
import contextlib
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request
import zipfile
from datetime import timedelta

import jsonschema
import yaml
from opentelemetry.baggage import get_all as get_all_baggage, set_baggage
from opentelemetry.context import attach, detach
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON
from temporalio import activity
from temporalio.client import Client
from temporalio.contrib.opentelemetry import TracingInterceptor
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
import local_stack
from otlp_sink import Sink, attributes_of

BUILD = pathlib.Path(sys.argv.pop()).resolve()
COLLECTOR = os.environ.get("OTEL_COLLECTOR", "")


class Arrived(Sink):
    """What arrived, awaited."""

    def named(self, *names):
        """The spans of these names, once all of them have come."""

        def found():
            with self.lock:
                spans = {span["name"]: span for span in self.spans}
            return [spans[name] for name in names] if set(names) <= set(spans) else None

        return local_stack.wait_for(f"spans {names}; there are {[span['name'] for span in self.spans]}", found)

    def metric(self, name):
        def found():
            with self.lock:
                return next((metric for metric in self.metrics if metric["name"] == name), None)

        return local_stack.wait_for(f"metric {name}", found)


class Collector:
    """The collector with the example's configuration, in which AWS's exporters, that exist only in the ADOT layer, are
    swapped for one to the sink, and the ports for free ones."""

    def __init__(self, folder):
        self.sink = Arrived()
        self.grpc, self.http = (f"127.0.0.1:{local_stack.free_port()}" for _ in range(2))
        config = yaml.safe_load((ROOT / "examples/observability/otel-collector-config.yaml").read_text())
        protocols = config["receivers"]["otlp"]["protocols"]
        protocols["grpc"]["endpoint"], protocols["http"]["endpoint"] = self.grpc, self.http
        for name in ("awsxray", "awsemf"):
            del config["exporters"][name]
        config["exporters"]["otlphttp"] = {"endpoint": self.sink.url}
        for pipeline in config["service"]["pipelines"].values():
            names = [name for name in pipeline["exporters"] if not name.startswith("aws")]
            pipeline["exporters"] = [*names, "otlphttp"]
        self.child = local_stack.start_collector(COLLECTOR, yaml.safe_dump(config), folder)

    def close(self):
        self.child.stop()
        self.sink.close()


BAGGAGE = []


@activity.defn
def py_price(what: str) -> int:
    BAGGAGE[:] = [value for key, value in get_all_baggage().items() if key == "customer"]
    return len(what)


@unittest.skipUnless(COLLECTOR, "there is no collector: Go is missing, with which ./dev test builds one")
class Collected(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.collector = Collector(self.folder.name)
        self.addCleanup(self.collector.close)
        self.sink = self.collector.sink
        self.environment = await WorkflowEnvironment.start_local(
            dev_server_existing_path=os.environ["TEMPORAL_CLI"],
            dev_server_log_level="error",
            dev_server_startup_timeout=timedelta(minutes=1),
        )
        self.addAsyncCleanup(self.environment.shutdown)
        self.address = self.environment.client.service_client.config.target_host

    @contextlib.contextmanager
    def cpp_worker(self, protocol="grpc", cached=100, endpoint=None, always=False):
        endpoint = endpoint or f"http://{getattr(self.collector, protocol)}"
        command = [BUILD / "tests/observability_peer", self.address, endpoint, protocol, str(cached)]
        command += ["always"] if always else []
        with subprocess.Popen(command, stdin=subprocess.PIPE) as peer:
            try:
                yield
            finally:
                peer.stdin.close()
                self.assertEqual(peer.wait(30), 0)

    def python_tracing(self, sampler=ALWAYS_ON):
        provider = TracerProvider(sampler, resource=Resource.create({"service.name": "python"}))
        exporter = OTLPSpanExporter(f"http://{self.collector.http}/v1/traces")
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        self.addCleanup(provider.shutdown)
        return TracingInterceptor(provider.get_tracer("test"))

    async def order(self, client, workflow_id):
        handle = await client.start_workflow("Order", "book", id=workflow_id, task_queue="cpp", result_type=str)
        self.assertEqual(await handle.execute_update("set_note", "a gift", result_type=str), "")
        await handle.signal("approve")
        self.assertEqual(await handle.result(), "shipped book for 4")
        return await handle.query("traceparent", result_type=str)

    def parents(self):
        """Name → name of the parent, or None for the one that begins a trace."""
        with self.sink.lock:
            names = {span["spanId"]: span["name"] for span in self.sink.spans}
            return {span["name"]: names.get(span.get("parentSpanId", "")) for span in self.sink.spans}

    async def traced_order(self, protocol="grpc", cached=100):
        client = await Client.connect(self.address, interceptors=[self.python_tracing()])
        with self.cpp_worker(protocol, cached), concurrent.futures.ThreadPoolExecutor(2) as threads:
            async with Worker(client, task_queue="python", activities=[py_price], activity_executor=threads):
                return await self.order(client, "order-1")

    async def test_J7_one_trace_crosses_a_python_client_a_cpp_workflow_and_a_python_activity(self):
        traceparent = await self.traced_order()
        names = (
            *("StartWorkflow:Order", "RunWorkflow:Order", "StartActivity:py_price", "RunActivity:py_price"),
            *("StartActivity:pack", "RunActivity:pack", "wrap", "tie", "StartChildWorkflow:ship", "RunWorkflow:ship"),
            *("StartActivity:refuse", "RunActivity:refuse", "SignalWorkflow:approve", "HandleSignal:approve"),
            *("StartWorkflowUpdate:set_note", "ValidateUpdate:set_note", "HandleUpdate:set_note"),
            *("QueryWorkflow:traceparent", "HandleQuery:traceparent"),
        )
        spans = dict(zip(names, self.sink.named(*names)))
        expected = {
            "StartWorkflow:Order": None,
            "RunWorkflow:Order": "StartWorkflow:Order",
            "StartActivity:py_price": "RunWorkflow:Order",
            "RunActivity:py_price": "StartActivity:py_price",
            "StartActivity:pack": "RunWorkflow:Order",
            "RunActivity:pack": "StartActivity:pack",
            "wrap": "RunActivity:pack",
            "tie": "wrap",
            "StartChildWorkflow:ship": "RunWorkflow:Order",
            "RunWorkflow:ship": "StartChildWorkflow:ship",
            "StartActivity:refuse": "RunWorkflow:ship",
            "RunActivity:refuse": "StartActivity:refuse",
            "SignalWorkflow:approve": None,
            "HandleSignal:approve": "RunWorkflow:Order",
            "StartWorkflowUpdate:set_note": None,
            "ValidateUpdate:set_note": "RunWorkflow:Order",
            "HandleUpdate:set_note": "RunWorkflow:Order",
            "QueryWorkflow:traceparent": None,
            "HandleQuery:traceparent": "QueryWorkflow:traceparent",
        }
        self.assertEqual({name: parent for name, parent in self.parents().items() if name in expected}, expected)
        trace = spans["StartWorkflow:Order"]["traceId"]
        for name in ("RunWorkflow:Order", "RunActivity:py_price", "tie", "RunWorkflow:ship", "HandleSignal:approve"):
            self.assertEqual(spans[name]["traceId"], trace, name)
        for name, sender in (
            ("HandleSignal:approve", "SignalWorkflow:approve"),
            ("HandleUpdate:set_note", "StartWorkflowUpdate:set_note"),
            ("HandleQuery:traceparent", "RunWorkflow:Order"),
        ):
            self.assertEqual([link["spanId"] for link in spans[name]["links"]], [spans[sender]["spanId"]], name)
        services = {name: spans[name]["service"] for name in ("RunWorkflow:Order", "RunActivity:py_price")}
        self.assertEqual(services, {"RunWorkflow:Order": "shop", "RunActivity:py_price": "python"})
        self.assertEqual(traceparent, f"00-{trace}-{spans['tie']['spanId']}-01")
        self.assertEqual(spans["wrap"]["events"][0]["name"], "folded")
        self.assertIn("out of stock", spans["RunActivity:refuse"]["status"]["message"])
        run = spans["RunWorkflow:Order"]
        self.assertGreater(int(run["endTimeUnixNano"]), int(run["startTimeUnixNano"]))

    async def task_timeouts_of_the_child(self, workflow_id):
        client = self.environment.client
        history = await client.get_workflow_handle(workflow_id).fetch_history()
        started = (event.child_workflow_execution_started_event_attributes for event in history.events)
        child = next(event.workflow_execution.workflow_id for event in started if event.workflow_execution.workflow_id)
        history = await client.get_workflow_handle(child).fetch_history()
        return sum(event.HasField("workflow_task_timed_out_event_attributes") for event in history.events)

    async def test_J7_a_replay_reports_no_span_twice(self):
        await self.traced_order(cached=0)
        # Batches of spans may overtake each other.
        names = ("RunWorkflow:Order", "RunWorkflow:ship", "RunActivity:pack", "StartActivity:refuse", "RunActivity:refuse")
        self.sink.named(*names)
        with self.sink.lock:
            counts = collections.Counter(span["name"] for span in self.sink.spans)
        # Without a cache core may evict the child while its local activity runs (once it has completed a task of the
        # parent). The workflow task times out, and the next attempt runs the activity again: these are spans of their own.
        attempts = 1 + await self.task_timeouts_of_the_child("order-1")
        self.assertEqual(counts.pop("StartActivity:refuse"), attempts)
        self.assertIn(counts.pop("RunActivity:refuse"), range(1, attempts + 1))
        self.assertEqual({name: count for name, count in counts.items() if count > 1}, {})

    async def test_J7_baggage_and_an_early_signal_go_with_the_trace(self):
        tracing = self.python_tracing()
        client = await Client.connect(self.address, interceptors=[tracing])
        token = attach(set_baggage("customer", "Ann"))
        self.addCleanup(detach, token)
        with self.cpp_worker(), concurrent.futures.ThreadPoolExecutor(2) as threads:
            async with Worker(
                client,
                task_queue="python",
                activities=[py_price],
                activity_executor=threads,
            ):
                handle = await client.start_workflow(
                    *("Order", "book"),
                    id="order-1",
                    task_queue="cpp",
                    start_signal="approve",
                )
                await handle.result()
        self.assertEqual(BAGGAGE, ["Ann"])
        # It comes with the first task, and its handler runs before the workflow's function.
        run, signal = self.sink.named("RunWorkflow:Order", "HandleSignal:approve")
        self.assertEqual((signal["traceId"], signal["parentSpanId"]), (run["traceId"], run["spanId"]))
        (refused,) = self.sink.named("RunActivity:refuse")
        (event,) = refused["events"]
        self.assertEqual(event["name"], "exception")
        self.assertEqual(
            attributes_of(event), {"exception.type": "OutOfStock", "exception.message": "out of stock"}
        )

    async def test_J7_what_the_caller_does_not_record_is_not_recorded_nor_is_what_has_no_caller(self):
        quiet = await Client.connect(self.address, interceptors=[self.python_tracing(ALWAYS_OFF)])
        loud = await Client.connect(self.address, interceptors=[self.python_tracing()])
        with self.cpp_worker():
            for client, workflow_id in ((quiet, "quiet"), (self.environment.client, "alone"), (loud, "loud")):
                await client.execute_workflow("ship", "book", id=workflow_id, task_queue="cpp")
        self.sink.named("RunWorkflow:ship")
        with self.sink.lock:
            traced = [attributes_of(span)["temporalWorkflowID"] for span in self.sink.spans]
        # Python and we: an attempt whose caller has no span begins a trace.
        alone = [span["name"] for span, of in zip(self.sink.spans, traced) if of == "alone"]
        self.assertEqual((set(traced), alone), ({"loud", "alone"}, ["RunActivity:refuse"]))

    async def test_J7_traces_without_a_sender_have_an_id_in_the_form_of_x_ray(self):
        before = int(time.time())
        with self.cpp_worker("http", always=True):
            handle = await self.environment.client.start_workflow("ship", "book", id="ship-1", task_queue="cpp")
            await handle.result()
        run, attempt = self.sink.named("RunWorkflow:ship", "RunActivity:refuse")
        self.assertEqual(run["traceId"], attempt["traceId"])
        self.assertIn(int(run["traceId"][:8], 16), range(before - 1, int(time.time()) + 1))

    @contextlib.contextmanager
    def scraped_worker(self):
        """A worker that serves its metrics for Prometheus. Gives a search in the page, for a pattern."""
        endpoint = f"127.0.0.1:{local_stack.free_port()}"

        def search(pattern):
            page = urllib.request.urlopen(f"http://{endpoint}/metrics", timeout=10).read().decode()
            return re.search(pattern, page)

        with self.cpp_worker("prometheus", endpoint=endpoint):
            yield search

    async def test_metrics_are_served_for_prometheus(self):
        with self.scraped_worker() as search:
            await self.environment.client.execute_workflow("ship", "book", id="ship-1", task_queue="cpp")
            # The server tells the client of the result before it answers the worker, and the worker counts on the answer.
            for pattern in (
                r'temporal_workflow_completed\{[^}]*workflow_type="ship"[^}]*\} 1\n',
                r'orders_seen\{[^}]*shop="north"[^}]*\} 3\n',
            ):
                local_stack.wait_for(f"{pattern} on the page", lambda: search(pattern))

    async def test_heartbeats_are_throttled(self):
        beats = 30
        with self.scraped_worker() as search:
            await self.environment.client.execute_workflow("drums", beats, id="drums-1", task_queue="cpp")
            sent = local_stack.wait_for(
                "a heartbeat on the page",
                lambda: search(r'temporal_request\{[^}]*operation="RecordActivityTaskHeartbeat"[^}]*\} (\d+)\n'),
            )
        # The first at once, the next after 80 % of the heartbeat timeout: 24 s later.
        self.assertLess(int(sent[1]), beats / 5)

    async def test_metrics_of_core_and_of_the_user_arrive_with_the_flush(self):
        for protocol in ("grpc", "http"):
            with self.subTest(protocol):
                self.sink.metrics.clear()
                with self.cpp_worker(protocol):
                    client = self.environment.client
                    await client.execute_workflow("ship", "book", id=f"ship-{protocol}", task_queue="cpp")
                completed = self.sink.metric("temporal_workflow_completed")
                self.assertEqual(completed["service"], "shop")
                point = completed["sum"]["dataPoints"][0]
                attributes = attributes_of(point)
                self.assertEqual(point["asInt"], "1")
                self.assertEqual((attributes["workflow_type"], attributes["task_queue"]), ("ship", "cpp"))
                seen = self.sink.metric("orders_seen")["sum"]["dataPoints"][0]
                self.assertEqual(seen["asInt"], "3")
                self.assertEqual(attributes_of(seen)["shop"], "north")
                taken = self.sink.metric("order_time")
                self.assertEqual((taken["unit"], taken["histogram"]["dataPoints"][0]["sum"]), ("ms", 250))
                latency = self.sink.metric("temporal_workflow_task_execution_latency")["histogram"]["dataPoints"][0]
                self.assertEqual(latency["explicitBounds"], [1, 10, 20, 50, 100, 200, 500, 1000])


class OnLambda(unittest.TestCase):
    """A function with the defaults, invoked by the server for one workflow, and frozen as soon as it has answered."""

    @contextlib.contextmanager
    def stack(self, endpoint, **variables):
        with tempfile.TemporaryDirectory() as folder:
            stack = local_stack.Stack(
                BUILD,
                pathlib.Path(folder) / "stack",
                {"observability": BUILD / "examples/observability/observability.zip"},
                {
                    "TEMPORAL_TASK_QUEUE": "observability",
                    "TEMPORAL_LAMBDA_IDLE_TIMEOUT": "600ms",
                    "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
                    **variables,
                },
            )
            with stack:
                stack.deploy("observability", "observability", "build-1", "observability")
                self.rest(stack)
                yield stack

    @staticmethod
    def rest(stack):
        def resting():
            return len(stack.events("invocation_start")) == len(stack.events("invocation_end"))

        local_stack.wait_for("the invocations to end", resting)

    def run_workflow(self, stack):
        """The start of the invocation that charged, and the records that were logged meanwhile."""
        already = len(stack.log_records())
        stack.start_workflow("checkout", "checkout-1", "observability", "Ann")
        self.assertEqual(stack.result("checkout-1"), "receipt of Ann")
        self.rest(stack)
        log = stack.log_records()[already:]
        (request_id,) = {record["requestId"] for record in log if record.get("message") == "charging"}
        (start,) = [event for event in stack.events("invocation_start") if event["request_id"] == request_id]
        return start, log

    @unittest.skipUnless(COLLECTOR, "there is no collector: Go is missing, with which ./dev test builds one")
    def test_J8_J9_J3_what_an_invocation_measured_has_arrived_when_it_is_frozen(self):
        with tempfile.TemporaryDirectory() as folder, contextlib.closing(Collector(folder)) as collector:
            with self.stack(f"http://{collector.grpc}") as stack:
                start, log = self.run_workflow(stack)
                run, attempt, own = collector.sink.named("RunWorkflow:checkout", "RunActivity:charge", "authorize card")
                metrics = {
                    name: collector.sink.metric(name)
                    for name in ("temporal_workflow_completed", "cards_charged", "checkout_latency")
                }
        self.assertEqual([record for record in log if "was not exported" in str(record)], [])
        self.assertEqual((run["service"], attempt["service"]), ("observability", "observability"))
        for exported in (run, metrics["cards_charged"]):
            resource = exported["resource"]
            self.assertEqual((resource["faas.name"], resource["cloud.provider"]), ("observability", "aws"))
            self.assertEqual(resource["service.instance.id"], resource["faas.instance"])
        self.assertEqual(own["parentSpanId"], attempt["spanId"])
        root = start["trace"].split(";")[0].removeprefix("Root=1-").replace("-", "")
        for span in (run, attempt):
            self.assertEqual([link["traceId"] for link in span["links"]], [root])
        (charged,) = metrics["cards_charged"]["sum"]["dataPoints"]
        self.assertEqual(charged["asInt"], "1")
        self.assertEqual(
            {key: value for key, value in attributes_of(charged).items() if key != "service_name"},
            {
                "activity_type": "charge",
                "currency": "EUR",
                "namespace": "default",
                "task_queue": "observability",
            },
        )
        (latency,) = metrics["checkout_latency"]["histogram"]["dataPoints"]
        self.assertEqual((latency["count"], attributes_of(latency)["workflow_type"]), ("1", "checkout"))
        self.assertEqual(
            [(record["message"], record["trace_id"], record["span_id"]) for record in log if "trace_id" in record],
            [("charging", attempt["traceId"], attempt["spanId"]), ("paid", run["traceId"], run["spanId"])],
        )

    def test_emf_lines_come_with_each_invocation(self):
        with self.stack("http://unused", OBSERVE="emf") as stack:
            start, log = self.run_workflow(stack)
        schema = json.loads((ROOT / "tests/emf_schema.json").read_text())
        lines = [record for record in log if "_aws" in record]
        (charged,) = [line for line in lines if "cards_charged" in line]
        self.assertEqual((charged["cards_charged"], charged["currency"]), (1, "EUR"))
        self.assertEqual(charged["requestId"], start["request_id"])
        (line,) = [line for line in lines if "temporal_workflow_completed" in line]
        self.assertEqual(line["temporal_workflow_completed"], 1)
        self.assertEqual((line["service_name"], line["workflow_type"]), ("observability", "checkout"))
        for line in lines:
            jsonschema.validate(line, schema)
            self.assertEqual(line["level"], "INFO")
            self.assertLess(abs(line["_aws"]["Timestamp"] / 1000 - start["seconds"]), 60)
            for directive in line["_aws"]["CloudWatchMetrics"]:
                self.assertEqual(directive["Namespace"], "Temporal")
                for names in directive["Dimensions"]:
                    self.assertTrue(all(isinstance(line[name], str) for name in names))
                for metric in directive["Metrics"]:
                    self.assertIsInstance(line[metric["Name"]], (int, float, dict))

    def test_the_zip_holds_the_collectors_configuration(self):
        with zipfile.ZipFile(BUILD / "examples/observability/observability.zip") as packed:
            self.assertEqual(set(packed.namelist()), {"bootstrap", "otel-collector-config.yaml", "temporal-worker.json"})
            expected = (ROOT / "examples/observability/otel-collector-config.yaml").read_bytes()
            self.assertEqual(packed.read("otel-collector-config.yaml"), expected)

    def test_headers_of_the_environment_are_sent_and_not_logged(self):
        sink = Arrived()
        self.addCleanup(sink.close)
        variables = {
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
            "OTEL_EXPORTER_OTLP_HEADERS": "api-key=not%20for%20logs",
            "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
            # What is on the same machine is not behind the proxy of the way out.
            "HTTP_PROXY": "http://127.0.0.1:1",
            "http_proxy": "http://127.0.0.1:1",
        }
        with self.stack(sink.url, **variables) as stack:
            self.run_workflow(stack)
            sink.named("RunWorkflow:checkout")
            log = stack.lambda_log.read_text()
        self.assertEqual({headers["api-key"] for headers in sink.headers}, {"not for logs"})
        self.assertEqual({headers["Content-Encoding"] for headers in sink.headers}, {"gzip"})
        self.assertNotIn("not for logs", log)
        self.assertNotIn("not%20for%20logs", log)

    def test_the_demo_shows_the_trace_and_the_metrics(self):
        with tempfile.TemporaryDirectory() as folder:
            demo = [sys.executable, ROOT / "scripts/demo.py", "--observe", "Ann", "--build", BUILD, "--folder", folder]
            done = subprocess.run(demo, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        for line in (
            "receipt of Ann",
            r"RunWorkflow:checkout +0\.0 +\d+\.\d +#{40}",
            r"  StartActivity:charge .*",
            r"    RunActivity:charge .*",
            r"      authorize card .*",
            r"INFO charging, span_id=[0-9a-f]{16}",
            r"cards_charged +1 +activity_type=charge currency=EUR",
            r"checkout_latency +1 with a mean of \d+\.\d ms +workflow_type=checkout",
        ):
            self.assertRegex(done.stdout, rf"(?m)^{line}$")

    def test_variables_that_cannot_be_followed_cost_a_warning_each_and_no_error(self):
        sink = Arrived()
        self.addCleanup(sink.close)
        variables = {
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/json",
            "OTEL_EXPORTER_OTLP_COMPRESSION": "zstd",
            "OTEL_TRACES_SAMPLER": "xray",
        }
        with self.stack(sink.url, **variables) as stack:
            self.run_workflow(stack)
            sink.named("RunWorkflow:checkout")
            sink.metric("cards_charged")
            log = stack.lambda_log.read_text()
            environments = len(stack.events("environment_start"))
        for name, value in variables.items():
            self.assertEqual(log.count(f"{name} is"), environments, (name, value, log))

    def expect_one_warning_in_time(self, endpoint, words):
        with self.stack(endpoint) as stack:
            self.run_workflow(stack)
            self.assertEqual(stack.events("function_error"), [])
            ends, log = stack.events("invocation_end"), stack.lambda_log.read_text()
        self.assertEqual(log.count("telemetry was not exported"), len(ends), log)
        self.assertIn(words, log)
        for end in ends:
            # 0.6 s idle, up to 1.1 s for the polls to end, 2 s for the export, and the rest for a busy machine. Without
            # the bound it would be 5 s for each of the two signals.
            self.assertLess(end["duration_ms"], 10000)

    def test_J10_a_collector_that_is_not_there_costs_one_warning(self):
        self.expect_one_warning_in_time(f"http://127.0.0.1:{local_stack.free_port()}", "metrics: ")

    def test_J10_a_collector_that_never_answers_costs_one_warning_and_the_bound(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            self.expect_one_warning_in_time(f"http://127.0.0.1:{silent.getsockname()[1]}", "not exported within 2s")

    def test_J10_a_collector_that_does_not_speak_grpc_costs_one_warning(self):
        sink = Arrived()
        self.addCleanup(sink.close)
        self.expect_one_warning_in_time(sink.url, "metrics: ")


class Result(unittest.TextTestResult):
    """Says once more what passed, for scripts/spec.py: others write to the same place while a test runs."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.passed = []

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed.append(test)

    def printErrors(self):
        super().printErrors()
        for test in self.passed:
            self.stream.writeln(f"{test} ... ok")


if __name__ == "__main__":
    program = unittest.main(testRunner=unittest.TextTestRunner(resultclass=Result, verbosity=2), exit=False)
    sys.stdout.flush()
    # Not by way of the interpreter's end, which the SDK's own threads can crash: temporalio/sdk-python#300.
    os._exit(not program.result.wasSuccessful())
