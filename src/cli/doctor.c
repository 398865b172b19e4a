// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "cli/frame/cli.h"
#include "cli/frame/host_option.h"
#include "record/probe.h"
#include "record/tracepoint.h"
#include "cgroup/cgroup.h"
#include "container/cri.h"
#include "container/runtime.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/file.h"
#include "util/str.h"
#include "util/text_stream.h"

/*
 * The first version with everything that the BPF program needs; see README.md. On arm64,
 * atomics other than addition came last ("bpf, arm64: Support more atomic operations").
 */
#define KERNEL_MAJOR 5
#if defined(__aarch64__)
#define KERNEL_MINOR 18
#else
#define KERNEL_MINOR 15
#endif

/* capability.h of kernels before 5.8 lacks some of these. */
#define CAPABILITY_SYS_ADMIN 21
#define CAPABILITY_PERFMON 38
#define CAPABILITY_BPF 39

#define BTF_PATH "/sys/kernel/btf/vmlinux"
#define LOCKDOWN_PATH "/sys/kernel/security/lockdown"
#define SECCOMP_ACTIONS_PATH "/proc/sys/kernel/seccomp/actions_avail"
#define SMALL_FILE 65536

struct doctor_options {
	bool json;
	const char *runtime_endpoint;
	const char *host_root;
};

/*
 * One check. run() returns 0 with its result in ret_found (owned by the caller), or a negative
 * errno with the problem and its remedy in err. It undoes everything that it did.
 */
struct doctor_check {
	const char *name;
	bool essential; /* without it nothing can be recorded */
	int (*run)(const struct doctor_options *options, char **ret_found, struct error *err);
};

__attribute__((format(printf, 3, 4))) static int found(char **ret_found, struct error *err,
						       const char *format, ...)
{
	va_list args;
	char *text;
	int length;

	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	if (length < 0)
		return error_nomem(err);
	*ret_found = text;
	return 0;
}

static int check_kernel(const struct doctor_options *options, char **ret_found, struct error *err)
{
	struct utsname name;
	int major, minor;

	if (uname(&name) < 0)
		return error_set_errno(err, errno, "get the kernel's version");
	if (sscanf(name.release, "%d.%d", &major, &minor) != 2)
		return error_set(err, EPROTO, "the kernel's version '%s' is not a number",
				 name.release);
	if (major < KERNEL_MAJOR || (major == KERNEL_MAJOR && minor < KERNEL_MINOR))
		return error_set(err, ENOTSUP, "Linux %s is too old; boot Linux %d.%d or newer",
				 name.release, KERNEL_MAJOR, KERNEL_MINOR);
	return found(ret_found, err, "Linux %s", name.release);
}

static int check_btf(const struct doctor_options *options, char **ret_found, struct error *err)
{
	struct stat status;

	if (stat(BTF_PATH, &status) < 0)
		return error_set(err, errno,
				 "no " BTF_PATH "; mount sysfs or, if the programs do not load, "
				 "boot a kernel built with CONFIG_DEBUG_INFO_BTF=y");
	return found(ret_found, err, "the kernel describes its types in " BTF_PATH);
}

static int check_capabilities(const struct doctor_options *options, char **ret_found,
			      struct error *err)
{
	_cleanup_free_ char *status = NULL;
	unsigned long long effective;
	const char *line;
	int r;

	r = file_read(AT_FDCWD, "/proc/self/status", SMALL_FILE, &status, NULL, err);
	if (r < 0)
		return r;
	line = strstr(status, "\nCapEff:");
	if (!line || sscanf(line, "\nCapEff: %llx", &effective) != 1)
		return error_set(err, EPROTO, "/proc/self/status has no valid CapEff");
	if (effective >> CAPABILITY_SYS_ADMIN & 1)
		return found(ret_found, err, "CAP_SYS_ADMIN");
	if ((effective >> CAPABILITY_BPF & 1) && (effective >> CAPABILITY_PERFMON & 1))
		return found(ret_found, err, "CAP_BPF and CAP_PERFMON");
	return error_set(err, EPERM,
			 "CAP_BPF and CAP_PERFMON are missing; run as root, add them to the "
			 "container's capabilities, or give 'kubectl debug' the option "
			 "--profile=sysadmin");
}

