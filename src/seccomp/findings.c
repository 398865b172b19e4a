// SPDX-License-Identifier: Apache-2.0
#include "seccomp/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/string_set.h"

static const char *const severity_names[SEVERITY_COUNT] = {
	[SEVERITY_WARNING] = "warning",
	[SEVERITY_ERROR] = "error",
};

const char *severity_name(enum severity severity)
{
	return severity_names[severity];
}

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static struct finding *find(const struct findings *findings, const struct finding_of *of,
			    const char *message)
{
	size_t i;

	for (i = 0; i < findings->length; i++) {
		struct finding *finding = &findings->items[i];

		if (finding->severity == of->severity && same(finding->check, of->check) &&
		    same(finding->call, of->call) && same(finding->message, message))
			return finding;
	}
	return NULL;
}

static int append(struct findings *findings, const struct finding_of *of, char **message,
		  struct finding **ret_finding, struct error *err)
{
	_cleanup_free_ char *call = of->call ? strdup(of->call) : NULL;
	struct finding *items = array_grow(findings->items, findings->length, sizeof(*items));

	if (items)
		findings->items = items;
	if (!items || (of->call && !call))
		return error_nomem(err);
	*ret_finding = &items[findings->length++];
	**ret_finding = (struct finding){
		.severity = of->severity,
		.check = of->check,
		.call = steal_pointer(&call),
		.message = steal_pointer(message),
	};
	return 0;
}

int findings_add(struct findings *findings, const struct finding_of *of, struct error *err,
		 const char *format, ...)
{
	_cleanup_free_ char *message = NULL;
	struct finding *finding;
	va_list arguments;
	int r = 0;

	va_start(arguments, format);
	if (vasprintf(&message, format, arguments) < 0)
		message = NULL; /* undefined after a failure */
	va_end(arguments);
	if (!message)
		return error_nomem(err);
	finding = find(findings, of, message);
	if (!finding)
		r = append(findings, of, &message, &finding, err);
	if (r < 0 || !of->architecture)
		return r;
	return string_set_add(&finding->architectures, &finding->architecture_count,
			      of->architecture, err);
}

bool findings_fail(const struct findings *findings)
{
	size_t i;

	for (i = 0; i < findings->length; i++)
		if (findings->items[i].severity == SEVERITY_ERROR)
			return true;
	return false;
}

void findings_finish(struct findings *findings)
{
	size_t i;

	for (i = 0; i < findings->length; i++) {
		free(findings->items[i].call);
		string_set_free(findings->items[i].architectures,
				findings->items[i].architecture_count);
		free(findings->items[i].message);
	}
	free(findings->items);
	*findings = (struct findings){};
}
