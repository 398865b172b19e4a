// SPDX-License-Identifier: Apache-2.0
/*
 * Asks an API server through src/kube, for shell tests:
 *
 *	kube_probe CONFIG VERB RESOURCE NAMESPACE NAME [SUBRESOURCE]
 *		one call, with the body from standard input unless VERB is get or delete
 *	kube_probe CONFIG fill RESOURCE NAMESPACE COUNT
 *		creates objects from the body, NAME-0 and so on, 50 at the same time
 *	kube_probe CONFIG event NAMESPACE POD NOTE
 *		creates an event about a pod
 *	kube_probe CONFIG follow RESOURCE [SELECTOR]
 *		one line for whatever the reflector reports, until SIGTERM. On SIGUSR1, the anonymous
 *		memory of the process in KiB.
 *	kube_probe CONFIG lead NAMESPACE NAME IDENTITY
 *		one line for whatever happens to the candidate for a lease. Gives it up on SIGTERM,
 *		and ends then. On SIGUSR1, whether it leads.
 *
 * CONFIG is a kubeconfig file, or in-cluster. RESOURCE is GROUP/VERSION/PLURAL. NAMESPACE is "-" for
 * objects of the cluster. PROBE_TIMEOUT_MS, PROBE_PAGE and PROBE_WATCH_MS, PROBE_LEASE_S and
 * PROBE_RETRY_MS set options.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json/cursor.h"
#include "kube/call.h"
#include "kube/client.h"
#include "kube/config.h"
#include "kube/event.h"
#include "kube/lease.h"
#include "kube/reflector.h"
#include "util/array.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/loop.h"
#include "util/signals.h"

#define AT_THE_SAME_TIME 50

struct probe {
	struct loop *loop;
	struct kube_client *client;
	struct kube_resource resource;
	struct kube_call_options call;
	json_t *body;
	const char *name; /* of the body, for fill */
	long next, count, running;
	size_t objects; /* of the list that is under way */
	struct kube_lease *lease;
	int result;
	struct error *err;
};

static const char *const verbs[] = {
	[KUBE_GET] = "get",	[KUBE_CREATE] = "create", [KUBE_MERGE_PATCH] = "patch",
	[KUBE_APPLY] = "apply", [KUBE_DELETE] = "delete",
};

static int find_verb(const char *word)
{
	size_t i;

	for (i = 0; i < array_size(verbs); i++)
		if (!strcmp(verbs[i], word))
			return i;
	return -1;
}

static long option(const char *name)
{
	const char *text = getenv(name);

	return text ? atol(text) : 0;
}

static void fail(struct probe *probe, int result, const struct error *err)
{
	if (probe->result == 0)
		probe->result = error_set(probe->err, -result, "%s", error_message(err));
	loop_stop(probe->loop);
}

static void on_call(struct kube_call *call, int result, const struct error *err,
		    const json_t *object, void *data)
{
	struct probe *probe = data;

	if (result < 0) {
		fail(probe, result, err);
		return;
	}
	if (object)
		json_dumpf(object, stdout, JSON_COMPACT);
	putchar('\n');
	loop_stop(probe->loop);
}

static const struct kube_call_handlers call_handlers = { .done = on_call };

static int call(struct probe *probe, struct error *err)
{
	struct kube_call *started;
	int r;

	probe->call.timeout_ms = option("PROBE_TIMEOUT_MS");
	r = kube_call_start(probe->client, &probe->call, &call_handlers, probe, &started, err);
	return r < 0 ? r : loop_run(probe->loop, err);
}

static int create_next(struct probe *probe, struct error *err);

static void on_created(struct kube_call *call, int result, const struct error *err,
		       const json_t *object, void *data)
{
	struct probe *probe = data;
	_cleanup_error_ struct error problem = ERROR_INIT;

	probe->running--;
	if (result == 0) {
		result = create_next(probe, &problem);
		err = &problem;
	}
	if (result < 0)
		fail(probe, result, err);
	else if (!probe->running)
		loop_stop(probe->loop);
}

static const struct kube_call_handlers fill_handlers = { .done = on_created };

static int create_next(struct probe *probe, struct error *err)
{
	json_t *metadata = json_object_get(probe->body, "metadata");
	struct kube_call *started;
	char name[128];
	int r;

	if (probe->next == probe->count)
		return 0;
	snprintf(name, sizeof(name), "%s-%ld", probe->name, probe->next++);
	json_object_set_new(metadata, "name", json_string(name));
	r = kube_call_start(probe->client, &probe->call, &fill_handlers, probe, &started, err);
	if (r == 0)
		probe->running++;
	return r;
}

