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

/* FNV-1a. */
static uint32_t hash(const char *text)
{
	uint32_t value = 2166136261u;

	for (; *text; text++)
		value = (value ^ (unsigned char)*text) * 16777619u;
	return value;
}

/* Returns the place of the same finding, or the free place for it. */
static uint32_t *find_place(const struct findings *findings, const struct finding_of *of,
			    const char *message)
{
	size_t i = hash(message);

	for (;; i++) {
		uint32_t *place = &findings->places[i & (findings->place_count - 1)];
		const struct finding *finding = *place ? &findings->items[*place - 1] : NULL;

		if (!finding ||
		    (finding->severity == of->severity && same(finding->check, of->check) &&
		     same(finding->call, of->call) && same(finding->message, message)))
			return place;
	}
}

/* Makes room for one more finding. At least half of the places stay free. */
static int make_places(struct findings *findings, struct error *err)
{
	struct findings grown = *findings;
	size_t i;

	if (2 * (findings->length + 1) <= findings->place_count)
		return 0;
	grown.place_count = findings->place_count ? 2 * findings->place_count : 64;
	grown.places = calloc(grown.place_count, sizeof(*grown.places));
	if (!grown.places)
		return error_nomem(err);
	for (i = 0; i < findings->length; i++) {
		const struct finding *finding = &findings->items[i];
		const struct finding_of of = { finding->severity, finding->check, finding->call };

		*find_place(&grown, &of, finding->message) = i + 1;
	}
	free(findings->places);
	*findings = grown;
	return 0;
}

static int append(struct findings *findings, const struct finding_of *of, char **message,
		  struct error *err)
{
	_cleanup_free_ char *call = of->call ? strdup(of->call) : NULL;
	struct finding *items = array_grow(findings->items, findings->length, sizeof(*items));

	if (items)
		findings->items = items;
	if (!items || (of->call && !call))
		return error_nomem(err);
	items[findings->length++] = (struct finding){
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
	uint32_t *place;
	int r = make_places(findings, err);

	if (r < 0)
		return r;
	va_start(arguments, format);
	if (vasprintf(&message, format, arguments) < 0)
		message = NULL; /* undefined after a failure */
	va_end(arguments);
	if (!message)
		return error_nomem(err);
	place = find_place(findings, of, message);
	if (!*place) {
		r = append(findings, of, &message, err);
		if (r < 0)
			return r;
		*place = findings->length;
	}
	if (!of->architecture)
		return 0;
	finding = &findings->items[*place - 1];
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
	free(findings->places);
	*findings = (struct findings){};
}
