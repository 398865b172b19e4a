// SPDX-License-Identifier: Apache-2.0
/* The values of arguments, from the call to what is tracked of its cgroup. */
#include "fixtures.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "syscalls/arguments.h"

#define CLONE_NEWUSER_BIT 0x10000000
#define CLONE_CLEAR_SIGHAND_HIGH 1 /* bit 32 */
#define ADDRESS_IN_NO_MAP ((void *)8)

static struct {
	char cgroups[2][PATH_MAX];
	struct recorder *recorder;
} world;

static int set_up(void **state)
{
	char top[PATH_MAX / 2];
	size_t i;

	if (geteuid() != 0)
		return 0;
	fixture_cgroup(top, sizeof(top));
	for (i = 0; i < 2; i++) {
		snprintf(world.cgroups[i], PATH_MAX, "%s-%zu", top, i);
		assert_return_code(mkdir(world.cgroups[i], 0755), errno);
	}
	return 0;
}

static int tear_down(void **state)
{
	size_t i;

	recorder_destroy(world.recorder);
	world.recorder = NULL;
	if (geteuid() != 0)
		return 0;
	for (i = 0; i < 2; i++)
		assert_return_code(rmdir(world.cgroups[i]), errno);
	return 0;
}

static void add(size_t i)
{
	const uint64_t id = id_of(world.cgroups[i]);
	const struct found_cgroup found = { .id = id, .domain = id, .path = "/added" };
	_cleanup_error_ struct error err = ERROR_INIT;

	succeed(recorder_add_cgroup(world.recorder, &found, NULL, &err), &err);
}

static void begin(enum recorder_hook hook, unsigned int slots)
{
	const struct recorder_options options = {
		.mode = RECORDER_CGROUPS,
		.hook = hook,
		.slots = slots,
		.watch_denied = true,
	};
	static const struct recorder_handler handler = {};
	_cleanup_error_ struct error err = ERROR_INIT;

	succeed(recorder_create(&options, &world.recorder, &err), &err);
	succeed(recorder_add_handler(world.recorder, &handler, &err), &err);
	succeed(recorder_attach(world.recorder, &err), &err);
	add(0);
	succeed(recorder_start(world.recorder, &err), &err);
}

/* Forks a child, which moves itself in, calls work, and exits. */
static void work_in(size_t i, void (*work)(void))
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		move_in(world.cgroups[i]);
		prctl(PR_SET_NAME, "worker");
		work();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static struct tracked_cgroup *snapshot(size_t i)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct tracked_cgroup *tracked;

	succeed(recorder_snapshot(world.recorder, id_of(world.cgroups[i]), &tracked, &err), &err);
	return tracked;
}

static const struct argument *find(const struct tracked_cgroup *tracked, const char *call,
				   uint8_t index, uint16_t offset)
{
	int nr = syscall_number(machine_native(), ABI_NATIVE, call);
	const struct argument *argument = argument_set_find(&tracked->arguments[RECORDER_OBSERVED],
							    ABI_NATIVE, nr, index, offset);

	if (!argument)
		fail_msg("%s has no argument %u+%u", call, index, offset);
	return argument;
}

static bool has(const struct tracked_cgroup *tracked, const char *call, uint8_t index,
		uint32_t value)
{
	return argument_find_value(find(tracked, call, index, 0), value);
}

