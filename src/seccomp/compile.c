// SPDX-License-Identifier: Apache-2.0
#include "seccomp/compile.h"

#include <byteswap.h>
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "profile/model/model.h"
#include "seccomp/scmp_arch.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/string_set.h"

DEFINE_CLEANUP(scmp_filter_ctx, seccomp_release);
#define _cleanup_context_ _cleanup_(cleanup_seccomp_release)

/* The API level of libseccomp that has every action. SCMP_ACT_NOTIFY came with level 5. */
#define API_LEVEL 6

/*
 * runc asks for a tree if there are more names than this. libseccomp 2.5 makes a wrong tree
 * without rules.
 */
#define TREE_NAMES 32

/*
 * The CPU time that libseccomp may take: two seconds, and one more for each
 * COMPARISONS_A_SECOND comparisons. The most comparisons that check_size() permits take a third
 * of that.
 */
#define SECONDS_MIN 2
#define COMPARISONS_A_SECOND 400

static const enum scmp_compare operators[COMPARE_COUNT] = {
	[COMPARE_NE] = SCMP_CMP_NE,
	[COMPARE_LT] = SCMP_CMP_LT,
	[COMPARE_LE] = SCMP_CMP_LE,
	[COMPARE_EQ] = SCMP_CMP_EQ,
	[COMPARE_GE] = SCMP_CMP_GE,
	[COMPARE_GT] = SCMP_CMP_GT,
	[COMPARE_MASKED_EQ] = SCMP_CMP_MASKED_EQ,
};

bool scmp_arch_set_has(const struct scmp_arch_set *set, const struct scmp_arch *architecture)
{
	size_t i;

	for (i = 0; i < set->length; i++)
		if (set->items[i] == architecture)
			return true;
	return false;
}

int scmp_arch_set_add(struct scmp_arch_set *set, const struct scmp_arch *architecture,
		      struct error *err)
{
	const struct scmp_arch **items;

	if (scmp_arch_set_has(set, architecture))
		return 0;
	items = array_grow(set->items, set->length, sizeof(*items));
	if (!items)
		return error_nomem(err);
	set->items = items;
	items[set->length++] = architecture;
	return 0;
}

void scmp_arch_set_finish(struct scmp_arch_set *set)
{
	free(set->items);
	*set = (struct scmp_arch_set){};
}

int scmp_arch_set_of(const struct profile *profile, const struct scmp_arch *native,
		     struct scmp_arch_set *ret_set, struct error *err)
{
	_cleanup_scmp_arch_set_ struct scmp_arch_set set = {};
	size_t i;
	int r = 0;

	if (profile->architecture_count == 0)
		r = scmp_arch_set_add(&set, native, err);
	for (i = 0; r == 0 && i < profile->architecture_count; i++) {
		const char *name = profile->architectures[i];
		const struct scmp_arch *architecture = scmp_arch_find(name);

		if (!architecture)
			return error_set(err, EINVAL, "libseccomp has no architecture %s", name);
		r = scmp_arch_set_add(&set, scmp_arch_native_of(architecture), err);
		if (r == 0)
			r = scmp_arch_set_add(&set, architecture, err);
	}
	if (r < 0)
		return r;
	*ret_set = set;
	set = (struct scmp_arch_set){};
	return 0;
}

/* Converts an action to libseccomp's. Runtimes use EPERM if the profile has no number. */
static uint32_t to_scmp_action(enum action action, const struct optional_errno *number)
{
	uint32_t value = number->known ? number->value : EPERM;

	switch (action) {
	case ACTION_KILL_PROCESS:
		return SCMP_ACT_KILL_PROCESS;
	case ACTION_KILL_THREAD:
		return SCMP_ACT_KILL_THREAD;
	case ACTION_TRAP:
		return SCMP_ACT_TRAP;
	case ACTION_ERRNO:
		return SCMP_ACT_ERRNO(value);
	case ACTION_NOTIFY:
		return SCMP_ACT_NOTIFY;
	case ACTION_TRACE:
		return SCMP_ACT_TRACE(value);
	case ACTION_LOG:
		return SCMP_ACT_LOG;
	default:
		return SCMP_ACT_ALLOW;
	}
}

