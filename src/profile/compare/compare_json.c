// SPDX-License-Identifier: Apache-2.0
#include "profile/compare/compare_report.h"

#include <stdlib.h>

#include "json/builder.h"
#include "syscalls/purpose.h"
#include "util/str.h"
#include "util/string_set.h"

static const char *const finding_keys[FINDING_KIND_COUNT] = {
	[FINDING_BREAKS] = "notAllowed",       [FINDING_FALLBACK] = "fallback",
	[FINDING_CONDITIONAL] = "conditional", [FINDING_UNUSED] = "unused",
	[FINDING_DENIED] = "denied",
};

void compared_finish(struct compared *compared)
{
	free(compared->name);
	free(compared->file);
	free(compared->baseline);
	free(compared->base_profile);
	free(compared->note);
	free(compared->kernel);
	string_set_free(compared->capabilities, compared->capability_count);
	string_set_free(compared->reasons, compared->reason_count);
	compare_report_finish(&compared->report);
	*compared = (struct compared){};
}

static void set_witness(struct builder *builder, json_t *object, const struct finding *finding)
{
	const struct observation *observation = finding->observation;
	char time[STR_TIME_SIZE];

	if (!observation)
		return;
	builder_set_string(builder, object, "containerId", observation->container_id);
	builder_set_string(builder, object, "pod", observation->pod_name);
	builder_set_string(builder, object, "namespace", observation->pod_namespace);
	if (finding->call->first_seen) {
		str_format_time(time, finding->call->first_seen);
		builder_set_string(builder, object, "firstSeen", time);
	}
	if (finding->call->process[0])
		builder_set_string(builder, object, "process", finding->call->process);
}

static json_t *from_refused(struct builder *builder, const struct refused_argument *refused)
{
	json_t *object = builder_object(builder);
	char time[STR_TIME_SIZE];

	builder_set_number(builder, object, "argument", refused->index);
	if (refused->offset)
		builder_set_number(builder, object, "offset", refused->offset);
	builder_set_number(builder, object, refused->flags ? "flag" : "value",
			   refused->value.value);
	builder_set_string(builder, object, "name", refused->name);
	if (refused->value.first_seen) {
		str_format_time(time, refused->value.first_seen);
		builder_set_string(builder, object, "firstSeen", time);
	}
	if (refused->value.process[0])
		builder_set_string(builder, object, "process", refused->value.process);
	return object;
}

static json_t *from_finding(struct builder *builder, const struct finding *finding)
{
	json_t *object = builder_object(builder);

	builder_set_string(builder, object, "name", finding->name);
	builder_set_string(builder, object, "architecture", finding->scmp_arch);
	builder_set_string(builder, object, "purpose", finding->purpose->clause);
	builder_set_string(builder, object, "group", finding->purpose->group->key);
	builder_set_string(builder, object, "risk", risk_level_name(finding->purpose->risk));
	builder_set_string(builder, object, "reason", finding->purpose->reason);
	builder_set_string(builder, object, "instead", finding->instead);
	builder_set_string(builder, object, "condition", finding->condition);
	builder_set_string(builder, object, "refusedReason", finding->refused_reason);
	if (finding->refused.known)
		builder_set(builder, object, "refused", from_refused(builder, &finding->refused));
	builder_set_unless_empty(builder, object, "capabilities",
				 builder_names(builder, finding->capabilities));
	if (finding->kind == FINDING_DENIED)
		builder_set(builder, object, "allowed", json_boolean(finding->allowed));
	set_witness(builder, object, finding);
	return object;
}

static void set_findings(struct builder *builder, json_t *object,
			 const struct compare_report *report)
{
	json_t *arrays[FINDING_KIND_COUNT];
	size_t i;

	for (i = 0; i < FINDING_KIND_COUNT; i++)
		arrays[i] = builder_array(builder);
	for (i = 0; i < report->length; i++)
		builder_append(builder, arrays[report->findings[i].kind],
			       from_finding(builder, &report->findings[i]));
	for (i = 0; i < FINDING_KIND_COUNT; i++)
		builder_set(builder, object, finding_keys[i], arrays[i]);
}

static json_t *from_compared(struct builder *builder, const struct compared *compared)
{
	const struct compare_report *report = &compared->report;
	json_t *object = builder_object(builder);

	builder_set_string(builder, object, "name", compared->name);
	builder_set_string(builder, object, "file", compared->file);
	builder_set_string(builder, object, "baseline", compared->baseline);
	builder_set_string(builder, object, "baseProfile", compared->base_profile);
	builder_set_string(builder, object, "note", compared->note);
	builder_set_string(builder, object, "architecture", compared->scmp_arch);
	builder_set_string(builder, object, "kernel", compared->kernel);
	if (compared->capabilities_matter) {
		builder_set(builder, object, "capabilities",
			    builder_strings(builder, compared->capabilities,
					    compared->capability_count));
		builder_set(builder, object, "capabilitiesAssumed",
			    json_boolean(compared->capabilities_assumed));
	}
	builder_set(builder, object, "fits", json_boolean(report->fits));
	builder_set_number(builder, object, "allowed", report->allowed);
	builder_set_number(builder, object, "removed", report->counts[FINDING_UNUSED]);
	set_findings(builder, object, report);
	builder_set_unless_empty(builder, object, "unusedArchitectures",
				 builder_names(builder, report->other_architectures));
	builder_set(builder, object, "complete", json_boolean(compared->reason_count == 0));
	builder_set_unless_empty(builder, object, "reasons",
				 builder_strings(builder, compared->reasons,
						 compared->reason_count));
	return object;
}

int compared_write_json(const struct compared *items, size_t count, char **ret_text,
			struct error *err)
{
	_cleanup_json_ json_t *root = NULL;
	struct builder builder = {};
	json_t *array;
	size_t i;

	root = builder_object(&builder);
	array = builder_array(&builder);
	builder_set_string(&builder, root, "format", "recorder.compare/v1");
	for (i = 0; i < count; i++)
		builder_append(&builder, array, from_compared(&builder, &items[i]));
	builder_set(&builder, root, "comparisons", array);
	return builder_text(&builder, root, ret_text, err);
}
