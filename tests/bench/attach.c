// SPDX-License-Identifier: Apache-2.0
/*
 * attach OBJECT: attaches every program of a BPF object, prints "ready" and stays until its
 * standard input ends.
 */
#include <bpf/libbpf.h>
#include <err.h>
#include <stdio.h>
#include <unistd.h>

#define LINKS_MAX 8

int main(int argc, char **argv)
{
	struct bpf_link *links[LINKS_MAX];
	struct bpf_program *program;
	struct bpf_object *object;
	int count = 0;
	char byte;

	if (argc != 2)
		errx(2, "usage: attach OBJECT");
	object = bpf_object__open(argv[1]);
	if (!object || bpf_object__load(object))
		err(1, "%s", argv[1]);
	bpf_object__for_each_program(program, object)
	{
		if (count == LINKS_MAX)
			errx(1, "%s: more than %d programs", argv[1], LINKS_MAX);
		links[count] = bpf_program__attach(program);
		if (!links[count])
			err(1, "%s: %s", argv[1], bpf_program__name(program));
		count++;
	}
	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	while (count > 0)
		bpf_link__destroy(links[--count]);
	bpf_object__close(object);
	return 0;
}
