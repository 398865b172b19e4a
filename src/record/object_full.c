// SPDX-License-Identifier: Apache-2.0
#include "record/object_skeleton.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "recorder.skel.h"
#include "tracepoint.skel.h"
#include "util/error.h"
#include "util/log.h"

/* Logs libbpf's messages at debug level, because our own errors explain its warnings. */
static int print(enum libbpf_print_level level, const char *format, va_list args)
{
	char line[1024];

	if (log_get_level() < LOG_DEBUG || level == LIBBPF_DEBUG)
		return 0;
	vsnprintf(line, sizeof(line), format, args);
	line[strcspn(line, "\n")] = '\0';
	log_debug("%s", line);
	return 0;
}

static int refused(int code, struct error *err)
{
	switch (code) {
	case EPERM:
	case EACCES:
		return error_set(err, code,
				 "the kernel refused to load the BPF program: it needs CAP_BPF and "
				 "CAP_PERFMON (or root); 'recorder doctor' tells more");
	case ESRCH:
	case ENOENT:
		return error_set(
			err, code,
			"the kernel has no BTF (/sys/kernel/btf/vmlinux): it has to be built "
			"with CONFIG_DEBUG_INFO_BTF=y");
	default:
		return error_set_errno(err, code, "load the BPF program");
	}
}

#define MAP_RESIZE(skel, name, count) bpf_map__set_max_entries((skel)->maps.name, count)
#define PROGRAM_FD(skel, name) bpf_program__fd((skel)->progs.name)
#define MAP_FD(skel, name) bpf_map__fd((skel)->maps.name)

DEFINE_LOAD(recorder_full)
DEFINE_LOAD(tracepoint_full)

int object_load_full(const struct object_options *options, struct object *ret_object,
		     struct error *err)
{
	libbpf_set_print(print);
	return options->tracepoints ? load_tracepoint_full(options, ret_object, err) :
				      load_recorder_full(options, ret_object, err);
}

/* FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/): no defence, only a name for a build. */
static uint64_t hash(const unsigned char *bytes, size_t size)
{
	uint64_t hash = 0xcbf29ce484222325;
	size_t i;

	for (i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3;
	return hash;
}

uint64_t object_build(bool tracepoints)
{
	size_t size;
	const void *bytes = tracepoints ? tracepoint_full__elf_bytes(&size) :
					  recorder_full__elf_bytes(&size);

	return hash(bytes, size);
}