static const char *refusal(int code)
{
	switch (code) {
	case EEXIST:
		return "another rule has the same conditions and another action";
	case EINVAL:
		return "a condition or the action is not valid";
	default:
		return "libseccomp could not add it";
	}
}

static bool repeats_argument(const struct rule *rule)
{
	unsigned int seen = 0;
	size_t i;

	for (i = 0; i < rule->condition_count; i++) {
		if (seen & (1u << rule->conditions[i].index))
			return true;
		seen |= 1u << rule->conditions[i].index;
	}
	return false;
}

static int check_conditions(const struct rule *rule, struct error *err)
{
	size_t i;

	for (i = 0; i < rule->condition_count; i++)
		if (rule->conditions[i].index > 5)
			return error_set(err, EINVAL,
					 "a condition is about argument %u, and calls have 0 to 5",
					 rule->conditions[i].index);
	return 0;
}

/* Adds a rule for one system call. All of its count conditions have to hold. */
static int add_conditions(scmp_filter_ctx context, uint32_t action, int number,
			  const struct condition *conditions, size_t count, struct error *err)
{
	struct scmp_arg_cmp compared[6];
	size_t i;
	int r;

	for (i = 0; i < count; i++)
		compared[i] = (struct scmp_arg_cmp){
			.arg = conditions[i].index,
			.op = operators[conditions[i].comparison],
			.datum_a = conditions[i].value,
			.datum_b = conditions[i].value_two,
		};
	r = seccomp_rule_add_array(context, action, number, count, compared);
	return r < 0 ? error_set(err, EINVAL, "%s", refusal(-r)) : 0;
}

static int add_name(scmp_filter_ctx context, uint32_t action, const struct rule *rule, int number,
		    struct error *err)
{
	size_t i;
	int r = 0;

	if (!repeats_argument(rule))
		return add_conditions(context, action, number, rule->conditions,
				      rule->condition_count, err);
	for (i = 0; r == 0 && i < rule->condition_count; i++)
		r = add_conditions(context, action, number, &rule->conditions[i], 1, err);
	return r;
}

static int add_rule(scmp_filter_ctx context, const struct profile *profile, size_t index,
		    struct compilation *compilation, struct error *err)
{
	const struct rule *rule = &profile->rules[index];
	uint32_t action = to_scmp_action(rule->action, &rule->errno_ret);
	size_t i;
	int r = check_conditions(rule, err);

	if (r < 0)
		return error_prefix(err, "syscalls[%zu]", index);
	if (action == to_scmp_action(profile->default_action, &profile->default_errno_ret))
		return 0;
	for (i = 0; i < rule->name_count; i++) {
		int number = seccomp_syscall_resolve_name(rule->names[i]);

		if (number == __NR_SCMP_ERROR)
			r = string_set_add(&compilation->unresolved, &compilation->unresolved_count,
					   rule->names[i], err);
		else
			r = add_name(context, action, rule, number, err);
		if (r < 0)
			return error_prefix(err, "syscalls[%zu], %s", index, rule->names[i]);
	}
	return 0;
}

static int add_architectures(scmp_filter_ctx context, const struct scmp_arch_set *set,
			     struct error *err)
{
	size_t i;
	int r;

	/*
	 * A new context has the native architecture, which fixes the byte order of all
	 * architectures that are added.
	 */
	r = seccomp_arch_remove(context, SCMP_ARCH_NATIVE);
	if (r < 0)
		return error_set_errno(err, -r, "remove the native architecture");
	for (i = 0; i < set->length; i++) {
		r = seccomp_arch_add(context, set->items[i]->token);
		if (r == -EDOM)
			return error_set(err, EINVAL,
					 "%s and %s have different byte orders, and libseccomp "
					 "makes no filter for both",
					 set->items[0]->name, set->items[i]->name);
		if (r < 0)
			return error_set_errno(err, -r, "add %s", set->items[i]->name);
	}
	return 0;
}

