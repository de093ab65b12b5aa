"""nginx before a server: TLS outside, plaintext inside. It and its certificates are made for one measurement."""

import os
import pathlib
import shutil
import subprocess

from local_stack import Child, StackError, free_port, wait_for

SERVER_NAME = "temporal.test"  # the certificate is for it, not for the address

CONFIGURATION = """daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
  log_format calls '$connection $uri';
  access_log {folder}/access.log calls;
  client_body_temp_path {folder};
  proxy_temp_path {folder};
  fastcgi_temp_path {folder};
  uwsgi_temp_path {folder};
  scgi_temp_path {folder};
  keepalive_requests 100000;
  keepalive_timeout {idle}s;
  server {{
    listen 127.0.0.1:{port} ssl http2;
    ssl_certificate {folder}/server.pem;
    ssl_certificate_key {folder}/server.key;
    location / {{
      grpc_pass grpc://{server};
      grpc_read_timeout 120s;
    }}
  }}
}}
"""


class TlsFront:
    """A context manager. `idle` is after how many seconds without a call it closes a connection."""

    def __init__(self, server, folder, idle):
        self.server, self.folder, self.idle = server, pathlib.Path(folder), idle
        self.port = free_port()
        self.nginx = None

    def __enter__(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self._make_certificate()
        configuration = self.folder / "nginx.conf"
        configuration.write_text(
            CONFIGURATION.format(folder=self.folder, idle=self.idle, port=self.port, server=self.server)
        )
        nginx = os.environ.get("NGINX")
        if not nginx:
            raise StackError("NGINX does not say where nginx is: start this through ./dev")
        command = [nginx, "-p", self.folder, "-e", self.folder / "error.log", "-c", configuration]
        self.nginx = Child("nginx", [str(part) for part in command], self.folder / "log", dict(os.environ))
        pid = self.folder / "nginx.pid"
        wait_for("nginx to listen", lambda: self.nginx.require_alive() and pid.exists() and pid.read_text())
        return self

    def __exit__(self, *_):
        self.nginx.stop()

    def environment(self):
        """What a function needs to go through it."""
        return {
            "TEMPORAL_ADDRESS": f"127.0.0.1:{self.port}",
            "TEMPORAL_TLS_SERVER_CA_CERT_PATH": str(self.folder / "ca.pem"),
            "TEMPORAL_TLS_SERVER_NAME": SERVER_NAME,
        }

    def connections(self):
        """How many connections its calls have come over."""
        lines = (self.folder / "access.log").read_text().splitlines()
        return len({line.split()[0] for line in lines})

    def _make_certificate(self):
        """The server's certificate, by an authority of its own."""
        openssl = self.folder / "openssl.cnf"
        openssl.write_text("[req]\ndistinguished_name = name\n[name]\n")  # no extensions by default
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-config", openssl]
        names = {"ca": "basicConstraints=critical,CA:TRUE", "server": f"subjectAltName=DNS:{SERVER_NAME}"}
        for name, extension in names.items():
            file = self.folder / name
            command = ["openssl", "req", "-x509", *key, "-keyout", f"{file}.key", "-out", f"{file}.pem"]
            command += ["-subj", f"/CN={name}", "-addext", extension]
            if name != "ca":
                command += ["-CA", self.folder / "ca.pem", "-CAkey", self.folder / "ca.key"]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode != 0:
                raise StackError(f"openssl made no certificate: {done.stderr}")
