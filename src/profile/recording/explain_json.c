// SPDX-License-Identifier: Apache-2.0
#include "profile/recording/explain.h"

#include "profile/recording/evidence.h"
#include "json/json_builder.h"
#include "util/str.h"
#include "util/string_set.h"

static json_t *from_evidence(struct json_builder *builder, const struct evidence *evidence)
{
	const struct observation *observation = evidence->observation;
	const struct call *call = evidence->call;
	json_t *object = json_build_object(builder);
	char time[STR_TIME_SIZE];

	json_set_text(builder, object, "container", observation->container_name);
	json_set_text(builder, object, "containerId", observation->container_id);
	json_set_text(builder, object, "pod", observation->pod_name);
	json_set_text(builder, object, "namespace", observation->pod_namespace);
	json_set_text(builder, object, "node", observation->node);
	json_set_text(builder, object, "runtime", observation->runtime);
	json_set_number(builder, object, "nr", call->nr);
	json_set_text(builder, object, "name",
		      syscall_name(observation->machine, call->abi, call->nr));
	json_set_text(builder, object, "abi", abi_name(call->abi));
	json_set_text(builder, object, "origin", origin_name(call->origin));
	json_set(builder, object, "denied", json_boolean(evidence->denied));
	if (call->first_seen) {
		str_format_time(time, call->first_seen);
		json_set_text(builder, object, "firstSeen", time);
	}
	if (call->process[0])
		json_set_text(builder, object, "process", call->process);
	return object;
}

int recording_explain_json(const struct recording *recording, const char *syscall, char **ret_text,
			   bool *ret_found, struct error *err)
{
	_cleanup_(evidence_list_finish) struct evidence_list list = { 0 };
	_cleanup_json_ json_t *root = NULL;
	struct json_builder builder = { 0 };
	json_t *evidence;
	char **reasons = NULL;
	size_t reason_count = 0, i;
	int ret;

	if ((ret = evidence_collect(recording, syscall, &list, err)) < 0 ||
	    (ret = incompleteness_reasons(recording, &reasons, &reason_count, err)) < 0)
		return ret;
	root = json_build_object(&builder);
	evidence = json_build_array(&builder);
	for (i = 0; i < list.length; i++)
		json_append(&builder, evidence, from_evidence(&builder, &list.items[i]));
	json_set_text(&builder, root, "syscall", syscall);
	json_set(&builder, root, "found", json_boolean(list.length > 0));
	json_set_number(&builder, root, "observations", recording->observation_count);
	json_set(&builder, root, "complete", json_boolean(recording_complete(recording)));
	json_set(&builder, root, "evidence", evidence);
	json_set(&builder, root, "reasons", json_build_strings(&builder, reasons, reason_count));
	string_set_free(reasons, reason_count);
	ret = json_build_text(&builder, root, ret_text, err);
	if (ret == 0)
		*ret_found = list.length > 0;
	return ret;
}
