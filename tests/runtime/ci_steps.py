#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The commands of a pipeline, for a test to run as the service would.

ci_steps.py FILE DIRECTORY writes each step that runs commands to DIRECTORY/NN.sh, in order. One
that runs whatever became of those before it is NN.always.sh.
"""

import pathlib
import sys

import yaml


def github_steps(pipeline):
    for job in pipeline["jobs"].values():
        for step in job["steps"]:
            if "run" in step:
                yield step["run"], "cancelled()" in step.get("if", ""), step["name"]


def gitlab_steps(pipeline):
    for name, job in pipeline.items():
        if isinstance(job, dict) and "script" in job:
            for line in job["script"]:
                yield line, False, name


def main():
    path, directory = sys.argv[1], pathlib.Path(sys.argv[2])
    with open(path, encoding="utf-8") as file:
        pipeline = yaml.safe_load(file)
    steps = github_steps if "jobs" in pipeline else gitlab_steps
    for number, (commands, always, name) in enumerate(steps(pipeline)):
        suffix = ".always.sh" if always else ".sh"
        text = "# %s\n%s\n" % (name, commands.rstrip())
        (directory / ("%02d%s" % (number, suffix))).write_text(text, encoding="utf-8")


main()
