"""`./dev bench telemetry`: what metrics and traces cost a function: examples/observability without any, with both sent to
an OpenTelemetry Collector, with metrics as lines of CloudWatch's embedded metric format, and with a collector that never
answers."""

import argparse
import contextlib
import os
import socket
import statistics
import sys
import time

import local_stack
from bench import MIB, Function, cold, report, warm
from local_stack import ROOT, StackError

COLLECTOR = """
receivers: {otlp: {protocols: {grpc: {endpoint: "%s"}}}}
exporters: {debug: {verbosity: basic}}
service:
  telemetry: {metrics: {level: none}}
  pipelines:
    traces: {receivers: [otlp], exporters: [debug]}
    metrics: {receivers: [otlp], exporters: [debug]}
"""


@contextlib.contextmanager
def collector():
    """The endpoint of a collector that takes everything and keeps nothing."""
    program = os.environ.get("OTEL_COLLECTOR")
    if not program:
        raise StackError("there is no collector, which ./dev builds with Go; it says above what was missing")
    folder = ROOT / "build/bench/collector"
    folder.mkdir(parents=True, exist_ok=True)
    address = f"127.0.0.1:{local_stack.free_port()}"
    child = local_stack.start_collector(program, COLLECTOR % address, folder)
    try:
        yield f"http://{address}"
    finally:
        child.stop()


def measure(build, runs):
    with collector() as endpoint, socket.create_server(("127.0.0.1", 0)) as silent:
        rows = []
        for name, environment in (
            ("none", {"OBSERVE": "off"}),
            ("metrics and traces, to a collector", {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}),
            ("metrics, in CloudWatch's format", {"OBSERVE": "emf"}),
            (
                "metrics and traces, to a collector that never answers",
                {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{silent.getsockname()[1]}"},
            ),
        ):
            function = Function("observability", "checkout", environment)
            ready, from_process, _ = (statistics.median(values) for values in cold(build, runs, function))
            thawed = warm(build, runs, function)
            to_completed, whole = statistics.median(thawed.to_completed), statistics.median(thawed.whole)
            times = (ready, from_process, to_completed, whole)
            rows.append((name, *(f"{time:.0f} ms" for time in times), f"{thawed.rss:.1f} MiB"))
    sizes = (build / f"examples/{name}/{name}.zip" for name in ("hello", "observability"))
    without, linked = (archive.stat().st_size / MIB for archive in sizes)
    print(f"Deployment zip: {without:.1f} MiB of hello, which links no telemetry, {linked:.1f} MiB of observability\n")
    return rows


def main():
    parser = argparse.ArgumentParser(prog="./dev bench telemetry", description=__doc__)
    parser.add_argument("--runs", type=int, default=15, help="of the cold and the warm start; their medians are shown")
    arguments = parser.parse_args()
    print(f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, medians of {arguments.runs}")
    return report(
        ("telemetry", "ready", "cold: start → completed", "warm: invoke → completed", "warm: invoke → answer", "peak RSS"),
        lambda: measure(ROOT / "build/release", arguments.runs),
    )


if __name__ == "__main__":
    sys.exit(main())
