// SPDX-License-Identifier: Apache-2.0
/*
 * Compares the simulator with the running kernel. Children load random filters and make calls
 * under them. Each call has to get what the simulator says. SEED=NUMBER repeats a run.
 */
#include "fixtures.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "seccomp/filter.h"
#include "seccomp/prove.h"

#define PROFILES 20
#define CALLS 30
#define PROGRAMS 150
#define PROGRAM_MAX 7
#define CALLS_MAX 64

static uint64_t random_state;

static uint64_t next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static size_t below(size_t limit)
{
	return next_random() % limit;
}

#define any_of(array) (array)[below(array_size(array))]

/* The outcome of a call. The child notes it, after the call or in its signal handler. */
enum outcome {
	OUTCOME_NONE, /* the process was killed in it */
	OUTCOME_RETURNED,
	OUTCOME_TRAPPED,
	OUTCOME_NOT_LOADED,
};

struct made_call {
	uint32_t nr;
	bool compat; /* by int $0x80 */
	uint64_t arguments[ARGUMENT_COUNT];
	atomic_int outcome;
	atomic_long result;
};

/* Shared with the child, whose filter may allow no call to report with. */
struct script {
	struct made_call calls[CALLS_MAX];
	size_t length;
	atomic_size_t next;
	atomic_bool idle; /* the child has nothing left to do */
};

static struct script *script;

#if defined(__x86_64__)
#define AUDIT_NATIVE 0xc000003eu
#define AUDIT_COMPAT 0x40000003u

static long make_call(const struct made_call *call)
{
	register uint64_t r10 asm("r10") = call->arguments[3];
	register uint64_t r8 asm("r8") = call->arguments[4];
	register uint64_t r9 asm("r9") = call->arguments[5];
	long result;

	if (call->compat)
		asm volatile("int $0x80"
			     : "=a"(result)
			     : "a"((uint64_t)call->nr), "b"((uint64_t)(uint32_t)call->arguments[0]),
			       "c"((uint64_t)(uint32_t)call->arguments[1]),
			       "d"((uint64_t)(uint32_t)call->arguments[2]),
			       "S"((uint64_t)(uint32_t)r10), "D"((uint64_t)(uint32_t)r8)
			     : "memory", "r8", "r9", "r10", "r11");
	else
		asm volatile("syscall"
			     : "=a"(result)
			     : "a"((uint64_t)call->nr), "D"(call->arguments[0]),
			       "S"(call->arguments[1]), "d"(call->arguments[2]), "r"(r10), "r"(r8),
			       "r"(r9)
			     : "memory", "rcx", "r11");
	return call->compat ? (int)result : result;
}

/* Calls that have no effect with any arguments, and numbers that are no calls. */
static const uint32_t native_numbers[] = { SYS_getpid,	SYS_getppid, SYS_getuid,
					   SYS_geteuid, SYS_gettid,  SYS_getpgrp,
					   700,		0x3ffffffe,  0x40000027 /* x32 getpid */ };
static const uint32_t compat_numbers[] = { 20, 64, 199, 201, 224, 65, 700 };
#else
#define AUDIT_NATIVE 0xc00000b7u
#define AUDIT_COMPAT AUDIT_NATIVE

static long make_call(const struct made_call *call)
{
	long result = syscall(call->nr, call->arguments[0], call->arguments[1], call->arguments[2],
			      call->arguments[3], call->arguments[4], call->arguments[5]);

	return result < 0 ? -errno : result;
}

static const uint32_t native_numbers[] = { SYS_getpid,	SYS_getppid, SYS_getuid,
					   SYS_geteuid, SYS_gettid,  700 };
static const uint32_t compat_numbers[] = { SYS_getpid };
#endif

static const char *const names[] = { "getpid", "getppid", "getuid", "geteuid", "gettid", "getpgrp" };

/*
 * Waits until the parent kills the child, because the filter may not allow exit. The loop looks
 * as if it could end: before a function that never returns, the address sanitizer would make
 * calls of its own.
 */
static void stay(void)
{
	script->idle = true;
	while (script->idle)
		;
}

static void trapped(int signal)
{
	script->calls[script->next].outcome = OUTCOME_TRAPPED;
	stay();
}

static void child(const struct filter *filter)
{
	struct sigaction action = { .sa_handler = trapped };
	struct sock_fprog program = { filter->length, filter->instructions };

	sigaction(SIGSYS, &action, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0) {
		script->calls[0].outcome = OUTCOME_NOT_LOADED;
		stay();
	}
	while (script->next < script->length) {
		struct made_call *call = &script->calls[script->next];

		call->result = make_call(call);
		call->outcome = OUTCOME_RETURNED;
		script->next++;
	}
	stay();
}

/* Runs one child until a call kills or traps it, or until it has made all calls. */
static void run_child(const struct filter *filter)
{
	/*
	 * Sleeps instead of yielding, because the child does not give the processor back soon.
	 */
	const struct timespec moment = { .tv_nsec = 50000 };
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0)
		child(filter);
	while (!script->idle && waitpid(pid, &status, WNOHANG) == 0)
		nanosleep(&moment, NULL);
	if (script->idle) {
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
	}
}