static int check_cgroup(const struct doctor_options *options, char **ret_found, struct error *err)
{
	_cleanup_cgroup_mount_ struct cgroup_mount mount = {};
	int r = cgroup_mount_find(&mount, err);

	if (r < 0)
		return r;
	return found(ret_found, err, "cgroup v2 at %s%s", mount.path,
		     mount.hybrid ? ", together with v1" : "");
}

static int check_own_cgroup(const struct doctor_options *options, char **ret_found,
			    struct error *err)
{
	_cleanup_cgroup_mount_ struct cgroup_mount mount = {};
	_cleanup_cgroup_command_ struct cgroup_command command = {};
	int r;

	r = cgroup_mount_find(&mount, err);
	if (r == 0)
		r = cgroup_create_for_command(&mount, &command, err);
	if (r == 0)
		r = cgroup_command_remove(&command, err);
	if (r < 0)
		return error_prefix(err, "'record -- COMMAND' needs a cgroup of its own");
	return found(ret_found, err, "a cgroup can be made for a command");
}

static int check_lockdown(const struct doctor_options *options, char **ret_found, struct error *err)
{
	_cleanup_free_ char *modes = NULL;

	/* Not mounted, or not compiled in: then the check "load" decides. */
	if (file_read(AT_FDCWD, LOCKDOWN_PATH, SMALL_FILE, &modes, NULL, NULL) < 0)
		return found(ret_found, err, "the kernel shows no lockdown");
	if (strstr(modes, "[confidentiality]"))
		return error_set(err, EPERM,
				 "lockdown is 'confidentiality', which restricts BPF; boot with "
				 "lockdown=integrity if the programs do not load");
	return found(ret_found, err, "lockdown does not restrict BPF");
}

static int check_load(const struct doctor_options *options, char **ret_found, struct error *err)
{
	int r = probe_load(RECORDER_HOOK_AUTO, err);

	return r < 0 ? r : found(ret_found, err, "the BPF programs load and attach");
}

static int check_hook(const struct doctor_options *options, char **ret_found, struct error *err)
{
	if (!tracepoint_btf_is_preempted())
		return found(ret_found, err, "system calls are watched with tp_btf");
	if (probe_load(RECORDER_HOOK_TRACEPOINT, err) < 0)
		return error_prefix(err,
				    "this kernel preempts tp_btf programs, so that recordings "
				    "under load can be incomplete, and it does not allow classic "
				    "tracepoints");
	return found(ret_found, err,
		     "system calls are watched with classic tracepoints: this kernel preempts "
		     "tp_btf programs");
}

static int check_seccomp(const struct doctor_options *options, char **ret_found, struct error *err)
{
	_cleanup_free_ char *actions = NULL;

	if (file_read(AT_FDCWD, SECCOMP_ACTIONS_PATH, SMALL_FILE, &actions, NULL, NULL) < 0)
		return error_set(
			err, ENOTSUP,
			"this kernel can record profiles but not enforce them; to use them, boot "
			"one built with CONFIG_SECCOMP_FILTER=y");
	actions[strcspn(actions, "\n")] = '\0';
	return found(ret_found, err, "the kernel enforces profiles (%s)", actions);
}

static int check_runtime(const struct doctor_options *options, char **ret_found, struct error *err)
{
	_cleanup_cri_ struct cri *cri = NULL;
	int r = cri_connect(options->runtime_endpoint, &cri, err);

	if (r < 0)
		return error_prefix(err, "'record --pod' needs a container runtime");
	return found(ret_found, err, "%s %s answers at %s", cri_runtime_name(cri),
		     cri_runtime_version(cri), cri_endpoint(cri));
}

/* Prints a runtime with its version and that of its libseccomp, if its program is here. */
static void print_program(FILE *out, const char *name)
{
	_cleanup_free_ char *version = NULL, *library = NULL;

	if (runtime_version(name, NULL, &version, NULL) == -ENOENT)
		return;
	runtime_library_version(name, &library, NULL);
	fprintf(out, "%s%s %s with libseccomp %s", ftell(out) > 0 ? ", " : "", name,
		version ?: "of unknown version", library ?: "of unknown version");
}

