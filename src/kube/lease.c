// SPDX-License-Identifier: Apache-2.0
//
//	                  ┌──────────────── retry ◀── held by another, or failed
//	                  ▼                   ▲
//	begin ─────────▶ get ──▶ create, take or renew ──▶ leading ──▶ retry ──▶ renew
//
// A leader renews without a get, because it knows the version that it wrote. All writes are conditional
// on the version that was read, so that of two candidates one fails.
#include "kube/lease.h"

#include <errno.h>
#include <string.h>

#include <jansson.h>

#include "json/builder.h"
#include "kube/call.h"
#include "kube/client_state.h"
#include "kube/micro_time.h"
#include "util/array.h"
#include "util/backoff.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/loop.h"

#define DURATION_MS 15000
#define RENEW_DEADLINE_MS 10000
#define RETRY_MS 2000

/* A candidate waits for up to 2.2 times retry_ms, as client-go (JitterFactor). */
#define JITTER_PERCENT 120

/* The duration of a released record, as client-go. The API server refuses 0. */
#define RELEASED_DURATION_S 1

const struct kube_resource kube_leases = {
	.group = "coordination.k8s.io", .version = "v1", .plural = "leases", .namespaced = true
};

struct kube_lease {
	struct kube_client *client;
	const struct kube_lease_handlers *handlers;
	void *data;
	struct kube_lease_options options; /* owns its strings */

	struct kube_call *call;	   /* the request under way, or NULL */
	int64_t called_at;	   /* the call's start */
	struct loop_timer *retry;  /* begins the next request */
	struct loop_timer *expiry; /* the renew deadline of a leader */

	/* What was seen last; NULL before that, and if the object does not exist. */
	json_t *record; /* members of spec: who holds the lease since when */
	char *version;	/* resourceVersion; NULL if the next request has to be a get */
	int64_t observed_at;

	bool leading;
	int64_t renewed_at; /* the start of the last renewal that succeeded */
	bool releasing;
	unsigned int turns; /* running functions; the lease is not freed during one */
	bool destroyed;
};

/* Goes on while the machine sleeps, as the clocks of the other candidates do. */
static int64_t now_ms(void)
{
	return clock_ns(CLOCK_BOOTTIME) / 1000000;
}

static void lease_free(struct kube_lease *lease)
{
	loop_remove_timer(lease->retry);
	loop_remove_timer(lease->expiry);
	json_decref(lease->record);
	free(lease->version);
	free((char *)lease->options.namespace);
	free((char *)lease->options.name);
	free((char *)lease->options.identity);
	free(lease);
}

DEFINE_CLEANUP(struct kube_lease *, lease_free);

static void begin_turn(struct kube_lease *lease)
{
	lease->turns++;
}

static void end_turn(struct kube_lease *lease)
{
	if (--lease->turns == 0 && lease->destroyed)
		lease_free(lease);
}

void kube_lease_destroy(struct kube_lease *lease)
{
	if (!lease || lease->destroyed)
		return;
	begin_turn(lease);
	lease->destroyed = true;
	kube_call_cancel(steal_pointer(&lease->call));
	loop_stop_timer(lease->retry);
	loop_stop_timer(lease->expiry);
	end_turn(lease);
}

bool kube_lease_is_held(const struct kube_lease *lease)
{
	return lease->leading && now_ms() < lease->renewed_at + lease->options.renew_deadline_ms;
}

static const char *holder(const struct kube_lease *lease)
{
	const char *text = json_string_value(json_object_get(lease->record, "holderIdentity"));

	return text ? text : "";
}

static bool is_ours(const struct kube_lease *lease)
{
	return !strcmp(holder(lease), lease->options.identity);
}

/* Returns a number of the record from 0 to INT32_MAX, which is all that the API server lets in. */
static int64_t number(const struct kube_lease *lease, const char *key)
{
	json_int_t value = json_integer_value(json_object_get(lease->record, key));

	return value < 0 ? 0 : value > INT32_MAX ? INT32_MAX : value;
}

/* True while another candidate may lead. Only this machine's clock counts. */
static bool is_held_by_another(const struct kube_lease *lease)
{
	return *holder(lease) && !is_ours(lease) &&
	       lease->observed_at + number(lease, "leaseDurationSeconds") * 1000 > now_ms();
}

static void forget_version(struct kube_lease *lease)
{
	free(lease->version);
	lease->version = NULL;
}

/* Remembers the object's record, and when it changed. */
static int observe(struct kube_lease *lease, const json_t *object, struct error *err)
{
	static const char *const keys[] = { "holderIdentity", "leaseDurationSeconds", "acquireTime",
					    "renewTime", "leaseTransitions" };
	const json_t *metadata = json_object_get(object, "metadata");
	const json_t *spec = json_object_get(object, "spec");
	const char *version = json_string_value(json_object_get(metadata, "resourceVersion"));
	struct builder builder = {};
	json_t *record = builder_object(&builder), *value;
	size_t i;

	for (i = 0; i < array_size(keys); i++)
		if ((value = json_object_get(spec, keys[i])))
			builder_set(&builder, record, keys[i], json_incref(value));
	forget_version(lease);
	lease->version = version ? strdup(version) : NULL;
	if (builder.failed || (version && !lease->version)) {
		json_decref(record);
		return error_nomem(err);
	}
	if (!lease->record || !json_equal(record, lease->record)) {
		json_decref(lease->record);
		lease->record = json_incref(record);
		lease->observed_at = now_ms();
	}
	json_decref(record);
	return version ? 0 : error_set(err, EINVAL, "the lease has no resourceVersion");
}

