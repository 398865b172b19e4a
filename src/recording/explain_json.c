// SPDX-License-Identifier: Apache-2.0
#include "recording/explain.h"

#include "recording/evidence.h"
#include "recording/explain_arguments.h"
#include "json/builder.h"
#include "util/str.h"
#include "util/string_set.h"

static json_t *from_evidence(struct builder *builder, const struct evidence *evidence)
{
	const struct observation *observation = evidence->observation;
	const struct call *call = evidence->call;
	json_t *object = builder_object(builder);
	char time[STR_TIME_SIZE];

	builder_set_string(builder, object, "container", observation->container_name);
	builder_set_string(builder, object, "containerId", observation->container_id);
	builder_set_string(builder, object, "pod", observation->pod_name);
	builder_set_string(builder, object, "namespace", observation->pod_namespace);
	builder_set_string(builder, object, "node", observation->node);
	builder_set_string(builder, object, "runtime", observation->runtime);
	builder_set_number(builder, object, "nr", call->nr);
	builder_set_string(builder, object, "name",
			   syscall_name(observation->machine, call->abi, call->nr));
	builder_set_string(builder, object, "abi", abi_name(call->abi));
	builder_set_string(builder, object, "origin", origin_name(call->origin));
	builder_set(builder, object, "denied", json_boolean(evidence->denied));
	if (call->first_seen) {
		str_format_time(time, call->first_seen);
		builder_set_string(builder, object, "firstSeen", time);
	}
	if (call->process[0])
		builder_set_string(builder, object, "process", call->process);
	builder_set_unless_empty(builder, object, "arguments",
				 explain_arguments_json(builder, evidence));
	return object;
}

int recording_explain_json(const struct recording *recording, const char *syscall, char **ret_text,
			   bool *ret_found, struct error *err)
{
	_cleanup_(evidence_list_finish) struct evidence_list list = {};
	_cleanup_json_ json_t *root = NULL;
	struct builder builder = {};
	json_t *evidence;
	char **reasons = NULL;
	size_t reason_count = 0, i;
	int r;

	if ((r = evidence_collect(recording, syscall, &list, err)) < 0 ||
	    (r = incompleteness_reasons(recording, &reasons, &reason_count, err)) < 0)
		return r;
	root = builder_object(&builder);
	evidence = builder_array(&builder);
	for (i = 0; i < list.length; i++)
		builder_append(&builder, evidence, from_evidence(&builder, &list.items[i]));
	builder_set_string(&builder, root, "syscall", syscall);
	builder_set(&builder, root, "found", json_boolean(list.length > 0));
	builder_set_number(&builder, root, "observations", recording->observation_count);
	builder_set(&builder, root, "complete", json_boolean(recording_complete(recording)));
	builder_set(&builder, root, "evidence", evidence);
	builder_set(&builder, root, "reasons", builder_strings(&builder, reasons, reason_count));
	string_set_free(reasons, reason_count);
	r = builder_text(&builder, root, ret_text, err);
	if (r == 0)
		*ret_found = list.length > 0;
	return r;
}
