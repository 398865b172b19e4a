// SPDX-License-Identifier: Apache-2.0
#include "container/cri.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>

#include "container/cri_model.h"
#include "net/grpc.h"
#include "util/array.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/loop.h"
#include "util/str.h"

#define NSEC_PER_MSEC 1000000LL

/*
 * Callers block while a runtime is away, so the pause before the next attempt to connect is
 * short.
 */
#define BACKOFF_MIN_MS 10
#define BACKOFF_MAX_MS 50

#define SERVICE "/runtime.v1.RuntimeService/"

static const struct grpc_method version_method = {
	.path = SERVICE "Version",
	.answer = &cri__version_response__descriptor,
};
static const struct grpc_method sandboxes_method = {
	.path = SERVICE "ListPodSandbox",
	.answer = &cri__list_pod_sandbox_response__descriptor,
};
static const struct grpc_method containers_method = {
	.path = SERVICE "ListContainers",
	.answer = &cri__list_containers_response__descriptor,
};
static const struct grpc_method runtime_status_method = {
	.path = SERVICE "Status",
	.answer = &cri__status_response__descriptor,
};
static const struct grpc_method status_method = {
	.path = SERVICE "ContainerStatus",
	.answer = &cri__container_status_response__descriptor,
};

/* Sockets on which runtimes listen by default. The first one that answers is used. */
static const char *const usual_sockets[] = {
	"/run/containerd/containerd.sock",
	"/run/k3s/containerd/containerd.sock",
	"/run/crio/crio.sock",
	"/run/cri-dockerd.sock",
};

struct cri {
	struct loop *loop; /* runs during a call, and where a worker runs it */
	struct http2_client *client;
	char *socket;
	char *runtime_name;
	char *runtime_version;
};

static void free_message(ProtobufCMessage *message)
{
	protobuf_c_message_free_unpacked(message, NULL);
}
DEFINE_CLEANUP(ProtobufCMessage *, free_message);
#define _cleanup_message_ _cleanup_(cleanup_free_message)

void cri_destroy(struct cri *cri)
{
	if (!cri)
		return;
	http2_client_destroy(cri->client);
	loop_destroy(cri->loop);
	free(cri->socket);
	free(cri->runtime_name);
	free(cri->runtime_version);
	free(cri);
}

const char *cri_endpoint(const struct cri *cri)
{
	return cri->socket;
}

const char *cri_runtime_name(const struct cri *cri)
{
	return cri->runtime_name;
}

const char *cri_runtime_version(const struct cri *cri)
{
	return cri->runtime_version;
}

struct loop *cri_loop(const struct cri *cri)
{
	return cri->loop;
}

struct http2_client *cri_client(const struct cri *cri)
{
	return cri->client;
}

/*
 * Makes a call. If the call is lost with its connection, for example because the runtime was
 * restarted, it is repeated once in the time that is left. That does no harm, because all calls
 * here only read.
 */
static int call(struct cri *cri, const struct grpc_method *method, const ProtobufCMessage *request,
		ProtobufCMessage **ret_answer, struct error *err)
{
	_cleanup_error_ struct error lost = ERROR_INIT;
	int64_t begin = clock_ns(CLOCK_MONOTONIC), left;
	int r = grpc_wait(cri->loop, cri->client, method, request, CRI_TIMEOUT_MS, ret_answer,
			  &lost);

	if (r == 0)
		return 0;
	left = CRI_TIMEOUT_MS - (clock_ns(CLOCK_MONOTONIC) - begin) / NSEC_PER_MSEC;
	if ((r != -ECONNRESET && r != -ECONNABORTED) || left <= 0)
		return error_set(err, -r, "%s", error_message(&lost));
	return grpc_wait(cri->loop, cri->client, method, request, left, ret_answer, err);
}

static int ask_version(struct cri *cri, struct error *err)
{
	Cri__VersionRequest request = CRI__VERSION_REQUEST__INIT;
	_cleanup_message_ ProtobufCMessage *message = NULL;
	const Cri__VersionResponse *response;
	int r = call(cri, &version_method, &request.base, &message, err);

	if (r == -ENOSYS)
		return error_set(err, EPROTO,
				 "%s does not speak the container runtime interface (runtime.v1); "
				 "is its CRI plugin disabled?",
				 cri->socket);
	if (r < 0)
		return r;
	response = (const Cri__VersionResponse *)message;
	cri->runtime_name = strdup(response->runtime_name);
	cri->runtime_version = strdup(response->runtime_version);
	return cri->runtime_name && cri->runtime_version ? 0 : error_nomem(err);
}

static int make_client(struct cri *cri, struct error *err)
{
	struct http2_options options = {
		.connect_timeout_ms = CRI_TIMEOUT_MS,
		.backoff_min_ms = BACKOFF_MIN_MS,
		.backoff_max_ms = BACKOFF_MAX_MS,
	};
	_cleanup_free_ char *endpoint = NULL;
	int r = loop_create(&cri->loop, err);

	if (r < 0)
		return r;
	if (asprintf(&endpoint, "unix://%s", cri->socket) < 0) {
		endpoint = NULL;
		return error_nomem(err);
	}
	options.endpoint = endpoint;
	return http2_client_create(cri->loop, &options, &cri->client, err);
}

