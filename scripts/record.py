#!/usr/bin/env python3
"""`./dev record [EXAMPLE…]`: runs the examples as they are now, and writes what happened to tests/replay/, where every
test run replays it. Record anew what a new example does; keep the old histories as long as such workflows may run."""

import argparse
import json
import sys

import local_stack

FOLDER = local_stack.ROOT / "tests/replay"


def hello(stack):
    stack.start_workflow("hello", "hello", "hello", "World")
    yield "hello"


def long_activity(stack):
    stack.start_workflow("import_file", "long-activity", "long-activity", 3)
    yield "long-activity"


def observability(stack):
    stack.start_workflow("checkout", "observability", "observability", "Ann")
    yield "observability"


def orders(stack):
    purchase = {"item": "lamp", "quantity": 2, "price_in_cents": 1999}
    address = {"order-shipped": "1 Main Street", "order-unreachable": "Atlantis", "order-cancelled": "1 Main Street"}
    for order in address:
        stack.start_workflow("Order", order, "orders", purchase)
        update = ("--name", "set_address", "--input", json.dumps(address[order]))
        stack.temporal("workflow", "update", "execute", "--workflow-id", order, *update)
        stack.temporal("workflow", "signal", "--workflow-id", order, "--name", "confirm")
    for shipment in ("order-shipped-shipment", "order-cancelled-shipment"):
        local_stack.wait_for(shipment, lambda: stack.temporal("workflow", "describe", "-w", shipment, check=False))
    stack.temporal("workflow", "signal", "-w", "order-shipped-shipment", "--name", "picked_up", "--input", '"T-1"')
    stack.temporal("workflow", "cancel", "--workflow-id", "order-cancelled")
    yield from (*address, "order-shipped-shipment")


def rollout(stack):
    for workflow_id, workflow in {"rollout-pinned": "PinnedTraveller", "rollout-upgrading": "UpgradingTraveller"}.items():
        stack.start_workflow(workflow, workflow_id, "rollout")
        for _ in range(2):
            stack.temporal("workflow", "signal", "--workflow-id", workflow_id, "--name", "go_on")
        yield workflow_id


# Each starts workflows on the task queue of its name, and gives the ids of those that will end.
EXAMPLES = {example.__name__.replace("_", "-"): example for example in (hello, long_activity, observability, orders, rollout)}


def without_machine(value):
    """A history without the names of the machine that it was recorded on."""
    if isinstance(value, list):
        return [without_machine(element) for element in value]
    if isinstance(value, dict):
        return {key: "recorded" if key == "identity" else without_machine(held) for key, held in value.items()}
    return value


def record(name, build):
    stack = local_stack.Stack(
        build=build,
        folder=local_stack.ROOT / "build/record",
        functions={f"{name}:1": local_stack.pathlib.Path(build) / f"examples/{name}/{name}.zip"},
        environment={"TEMPORAL_TASK_QUEUE": name, "OBSERVE": "off"},
    )
    with stack:
        # The deployment and build id are those in the example's main.cc.
        stack.deploy(f"{name}:1", name, "build-1", name)
        for workflow_id in EXAMPLES[name](stack):
            stack.temporal("workflow", "result", "-w", workflow_id, check=False)  # waits for the end, whatever it is
            history = stack.temporal("workflow", "show", "-w", workflow_id, json_output=True)
            file = FOLDER / f"{workflow_id}.json"
            file.write_text(json.dumps(without_machine(history), indent=1) + "\n")
            events = history["events"]
            print(f"{file.relative_to(local_stack.ROOT)}: {len(events)} events, the last {events[-1]['eventType']}")


def main():
    parser = argparse.ArgumentParser(prog="./dev record", description=__doc__)
    parser.add_argument("examples", nargs="*", help=f"of {', '.join(EXAMPLES)}; all when none is named")
    parser.add_argument("--build", default=str(local_stack.ROOT / "build/dev"), help="the folder of the build")
    arguments = parser.parse_args()
    if unknown := set(arguments.examples) - set(EXAMPLES):
        parser.error(f"no such example: {', '.join(sorted(unknown))}")
    FOLDER.mkdir(exist_ok=True)
    try:
        for name in arguments.examples or EXAMPLES:
            record(name, arguments.build)
    except local_stack.StackError as error:
        sys.exit(f"./dev record: {error}")


if __name__ == "__main__":
    main()
