# SPDX-License-Identifier: Apache-2.0
"""What an API server has to do when many nodes have recorded the same pods."""
import bench
import in_cluster

CONNECTIONS = 100  # ten nodes on each: the machine has no room for more
EXTRA = 100  # calls that a hundredth of the nodes has seen, beside 60 that all have


def measure(quick):
    return {
        nodes: {
            name: int(number)
            for name, number in in_cluster.lines(
                "recordings.bash", nodes, min(nodes, CONNECTIONS), min(nodes, EXTRA), nodes=1
            )
        }
        for nodes in ([10, 100] if quick else [10, 100, 1000])
    }


def show(result):
    names = list(next(iter(result.values())))
    bench.table(
        "Nodes that write what they recorded at once",
        ["nodes", *map(str, result)],
        [[name, *(result[nodes][name] for nodes in result)] for name in names],
    )