static int check_socket(const char *path, struct error *err)
{
	struct sockaddr_un address;
	struct stat st;

	if (strlen(path) >= sizeof(address.sun_path))
		return error_set(err, ENAMETOOLONG,
				 "the path of the runtime's socket is too long: %s", path);
	if (stat(path, &st) < 0)
		return error_set_errno(err, errno, "find the runtime's socket %s", path);
	if (!S_ISSOCK(st.st_mode))
		return error_set(err, ENOTSOCK, "%s is not a socket", path);
	if (access(path, W_OK) < 0)
		return error_set_errno(err, errno, "use the runtime's socket %s", path);
	return 0;
}

static int connect_to(const char *path, struct cri **ret_cri, struct error *err)
{
	_cleanup_cri_ struct cri *cri = calloc(1, sizeof(*cri));
	int r;

	if (!cri)
		return error_nomem(err);
	r = check_socket(path, err);
	if (r < 0)
		return r;
	cri->socket = strdup(path);
	if (!cri->socket)
		return error_nomem(err);
	r = make_client(cri, err);
	if (r == 0)
		r = ask_version(cri, err);
	if (r < 0)
		return r;
	*ret_cri = steal_pointer(&cri);
	return 0;
}

/*
 * The error is that of the first socket that exists. The error of a missing runtime would only
 * mislead.
 */
static int connect_to_any(struct cri **ret_cri, struct error *err)
{
	_cleanup_error_ struct error ignored = ERROR_INIT;
	bool found = false;
	size_t i;
	int r, first = 0;

	for (i = 0; i < array_size(usual_sockets); i++) {
		if (access(usual_sockets[i], F_OK) < 0)
			continue;
		r = connect_to(usual_sockets[i], ret_cri, found ? &ignored : err);
		if (r == 0) {
			error_finish(err);
			return 0;
		}
		if (!found)
			first = r;
		found = true;
	}
	if (found)
		return first;
	return error_set(err, ENOENT,
			 "found no socket of a container runtime (containerd, k3s, CRI-O, "
			 "cri-dockerd); name it with --runtime-endpoint");
}

int cri_connect(const char *endpoint, struct cri **ret_cri, struct error *err)
{
	static const char scheme[] = "unix://";

	if (!endpoint)
		return connect_to_any(ret_cri, err);
	if (str_has_prefix(endpoint, scheme))
		endpoint += strlen(scheme);
	if (endpoint[0] != '/')
		return error_set(err, EINVAL,
				 "'%s' is not a runtime endpoint: write unix:///path or /path",
				 endpoint);
	return connect_to(endpoint, ret_cri, err);
}

int cri_list_sandboxes(struct cri *cri, struct cri_sandbox **ret_sandboxes, size_t *ret_count,
		       struct error *err)
{
	Cri__ListPodSandboxRequest request = CRI__LIST_POD_SANDBOX_REQUEST__INIT;
	_cleanup_message_ ProtobufCMessage *message = NULL;
	int r = call(cri, &sandboxes_method, &request.base, &message, err);

	if (r < 0)
		return r;
	return cri_sandboxes_from_message((const Cri__ListPodSandboxResponse *)message,
					  ret_sandboxes, ret_count, err);
}

int cri_list_containers(struct cri *cri, const char *sandbox_id,
			struct cri_container **ret_containers, size_t *ret_count, struct error *err)
{
	Cri__ListContainersRequest request = CRI__LIST_CONTAINERS_REQUEST__INIT;
	Cri__ContainerFilter filter = CRI__CONTAINER_FILTER__INIT;
	_cleanup_message_ ProtobufCMessage *message = NULL;
	int r;

	if (sandbox_id) {
		filter.pod_sandbox_id = (char *)sandbox_id;
		request.filter = &filter;
	}
	r = call(cri, &containers_method, &request.base, &message, err);
	if (r < 0)
		return r;
	return cri_containers_from_message((const Cri__ListContainersResponse *)message,
					   ret_containers, ret_count, err);
}

int cri_list_runtimes(struct cri *cri, char ***ret_names, size_t *ret_count, struct error *err)
{
	Cri__StatusRequest request = CRI__STATUS_REQUEST__INIT;
	_cleanup_message_ ProtobufCMessage *message = NULL;
	int r;

	request.verbose = true;
	r = call(cri, &runtime_status_method, &request.base, &message, err);
	if (r < 0)
		return r;
	return cri_runtimes_from_message((const Cri__StatusResponse *)message, ret_names, ret_count,
					 err);
}

int cri_container_status(struct cri *cri, const char *id, struct cri_container_status *ret_status,
			 struct error *err)
{
	Cri__ContainerStatusRequest request = CRI__CONTAINER_STATUS_REQUEST__INIT;
	_cleanup_message_ ProtobufCMessage *message = NULL;
	int r;

	request.container_id = (char *)id;
	request.verbose = true;
	r = call(cri, &status_method, &request.base, &message, err);
	if (r < 0)
		return r;
	return cri_status_from_message((const Cri__ContainerStatusResponse *)message, ret_status,
				       err);
}
