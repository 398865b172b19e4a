# SPDX-License-Identifier: Apache-2.0
"""Makes threads and processes in each way that Python has."""
import multiprocessing
import os
import socket
import subprocess
import threading

threads = [threading.Thread(target=sum, args=(range(1000),)) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
subprocess.run(["/bin/true"], check=True)
subprocess.run(["/bin/true"], check=True, close_fds=False)
subprocess.run("/bin/true", check=True, shell=True, start_new_session=True)
pid = os.posix_spawn("/bin/true", ["true"], os.environ)
assert os.waitpid(pid, 0)[1] == 0
process = multiprocessing.get_context("fork").Process(target=os.getpid)
process.start()
process.join()
assert process.exitcode == 0
socket.create_server(("127.0.0.1", 0)).close()