static void make_values(void)
{
	struct clone_args args = { .flags = CLONE_NEWUSER_BIT | CLONE_CLEAR_SIGHAND,
				   .exit_signal = 1000, /* refused */
				   .set_tid_size = 77 };

	syscall(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	syscall(SYS_socket, AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 17);
	syscall(SYS_ioctl, -1L, 0x80045430UL, 0L);
	syscall(SYS_ioctl, -1L, 0xffffffff80045431UL, 0L); /* as musl extends it */
	syscall(SYS_mmap, 0L, 0L, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1L, 0L);
	syscall(SYS_mmap, 0L, 0L, PROT_NONE, MAP_SHARED, -1L, 0L);
	syscall(SYS_clone3, &args, sizeof(args));
}

static void check_values(enum recorder_hook hook)
{
	_cleanup_tracked_cgroup_ struct tracked_cgroup *tracked = NULL;
	const struct argument *argument;

	begin(hook, 2);
	work_in(0, make_values);
	tracked = snapshot(0);
	argument = find(tracked, "socket", 0, 0);
	assert_int_equal(argument->count, 2);
	assert_string_equal(argument->values[0].process, "worker");
	assert_true(argument->values[0].first_seen > 1700000000000000000);
	assert_true(argument_is_known(argument));
	assert_true(has(tracked, "socket", 0, AF_UNIX) && has(tracked, "socket", 0, AF_INET));
	assert_true(has(tracked, "socket", 1, SOCK_STREAM) &&
		    has(tracked, "socket", 1, SOCK_DGRAM));
	assert_true(has(tracked, "socket", 2, 0) && has(tracked, "socket", 2, 17));
	argument = find(tracked, "ioctl", 1, 0);
	assert_true(has(tracked, "ioctl", 1, 0x80045430) && has(tracked, "ioctl", 1, 0x80045431));
	assert_true(argument->wide);
	assert_false(find(tracked, "socket", 0, 0)->wide);
	assert_int_equal(argument_flags(find(tracked, "mmap", 2, 0)), PROT_READ | PROT_EXEC);
	assert_true(has(tracked, "mmap", 2, 0));
	assert_int_equal(argument_flags(find(tracked, "mmap", 3, 0)),
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_SHARED);
	assert_int_equal(argument_flags(find(tracked, "clone3", 0, 0)), CLONE_NEWUSER_BIT);
	assert_int_equal(argument_flags(find(tracked, "clone3", 0, 4)), CLONE_CLEAR_SIGHAND_HIGH);
	assert_non_null(argument_find_value(find(tracked, "clone3", 0, 32), 1000));
	assert_non_null(argument_find_value(find(tracked, "clone3", 0, 72), 1));
	assert_int_equal(tracked->values_lost, 0);
}

static void test_values(void **state)
{
	if (geteuid() != 0)
		skip();
	check_values(RECORDER_HOOK_BTF);
}

static void test_values_tracepoint(void **state)
{
	if (geteuid() != 0)
		skip();
	/* Not every machine has tracefs mounted. */
	if (access("/sys/kernel/tracing/events", F_OK) < 0) {
		assert_return_code(unshare(CLONE_NEWNS), errno);
		assert_return_code(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), errno);
		assert_return_code(mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL),
				   errno);
	}
	check_values(RECORDER_HOOK_TRACEPOINT);
}

/* Fields beyond the size of the structure are 0. Those that cannot be read are said to be missing. */
static void make_memory(void)
{
	struct clone_args args = { .exit_signal = 1000, .set_tid_size = 77 };

	syscall(SYS_clone3, &args, 64UL);
}

static void make_unreadable(void)
{
	syscall(SYS_clone3, ADDRESS_IN_NO_MAP, sizeof(struct clone_args));
}

static void test_memory(void **state)
{
	_cleanup_tracked_cgroup_ struct tracked_cgroup *tracked = NULL, *unreadable = NULL;
	const struct argument *argument;

	if (geteuid() != 0)
		skip();
	begin(RECORDER_HOOK_BTF, 2);
	work_in(0, make_memory);
	tracked = snapshot(0);
	argument = find(tracked, "clone3", 0, 72);
	assert_int_equal(argument->count, 1);
	assert_int_equal(argument->values[0].value, 0);
	assert_true(argument_is_known(argument));
	work_in(0, make_unreadable);
	unreadable = snapshot(0);
	assert_false(argument_is_known(find(unreadable, "clone3", 0, 0)));
	assert_true(unreadable->values_lost > 0);
}

static void make_flood(void)
{
	unsigned long i;

	for (i = 0; i < 20000; i++) {
		syscall(SYS_ioctl, -1L, i, 0L);
		syscall(SYS_setsockopt, -1L, i, i, 0L, 0L);
	}
}

/* As many as are kept, each also with bits in the upper half. */
static void make_wide(void)
{
	unsigned long i;

	for (i = 1; i <= ARGUMENT_VALUES_MAX; i++) {
		syscall(SYS_ioctl, -1L, i, 0L);
		syscall(SYS_ioctl, -1L, i | 1UL << 32, 0L);
	}
}

/* The upper half makes no other value of an int. */
static void test_wide(void **state)
{
	_cleanup_tracked_cgroup_ struct tracked_cgroup *tracked = NULL;
	const struct argument *argument;

	if (geteuid() != 0)
		skip();
	begin(RECORDER_HOOK_BTF, 1);
	work_in(0, make_wide);
	tracked = snapshot(0);
	argument = find(tracked, "ioctl", 1, 0);
	assert_int_equal(argument->count, ARGUMENT_VALUES_MAX);
	assert_true(argument->wide && argument_is_known(argument));
}

static void make_ioctl(void)
{
	syscall(SYS_ioctl, -1L, 0x1234L, 0L);
}

/* A flood of values makes them any. It takes nothing from another cgroup. */
static void test_flood(void **state)
{
	_cleanup_tracked_cgroup_ struct tracked_cgroup *flooded = NULL, *other = NULL;
	const struct argument *argument;

	if (geteuid() != 0)
		skip();
	begin(RECORDER_HOOK_BTF, 2);
	add(1);
	work_in(0, make_flood);
	work_in(1, make_ioctl);
	flooded = snapshot(0);
	argument = find(flooded, "ioctl", 1, 0);
	assert_true(argument->any);
	assert_int_equal(argument->count, ARGUMENT_VALUES_MAX);
	assert_true(find(flooded, "setsockopt", 2, 0)->any);
	other = snapshot(1);
	argument = find(other, "ioctl", 1, 0);
	assert_true(argument_is_known(argument));
	assert_int_equal(argument->count, 1);
	assert_int_equal(argument->values[0].value, 0x1234);
}