static int fill(struct probe *probe, long count, struct error *err)
{
	json_t *metadata = json_object_get(probe->body, "metadata");
	char name[64];
	int r = 0, i;

	snprintf(name, sizeof(name), "%s", json_string_value(json_object_get(metadata, "name")));
	probe->name = name;
	probe->count = count;
	for (i = 0; r == 0 && i < AT_THE_SAME_TIME; i++)
		r = create_next(probe, err);
	return r < 0 ? r : loop_run(probe->loop, err);
}

static void on_begin(void *data)
{
	struct probe *probe = data;

	probe->objects = 0;
	puts("begin");
}

static void say(const char *what, const json_t *object)
{
	const json_t *metadata = json_object_get(object, "metadata");

	printf("%s %s\n", what, json_string_value(json_object_get(metadata, "name")));
}

static void on_object(const json_t *object, void *data)
{
	struct probe *probe = data;

	probe->objects++;
	say("object", object);
}

static void on_deleted(const json_t *object, void *data)
{
	say("deleted", object);
}

static void on_listed(void *data)
{
	struct probe *probe = data;

	printf("listed %zu\n", probe->objects);
}

static void on_trouble(int result, const struct error *err, void *data)
{
	printf("trouble %s: %s\n", strerrorname_np(-result), error_message(err));
}

static const struct kube_reflector_handlers reflector_handlers = {
	.begin = on_begin,
	.object = on_object,
	.deleted = on_deleted,
	.listed = on_listed,
	.trouble = on_trouble,
};

static void print_memory(void)
{
	FILE *status = fopen("/proc/self/status", "r");
	char line[128];
	long size;

	while (status && fgets(line, sizeof(line), status))
		if (sscanf(line, "RssAnon: %ld kB", &size) == 1)
			printf("memory %ld\n", size);
	if (status)
		fclose(status);
}

static const int signals[] = { SIGUSR1, SIGTERM, 0 };

static void on_signal(int fd, unsigned int events, void *data)
{
	struct probe *probe = data;
	char info[128]; /* struct signalfd_siginfo */
	uint32_t number;

	if (read(fd, info, sizeof(info)) != sizeof(info))
		return;
	memcpy(&number, info, sizeof(number));
	if (number == SIGUSR1 && probe->lease)
		puts(kube_lease_is_held(probe->lease) ? "leads" : "does not lead");
	else if (number == SIGUSR1)
		print_memory();
	else if (probe->lease)
		kube_lease_release(probe->lease);
	else
		loop_stop(probe->loop);
}

static int watch_signals(struct probe *probe, struct error *err)
{
	struct loop_fd *watch;
	int r, fd;

	setvbuf(stdout, NULL, _IOLBF, 0);
	signals_block(signals, NULL);
	r = signals_open(signals, &fd, err);
	return r < 0 ? r : loop_add_fd(probe->loop, fd, LOOP_READ, on_signal, probe, &watch, err);
}

static int follow(struct probe *probe, const char *selector, struct error *err)
{
	const struct kube_reflector_options options = {
		.resource = &probe->resource,
		.field_selector = selector,
		.page_size = option("PROBE_PAGE"),
		.watch_timeout_ms = option("PROBE_WATCH_MS"),
	};
	_cleanup_kube_reflector_ struct kube_reflector *reflector = NULL;
	int r = watch_signals(probe, err);

	if (r == 0)
		r = kube_reflector_create(probe->client, &options, &reflector_handlers, probe,
					  &reflector, err);
	return r < 0 ? r : loop_run(probe->loop, err);
}

static void on_started(void *data)
{
	puts("started");
}

static void on_stopped(void *data)
{
	puts("stopped");
}

static void on_released(void *data)
{
	struct probe *probe = data;

	puts("released");
	loop_stop(probe->loop);
}

static const struct kube_lease_handlers lease_handlers = {
	.started = on_started,
	.stopped = on_stopped,
	.released = on_released,
	.trouble = on_trouble,
};