static int check_programs(const struct doctor_options *options, char **ret_found, struct error *err)
{
	_cleanup_text_stream_ struct text_stream stream = {};
	_cleanup_free_ char *text = NULL;
	FILE *out = text_stream_open(&stream);
	int r;

	if (!out)
		return error_nomem(err);
	print_program(out, "runc");
	print_program(out, "crun");
	r = text_stream_take(&stream, &text, err);
	if (r < 0)
		return r;
	if (!*text)
		return error_set(err, ENOENT, "no runc or crun is in the usual directories");
	return found(ret_found, err, "%s", text);
}

/* In this order a failure explains the ones after it. */
static const struct doctor_check checks[] = {
	{ "kernel", true, check_kernel },
	{ "btf", false, check_btf }, /* only a view: loading shows whether the kernel has BTF */
	{ "capabilities", true, check_capabilities },
	{ "cgroup", true, check_cgroup },
	{ "lockdown", false, check_lockdown },
	{ "load", true, check_load },
	{ "hook", false, check_hook },
	{ "command", false, check_own_cgroup },
	{ "runtime", false, check_runtime },
	{ "programs", false, check_programs },
	{ "seccomp", false, check_seccomp },
};

/* Runs a check and appends its result. False if the machine cannot record because of it. */
static bool run_check(const struct doctor_check *check, const struct doctor_options *options,
		      json_t *results)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_free_ char *text = NULL, *safe = NULL;
	bool ok = check->run(options, &text, &err) == 0;
	const char *status = ok ? "ok" : check->essential ? "failed" : "warning";

	safe = str_escape(ok ? text : error_message(&err));
	json_array_append_new(results, json_pack("{s:s, s:s, s:s}", "check", check->name, "status",
						 status, "message", safe ?: ""));
	return ok || !check->essential;
}

static int print_json(const json_t *results, bool able, struct error *err)
{
	json_t *document = json_pack("{s:b, s:O}", "able", able, "checks", results);
	_cleanup_free_ char *text = document ? json_dumps(document, JSON_INDENT(2)) : NULL;
	int r;

	json_decref(document);
	if (!text)
		return error_nomem(err);
	r = cli_print(text, err);
	return r < 0 ? r : cli_print("\n", err);
}

static int print_text(const json_t *results, bool able, struct error *err)
{
	size_t i;
	const json_t *result;

	json_array_foreach(results, i, result)
		printf("%-8s %-13s %s\n", json_string_value(json_object_get(result, "status")),
		       json_string_value(json_object_get(result, "check")),
		       json_string_value(json_object_get(result, "message")));
	return cli_print(able ? "This machine can record.\n" : "This machine cannot record.\n",
			 err);
}

static int run(const struct cli_call *call, struct error *err)
{
	const struct doctor_options *options = call->options;
	_cleanup_host_root_ struct host_root host = HOST_ROOT_INIT;
	json_t *results;
	bool able = true;
	size_t i;
	int r = host_option_enter(options->host_root, &host, err);

	if (r < 0)
		return r;
	results = json_array();
	if (!results)
		return error_nomem(err);
	for (i = 0; i < array_size(checks); i++)
		able &= run_check(&checks[i], options, results);
	r = options->json ? print_json(results, able, err) : print_text(results, able, err);
	json_decref(results);
	if (r < 0)
		return r;
	return able ? CLI_SUCCESS : CLI_FAILURE;
}

static const struct cli_option options_table[] = {
	{ .name = "json",
	  .type = CLI_FLAG,
	  .offset = offsetof(struct doctor_options, json),
	  .help = "print the results as JSON" },
	RUNTIME_ENDPOINT_OPTION(struct doctor_options),
	HOST_ROOT_OPTION(struct doctor_options),
	{},
};

const struct cli_command doctor_command = {
	.name = "doctor",
	.summary = "Checks whether this machine can record, and prints how to repair each failure.",
	.synopsis = (const char *const[]){ "[OPTION]...", NULL },
	.description =
		(const char *const[]){
			"Prints one line per check: 'ok', 'warning' if some targets cannot be "
			"recorded, or 'failed' if nothing can be recorded. Exits with 1 if a "
			"check failed. The checks leave nothing behind.",
			NULL },
	.options = options_table,
	.options_size = sizeof(struct doctor_options),
	.examples = (const struct cli_example[]){ { "Check a node, with output for programs:",
						    "recorder doctor --json" },
						  {} },
	.run = run,
};
