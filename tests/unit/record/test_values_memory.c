// SPDX-License-Identifier: Apache-2.0
/* The memory of the values of 250 containers: one map with a bound, whatever they do. */
#include "fixtures.h"

#include <dirent.h>

#include <bpf/bpf.h>

#include "shared.h"
#include "syscalls/arguments.h"

#define CONTAINERS 250
#define LIMIT (4 << 20)
/* As many values as containers have, and what their other calls add. */
#define VALUES 55

static struct {
	char cgroups[CONTAINERS][PATH_MAX];
	struct recorder *recorder;
} world;

static int set_up(void **state)
{
	char top[PATH_MAX / 2];
	size_t i;

	if (geteuid() != 0)
		return 0;
	fixture_cgroup(top, sizeof(top));
	for (i = 0; i < CONTAINERS; i++) {
		snprintf(world.cgroups[i], PATH_MAX, "%s-%zu", top, i);
		assert_return_code(mkdir(world.cgroups[i], 0755), errno);
	}
	return 0;
}

static int tear_down(void **state)
{
	size_t i;

	recorder_destroy(world.recorder);
	if (geteuid() != 0)
		return 0;
	for (i = 0; i < CONTAINERS; i++)
		assert_return_code(rmdir(world.cgroups[i]), errno);
	return 0;
}

static void begin(void)
{
	static const struct recorder_options options = {
		.mode = RECORDER_CGROUPS, .slots = 4095, /* as many as an agent has */
	};
	static const struct recorder_handler handler = {};
	_cleanup_error_ struct error err = ERROR_INIT;
	size_t i;

	succeed(recorder_create(&options, &world.recorder, &err), &err);
	succeed(recorder_add_handler(world.recorder, &handler, &err), &err);
	succeed(recorder_attach(world.recorder, &err), &err);
	for (i = 0; i < CONTAINERS; i++) {
		const uint64_t id = id_of(world.cgroups[i]);
		const struct found_cgroup found = { .id = id, .domain = id, .path = "/added" };

		succeed(recorder_add_cgroup(world.recorder, &found, NULL, &err), &err);
	}
	succeed(recorder_start(world.recorder, &err), &err);
}

static void work_in(size_t container)
{
	pid_t pid = fork();
	unsigned long value;
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		move_in(world.cgroups[container]);
		for (value = 1; value <= VALUES; value++) {
			syscall(SYS_ioctl, -1L, value, 0L);
			syscall(SYS_fcntl, -1L, value, 0L);
		}
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* Returns the memory that the kernel counts for a map of this process, or 0 for another file. */
static size_t memory_of(int fd)
{
	char path[64], line[256];
	size_t memory = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		sscanf(line, "memlock:\t%zu", &memory);
	if (file)
		fclose(file);
	return memory;
}

static size_t memory_of_map(const char *name)
{
	DIR *directory = opendir("/proc/self/fd");
	const struct dirent *entry;
	size_t memory = 0;

	assert_non_null(directory);
	while ((entry = readdir(directory))) {
		struct bpf_map_info info = {};
		__u32 size = sizeof(info);
		int fd = atoi(entry->d_name);

		if (memory_of(fd) && bpf_obj_get_info_by_fd(fd, &info, &size) == 0 &&
		    strcmp(info.name, name) == 0)
			memory = memory_of(fd);
	}
	closedir(directory);
	assert_true(memory > 0);
	return memory;
}

/* Global data is one map, so that the size of what it has for values is calculated. */
static size_t memory_of_data(void)
{
	return RECORDER_VALUE_CACHE_SIZE * sizeof(__u64) +
	       (RECORDER_ABIS * RECORDER_NUMBERS + RECORDER_ARGUMENT_ROWS) * sizeof(__u64);
}

static void test_memory(void **state)
{
	size_t i, memory;

	if (geteuid() != 0)
		skip();
	begin();
	for (i = 0; i < CONTAINERS; i++)
		work_in(i);
	for (i = 0; i < CONTAINERS; i++) {
		_cleanup_error_ struct error err = ERROR_INIT;
		_cleanup_tracked_cgroup_ struct tracked_cgroup *tracked = NULL;

		succeed(recorder_snapshot(world.recorder, id_of(world.cgroups[i]), &tracked, &err),
			&err);
		assert_int_equal(tracked->values_lost, 0);
	}
	memory = memory_of_map("values") + memory_of_map("slot_values") + memory_of_data();
	print_message("# %zu bytes\n", memory);
	assert_true(memory <= LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_memory, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
