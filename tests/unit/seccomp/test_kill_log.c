// SPDX-License-Identifier: Apache-2.0
#include "fixtures.h"

#include "seccomp/kill_log.h"

#define RECORD(comm, rest)                                                                             \
	"5,1,2,-;audit: type=1326 audit(1795372893.374:1): auid=1 uid=0 gid=0 ses=1 pid=77 comm=" comm \
	" exe=\"/bin/x\" " rest
#define KILLED "sig=31 arch=c000003e syscall=110 compat=0 ip=0x7f4b code=0x80000000"

static const struct {
	const char *record;
	bool killed;
} records[] = {
	{ RECORD("\"x\"", KILLED), true },
	{ RECORD("78207369673D39", KILLED), true },
	{ RECORD("\"x\"", "sig=0 arch=c000003e syscall=110 compat=0"), false },
	{ RECORD("\"x\"", "sig=31 arch=c000003e"), false },
	{ "5,1,2,-;audit: type=1400 pid=77 sig=31 arch=c000003e syscall=110", false },
	{ "", false },
};

static void records_of_kills_are_read(void **state)
{
	size_t i;

	for (i = 0; i < array_size(records); i++) {
		struct killed killed = {};

		assert_int_equal(kill_log_parse(records[i].record, &killed), records[i].killed);
		if (!records[i].killed)
			continue;
		assert_int_equal(killed.pid, 77);
		assert_int_equal(killed.audit, 0xc000003e);
		assert_int_equal(killed.nr, 110);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_of_kills_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
