# SPDX-License-Identifier: Apache-2.0
"""Runs a script of this folder beside a Kubernetes cluster of its own (tests/cluster/with-cluster)."""
import os
import subprocess

import bench

HERE = os.path.dirname(os.path.abspath(__file__))
WITH_CLUSTER = os.path.join(HERE, "../cluster/with-cluster")


def lines(script, *arguments, nodes):
    """The words of each line that the script prints."""
    environment = {
        **os.environ,
        "CLUSTER_NODES": str(nodes),
        "RECORDER": os.path.abspath(bench.RECORDER),
        "TEST_PROGRAMS": os.path.abspath(bench.PROGRAMS),
    }
    command = [WITH_CLUSTER, os.path.join(HERE, script), *map(str, arguments)]
    output = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True)
    return [line.split() for line in output.stdout.splitlines()]