static void run_script(const struct filter *filter)
{
	script->next = 0;
	while (script->next < script->length) {
		script->idle = false;
		run_child(filter);
		if (script->calls[0].outcome == OUTCOME_NOT_LOADED)
			return;
		/* Skip the call that ended the child. */
		if (script->next < script->length &&
		    script->calls[script->next].outcome != OUTCOME_RETURNED)
			script->next++;
	}
}

/* True if the outcome of a call is the one that an effect means. */
static bool as_expected(const struct made_call *call, struct effect effect)
{
	switch (effect.action) {
	case ACTION_KILL_PROCESS:
	case ACTION_KILL_THREAD:
		return call->outcome == OUTCOME_NONE;
	case ACTION_TRAP:
		return call->outcome == OUTCOME_TRAPPED;
	case ACTION_ERRNO:
		return call->outcome == OUTCOME_RETURNED && call->result == -(long)effect.data;
	case ACTION_TRACE:  /* there is no tracer, */
	case ACTION_NOTIFY: /* and no listener */
		return call->outcome == OUTCOME_RETURNED && call->result == -ENOSYS;
	default:
		return call->outcome == OUTCOME_RETURNED &&
		       (call->result >= 0 || call->result == -ENOSYS);
	}
}

static void compare(const struct filter *filter, const struct made_call *call, const char *what)
{
	struct seccomp_data data = {
		.nr = call->nr,
		.arch = call->compat ? AUDIT_COMPAT : AUDIT_NATIVE,
	};
	char text[EFFECT_TEXT_SIZE];
	struct effect effect;
	size_t i;

	for (i = 0; i < ARGUMENT_COUNT; i++)
		data.args[i] = call->compat ? (uint32_t)call->arguments[i] : call->arguments[i];
	effect = effect_of_verdict(filter_run(filter, &data, NULL));
	if (!as_expected(call, effect))
		fail_msg("%s: %s%x(%lx, %lx, %lx): the simulator says %s, the kernel %s %ld", what,
			 call->compat ? "compat " : "", call->nr, (long)call->arguments[0],
			 (long)call->arguments[1], (long)call->arguments[2],
			 effect_text(effect, text),
			 call->outcome == OUTCOME_RETURNED ? "returned" :
			 call->outcome == OUTCOME_TRAPPED  ? "trapped" :
							     "killed",
			 call->result);
}

static uint64_t random_value(void)
{
	static const uint64_t values[] = { 0,
					   1,
					   2,
					   40,
					   0x7fffffff,
					   0x80000000,
					   0xffffffff,
					   0x100000000,
					   0x100000001,
					   0x7fffffffffffffff,
					   0x8000000000000000,
					   UINT64_MAX };

	return any_of(values) + (below(4) ? 0 : below(3) - 1);
}

static void random_call(struct made_call *call)
{
	size_t i;

	*call = (struct made_call){ .compat = AUDIT_COMPAT != AUDIT_NATIVE && below(4) == 0 };
	call->nr = call->compat ? any_of(compat_numbers) : any_of(native_numbers);
	/* i386 takes the sixth argument in ebp, which the compiler needs. */
	for (i = 0; i < (call->compat ? 5 : ARGUMENT_COUNT); i++)
		call->arguments[i] = random_value();
}

static enum action random_action(void)
{
	static const enum action actions[] = {
		ACTION_ALLOW,  ACTION_ALLOW,	   ACTION_ERRNO,	ACTION_ERRNO, ACTION_TRACE,
		ACTION_NOTIFY, ACTION_KILL_THREAD, ACTION_KILL_PROCESS, ACTION_TRAP,
	};

	return any_of(actions);
}

static void random_conditions(struct rule *rule)
{
	size_t i;

	rule->condition_count = below(4);
	rule->conditions = calloc(4, sizeof(*rule->conditions));
	assert_non_null(rule->conditions);
	for (i = 0; i < rule->condition_count; i++)
		rule->conditions[i] = (struct condition){
			.index = below(3),
			.comparison = below(COMPARE_COUNT),
			.value = random_value(),
			.value_two = random_value(),
		};
}

static struct profile *random_profile(void)
{
	static const uint32_t errnos[] = { 1, 13, 38, 200, 4095 };
	struct profile *profile = profile_create(random_action());
	size_t i, count = 1 + below(8);
	struct rule *rule;

