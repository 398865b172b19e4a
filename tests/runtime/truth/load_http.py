#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""load_http.py PORT PATH...: asks a server on this machine for each path, many times, over
new and kept connections, from several threads at once."""
import http.client
import sys
import threading

THREADS = 4
ROUNDS = 25


def ask(connection, path):
    method, body = ("POST", b"x" * 4096) if path.startswith("+") else ("GET", None)
    connection.request(method, path.lstrip("+"), body)
    connection.getresponse().read()


def load(port, paths):
    kept = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for _ in range(ROUNDS):
        for path in paths:
            fresh = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            ask(fresh, path)
            fresh.close()
            try:
                ask(kept, path)
            except http.client.HTTPException:
                kept.close()  # a server need not keep it
    kept.close()


threads = [
    threading.Thread(target=load, args=(int(sys.argv[1]), sys.argv[2:])) for _ in range(THREADS)
]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
