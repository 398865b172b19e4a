// SPDX-License-Identifier: Apache-2.0
#include "syscalls/listing.h"

#include <stdbool.h>
#include <string.h>

#define WIDTH 80
#define DEEPER 2

static void begin_word(struct paragraph *paragraph, unsigned int length)
{
	unsigned int deeper = paragraph->indent + DEEPER;

	if (paragraph->column == 0) {
		fprintf(paragraph->out, "%*s", (int)paragraph->indent, "");
		paragraph->column = paragraph->indent;
	} else if (paragraph->column + 1 + length > WIDTH) {
		fprintf(paragraph->out, "\n%*s", (int)deeper, "");
		paragraph->column = deeper;
	} else {
		fputc(' ', paragraph->out);
		paragraph->column++;
	}
	paragraph->column += length;
}

void paragraph_add(struct paragraph *paragraph, const char *words, const char *suffix)
{
	while (*words) {
		unsigned int length = strcspn(words, " ");
		bool last = words[length] == '\0';

		begin_word(paragraph, length + (last ? strlen(suffix) : 0));
		fprintf(paragraph->out, "%.*s%s", (int)length, words, last ? suffix : "");
		words += length + !last;
	}
}

void paragraph_end(struct paragraph *paragraph)
{
	fputc('\n', paragraph->out);
}

static void print_group(FILE *out, unsigned int indent, const struct syscall_group *group,
			const struct listed_call *calls, size_t count)
{
	struct paragraph paragraph = { out, indent };
	size_t members = 0, i;
	char suffix[32];

	for (i = 0; i < count; i++)
		members += calls[i].purpose->group == group;
	if (!members)
		return;
	snprintf(suffix, sizeof(suffix), " (%zu):", members);
	paragraph_add(&paragraph, group->title, suffix);
	for (i = 0; i < count; i++)
		if (calls[i].purpose->group == group)
			paragraph_add(&paragraph, calls[i].name, --members ? "," : "");
	paragraph_end(&paragraph);
}

void listing_print_groups(FILE *out, unsigned int indent, const struct listed_call *calls,
			  size_t count)
{
	size_t i;

	for (i = 0; i < syscall_group_count; i++)
		print_group(out, indent, &syscall_groups[i], calls, count);
}

static bool same_risk(const struct listed_call *a, const struct listed_call *b)
{
	return a->purpose->risk == b->purpose->risk &&
	       (a->purpose->reason == b->purpose->reason ||
		(a->purpose->reason && b->purpose->reason &&
		 strcmp(a->purpose->reason, b->purpose->reason) == 0));
}

/* True if an earlier call has the same risk and reason, so that this one was listed with it. */
static bool was_listed(const struct listed_call *calls, size_t index)
{
	size_t i;

	for (i = 0; i < index; i++)
		if (same_risk(&calls[i], &calls[index]))
			return true;
	return false;
}

void listing_print_risks(FILE *out, unsigned int indent, const struct listed_call *calls,
			 size_t count, enum risk_level level)
{
	size_t i, j, members;

	for (i = 0; i < count; i++) {
		struct paragraph paragraph = { out, indent };

		if (calls[i].purpose->risk != level || was_listed(calls, i))
			continue;
		for (j = i, members = 0; j < count; j++)
			members += same_risk(&calls[i], &calls[j]);
		for (j = i; j < count; j++)
			if (same_risk(&calls[i], &calls[j]))
				paragraph_add(&paragraph, calls[j].name, --members ? "," : ":");
		paragraph_add(&paragraph, calls[i].purpose->reason, "");
		paragraph_end(&paragraph);
	}
}

size_t listing_count_risk(const struct listed_call *calls, size_t count, enum risk_level level)
{
	size_t i, matching = 0;

	for (i = 0; i < count; i++)
		matching += calls[i].purpose->risk == level;
	return matching;
}