/*
 * Takes the program from libseccomp, which writes it in the byte order of the filter's machine.
 */
static int export(scmp_filter_ctx context, bool big_endian, struct filter *ret_filter,
		  struct error *err)
{
	_cleanup_close_ int fd = memfd_create("seccomp", MFD_CLOEXEC);
	_cleanup_filter_ struct filter filter = { .big_endian = big_endian };
	struct stat stat;
	size_t i;
	int r;

	if (fd < 0)
		return error_set_errno(err, errno, "make a file in memory");
	r = seccomp_export_bpf(context, fd);
	if (r < 0)
		return error_set_errno(err, -r, "generate the filter");
	if (fstat(fd, &stat) < 0)
		return error_set_errno(err, errno, "measure the filter");
	filter.length = stat.st_size / sizeof(*filter.instructions);
	filter.instructions = calloc(filter.length + 1, sizeof(*filter.instructions));
	if (!filter.instructions)
		return error_nomem(err);
	if (pread(fd, filter.instructions, stat.st_size, 0) != stat.st_size)
		return error_set_errno(err, EIO, "read the filter");
	for (i = 0; big_endian && i < filter.length; i++) {
		filter.instructions[i].code = bswap_16(filter.instructions[i].code);
		filter.instructions[i].k = bswap_32(filter.instructions[i].k);
	}
	*ret_filter = filter;
	filter = (struct filter){};
	return 0;
}

static size_t name_count(const struct profile *profile)
{
	size_t i, count = 0;

	for (i = 0; i < profile->rule_count; i++)
		count += profile->rules[i].name_count;
	return count;
}

static size_t comparison_count(const struct profile *profile)
{
	size_t i, comparisons = 0;

	for (i = 0; i < profile->rule_count; i++)
		comparisons += profile->rules[i].name_count * profile->rules[i].condition_count;
	return comparisons;
}

/* Each comparison takes an instruction or more, and many take libseccomp minutes. */
static int check_size(const struct profile *profile, struct error *err)
{
	size_t comparisons = comparison_count(profile);

	if (comparisons <= BPF_MAXINSNS)
		return 0;
	return error_set(err, EINVAL,
			 "the rules make %zu comparisons of arguments, and no filter has more than "
			 "%d instructions",
			 comparisons, BPF_MAXINSNS);
}

/* Sets the layout of the filters that are exported from now on. */
static int choose_layout(scmp_filter_ctx context, const struct profile *profile, enum layout layout,
			 struct error *err)
{
	bool tree = layout == LAYOUT_TREE && name_count(profile) > TREE_NAMES;
	int r = seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, tree ? 2 : 1);

	return r < 0 ? error_set_errno(err, -r, "choose how the filter is laid out") : 0;
}

static int start(const struct profile *profile, scmp_filter_ctx *ret_context, struct error *err)
{
	scmp_filter_ctx context;

	/* The API level is that of the running kernel, but the filter may be for another. */
	if (seccomp_api_get() < API_LEVEL)
		seccomp_api_set(API_LEVEL);
	context =
		seccomp_init(to_scmp_action(profile->default_action, &profile->default_errno_ret));
	if (!context)
		return error_set(err, EINVAL, "libseccomp refuses the default action %s",
				 action_name(profile->default_action));
	*ret_context = context;
	return 0;
}

/*
 * Compiles in count layouts, beginning with first. The caller finishes the compilations, also
 * after a failure. The first one gets the names that libseccomp does not know.
 */
static int compile_here(const struct profile *profile, const struct scmp_arch_set *architectures,
			enum layout first, size_t count, struct compilation *compilations,
			struct error *err)
{
	_cleanup_context_ scmp_filter_ctx context = NULL;
	size_t i;
	int r = start(profile, &context, err);

	if (r == 0)
		r = add_architectures(context, architectures, err);
	for (i = 0; r == 0 && i < profile->rule_count; i++)
		r = add_rule(context, profile, i, &compilations[0], err);
	for (i = 0; r == 0 && i < count; i++) {
		struct filter *filter = &compilations[i].filter;

		r = choose_layout(context, profile, first + i, err);
		if (r == 0)
			r = export(context, architectures->items[0]->big_endian, filter, err);
		if (r == 0)
			r = filter_check(filter, err);
	}
	return r;
}

