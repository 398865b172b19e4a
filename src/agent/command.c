// SPDX-License-Identifier: Apache-2.0
#include "agent/command.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/agent.h"
#include "cli/frame/cli.h"
#include "cli/frame/host_option.h"
#include "record/recorder.h"
#include "selection/selector.h"
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
	const char *cgroup_root;
	const char *evidence_dir;
	int64_t evidence_age;
	long evidence_size;
	const char *namespaces;
	long recordings;
	int64_t duration;
	long profiles;
	long containers;
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

static int check_selector(const char *text, struct error *err)
{
	_cleanup_selector_ struct selector *selector = NULL;
	_cleanup_error_ struct error why = ERROR_INIT;

	if (!text || selector_parse(text, &selector, &why) == 0)
		return 0;
	return cli_usage_error(err, "--recording-namespaces: %s", error_message(&why));
}

static int run(const struct cli_call *call, struct error *err)
{
	const struct command_options *options = call->options;
	char node_name[NODE_NAME_SIZE] = "";
	const struct agent_options agent = {
		.kubeconfig = options->kubeconfig,
		.node_name = node_name,
		.seccomp_root = options->seccomp_root,
		.listen = options->listen,
		.recorder = {
			.host_root = options->host_root,
			.pin_dir = options->pin_dir,
			.evidence_dir = options->evidence_dir,
			.evidence_age = options->evidence_age,
			.evidence_bytes = (uint64_t)options->evidence_size << 20,
			.runtime_endpoint = options->runtime_endpoint,
			.containers_max = options->containers,
			.cgroup_root = options->cgroup_root,
		},
		.limits = {
			.namespaces = options->namespaces,
			.per_namespace = options->recordings,
			.duration = options->duration,
			.profiles = options->profiles,
		},
	};
	int r = check_selector(options->namespaces, err);

	if (r == 0)
		r = find_node_name(options->node_name, node_name, err);
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
	RUNTIME_ENDPOINT_OPTION(struct command_options),
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
	  .help = "where BPF programs are pinned, which go on recording for the next agent when this "
		  "one ends" },
	CGROUP_ROOT_OPTION(struct command_options),
	{ .name = "evidence-dir",
	  .argument = "DIR",
	  .type = CLI_STRING,
	  OPTION(evidence_dir),
	  .initial = "/var/lib/recorder",
	  .complete = CLI_COMPLETE_DIRECTORY,
	  .help = "where the recordings of this node are kept, NAMESPACE/NAME.UID.recording.json" },
	{ .name = "evidence-age",
	  .argument = "TIME",
	  .type = CLI_DURATION,
	  OPTION(evidence_age),
	  .initial = "720h",
	  .help = "how long recordings are kept that are over" },
	{ .name = "evidence-size",
	  .argument = "MIB",
	  .type = CLI_NUMBER,
	  OPTION(evidence_size),
	  .initial = "64",
	  .min = 1,
	  .max = 1 << 20,
	  .help = "of the recordings that are over, the oldest are removed beyond this size of all" },

	{ .name = "recording-namespaces",
	  .argument = "SELECTOR",
	  .type = CLI_STRING,
	  OPTION(namespaces),
	  .group = "Limits of ProfileRecordings",
	  .help = "labels of the namespaces that may record (default: all namespaces)" },
	{ .name = "recordings-per-namespace",
	  .argument = "COUNT",
	  .type = CLI_NUMBER,
	  OPTION(recordings),
	  .initial = "20",
	  .max = INT_MAX,
	  .help = "how many may record at once; 0 for any number" },
	{ .name = "recording-duration",
	  .argument = "TIME",
	  .type = CLI_DURATION,
	  OPTION(duration),
	  .help = "how long each may record (default: until it is deleted)" },
	{ .name = "profiles-per-recording",
	  .argument = "COUNT",
	  .type = CLI_NUMBER,
	  OPTION(profiles),
	  .initial = "100",
	  .max = INT_MAX,
	  .help = "how many SeccompProfiles a node makes of each; 0 for any number" },
	{ .name = "containers-per-recording",
	  .argument = "COUNT",
	  .type = CLI_NUMBER,
	  OPTION(containers),
	  .initial = "500",
	  .max = INT_MAX,
	  .help = "how many containers of a node each records at once; 0 for any number" },
	{},
};

const struct cli_command agent_command = {
	.name = "agent",
	.summary = "Records for a cluster, and keeps its SeccompProfiles as files on this node.",
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
			"Records the pods of this node that ProfileRecordings select, and unites what "
			"they did with what other nodes saw in SeccompProfiles: RECORDING for pods as a "
			"whole, and RECORDING-CONTAINER. They are written when a container ends, when "
			"something new was seen for 30 seconds, and when the recording ends.",
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