static void stop_leading(struct kube_lease *lease)
{
	if (!lease->leading)
		return;
	lease->leading = false;
	loop_stop_timer(lease->expiry);
	lease->handlers->stopped(lease->data);
}

/* Renews the deadline. The time counts from the start of the request: others saw the change later. */
static void lead(struct kube_lease *lease)
{
	bool started = !lease->leading;

	lease->leading = true;
	lease->renewed_at = lease->called_at;
	loop_start_timer(lease->expiry,
			 lease->renewed_at + lease->options.renew_deadline_ms - now_ms());
	if (started)
		lease->handlers->started(lease->data);
}

static void schedule(struct kube_lease *lease)
{
	int64_t delay_ms = lease->options.retry_ms;

	if (lease->destroyed)
		return;
	if (lease->releasing)
		delay_ms = 0;
	else if (!lease->leading)
		delay_ms += backoff_random(delay_ms * JITTER_PERCENT / 100);
	loop_start_timer(lease->retry, delay_ms);
}

static void report(struct kube_lease *lease, int result, const struct error *err)
{
	if (!lease->destroyed)
		lease->handlers->trouble(result, err, lease->data);
}

static const struct kube_call_handlers get_handlers, write_handlers;

static int start_call(struct kube_lease *lease, enum kube_verb verb, const json_t *body,
		      struct error *err)
{
	const struct kube_call_options options = {
		.verb = verb,
		.resource = &kube_leases,
		.namespace = lease->options.namespace,
		.name = lease->options.name,
		.body = body,
		.timeout_ms = lease->options.renew_deadline_ms / 2,
	};

	lease->called_at = now_ms();
	return kube_call_start(lease->client, &options,
			       verb == KUBE_GET ? &get_handlers : &write_handlers, lease,
			       &lease->call, err);
}

static json_t *build_spec(const struct kube_lease *lease, struct builder *builder)
{
	json_t *spec = builder_object(builder);
	char now[KUBE_MICRO_TIME_SIZE];

	kube_micro_time(now, clock_ns(CLOCK_REALTIME));
	builder_set_string(builder, spec, "renewTime", now);
	if (lease->releasing) {
		builder_set(builder, spec, "holderIdentity", json_null());
		builder_set_number(builder, spec, "leaseDurationSeconds", RELEASED_DURATION_S);
		builder_set_string(builder, spec, "acquireTime", now);
		return spec;
	}
	builder_set_string(builder, spec, "holderIdentity", lease->options.identity);
	builder_set_number(builder, spec, "leaseDurationSeconds",
			   lease->options.duration_ms / 1000);
	if (is_ours(lease))
		return spec;
	builder_set_string(builder, spec, "acquireTime", now);
	builder_set_number(builder, spec, "leaseTransitions",
			   lease->record ? number(lease, "leaseTransitions") + 1 : 0);
	return spec;
}

/* Creates the object, or changes its record if it is still that version. */
static int start_write(struct kube_lease *lease, struct error *err)
{
	struct builder builder = {};
	_cleanup_json_ json_t *body = builder_object(&builder);
	json_t *metadata = builder_object(&builder);

	builder_set_string(&builder, body, "apiVersion", "coordination.k8s.io/v1");
	builder_set_string(&builder, body, "kind", "Lease");
	builder_set_string(&builder, metadata, "name", lease->options.name);
	builder_set_string(&builder, metadata, "resourceVersion", lease->version);
	builder_set(&builder, body, "metadata", metadata);
	builder_set(&builder, body, "spec", build_spec(lease, &builder));
	if (builder.failed)
		return error_nomem(err);
	return start_call(lease, lease->version ? KUBE_MERGE_PATCH : KUBE_CREATE, body, err);
}

static void fail(struct kube_lease *lease, int result, const struct error *err)
{
	forget_version(lease);
	report(lease, result, err);
	schedule(lease);
}

/* Begins the request that comes next. */
static void on_retry(void *data)
{
	struct kube_lease *lease = data;
	_cleanup_error_ struct error err = ERROR_INIT;
	int r;

	begin_turn(lease);
	if (lease->releasing && !(lease->version && is_ours(lease))) {
		lease->handlers->released(lease->data);
	} else {
		r = lease->releasing || (lease->leading && lease->version) ?
			    start_write(lease, &err) :
			    start_call(lease, KUBE_GET, NULL, &err);
		if (r < 0)
			fail(lease, r, &err);
	}
	end_turn(lease);
}