/* True if rules can overlap. Only on such rules can libseccomp fail to terminate. */
static bool can_overlap(const struct profile *profile)
{
	size_t i, conditional = 0;

	for (i = 0; i < profile->rule_count; i++) {
		conditional += profile->rules[i].condition_count > 0;
		if (repeats_argument(&profile->rules[i]))
			return true;
	}
	return conditional > 1;
}

/* Compiles with a limit on the CPU time, then ends the process. */
static void compile_and_exit(const struct profile *profile,
			     const struct scmp_arch_set *architectures, enum layout first,
			     size_t count)
{
	const rlim_t seconds = SECONDS_MIN + comparison_count(profile) / COMPARISONS_A_SECOND;
	const struct rlimit limit = { seconds, seconds }, none = {};
	struct compilation compilations[LAYOUT_COUNT] = {};

	setrlimit(RLIMIT_CORE, &none);
	if (setrlimit(RLIMIT_CPU, &limit) == 0)
		compile_here(profile, architectures, first, count, compilations, NULL);
	_exit(0);
}

/*
 * Compiles in a child process first. With some rules, libseccomp 2.5 does not terminate, and
 * neither does a runtime that gets them: for example, if two conditions on one argument differ
 * and the conditions after them are equal. A child process can be killed.
 */
static int check_end(const struct profile *profile, const struct scmp_arch_set *architectures,
		     enum layout first, size_t count, struct error *err)
{
	char version[LIBSECCOMP_VERSION_SIZE];
	int status = 0;
	pid_t pid;

	if (!can_overlap(profile))
		return 0;
	pid = fork();
	if (pid < 0)
		return error_set_errno(err, errno, "start a process that compiles");
	if (pid == 0)
		compile_and_exit(profile, architectures, first, count);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return error_set_errno(err, errno, "wait for a process that compiles");
	if (!WIFSIGNALED(status))
		return 0;
	return error_set(err, EINVAL,
			 "libseccomp %s does not finish with it: some of its conditions overlap",
			 libseccomp_version(version));
}

static int compile(const struct profile *profile, const struct scmp_arch_set *architectures,
		   enum layout first, size_t count, struct compilation *compilations,
		   struct error *err)
{
	int r = check_size(profile, err);

	if (r == 0)
		r = check_end(profile, architectures, first, count, err);
	return r < 0 ? r : compile_here(profile, architectures, first, count, compilations, err);
}

int profile_compile(const struct profile *profile, const struct scmp_arch_set *architectures,
		    enum layout layout, struct compilation *ret_compilation, struct error *err)
{
	_cleanup_compilation_ struct compilation compilation = {};
	int r = compile(profile, architectures, layout, 1, &compilation, err);

	if (r < 0)
		return r;
	*ret_compilation = compilation;
	compilation = (struct compilation){};
	return 0;
}

int profile_compile_layouts(const struct profile *profile,
			    const struct scmp_arch_set *architectures,
			    struct compilation ret_compilations[LAYOUT_COUNT], struct error *err)
{
	struct compilation compilations[LAYOUT_COUNT] = {};
	size_t i;
	int r = compile(profile, architectures, 0, LAYOUT_COUNT, compilations, err);

	for (i = 0; i < LAYOUT_COUNT; i++) {
		if (r == 0)
			ret_compilations[i] = compilations[i];
		else
			compilation_finish(&compilations[i]);
	}
	return r;
}

void compilation_finish(struct compilation *compilation)
{
	filter_finish(&compilation->filter);
	string_set_free(compilation->unresolved, compilation->unresolved_count);
	*compilation = (struct compilation){};
}

const char *libseccomp_version(char buffer[LIBSECCOMP_VERSION_SIZE])
{
	const struct scmp_version *version = seccomp_version();

	snprintf(buffer, LIBSECCOMP_VERSION_SIZE, "%u.%u.%u", version->major, version->minor,
		 version->micro);
	return buffer;
}
