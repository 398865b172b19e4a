// SPDX-License-Identifier: Apache-2.0
#include "agent/command.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/agent.h"
#include "cli/frame/cli.h"
#include "cli/frame/host_option.h"
#include "record/recorder.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/str.h"

#define NODE_NAME_SIZE 256

struct command_options {
	const char *kubeconfig;
	const char *node_name;
	const char *seccomp_root;
	const char *host_root;
	const char *runtime_endpoint;
	const char *listen;
	const char *pin_dir;
};

/* Kubelets use the host's name in lower case unless they are told another one. */
static int find_node_name(const char *option, char ret_name[NODE_NAME_SIZE], struct error *err)
{
	const char *name = option ?: getenv("NODE_NAME");
	size_t i;

	if (!name && gethostname(ret_name, NODE_NAME_SIZE - 1) < 0)
		return error_set_errno(err, errno, "get the name of the host");
	if (name && strlen(name) >= NODE_NAME_SIZE)
		return cli_usage_error(err, "--node-name %s: too long", name);
	if (name)
		strcpy(ret_name, name);
	for (i = 0; !name && ret_name[i]; i++)
		ret_name[i] = tolower((unsigned char)ret_name[i]);
	if (!str_is_dns_subdomain(ret_name))
		return cli_usage_error(err, "--node-name: '%s' is no name of a node", ret_name);
	return 0;
}

static int run(const struct cli_call *call, struct error *err)
{
	const struct command_options *options = call->options;
	char node_name[NODE_NAME_SIZE] = "";
	const struct agent_options agent = {
		.kubeconfig = options->kubeconfig,
		.node_name = node_name,
		.seccomp_root = options->seccomp_root,
		.host_root = options->host_root,
		.runtime_endpoint = options->runtime_endpoint,
		.listen = options->listen,
		.pin_dir = options->pin_dir,
	};
	int r = find_node_name(options->node_name, node_name, err);

	return r < 0 ? r : agent_run(&agent, err);
}

#define OPTION(member) .offset = offsetof(struct command_options, member)

static const struct cli_option options_table[] = {
	{ .name = "kubeconfig",
	  .argument = "FILE",
	  .type = CLI_STRING,
	  OPTION(kubeconfig),
	  .complete = CLI_COMPLETE_FILE,
	  .help = "how to reach the API server (default: as a pod of the cluster)" },
	{ .name = "node-name",
	  .argument = "NAME",
	  .type = CLI_STRING,
	  OPTION(node_name),
	  .help = "the node's name in the cluster (default: $NODE_NAME, or else the host's name)" },
	{ .name = "seccomp-root",
	  .argument = "DIR",
	  .type = CLI_STRING,
	  OPTION(seccomp_root),
	  .initial = "/var/lib/kubelet/seccomp",
	  .complete = CLI_COMPLETE_DIRECTORY,
	  .help = "the directory from which the kubelet reads profiles" },
	HOST_ROOT_OPTION(struct command_options),
	{ .name = "runtime-endpoint",
	  .argument = "SOCKET",
	  .type = CLI_STRING,
	  OPTION(runtime_endpoint),
	  .complete = CLI_COMPLETE_FILE,
	  .help = "the container runtime's socket (default: the usual places)" },
	{ .name = "listen",
	  .argument = "ADDRESS",
	  .type = CLI_STRING,
	  OPTION(listen),
	  .help = "where /metrics, /healthz and /readyz are served, such as :9114 or "
		  "127.0.0.1:9114 (default: nowhere)" },
	{ .name = "pin-dir",
	  .argument = "DIR",
	  .type = CLI_STRING,
	  OPTION(pin_dir),
	  .initial = RECORDER_PINS,
	  .complete = CLI_COMPLETE_DIRECTORY,
	  .help = "where an earlier recorder may have left BPF programs, which are removed" },
	{},
};

const struct cli_command agent_command = {
	.name = "agent",
	.summary = "Keeps the SeccompProfiles of a cluster as files on this node.",
	.synopsis = (const char *const[]){ "[OPTION]...", NULL },
	.description =
		(const char *const[]){
			"Follows the SeccompProfile objects of a cluster and writes each to "
			"operator/NAME.json in the kubelet's seccomp directory, where a pod names it "
			"as localhostProfile. A file that somebody changes is restored. A file whose "
			"object is deleted is removed once no pod of the node names it.",
			"A profile that this node cannot enforce as it is written is not installed, "
			"unless the object has the annotation "
			"spo.x-k8s.io/install-unenforceable: \"true\". A SecurityProfileNodeStatus "
			"says so; it exists only for profiles that failed or that a pod of the node "
			"names.",
			"Files that 'recorder install' wrote are left alone. Where the Security "
			"Profiles Operator runs, the agent refuses to start.",
			NULL,
		},
	.options = options_table,
	.options_size = sizeof(struct command_options),
	.complete = CLI_COMPLETE_NONE,
	.logs = true,
	.examples =
		(const struct cli_example[]){
			{ "Run outside of a pod, such as on a node for a test:",
			  "recorder agent --kubeconfig /etc/kubernetes/admin.conf --node-name node-1" },
			{} },
	.run = run,
};
