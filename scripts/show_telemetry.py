"""Spans as a tree and metrics as a table, in a terminal."""

from otlp_sink import attributes_of

BAR = 40  # characters for the whole trace
UNTOLD = ("namespace", "service_name", "task_queue")  # the same in all series of one function


def tree(spans):
    """(depth, span) of each span, children below their parents, in the order in which they began."""
    known = {span["spanId"] for span in spans}
    children = {}
    for span in sorted(spans, key=lambda span: int(span["startTimeUnixNano"])):
        parent = span.get("parentSpanId")
        children.setdefault(parent if parent in known else None, []).append(span)

    def below(parent, depth):
        for span in children.get(parent, []):
            yield depth, span
            yield from below(span["spanId"], depth + 1)

    return list(below(None, 0))


def trace_lines(spans):
    """One line a span: its name, when it began, how long it took, and a bar of both."""
    begin = min(int(span["startTimeUnixNano"]) for span in spans)
    whole = max(1, max(int(span["endTimeUnixNano"]) for span in spans) - begin)
    rows = []
    for depth, span in tree(spans):
        at = int(span["startTimeUnixNano"]) - begin
        took = int(span["endTimeUnixNano"]) - begin - at
        bar = " " * (at * (BAR - 1) // whole) + "#" * max(1, took * BAR // whole)
        rows.append(("  " * depth + span["name"], f"{at / 1e6:.1f}", f"{took / 1e6:.1f}", bar))
    return table(("span", "at ms", "took ms", ""), rows, right=(1, 2))


def series(metric):
    """(attributes, value as text) of each series of a metric."""
    for point in metric.get("histogram", {}).get("dataPoints", []):
        count = int(point.get("count", 0))
        mean = point.get("sum", 0) / max(1, count)
        yield attributes_of(point), f"{count} with a mean of {mean:.1f} {metric.get('unit', '')}".strip()
    for kind in ("sum", "gauge"):
        for point in metric.get(kind, {}).get("dataPoints", []):
            yield attributes_of(point), f"{point.get('asInt', point.get('asDouble'))}"


def metric_lines(metrics):
    """One line a series, as it was exported last, by name."""
    last = {}
    for metric in metrics:
        for attributes, value in series(metric):
            told = " ".join(f"{key}={attributes[key]}" for key in sorted(attributes) if key not in UNTOLD)
            last[metric["name"], told] = value
    return table(("metric", "value", "of"), [(name, value, told) for (name, told), value in sorted(last.items())])


def table(header, rows, right=()):
    widths = [max(map(len, column)) for column in zip(header, *rows)]
    return [
        "  ".join(
            cell.rjust(width) if at in right else cell.ljust(width) for at, (cell, width) in enumerate(zip(row, widths))
        ).rstrip()
        for row in (header, *rows)
    ]
