"""Takes what is exported over OTLP and HTTP, in place of a collector: for the demo and the tests."""

import base64
import gzip
import http.server
import threading

from google.protobuf import json_format
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

REQUESTS = {"/v1/traces": ExportTraceServiceRequest, "/v1/metrics": ExportMetricsServiceRequest}


def attributes_of(item):
    """Name → value of a span, a data point or a resource."""
    return {attribute["key"]: next(iter(attribute["value"].values())) for attribute in item.get("attributes", [])}


def _with_hex_ids(span):
    """Ids as OTLP's JSON writes them, where protobuf's has base64."""
    for item in (span, *span.get("links", [])):
        for key in {"traceId", "spanId", "parentSpanId"} & item.keys():
            item[key] = base64.b64decode(item[key]).hex()
    return span


class Sink:
    """An HTTP server on loopback. `spans` and `metrics` are what came so far, oldest first, as OTLP's JSON has them, each
    with its `service` and its `resource`; `headers` are those of each request. Whoever reads them holds `lock`."""

    def __init__(self):
        self.spans, self.metrics, self.headers, self.lock = [], [], [], threading.Lock()
        sink = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                request = REQUESTS[self.path].FromString(body)
                sink._take(self.headers, json_format.MessageToDict(request, use_integers_for_enums=True))
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def _take(self, headers, body):
        with self.lock:
            self.headers.append(headers)
            for resource in body.get("resourceSpans", []):
                origin = self._origin(resource)
                for scope in resource.get("scopeSpans", []):
                    self.spans += [{**_with_hex_ids(span), **origin} for span in scope.get("spans", [])]
            for resource in body.get("resourceMetrics", []):
                origin = self._origin(resource)
                for scope in resource.get("scopeMetrics", []):
                    self.metrics += [{**metric, **origin} for metric in scope.get("metrics", [])]

    @staticmethod
    def _origin(exported):
        resource = attributes_of(exported["resource"])
        return {"service": resource["service.name"], "resource": resource}

    def close(self):
        self._server.shutdown()
        self._server.server_close()