	assert_non_null(profile);
	assert_int_equal(profile_add_architecture(profile, scmp_arch_native()->name, NULL), 0);
	if (AUDIT_COMPAT != AUDIT_NATIVE && below(2))
		assert_int_equal(profile_add_architecture(profile, "SCMP_ARCH_X86", NULL), 0);
	if (AUDIT_COMPAT != AUDIT_NATIVE && below(2))
		assert_int_equal(profile_add_architecture(profile, "SCMP_ARCH_X32", NULL), 0);
	for (i = 0; i < count; i++) {
		assert_int_equal(profile_add_rule(profile, random_action(), &rule, NULL), 0);
		assert_int_equal(rule_add_name(rule, any_of(names), NULL), 0);
		rule->errno_ret = (struct optional_errno){ below(2), any_of(errnos) };
		random_conditions(rule);
	}
	return profile;
}

/* Compares the calls of one random profile; false if libseccomp does not accept the profile. */
static bool try_profile(size_t number)
{
	_cleanup_profile_ struct profile *profile = random_profile();
	_cleanup_scmp_arch_set_ struct scmp_arch_set set = {};
	_cleanup_compilation_ struct compilation compilation = {};
	char what[32];
	size_t i;

	assert_int_equal(scmp_arch_set_of(profile, scmp_arch_native(), &set, NULL), 0);
	if (profile_compile(profile, &set, below(LAYOUT_COUNT), &compilation, NULL) < 0)
		return false;
	snprintf(what, sizeof(what), "profile %zu", number);
	script->length = CALLS;
	for (i = 0; i < CALLS; i++)
		random_call(&script->calls[i]);
	run_script(&compilation.filter);
	assert_int_not_equal(script->calls[0].outcome, OUTCOME_NOT_LOADED);
	for (i = 0; i < CALLS; i++)
		compare(&compilation.filter, &script->calls[i], what);
	return true;
}

static void verdicts_are_those_of_the_kernel(void **state)
{
	size_t i, tried = 0;

	for (i = 0; i < PROFILES; i++)
		tried += try_profile(i);
	assert_true(tried > PROFILES / 4);
}

/* Returns an instruction that seccomp has, or one that is similar. */
static struct sock_filter random_instruction(size_t left)
{
	static const uint16_t codes[] = {
		0x20, 0x20, 0x20, 0x00, 0x01, 0x60, 0x61, 0x02, 0x03, 0x80, 0x81, 0x04, 0x0c,
		0x14, 0x1c, 0x24, 0x2c, 0x34, 0x3c, 0x44, 0x4c, 0x54, 0x5c, 0x64, 0x6c, 0x74,
		0x7c, 0x84, 0xa4, 0xac, 0x05, 0x15, 0x1d, 0x25, 0x2d, 0x35, 0x3d, 0x45, 0x4d,
		0x07, 0x87, 0x06, 0x16, 0x28, 0x30, 0x94, 0x9c, 0xb1, 0x40,
	};
	/*
	 * No offset of the instruction pointer, because the simulator does not get its value.
	 */
	static const uint32_t operands[] = { 0, 0, 4, 16, 20, 24, 1, 2, 3, 31, 32, 60, 64, 15 };
	struct sock_filter instruction = { .code = any_of(codes), .k = any_of(operands) };

	instruction.jt = below(left + 1);
	instruction.jf = below(left + 1);
	return instruction;
}

static void what_loads_is_what_the_kernel_loads(void **state)
{
	static const uint32_t answers[] = {
		SECCOMP_RET_ALLOW,	  SECCOMP_RET_ERRNO | 7, SECCOMP_RET_ERRNO | 5000,
		SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_TRAP,	 0x12340000,
	};
	size_t i, j, loaded = 0, refused = 0;

	for (i = 0; i < PROGRAMS; i++) {
		struct sock_filter program[PROGRAM_MAX];
		struct filter filter = { program, 2 + below(PROGRAM_MAX - 1), false };
		char what[32];
		bool good;

		for (j = 0; j + 1 < filter.length; j++)
			program[j] = random_instruction(filter.length - j - 1);
		program[j] = (struct sock_filter)BPF_STMT(below(8) ? BPF_RET | BPF_K : 0x16,
							  any_of(answers));
		good = filter_check(&filter, NULL) == 0;
		script->length = 1;
		random_call(&script->calls[0]);
		run_script(&filter);
		snprintf(what, sizeof(what), "program %zu", i);
		if (good != (script->calls[0].outcome != OUTCOME_NOT_LOADED))
			fail_msg("%s: the simulator %s it, the kernel does not agree", what,
				 good ? "takes" : "refuses");
		if (good)
			compare(&filter, &script->calls[0], what);
		loaded += good;
		refused += !good;
	}
	assert_true(loaded > PROGRAMS / 20 && refused > PROGRAMS / 20);
}

static int begin(void **state)
{
	const char *seed = getenv("SEED");
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	random_state = seed ? strtoull(seed, NULL, 0) : (uint64_t)now.tv_nsec << 20 | 1;
	printf("# SEED=0x%llx\n", (unsigned long long)random_state);
	script = mmap(NULL, sizeof(*script), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	return script == MAP_FAILED;
}

static int end(void **state)
{
	return munmap(script, sizeof(*script));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdicts_are_those_of_the_kernel),
		cmocka_unit_test(what_loads_is_what_the_kernel_loads),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