/* More values than a slot or the map can have, of arguments that do no harm. */
static void make_too_many(void)
{
	static const long calls[] = { SYS_setsockopt, SYS_getsockopt, SYS_socket,  SYS_socketpair,
				      SYS_ioctl,      SYS_fcntl,      SYS_prctl,   SYS_keyctl,
				      SYS_bpf,	      SYS_setns,      SYS_madvise, SYS_prlimit64,
				      SYS_epoll_ctl,  SYS_quotactl,   SYS_seccomp, SYS_ptrace };
	unsigned long i, value;

	for (value = 100000; value <= 100000 + ARGUMENT_VALUES_MAX; value++)
		for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
			syscall(calls[i], value, value, value, 0L, 0L);
}

/* Makes the values known to the cache, if it takes them. */
static void make_too_many_twice(void)
{
	make_too_many();
	make_too_many();
}

/* Each of the arguments has more values than are kept, or some that could not be stored. */
static void check_too_many(size_t i)
{
	_cleanup_tracked_cgroup_ struct tracked_cgroup *tracked = snapshot(i);
	const struct argument_set *set = &tracked->arguments[RECORDER_OBSERVED];
	size_t at, incomplete = 0;

	assert_true(tracked->values_lost > 0);
	for (at = 0; at < set->length; at++) {
		const struct argument *argument = &set->items[at];

		if (argument->count < ARGUMENT_VALUES_MAX && !argument->any && argument->count &&
		    argument->values[argument->count - 1].value > 100000)
			assert_true(argument->unrecorded > 0);
		incomplete += !argument_is_known(argument);
	}
	assert_true(incomplete >= 16);
}

/* One slot is full, then the map: what could not be stored is said to be missing. */
static void test_full(void **state)
{
	if (geteuid() != 0)
		skip();
	begin(RECORDER_HOOK_BTF, 2);
	add(1);
	work_in(0, make_too_many_twice);
	work_in(1, make_too_many_twice);
	check_too_many(0);
	check_too_many(1);
}

#define RACERS 8

static void race(int gate)
{
	unsigned long value;
	char byte;

	if (read(gate, &byte, 1) != 0)
		_exit(1);
	for (value = 1; value <= ARGUMENT_VALUES_MAX; value++)
		syscall(SYS_ioctl, -1L, value, 0L);
}

/* Several processes use the same values at the same time. */
static void make_races(void)
{
	int gate[2], i, status;

	if (pipe(gate) < 0)
		_exit(1);
	for (i = 0; i < RACERS; i++)
		if (fork() == 0) {
			close(gate[1]);
			race(gate[0]);
			_exit(0);
		}
	close(gate[1]);
	for (i = 0; i < RACERS; i++)
		if (wait(&status) < 0 || status != 0)
			_exit(1);
}

/* A value that several processes use at once counts once, and none is lost. */
static void test_race(void **state)
{
	int round;

	if (geteuid() != 0)
		skip();
	begin(RECORDER_HOOK_BTF, 1);
	for (round = 0; round < 20; round++) {
		_cleanup_tracked_cgroup_ struct tracked_cgroup *tracked = NULL;
		_cleanup_error_ struct error err = ERROR_INIT;
		const struct argument *argument;

		work_in(round % 2, make_races);
		tracked = snapshot(round % 2);
		argument = find(tracked, "ioctl", 1, 0);
		assert_int_equal(argument->count, ARGUMENT_VALUES_MAX);
		assert_true(argument_is_known(argument));
		succeed(recorder_drop_cgroup(world.recorder, id_of(world.cgroups[round % 2]), &err),
			&err);
		succeed(recorder_poll(world.recorder, &err), &err);
		add((round + 1) % 2);
	}
}

/* The cache must not hide the values of a slot's next cgroup. */
static void test_slot_is_used_again(void **state)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	int i;

	if (geteuid() != 0)
		skip();
	begin(RECORDER_HOOK_BTF, 1);
	for (i = 0; i < 20; i++) {
		_cleanup_tracked_cgroup_ struct tracked_cgroup *tracked = NULL;

		work_in(i % 2, make_ioctl);
		tracked = snapshot(i % 2);
		assert_int_equal(find(tracked, "ioctl", 1, 0)->count, 1);
		if (i == 0)
			work_in(i % 2, make_values);
		succeed(recorder_drop_cgroup(world.recorder, id_of(world.cgroups[i % 2]), &err),
			&err);
		succeed(recorder_poll(world.recorder, &err), &err);
		add((i + 1) % 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_values, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_values_tracepoint, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_memory, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_wide, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_flood, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_full, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_race, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_slot_is_used_again, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
