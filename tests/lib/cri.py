#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A client of the container runtime interface for tests: what crictl does, as far as needed.

Needs python3-grpcio, python3-protobuf and protobuf-c-compiler. The environment says where things are:
CRI_ENDPOINT is the runtime's socket, CRI_STATE a directory for the pods' configurations and
the containers' output.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import time
import types

import grpc
from google.protobuf import descriptor_pb2, message_factory

STATE = pathlib.Path(os.environ.get("CRI_STATE", "/tmp"))
EXITED = 2
NAMESPACE_CONTAINER, NAMESPACE_NODE = 1, 2
RUNTIME_DEFAULT, UNCONFINED, LOCALHOST = 0, 1, 2


def load_messages():
    """The message classes of cri.proto and of the recorder's own, without generated code."""
    here = pathlib.Path(__file__).parent
    command = ["protoc-c", "--proto_path", str(here), "--proto_path", str(here / "../../src"),
               "--include_imports", "--descriptor_set_out=/dev/stdout", "cri.proto"]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    files = descriptor_pb2.FileDescriptorSet.FromString(output).file
    classes = message_factory.GetMessages(files)
    return types.SimpleNamespace(
        **{name.rsplit(".", 1)[-1]: message for name, message in classes.items()})


cri = load_messages()


def call(method, request, response_type=cri.Empty, timeout=120):
    """One unary call of the runtime service."""
    endpoint = os.environ["CRI_ENDPOINT"]
    with grpc.insecure_channel("unix://" + endpoint.removeprefix("unix://")) as channel:
        unary = channel.unary_unary(
            "/runtime.v1.RuntimeService/" + method,
            request_serializer=type(request).SerializeToString,
            response_deserializer=response_type.FromString,
        )
        return unary(request, timeout=timeout, wait_for_ready=True)


def pairs(texts):
    return dict(text.split("=", 1) for text in texts)


def profile(text):
    """default, unconfined, or the path of a profile."""
    if text == "default":
        return cri.SecurityProfile(profile_type=RUNTIME_DEFAULT)
    if text == "unconfined":
        return cri.SecurityProfile(profile_type=UNCONFINED)
    return cri.SecurityProfile(profile_type=LOCALHOST, localhost_ref=text)


def version(args):
    answer = call("Version", cri.VersionRequest(version="v1"), cri.VersionResponse, 10)
    print(answer.runtime_name, answer.runtime_version)


def runp(args):
    logs = STATE / "logs" / args.uid
    logs.mkdir(parents=True, exist_ok=True)
    config = cri.PodSandboxConfig(
        metadata=cri.PodSandboxMetadata(name=args.name, uid=args.uid, namespace=args.namespace),
        log_directory=str(logs),
        labels=pairs(args.label),
        linux=cri.LinuxPodSandboxConfig(
            cgroup_parent=args.cgroup_parent or "/kubepods/besteffort/pod" + args.uid,
            security_context=cri.LinuxSandboxSecurityContext(
                namespace_options=cri.NamespaceOption(network=NAMESPACE_NODE),
                privileged=args.privileged,
                seccomp=profile("default"),
            ),
        ),
    )
    request = cri.RunPodSandboxRequest(config=config, runtime_handler=args.runtime)
    pod = call("RunPodSandbox", request, cri.RunPodSandboxResponse).pod_sandbox_id
    (STATE / (pod + ".pod")).write_bytes(config.SerializeToString())
    print(pod)


def create(args):
    sandbox = cri.PodSandboxConfig.FromString((STATE / (args.pod + ".pod")).read_bytes())
    security = cri.LinuxContainerSecurityContext(
        capabilities=cri.Capability(
            add_capabilities=args.cap_add, drop_capabilities=args.cap_drop
        ),
        privileged=args.privileged,
        namespace_options=cri.NamespaceOption(network=NAMESPACE_NODE, pid=NAMESPACE_CONTAINER),
        no_new_privs=args.no_new_privs,
        seccomp=profile(args.seccomp),
    )
    if args.user is not None:
        security.run_as_user.value = args.user
    mounts = []
    for text in args.mount:
        host, inside = text.split(":", 1)
        mounts.append(cri.Mount(host_path=host, container_path=inside))
    config = cri.ContainerConfig(
        metadata=cri.ContainerMetadata(name=args.name, attempt=args.attempt),
        image=cri.ImageSpec(image=args.image),
        command=args.command,
        labels=pairs(args.label),
        mounts=mounts,
        log_path="%s.%d.log" % (args.name, args.attempt),
        linux=cri.LinuxContainerConfig(security_context=security),
    )
    request = cri.CreateContainerRequest(
        pod_sandbox_id=args.pod, config=config, sandbox_config=sandbox
    )
    print(call("CreateContainer", request, cri.CreateContainerResponse).container_id)