/* PROBE_LEASE_S changes all of client-go's times to the same degree. */
static int lead(struct probe *probe, char **argv, struct error *err)
{
	const long duration_ms = option("PROBE_LEASE_S") * 1000,
		   retry_ms = option("PROBE_RETRY_MS");
	const struct kube_lease_options options = {
		.namespace = argv[0],
		.name = argv[1],
		.identity = argv[2],
		.duration_ms = duration_ms,
		.renew_deadline_ms = duration_ms * 2 / 3,
		.retry_ms = retry_ms ? retry_ms : duration_ms * 2 / 15,
	};
	int r = watch_signals(probe, err);

	if (r == 0)
		r = kube_lease_create(probe->client, &options, &lease_handlers, probe,
				      &probe->lease, err);
	if (r == 0)
		r = loop_run(probe->loop, err);
	kube_lease_destroy(steal_pointer(&probe->lease));
	return r;
}

static int report_event(struct probe *probe, char **argv, struct error *err)
{
	const struct kube_event event = {
		.api_version = "v1",
		.kind = "Pod",
		.namespace = argv[0],
		.name = argv[1],
		.instance = "node-1",
		.action = "Try",
		.reason = "Tried",
		.note = argv[2],
		.warning = true,
		.time = clock_ns(CLOCK_REALTIME),
	};
	int r = kube_event_build(&event, &probe->body, err);

	if (r < 0)
		return r;
	probe->call = (struct kube_call_options){ .verb = KUBE_CREATE,
						  .resource = &kube_events,
						  .namespace = kube_event_namespace(&event),
						  .body = probe->body };
	return call(probe, err);
}

static int read_body(struct probe *probe, struct error *err)
{
	json_error_t problem;

	probe->body = json_loadf(stdin, 0, &problem);
	probe->call.body = probe->body;
	return probe->body ? 0 : error_set(err, EINVAL, "the body: %s", problem.text);
}

static void parse_resource(struct probe *probe, char *text, const char *namespace)
{
	char *version = strchr(text, '/'), *plural = strchr(version + 1, '/');

	*version++ = '\0';
	*plural++ = '\0';
	probe->resource = (struct kube_resource){ text, version, plural, namespace != NULL };
	probe->call.resource = &probe->resource;
	probe->call.namespace = namespace;
}

static int run(struct probe *probe, int argc, char **argv, struct error *err)
{
	const char *verb = argv[2];
	bool fills = !strcmp(verb, "fill");
	int number = find_verb(verb), r = 0;

	if (!strcmp(verb, "event") && argc == 6)
		return report_event(probe, argv + 3, err);
	if (!strcmp(verb, "lead") && argc == 6)
		return lead(probe, argv + 3, err);
	if (!strcmp(verb, "follow") && argc >= 4) {
		parse_resource(probe, argv[3], NULL);
		return follow(probe, argv[4], err);
	}
	if ((!fills && number < 0) || argc < 6)
		return error_set(err, EINVAL, "see the head of kube_probe.c");
	parse_resource(probe, argv[3], strcmp(argv[4], "-") != 0 ? argv[4] : NULL);
	if (number != KUBE_GET && number != KUBE_DELETE)
		r = read_body(probe, err);
	if (r < 0)
		return r;
	probe->call.verb = fills ? KUBE_CREATE : number;
	if (fills)
		return fill(probe, atol(argv[5]), err);
	probe->call.name = argv[5];
	probe->call.subresource = argc > 6 ? argv[6] : NULL;
	return call(probe, err);
}

int main(int argc, char **argv)
{
	_cleanup_kube_config_ struct kube_config config = KUBE_CONFIG_INIT;
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_loop_ struct loop *loop = NULL;
	struct probe probe = { .err = &err };
	int r = argc < 3 ? error_set(&err, EINVAL, "see the head of kube_probe.c") :
			   loop_create(&loop, &err);

	if (r == 0)
		r = strcmp(argv[1], "in-cluster") != 0 ?
			    kube_config_read(argv[1], NULL, &config, &err) :
			    kube_config_in_cluster(KUBE_SERVICE_ACCOUNT, &config, &err);
	if (r == 0)
		r = kube_client_create(loop, &config, &probe.client, &err);
	probe.loop = loop;
	if (r == 0)
		r = run(&probe, argc, argv, &err);
	if (r == 0)
		r = probe.result;
	kube_client_destroy(probe.client);
	json_decref(probe.body);
	if (r == 0)
		return 0;
	fprintf(stderr, "%s: %s\n", strerrorname_np(-r), error_message(&err));
	return 1;
}