/* Decides what follows from the record as it is now. */
static void take_answer(struct kube_lease *lease)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	int r = 0;

	if (*holder(lease) && !is_ours(lease))
		stop_leading(lease);
	if (lease->destroyed)
		return;
	if (is_held_by_another(lease) || lease->releasing)
		schedule(lease);
	else
		r = start_write(lease, &err);
	if (r < 0)
		fail(lease, r, &err);
}

/* Ends the request under way. Returns what came of it, with the reason in ret_problem. */
static int end_call(struct kube_lease *lease, int result, const struct error *err,
		    const json_t *object, struct error *ret_problem)
{
	lease->call = NULL;
	if (result == 0)
		return observe(lease, object, ret_problem);
	error_copy(ret_problem, err);
	return result;
}

static void on_got(struct kube_call *call, int result, const struct error *err,
		   const json_t *object, void *data)
{
	struct kube_lease *lease = data;
	_cleanup_error_ struct error problem = ERROR_INIT;

	begin_turn(lease);
	result = end_call(lease, result, err, object, &problem);
	if (result == -ENOENT) {
		json_decref(lease->record);
		lease->record = NULL;
		forget_version(lease);
		result = 0;
	}
	if (result < 0)
		fail(lease, result, &problem);
	else
		take_answer(lease);
	end_turn(lease);
}

static const struct kube_call_handlers get_handlers = { .done = on_got };

/* Another candidate may have been faster, or somebody else changed the object. */
static void lose_race(struct kube_lease *lease)
{
	forget_version(lease);
	if (lease->leading && !lease->releasing)
		loop_start_timer(lease->retry, 0);
	else
		schedule(lease);
}

static void on_written(struct kube_call *call, int result, const struct error *err,
		       const json_t *object, void *data)
{
	struct kube_lease *lease = data;
	_cleanup_error_ struct error problem = ERROR_INIT;

	begin_turn(lease);
	result = end_call(lease, result, err, object, &problem);
	if (result == -ESTALE || result == -EEXIST) {
		lose_race(lease);
	} else if (result < 0) {
		fail(lease, result, &problem);
	} else {
		if (is_ours(lease) && !lease->releasing)
			lead(lease);
		schedule(lease);
	}
	end_turn(lease);
}

static const struct kube_call_handlers write_handlers = { .done = on_written };

/* No renewal has succeeded for too long. */
static void on_expiry(void *data)
{
	struct kube_lease *lease = data;

	begin_turn(lease);
	kube_call_cancel(steal_pointer(&lease->call));
	forget_version(lease);
	stop_leading(lease);
	schedule(lease);
	end_turn(lease);
}

/* A request under way ends first: it may take the lease, which is then given up. */
void kube_lease_release(struct kube_lease *lease)
{
	if (lease->releasing || lease->destroyed)
		return;
	begin_turn(lease);
	lease->releasing = true;
	stop_leading(lease);
	if (!lease->call)
		schedule(lease);
	end_turn(lease);
}

static int copy_options(struct kube_lease *lease, const struct kube_lease_options *options,
			struct error *err)
{
	struct kube_lease_options *copy = &lease->options;

	copy->duration_ms = options->duration_ms ? options->duration_ms : DURATION_MS;
	copy->renew_deadline_ms = options->renew_deadline_ms ? options->renew_deadline_ms :
							       RENEW_DEADLINE_MS;
	copy->retry_ms = options->retry_ms ? options->retry_ms : RETRY_MS;
	copy->namespace = strdup(options->namespace);
	copy->name = strdup(options->name);
	copy->identity = strdup(options->identity);
	if (!copy->namespace || !copy->name || !copy->identity)
		return error_nomem(err);
	if (!*copy->identity)
		return error_set(err, EINVAL, "the candidate for a lease has no identity");
	if (copy->retry_ms < 1 || copy->duration_ms % 1000 ||
	    copy->renew_deadline_ms >= copy->duration_ms ||
	    copy->retry_ms * JITTER_PERCENT / 100 >= copy->renew_deadline_ms)
		return error_set(err, EINVAL, "the durations of a lease contradict each other");
	return 0;
}

int kube_lease_create(struct kube_client *client, const struct kube_lease_options *options,
		      const struct kube_lease_handlers *handlers, void *data,
		      struct kube_lease **ret_lease, struct error *err)
{
	_cleanup_(cleanup_lease_free) struct kube_lease *lease = calloc(1, sizeof(*lease));
	int r;

	if (!lease)
		return error_nomem(err);
	lease->client = client;
	lease->handlers = handlers;
	lease->data = data;
	r = copy_options(lease, options, err);
	if (r == 0)
		r = loop_add_timer(client->loop, on_retry, lease, &lease->retry, err);
	if (r == 0)
		r = loop_add_timer(client->loop, on_expiry, lease, &lease->expiry, err);
	if (r == 0)
		r = start_call(lease, KUBE_GET, NULL, err);
	if (r < 0)
		return r;
	*ret_lease = steal_pointer(&lease);
	return 0;
}
