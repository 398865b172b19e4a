// SPDX-License-Identifier: Apache-2.0
#include "record/tracepoint.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/btf.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "util/cleanup.h"
#include "util/error.h"
#include "util/file.h"

#define KERNEL_BTF "/sys/kernel/btf/vmlinux"
#define KERNEL_STRINGS_MAX (64u << 20)

static bool read_at(int fd, void *buffer, size_t size, off_t offset)
{
	char *to = buffer;
	ssize_t got;

	while (size > 0) {
		got = pread(fd, to, size, offset);
		if (got <= 0)
			return false;
		to += got;
		size -= got;
		offset += got;
	}
	return true;
}

bool tracepoint_btf_is_preempted(void)
{
	static const char name[] = "\0trace_call_bpf_faultable";
	_cleanup_close_ int fd = open(KERNEL_BTF, O_RDONLY | O_CLOEXEC);
	_cleanup_free_ char *strings = NULL;
	struct btf_header header;

	if (fd < 0 || !read_at(fd, &header, sizeof(header), 0) || header.magic != BTF_MAGIC ||
	    header.str_len > KERNEL_STRINGS_MAX)
		return false;
	strings = malloc(header.str_len);
	if (!strings || !read_at(fd, strings, header.str_len, header.hdr_len + header.str_off))
		return false;
	return memmem(strings, header.str_len, name, sizeof(name));
}

static int open_tracefs(struct error *err)
{
	static const char *const places[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };
	size_t i;
	int fd;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		fd = open(places[i], O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0 && faccessat(fd, "events", F_OK, 0) == 0)
			return fd;
		if (fd >= 0)
			close(fd);
	}
	return error_set(err, ENOENT,
			 "tracefs is not mounted; mount it with 'mount -t tracefs tracefs "
			 "/sys/kernel/tracing'");
}

static int read_id(const char *event, uint64_t *ret_id, struct error *err)
{
	_cleanup_close_ int tracefs = open_tracefs(err);
	_cleanup_free_ char *text = NULL;
	char path[128];
	size_t size;
	int r;

	if (tracefs < 0)
		return tracefs;
	snprintf(path, sizeof(path), "events/%s/id", event);
	r = file_read(tracefs, path, 64, &text, &size, err);
	if (r < 0)
		return r;
	*ret_id = strtoull(text, NULL, 10);
	return 0;
}

/* Opens the event on one CPU. A program that is attached to it runs on all CPUs. */
static int open_event(const char *event, int *ret_fd, struct error *err)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT, .size = sizeof(attr) };
	uint64_t id;
	int fd, r = read_id(event, &id, err);

	if (r < 0)
		return r;
	attr.config = id;
	fd = syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return error_set_errno(err, errno, "open the tracepoint %s", event);
	*ret_fd = fd;
	return 0;
}

bool tracepoint_usable(void)
{
	_cleanup_close_ int fd = -1;

	return open_event("raw_syscalls/sys_enter", &fd, NULL) == 0;
}

int tracepoint_attach(const char *event, int program, int *ret_fd, struct error *err)
{
	_cleanup_close_ int fd = -1;
	int link, r = open_event(event, &fd, err);

	if (r < 0)
		return r;
	link = bpf_link_create(program, fd, BPF_PERF_EVENT, NULL);
	if (link < 0)
		return error_set_errno(err, errno, "attach a BPF program to the tracepoint %s",
				       event);
	*ret_fd = link;
	return 0;
}