def container_call(method):
    def run(args):
        for container in args.containers:
            call(method, cri.ContainerRequest(container_id=container))

    return run


def pod_call(method):
    def run(args):
        for pod in args.pods:
            call(method, cri.PodSandboxRequest(pod_sandbox_id=pod))

    return run


def status_of(container, verbose=False):
    request = cri.ContainerStatusRequest(container_id=container, verbose=verbose)
    return call("ContainerStatus", request, cri.ContainerEndResponse)


def wait(args):
    """Waits for a container's end; the exit status is the container's."""
    deadline = time.monotonic() + args.timeout
    while time.monotonic() < deadline:
        status = status_of(args.container).status
        if status.state == EXITED:
            sys.exit(status.exit_code)
        time.sleep(0.05)
    sys.exit("the container did not end in time")


def logs(args):
    """What a container wrote, without the times of the log format."""
    path = pathlib.Path(status_of(args.container).status.log_path)
    for line in path.read_text(errors="replace").splitlines():
        print(line.split(" ", 3)[3])


def info(args):
    print(status_of(args.container, True).info["info"])


def execute(args):
    request = cri.ExecSyncRequest(container_id=args.container, cmd=args.command, timeout=60)
    answer = call("ExecSync", request, cri.ExecSyncResponse)
    sys.stdout.buffer.write(answer.stdout)
    sys.stderr.buffer.write(answer.stderr)
    sys.exit(answer.exit_code)


def ps(args):
    for container in call("ListContainers", cri.Empty(), cri.ListContainersResponse).containers:
        print(container.id, container.pod_sandbox_id, container.metadata.name, container.state)


def pods(args):
    for pod in call("ListPodSandbox", cri.Empty(), cri.ListPodSandboxResponse).items:
        print(pod.id, pod.metadata.namespace, pod.metadata.name, pod.state)


def cleanup(args):
    """Ends and removes all pods, with their containers."""
    for pod in call("ListPodSandbox", cri.Empty(), cri.ListPodSandboxResponse).items:
        request = cri.PodSandboxRequest(pod_sandbox_id=pod.id)
        call("StopPodSandbox", request)
        call("RemovePodSandbox", request)


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True)

    def command(name, run):
        sub = commands.add_parser(name)
        sub.set_defaults(run=run)
        return sub

    command("version", version)
    sub = command("runp", runp)
    sub.add_argument("name")
    sub.add_argument("--uid", required=True)
    sub.add_argument("--namespace", default="default")
    sub.add_argument("--label", action="append", default=[], metavar="KEY=VALUE")
    sub.add_argument("--runtime", default="", help="handler")
    sub.add_argument("--cgroup-parent")
    sub.add_argument("--privileged", action="store_true")
    sub = command("create", create)
    sub.add_argument("pod")
    sub.add_argument("name")
    sub.add_argument("image")
    sub.add_argument("--attempt", type=int, default=0)
    sub.add_argument("--label", action="append", default=[], metavar="KEY=VALUE")
    sub.add_argument("--seccomp", default="unconfined", help="default, unconfined, or a path")
    sub.add_argument("--no-new-privs", action="store_true")
    sub.add_argument("--privileged", action="store_true")
    sub.add_argument("--user", type=int)
    sub.add_argument("--cap-add", action="append", default=[])
    sub.add_argument("--cap-drop", action="append", default=[])
    sub.add_argument("--mount", action="append", default=[], metavar="HOST:INSIDE")
    for name, method in (("start", "StartContainer"), ("stop", "StopContainer"),
                         ("rm", "RemoveContainer")):
        command(name, container_call(method)).add_argument("containers", nargs="+")
    for name, method in (("stopp", "StopPodSandbox"), ("rmp", "RemovePodSandbox")):
        command(name, pod_call(method)).add_argument("pods", nargs="+")
    sub = command("wait", wait)
    sub.add_argument("container")
    sub.add_argument("--timeout", type=float, default=60)
    command("logs", logs).add_argument("container")
    command("info", info).add_argument("container")
    command("exec", execute).add_argument("container")
    command("ps", ps)
    command("pods", pods)
    command("cleanup", cleanup)
    # A container's command follows "--", whatever it looks like.
    words = sys.argv[1:]
    end = words.index("--") if "--" in words else len(words)
    return parser.parse_args(words[:end], argparse.Namespace(command=words[end + 1:]))


def main():
    args = parse()
    try:
        args.run(args)
    except grpc.RpcError as error:
        sys.exit("%s: %s" % (error.code().name, error.details()))


main()
