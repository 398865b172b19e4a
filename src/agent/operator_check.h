/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_OPERATOR_CHECK_H
#define AGENT_OPERATOR_CHECK_H

/* Finds the Security Profiles Operator, which keeps the same files: both would fight over them. */
#include <jansson.h>

#include "kube/path.h"

struct error;

extern const struct kube_resource definitions_resource;

/* The definition that operator_check_definition() looks at. */
#define OPERATOR_DEFINITION "seccompprofiles.security-profiles-operator.x-k8s.io"

/* -EEXIST if the definition of SeccompProfile is the operator's: it is converted by its webhook. */
int operator_check_definition(const json_t *definition, struct error *err);

/* -EEXIST if the operator's directory is linked into the kubelet's seccomp directory. */
int operator_check_node(const char *seccomp_root, struct error *err);

#endif
