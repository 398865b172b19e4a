// SPDX-License-Identifier: Apache-2.0
#include "agent/node_reports.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "agent/conditions.h"
#include "agent/node_statuses.h"
#include "agent/profile_plan.h"
#include "kube/object.h"
#include "kube/reflector.h"
#include "util/error.h"
#include "util/name_table.h"
#include "util/string_set.h"

static const struct kube_resource nodes_resource = { "", "v1", "nodes", false };

/* What one node reports of one profile. */
struct report {
	char *name; /* of the object */
	char *profile;
	char *node;
	struct condition_state state;
	bool listed; /* by the list that is under way */
};

struct node_reports {
	const struct node_reports_handlers *handlers;
	void *data;
	struct kube_reflector *objects, *nodes;
	struct name_table items;
	char **node_names;
	size_t node_count;
	bool known, nodes_known;
};

/* ---- the reports */

static void destroy(struct report *report)
{
	condition_state_finish(&report->state);
	free(report->name);
	free(report->profile);
	free(report->node);
	free(report);
}

/* Returns the report of an object, which it makes; NULL if the object is no agent's. */
static struct report *get(struct node_reports *reports, const json_t *object)
{
	const char *name = kube_object_name(object);
	const char *profile = kube_object_owner(object);
	const char *node =
		json_string_value(json_object_get(json_object_get(object, "spec"), "nodeName"));
	struct report *report = name_table_find(&reports->items, name);

	if (report || !profile || !node)
		return report;
	report = calloc(1, sizeof(*report));
	if (!report)
		return NULL;
	report->name = strdup(name);
	report->profile = strdup(profile);
	report->node = strdup(node);
	if (report->name && report->profile && report->node &&
	    name_table_add(&reports->items, report, NULL) == 0)
		return report;
	destroy(report);
	return NULL;
}

static void forget(struct node_reports *reports, struct report *report)
{
	_cleanup_free_ char *profile = steal_pointer(&report->profile);

	name_table_remove(&reports->items, report->name);
	destroy(report);
	reports->handlers->changed(profile, reports->data);
}

size_t node_reports_find_worst(const struct node_reports *reports, const char *profile,
			       const char **ret_node, const struct condition_state **ret_state)
{
	const struct report *worst = NULL;
	size_t count = 0, i;

	for (i = 0; i < reports->items.length; i++) {
		const struct report *report = reports->items.items[i];

		if (strcmp(report->profile, profile) != 0 || !report->state.reason ||
		    report->state.state >= PROFILE_INSTALLED)
			continue;
		count++;
		/* In the order of their names. */
		if (!worst || report->state.state < worst->state.state)
			worst = report;
	}
	if (worst) {
		*ret_node = worst->node;
		*ret_state = &worst->state;
	}
	return count;
}

bool node_reports_are_known(const struct node_reports *reports)
{
	return reports->known;
}

/* ---- nodes that are gone */

static bool has_node(const struct node_reports *reports, const struct report *report)
{
	return !reports->nodes_known ||
	       string_set_has(reports->node_names, reports->node_count, report->node);
}

static void check_nodes(struct node_reports *reports)
{
	size_t i;

	for (i = 0; i < reports->items.length; i++) {
		const struct report *report = reports->items.items[i];

		if (!has_node(reports, report))
			reports->handlers->orphaned(report->name, reports->data);
	}
}

static void on_node(const json_t *object, void *data)
{
	struct node_reports *reports = data;

	/* Without memory the node would count as gone. */
	if (string_set_add(&reports->node_names, &reports->node_count, kube_object_name(object),
			   NULL) < 0)
		reports->nodes_known = false;
}

static void on_nodes_begin(void *data)
{
	struct node_reports *reports = data;

	string_set_free(reports->node_names, reports->node_count);
	reports->node_names = NULL;
	reports->node_count = 0;
	reports->nodes_known = false;
}

static void on_nodes_listed(void *data)
{
	struct node_reports *reports = data;

	reports->nodes_known = true;
	check_nodes(reports);
}

static void on_node_deleted(const json_t *object, void *data)
{
	struct node_reports *reports = data;

	string_set_remove(reports->node_names, &reports->node_count, kube_object_name(object));
	check_nodes(reports);
}

/* ---- what the API server says */

static void on_object(const json_t *object, void *data)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct node_reports *reports = data;
	struct report *report = get(reports, object);

	if (!report)
		return;
	report->listed = true;
	if (condition_state_read(&report->state, object, &err) < 0)
		reports->handlers->trouble(-err.code, &err, reports->data);
	reports->handlers->changed(report->profile, reports->data);
	if (!has_node(reports, report))
		reports->handlers->orphaned(report->name, reports->data);
}

static void on_deleted(const json_t *object, void *data)
{
	struct node_reports *reports = data;
	struct report *report = name_table_find(&reports->items, kube_object_name(object));

	if (report)
		forget(reports, report);
}

static void on_begin(void *data)
{
	struct node_reports *reports = data;
	size_t i;

	for (i = 0; i < reports->items.length; i++) {
		struct report *report = reports->items.items[i];

		report->listed = false;
	}
}

static void on_listed(void *data)
{
	struct node_reports *reports = data;
	size_t i;

	for (i = reports->items.length; i-- > 0;) {
		struct report *report = reports->items.items[i];

		if (!report->listed)
			forget(reports, report);
	}
	reports->known = true;
	reports->handlers->known(reports->data);
}

static void on_trouble(int result, const struct error *err, void *data)
{
	struct node_reports *reports = data;

	reports->handlers->trouble(result, err, reports->data);
}

static const struct kube_reflector_handlers object_handlers = {
	.begin = on_begin,
	.object = on_object,
	.deleted = on_deleted,
	.listed = on_listed,
	.trouble = on_trouble,
};

static const struct kube_reflector_handlers node_handlers = {
	.begin = on_nodes_begin,
	.object = on_node,
	.deleted = on_node_deleted,
	.listed = on_nodes_listed,
	.trouble = on_trouble,
};

int node_reports_create(struct kube_client *client, const struct node_reports_handlers *handlers,
			void *data, struct node_reports **ret_reports, struct error *err)
{
	const struct kube_reflector_options objects = { .resource = &node_statuses_resource };
	const struct kube_reflector_options nodes = { .resource = &nodes_resource };
	_cleanup_(cleanup_node_reports_destroy) struct node_reports *reports =
		calloc(1, sizeof(*reports));
	int r;

	if (!reports)
		return error_nomem(err);
	reports->handlers = handlers;
	reports->data = data;
	r = kube_reflector_create(client, &objects, &object_handlers, reports, &reports->objects,
				  err);
	if (r == 0)
		r = kube_reflector_create(client, &nodes, &node_handlers, reports, &reports->nodes,
					  err);
	if (r < 0)
		return r;
	*ret_reports = steal_pointer(&reports);
	return 0;
}

void node_reports_destroy(struct node_reports *reports)
{
	size_t i;

	if (!reports)
		return;
	kube_reflector_destroy(reports->objects);
	kube_reflector_destroy(reports->nodes);
	for (i = 0; i < reports->items.length; i++)
		destroy(reports->items.items[i]);
	name_table_finish(&reports->items);
	string_set_free(reports->node_names, reports->node_count);
	free(reports);
}
