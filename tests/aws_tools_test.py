"""Standard AWS tools against the local Lambda: the AWS CLI and boto3."""

import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

import boto3
import botocore.exceptions

CLI, BOOTSTRAP = sys.argv.pop(), sys.argv.pop()
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


class AwsTools(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        port_file = pathlib.Path(cls.folder, "port")
        functions = ["--function", f"echo={BOOTSTRAP}", "--function", f"echo:5={BOOTSTRAP}", "--alias", "echo:live=5"]
        cls.local = subprocess.Popen(
            [CLI, "local", *functions, "--port-file", port_file, "--retry-delay", "0.01"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        cls.addClassCleanup(cls.local.wait)
        cls.addClassCleanup(cls.local.terminate)
        deadline = time.monotonic() + 30
        while not (port_file.exists() and port_file.read_text().endswith("\n")):
            assert cls.local.poll() is None and time.monotonic() < deadline, "the local Lambda did not start"
            time.sleep(0.005)
        cls.url = f"http://127.0.0.1:{port_file.read_text().strip()}"
        os.environ.update(CREDENTIALS, NO_PROXY="127.0.0.1")
        cls.boto = boto3.client("lambda", endpoint_url=cls.url)
        cls.addClassCleanup(cls.boto.close)

    def aws(self, *arguments):
        command = [sys.executable, "-m", "awscli", "lambda", *arguments, "--endpoint-url", self.url]
        return subprocess.run(command, capture_output=True, text=True, timeout=60)

    def test_aws_lambda_invoke(self):
        output = pathlib.Path(self.folder, "output")
        done = self.aws("invoke", "--function-name", "echo:live", "--log-type", "Tail", "--payload", '"say"', output)
        self.assertEqual(done.returncode, 0, done.stderr)
        answer = json.loads(done.stdout)
        self.assertEqual((answer["StatusCode"], answer["ExecutedVersion"]), (200, "5"))
        self.assertIn("REPORT RequestId", base64.b64decode(answer["LogResult"]).decode())
        self.assertEqual(json.loads(output.read_text())["version"], "5")

    def test_aws_lambda_get_function_and_list_functions(self):
        got = self.aws("get-function", "--function-name", "echo")
        self.assertEqual(json.loads(got.stdout)["Configuration"]["FunctionName"], "echo", got.stderr)
        listed = self.aws("list-functions")
        self.assertEqual([f["Version"] for f in json.loads(listed.stdout)["Functions"]], ["$LATEST"], listed.stderr)
        unknown = self.aws("get-function", "--function-name", "nobody")
        self.assertIn("ResourceNotFoundException", unknown.stderr)

    def test_boto3(self):
        answer = self.boto.invoke(FunctionName="echo", Qualifier="5", Payload=b'"hello"')
        self.assertEqual(json.load(answer["Payload"])["version"], "5")
        failed = self.boto.invoke(FunctionName="echo", Payload=b'"fail"')
        self.assertEqual(failed["FunctionError"], "Unhandled")
        self.assertEqual(json.load(failed["Payload"])["errorType"], "Test.Error")
        event = self.boto.invoke(FunctionName="echo", InvocationType="Event")
        self.assertEqual(event["StatusCode"], 202)
        versions = self.boto.list_functions(FunctionVersion="ALL")["Functions"]
        self.assertEqual([f["Version"] for f in versions], ["$LATEST", "5"])
        with self.assertRaises(self.boto.exceptions.ResourceNotFoundException):
            self.boto.get_function(FunctionName="arn:aws:lambda:us-east-1:000000000000:function:nobody")
        with self.assertRaises(botocore.exceptions.ClientError):
            self.boto.invoke(FunctionName="echo:7")


if __name__ == "__main__":
    unittest.main()
