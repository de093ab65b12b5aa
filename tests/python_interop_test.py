"""Payloads and failures mean the same here and in the Python SDK: a Python client drives C++ workflows that call Python
activities, and a C++ client drives Python workflows that call C++ activities.

Run as `python_interop_test.py python_interop_peer`, with the dev server's CLI in TEMPORAL_CLI."""

import asyncio
import base64
import concurrent.futures
import dataclasses
import enum
import os
import re
import subprocess
import sys
import unittest
from datetime import timedelta
from typing import Dict, List, Optional

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from google.protobuf.struct_pb2 import Struct
from temporalio import activity, workflow
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.common import RetryPolicy
from temporalio.converter import DataConverter, PayloadCodec
from temporalio.exceptions import ActivityError, ApplicationError, ApplicationErrorCategory, CancelledError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

PEER = sys.argv.pop()
CPP_QUEUE, PYTHON_QUEUE = "cpp", "python"


class Color(str, enum.Enum):
    RED = "red"
    GREEN = "green"


@dataclasses.dataclass
class Item:
    name: str
    count: int
    price: Optional[float]
    color: Color


@dataclasses.dataclass
class Basket:
    owner: str
    items: List[Item]
    numbers: Dict[str, List[int]]
    note: Optional[str] = None


def basket():
    """The same in python_interop_peer.cc."""
    return Basket(
        owner="Zoë 🦊",
        items=[Item('naïve "quotes"\n', -3, 0.1, Color.GREEN), Item("", 2147483647, None, Color.RED)],
        numbers={"": [], "größe": [0, -9007199254740993, 9223372036854775807]},
    )


def message(**marks):
    """The same in python_interop_peer.cc."""
    message = Struct()
    message.update({"größe": 0.1, "leer": None, "liste": ["夏", ""], "innen": {"wahr": True}, **marks})
    return message


EXTRA = Item("夏", 1, 2.5, Color.GREEN)

# Activities that workflows of C++ call.


@activity.defn
def py_add(basket: Basket, item: Item) -> Basket:
    return dataclasses.replace(basket, items=[*basket.items, item])


@activity.defn
def py_reverse(data: bytes) -> bytes:
    return data[::-1]


@activity.defn
def py_mark(message: Struct) -> Struct:
    message["python"] = True
    return message


@activity.defn
def py_decline(code: int) -> None:
    try:
        raise ValueError("not a card")
    except ValueError as error:
        raise ApplicationError("no money", {"code": code}, type="CardDeclined", non_retryable=True) from error


@activity.defn
def py_second_attempt() -> int:
    if activity.info().attempt == 1:
        raise ApplicationError("once more", next_retry_delay=timedelta(milliseconds=10))
    return activity.info().attempt


@activity.defn
async def py_until_cancelled() -> None:
    """Has its workflow cancelled, and waits to be told."""
    await activity.client().get_workflow_handle(activity.info().workflow_id).cancel()
    while True:
        activity.heartbeat()
        await asyncio.sleep(0.02)


# Workflows that C++ starts and whose activities C++ runs.


def ask_cpp(name, *arguments, result_type=None, retry_policy=RetryPolicy(maximum_attempts=1)):
    return workflow.execute_activity(
        name,
        args=arguments,
        result_type=result_type,
        task_queue=CPP_QUEUE,
        start_to_close_timeout=timedelta(seconds=30),
        heartbeat_timeout=timedelta(seconds=5),
        retry_policy=retry_policy,
        cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    )


@workflow.defn
class PyBasket:
    @workflow.init
    def __init__(self, basket: Basket, note: Optional[str]):
        self.basket, self.note, self.extra = basket, note, []

    @workflow.run
    async def run(self, _basket: Basket, _note: Optional[str]) -> Basket:
        await workflow.wait_condition(lambda: self.extra)
        self.basket = await ask_cpp("cpp_add", self.basket, self.extra[0], result_type=Basket)
        return dataclasses.replace(self.basket, note=self.note)

    @workflow.signal
    def add(self, item: Item) -> None:
        self.extra.append(item)

    @workflow.query
    def current(self) -> Basket:
        return self.basket

    @workflow.update
    def paint(self, color: Color) -> Color:
        before, self.basket.items[0].color = self.basket.items[0].color, color
        return before

    @paint.validator
    def validate_paint(self, color: Color) -> None:
        if color == self.basket.items[0].color:
            raise ApplicationError("it has that colour", type="Unchanged")


