/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_NAMES_H
#define AGENT_NAMES_H

/* Names that objects of the cluster have, those of the Security Profiles Operator where it has any. */

#define AGENT_GROUP "security-profiles-operator.x-k8s.io"
#define AGENT_VERSION "v1"

/* The directory below the kubelet's seccomp directory. */
#define AGENT_PREFIX "operator"

/* Of a recorded profile. The suffix, which the operator does not have as a label, is its pod's. */
#define LABEL_RECORDING_ID "spo.x-k8s.io/recording-id"
#define LABEL_RECORDING_NAMESPACE "spo.x-k8s.io/recording-namespace"
#define LABEL_CONTAINER_ID "spo.x-k8s.io/container-id"
#define LABEL_POD_SUFFIX "spo.x-k8s.io/pod-suffix"

#define LABEL_NODE_NAME "spo.x-k8s.io/node-name"
#define LABEL_PROFILE_ID "spo.x-k8s.io/profile-id"

/* Of a SeccompProfile: "true" installs what a node cannot enforce as it is written. */
#define ANNOTATION_UNENFORCEABLE "spo.x-k8s.io/install-unenforceable"

/* Of a recorded SeccompProfile: in how many writes each call was; the first reason why calls may be missing. */
#define ANNOTATION_COVERAGE "spo.x-k8s.io/syscall-coverage"
#define ANNOTATION_INCOMPLETE "spo.x-k8s.io/incomplete"

/*
 * Of a recorded profile: "true" gives it the path of its hashed name below its namespace too. The agent
 * that makes the object sets it if another profile has the path without the hash, for good: the path
 * stays what it is when that profile is deleted and recorded again.
 */
#define ANNOTATION_HASHED_PATH "spo.x-k8s.io/hashed-path"

#endif
