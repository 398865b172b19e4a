// SPDX-License-Identifier: Apache-2.0
/*
 * Asks a container runtime through src/net, for shell tests:
 *
 *	grpc_probe ENDPOINT version           its name and version; again after each line of input
 *	grpc_probe ENDPOINT containers        the ids of its containers, one per line
 *	grpc_probe ENDPOINT unknown           a method that no runtime has
 *	grpc_probe ENDPOINT events NUMBER     this number of events: container and type
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/grpc.h"
#include "container/cri.pb-c.h"
#include "util/error.h"
#include "util/loop.h"

#define SERVICE "/runtime.v1.RuntimeService/"
#define TIMEOUT_MS 2000

struct probe {
	struct loop *loop;
	struct http2_client *client;
	long events; /* still to come */
	int result;
	struct error *err;
};

static int ask_version(struct probe *probe, struct error *err)
{
	static const struct grpc_method method = { SERVICE "Version",
						   &cri__version_response__descriptor };
	Cri__VersionRequest request = CRI__VERSION_REQUEST__INIT;
	ProtobufCMessage *message;
	const Cri__VersionResponse *answer;
	int r = grpc_wait(probe->loop, probe->client, &method, &request.base, TIMEOUT_MS, &message,
			  err);

	if (r < 0)
		return r;
	answer = (const Cri__VersionResponse *)message;
	printf("%s %s\n", answer->runtime_name, answer->runtime_version);
	fflush(stdout);
	protobuf_c_message_free_unpacked(message, NULL);
	return 0;
}

static int ask_version_again(struct probe *probe, struct error *err)
{
	char line[64];
	int r = ask_version(probe, err);

	while (r == 0 && fgets(line, sizeof(line), stdin))
		r = ask_version(probe, err);
	return r;
}

static int ask_containers(struct probe *probe, struct error *err)
{
	static const struct grpc_method method = { SERVICE "ListContainers",
						   &cri__list_containers_response__descriptor };
	Cri__ListContainersRequest request = CRI__LIST_CONTAINERS_REQUEST__INIT;
	ProtobufCMessage *message;
	const Cri__ListContainersResponse *answer;
	size_t i;
	int r = grpc_wait(probe->loop, probe->client, &method, &request.base, TIMEOUT_MS, &message,
			  err);

	if (r < 0)
		return r;
	answer = (const Cri__ListContainersResponse *)message;
	for (i = 0; i < answer->n_containers; i++)
		printf("%s\n", answer->containers[i]->id);
	protobuf_c_message_free_unpacked(message, NULL);
	return 0;
}

static int ask_unknown(struct probe *probe, struct error *err)
{
	static const struct grpc_method method = { SERVICE "Unheard",
						   &cri__version_response__descriptor };
	Cri__VersionRequest request = CRI__VERSION_REQUEST__INIT;
	ProtobufCMessage *message;
	int r = grpc_wait(probe->loop, probe->client, &method, &request.base, TIMEOUT_MS, &message,
			  err);

	if (r == 0)
		protobuf_c_message_free_unpacked(message, NULL);
	return r;
}

static void on_event(struct grpc_call *call, ProtobufCMessage *message, void *data)
{
	const Cri__ContainerEventResponse *event = (const Cri__ContainerEventResponse *)message;
	struct probe *probe = data;

	printf("%s %u\n", event->container_id, event->container_event_type);
	fflush(stdout);
	protobuf_c_message_free_unpacked(message, NULL);
	if (--probe->events > 0)
		return;
	grpc_cancel(call);
	loop_stop(probe->loop);
}

static void on_end(struct grpc_call *call, int result, const struct error *err, void *data)
{
	struct probe *probe = data;

	probe->result = result;
	if (result < 0)
		error_set(probe->err, -result, "%s", error_message(err));
	loop_stop(probe->loop);
}

static int ask_events(struct probe *probe, struct error *err)
{
	static const struct grpc_method method = { SERVICE "GetContainerEvents",
						   &cri__container_event_response__descriptor,
						   .streams = true };
	static const struct grpc_handlers handlers = { on_event, on_end };
	Cri__GetEventsRequest request = CRI__GET_EVENTS_REQUEST__INIT;
	struct grpc_call *call;
	int r;

	probe->err = err;
	r = grpc_start(probe->client, &method, &request.base, 0, &handlers, probe, &call, err);
	if (r == 0)
		r = loop_run(probe->loop, err);
	return r < 0 ? r : probe->result;
}

static int ask(struct probe *probe, char **argv, struct error *err)
{
	if (strcmp(argv[2], "version") == 0)
		return ask_version_again(probe, err);
	if (strcmp(argv[2], "containers") == 0)
		return ask_containers(probe, err);
	if (strcmp(argv[2], "unknown") == 0)
		return ask_unknown(probe, err);
	probe->events = argv[3] ? strtol(argv[3], NULL, 10) : 1;
	return ask_events(probe, err);
}

int main(int argc, char **argv)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_loop_ struct loop *loop = NULL;
	_cleanup_http2_client_ struct http2_client *client = NULL;
	struct http2_options options = {};
	struct probe probe = {};
	int r;

	if (argc < 3)
		return 2;
	options.endpoint = argv[1];
	r = loop_create(&loop, &err);
	if (r == 0)
		r = http2_client_create(loop, &options, &client, &err);
	probe.loop = loop;
	probe.client = client;
	if (r == 0)
		r = ask(&probe, argv, &err);
	if (r < 0)
		fprintf(stderr, "%s\n", error_message(&err));
	return r < 0;
}
