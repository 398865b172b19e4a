// SPDX-License-Identifier: Apache-2.0
#include "profile/compare/compare_report.h"

#include <stdlib.h>

#include "json/json_builder.h"
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
	*compared = (struct compared){ 0 };
}

static void set_witness(struct json_builder *builder, json_t *object, const struct finding *finding)
{
	const struct observation *observation = finding->observation;
	char time[STR_TIME_SIZE];

	if (!observation)
		return;
	json_set_text(builder, object, "containerId", observation->container_id);
	json_set_text(builder, object, "pod", observation->pod_name);
	json_set_text(builder, object, "namespace", observation->pod_namespace);
	if (finding->call->first_seen) {
		str_format_time(time, finding->call->first_seen);
		json_set_text(builder, object, "firstSeen", time);
	}
	if (finding->call->process[0])
		json_set_text(builder, object, "process", finding->call->process);
}

static json_t *from_finding(struct json_builder *builder, const struct finding *finding)
{
	json_t *object = json_build_object(builder);

	json_set_text(builder, object, "name", finding->name);
	json_set_text(builder, object, "architecture", finding->scmp_arch);
	json_set_text(builder, object, "purpose", finding->purpose->clause);
	json_set_text(builder, object, "group", finding->purpose->group->key);
	json_set_text(builder, object, "risk", risk_level_name(finding->purpose->risk));
	json_set_text(builder, object, "reason", finding->purpose->reason);
	json_set_text(builder, object, "instead", finding->instead);
	json_set_text(builder, object, "condition", finding->condition);
	json_set_unless_empty(builder, object, "capabilities",
			      json_build_names(builder, finding->capabilities));
	if (finding->kind == FINDING_DENIED)
		json_set(builder, object, "allowed", json_boolean(finding->allowed));
	set_witness(builder, object, finding);
	return object;
}

static void set_findings(struct json_builder *builder, json_t *object,
			 const struct compare_report *report)
{
	json_t *arrays[FINDING_KIND_COUNT];
	size_t i;

	for (i = 0; i < FINDING_KIND_COUNT; i++)
		arrays[i] = json_build_array(builder);
	for (i = 0; i < report->length; i++)
		json_append(builder, arrays[report->findings[i].kind],
			    from_finding(builder, &report->findings[i]));
	for (i = 0; i < FINDING_KIND_COUNT; i++)
		json_set(builder, object, finding_keys[i], arrays[i]);
}

static json_t *from_compared(struct json_builder *builder, const struct compared *compared)
{
	const struct compare_report *report = &compared->report;
	json_t *object = json_build_object(builder);

	json_set_text(builder, object, "name", compared->name);
	json_set_text(builder, object, "file", compared->file);
	json_set_text(builder, object, "baseline", compared->baseline);
	json_set_text(builder, object, "baseProfile", compared->base_profile);
	json_set_text(builder, object, "note", compared->note);
	json_set_text(builder, object, "architecture", compared->scmp_arch);
	json_set_text(builder, object, "kernel", compared->kernel);
	if (compared->capabilities_matter) {
		json_set(builder, object, "capabilities",
			 json_build_strings(builder, compared->capabilities,
					    compared->capability_count));
		json_set(builder, object, "capabilitiesAssumed",
			 json_boolean(compared->capabilities_assumed));
	}
	json_set(builder, object, "fits", json_boolean(report->fits));
	json_set_number(builder, object, "allowed", report->allowed);
	json_set_number(builder, object, "removed", report->counts[FINDING_UNUSED]);
	set_findings(builder, object, report);
	json_set_unless_empty(builder, object, "unusedArchitectures",
			      json_build_names(builder, report->other_architectures));
	json_set(builder, object, "complete", json_boolean(compared->reason_count == 0));
	json_set_unless_empty(builder, object, "reasons",
			      json_build_strings(builder, compared->reasons,
						 compared->reason_count));
	return object;
}

int compared_write_json(const struct compared *items, size_t count, char **ret_text,
			struct error *err)
{
	_cleanup_json_ json_t *root = NULL;
	struct json_builder builder = { 0 };
	json_t *array;
	size_t i;

	root = json_build_object(&builder);
	array = json_build_array(&builder);
	json_set_text(&builder, root, "format", "recorder.compare/v1");
	for (i = 0; i < count; i++)
		json_append(&builder, array, from_compared(&builder, &items[i]));
	json_set(&builder, root, "comparisons", array);
	return json_build_text(&builder, root, ret_text, err);
}