@workflow.defn
class PyBytes:
    @workflow.run
    async def run(self, data: bytes) -> bytes:
        return await ask_cpp("cpp_reverse", data, result_type=bytes)


@workflow.defn
class PyMessage:
    @workflow.run
    async def run(self, message: Struct) -> Struct:
        message["python"] = True
        return await ask_cpp("cpp_mark", message, result_type=Struct)


@workflow.defn
class PyPassesOn:
    @workflow.run
    async def run(self) -> None:
        try:
            await ask_cpp("cpp_decline", 7)
        except ActivityError as error:
            cause = error.cause
            good = isinstance(cause, ApplicationError) and cause.type == "CardDeclined" and cause.non_retryable
            if not good or cause.details[0] != {"code": 7} or cause.cause.message != "not a card":
                raise ApplicationError(f"the failure of C++ did not arrive: {cause!r}", type="Broken")
            raise


@workflow.defn
class PyFails:
    @workflow.run
    async def run(self) -> None:
        raise ApplicationError(
            "out of stock",
            basket().items[0],
            Color.RED,
            type="OutOfStock",
            non_retryable=True,
            category=ApplicationErrorCategory.BENIGN,
        ) from ApplicationError("no delivery", type="Late")


@workflow.defn
class PyWaitsAsTold:
    @workflow.run
    async def run(self) -> int:
        slow = RetryPolicy(initial_interval=timedelta(hours=1))
        return await ask_cpp("cpp_second_attempt", result_type=int, retry_policy=slow)


@workflow.defn
class PyIsCancelled:
    @workflow.run
    async def run(self) -> None:
        await ask_cpp("cpp_until_cancelled")


class Encryption(PayloadCodec):
    """As Temporal's sample for Python encrypts; the peer has the same key."""

    KEY_ID, KEY = b"key-1", b"0123456789abcdef0123456789abcdef"

    async def encode(self, payloads):
        def sealed(payload):
            nonce = os.urandom(12)
            data = nonce + AESGCM(self.KEY).encrypt(nonce, payload.SerializeToString(), None)
            return Payload(metadata={"encoding": b"binary/encrypted", "encryption-key-id": self.KEY_ID}, data=data)

        return [sealed(payload) for payload in payloads]

    async def decode(self, payloads):
        def opened(payload):
            if payload.metadata.get("encoding") != b"binary/encrypted":
                return payload
            return Payload.FromString(AESGCM(self.KEY).decrypt(payload.data[:12], payload.data[12:], None))

        return [opened(payload) for payload in payloads]


