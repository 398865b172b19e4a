#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Threads, child processes, files, a database, sockets and an event loop."""
import asyncio
import hashlib
import mmap
import multiprocessing
import os
import signal
import socket
import sqlite3
import subprocess
import tempfile
import threading


def files(directory):
    path = os.path.join(directory, "data")
    with open(path, "wb") as file:
        file.write(os.urandom(1 << 20))
        os.fsync(file.fileno())
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        hashlib.sha256(data).hexdigest()
    os.chmod(path, 0o600)
    os.rename(path, path + ".old")
    os.listdir(directory)


def database(directory):
    connection = sqlite3.connect(os.path.join(directory, "db"))
    connection.execute("create table numbers (n integer)")
    for number in range(50):
        connection.execute("insert into numbers values (?)", (number,))
    connection.commit()
    connection.close()


async def answer(reader, writer):
    writer.write(await reader.readline())
    await writer.drain()
    writer.close()


async def network():
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    for _ in range(50):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"hello\n")
        await reader.readline()
        writer.close()
    server.close()


def square(number):
    return number * number


def main():
    with tempfile.TemporaryDirectory() as directory:
        threads = [threading.Thread(target=hashlib.sha1, args=(b"x" * 100000,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        files(directory)
        database(directory)
        for thread in threads:
            thread.join()
    with multiprocessing.Pool(2) as pool:
        pool.map(square, range(100))
    subprocess.run(["/bin/echo", "child"], check=True, stdout=subprocess.DEVNULL)
    left, right = socket.socketpair()
    left.send(b"x")
    right.recv(1)
    signal.signal(signal.SIGUSR1, lambda *_: None)
    os.kill(os.getpid(), signal.SIGUSR1)
    asyncio.run(network())


if __name__ == "__main__":
    main()