class PythonClient(unittest.IsolatedAsyncioTestCase):
    """Both workers run in each test; a test is one conversation."""

    codec = None

    async def asyncSetUp(self):
        cli = os.environ.get("TEMPORAL_CLI") or self.fail("TEMPORAL_CLI is not set: run the tests with ./dev test")
        self.server = await WorkflowEnvironment.start_local(
            dev_server_existing_path=cli,
            dev_server_startup_timeout=timedelta(minutes=1),
            data_converter=DataConverter(payload_codec=self.codec),
        )
        self.addAsyncCleanup(self.server.shutdown)
        self.client = self.server.client
        self.address = self.client.service_client.config.target_host
        self.key = self.codec.KEY.decode() if self.codec else "no key"
        cpp_worker = subprocess.Popen([PEER, "worker", self.address, self.key])
        self.addCleanup(cpp_worker.wait)
        self.addCleanup(cpp_worker.kill)
        threads = concurrent.futures.ThreadPoolExecutor(4)
        self.addCleanup(threads.shutdown)
        await self.enterAsyncContext(
            Worker(
                self.client,
                task_queue=PYTHON_QUEUE,
                workflows=[PyBasket, PyBytes, PyFails, PyIsCancelled, PyMessage, PyPassesOn, PyWaitsAsTold],
                activities=[py_add, py_decline, py_mark, py_reverse, py_second_attempt, py_until_cancelled],
                activity_executor=threads,
                workflow_runner=UnsandboxedWorkflowRunner(),
                max_heartbeat_throttle_interval=timedelta(milliseconds=100),
            )
        )

    async def start(self, name, *arguments, result_type=None):
        return await self.client.start_workflow(
            name, args=arguments, id=name, task_queue=CPP_QUEUE, result_type=result_type
        )

    async def cause_of_end(self, handle):
        with self.assertRaises(WorkflowFailureError) as caught:
            await handle.result()
        return caught.exception.cause

    async def test_the_cpp_client_drives_python_workflows(self):
        peer = await asyncio.create_subprocess_exec(PEER, "client", self.address, self.key)
        self.assertEqual(await peer.wait(), 0, "what the C++ client found is printed above")

    async def test_the_python_client_drives_cpp_workflows(self):
        await self.baskets()
        await self.bytes()
        await self.messages()
        await self.failures()
        await self.retry_delay()
        await self.cancellation()

    async def baskets(self):
        handle = await self.start("CppBasket", basket(), "für dich", result_type=Basket)
        self.assertEqual(await handle.query("current", result_type=Basket), basket())
        before = await handle.execute_update("paint", Color.RED, result_type=Color)
        self.assertEqual(before, Color.GREEN)
        with self.assertRaises(WorkflowUpdateFailedError) as rejected:
            await handle.execute_update("paint", Color.RED)
        self.assertEqual((rejected.exception.cause.message, rejected.exception.cause.type),
                         ("it has that colour", "Unchanged"))
        await handle.signal("add", EXTRA)
        expected = basket()
        expected.items[0].color = Color.RED
        expected.items.append(EXTRA)
        expected.note = "für dich"
        self.assertEqual(await handle.result(), expected)

    async def bytes(self):
        data = bytes(range(256))
        handle = await self.start("cpp_bytes", data, result_type=bytes)
        self.assertEqual(await handle.result(), data[::-1])

    async def messages(self):
        handle = await self.start("cpp_message", message(), result_type=Struct)
        self.assertEqual(await handle.result(), message(cpp=True, python=True))

    async def failures(self):
        passed_on = await self.cause_of_end(await self.start("cpp_passes_on"))
        self.assertIsInstance(passed_on, ActivityError)
        self.assertEqual(passed_on.activity_type, "py_decline")
        declined = passed_on.cause
        self.assertIsInstance(declined, ApplicationError)
        self.assertEqual((declined.message, declined.type, declined.non_retryable), ("no money", "CardDeclined", True))
        self.assertEqual(list(declined.details), [{"code": 7}])
        self.assertEqual((declined.cause.message, declined.cause.type), ("not a card", "ValueError"))

        raised = await self.cause_of_end(await self.start("cpp_fails"))
        self.assertIsInstance(raised, ApplicationError)
        self.assertEqual((raised.message, raised.type, raised.non_retryable), ("out of stock", "OutOfStock", True))
        self.assertEqual(raised.category, ApplicationErrorCategory.BENIGN)
        self.assertEqual(raised.details[0], dataclasses.asdict(basket().items[0]))
        self.assertEqual(raised.details[1], "red")
        self.assertEqual((raised.cause.message, raised.cause.type), ("no delivery", "Late"))

    async def retry_delay(self):
        handle = await self.start("cpp_waits_as_told", result_type=int)
        self.assertEqual(await asyncio.wait_for(handle.result(), 60), 2)

    async def cancellation(self):
        handle = await self.start("cpp_is_cancelled")
        self.assertIsInstance(await self.cause_of_end(handle), CancelledError)


class EncryptedPythonClient(PythonClient):
    """The same, with payloads that the server cannot read."""

    codec = Encryption()

    async def test_the_server_sees_no_payload(self):
        await self.baskets()
        raw = await Client.connect(self.address)
        executions = [execution async for execution in raw.list_workflows()]
        self.assertGreater(len(executions), 0)
        for execution in executions:
            history = await raw.get_workflow_handle(execution.id, run_id=execution.run_id).fetch_history()
            text = history.to_json()
            for secret in ("Zoë", base64.b64encode("Zoë".encode()).decode(), "Zo\\u00eb"):
                self.assertNotIn(secret, text)
            encodings = set(re.findall(r'"encoding": "([^"]*)"', text))
            self.assertEqual(encodings, {base64.b64encode(b"binary/encrypted").decode()})


if __name__ == "__main__":
    result = unittest.main(exit=False).result
    sys.stdout.flush()
    sys.stderr.flush()
    # Without the interpreter's teardown: the Python SDK's threads outlive its clients, and now and then one crashes in it
    # (temporalio/sdk-python#300).
    os._exit(0 if result.wasSuccessful() else 1)
