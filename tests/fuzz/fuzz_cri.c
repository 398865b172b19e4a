// SPDX-License-Identifier: Apache-2.0
//
// Answers of a container runtime. An input's first byte selects the answer: the pods, the
// containers, a container's status, a frame as it comes from the wire, or a trailer.
#include "input.h"

#include <errno.h>

#include "recording/recording.h"
#include "recording/recording_format.h"
#include "container/bundle.h"
#include "container/cri_model.h"
#include "net/grpc.h"
#include "net/grpc_message.h"

/* A container that a runtime describes can always be written to a recording and read again. */
static void check_recording(const struct cri_container *container)
{
	_cleanup_recording_ struct recording recording = {}, again = {};
	_cleanup_observation_ struct observation observation = { .machine = MACHINE_X86_64 };
	_cleanup_free_ char *text = NULL;
	struct error err = ERROR_INIT;
	size_t i;

	observation.container_id = strdup(container->id);
	observation.container_name = strdup(container->name);
	observation.image = strdup(container->image);
	for (i = 0; i < container->label_count; i++)
		assert(!failed(observation_add_label(&observation, container->labels[i].key,
						     container->labels[i].value, &err),
			       &err));
	assert(!failed(recording_add(&recording, &observation, &err), &err));
	assert(!failed(recording_write(&recording, &text, &err), &err));
	assert(!failed(recording_read("again", text, strlen(text), &again, &err), &err));
}

static void check_sandboxes(const ProtobufCMessage *message)
{
	struct cri_sandbox *sandboxes;
	struct error err = ERROR_INIT;
	size_t count;
	int r = cri_sandboxes_from_message((const Cri__ListPodSandboxResponse *)message, &sandboxes,
					   &count, &err);

	if (!failed(r, &err))
		cri_sandboxes_free(sandboxes, count);
}

static void check_containers(const ProtobufCMessage *message)
{
	struct cri_container *containers;
	struct error err = ERROR_INIT;
	size_t i, count;
	int r = cri_containers_from_message((const Cri__ListContainersResponse *)message,
					    &containers, &count, &err);

	if (failed(r, &err))
		return;
	for (i = 0; i < count; i++)
		check_recording(&containers[i]);
	cri_containers_free(containers, count);
}

static void check_status(const ProtobufCMessage *message)
{
	_cleanup_cri_container_status_ struct cri_container_status status = {};
	_cleanup_bundle_ struct bundle bundle = {};
	struct error err = ERROR_INIT;
	int r = cri_status_from_message((const Cri__ContainerStatusResponse *)message, &status,
					&err);

	if (failed(r, &err))
		return;
	check_recording(&status.container);
	if (*status.bundle)
		failed(bundle_parse(status.bundle, strlen(status.bundle), &bundle, &err), &err);
}

static const struct answer {
	char mark;
	const ProtobufCMessageDescriptor *descriptor;
	void (*check)(const ProtobufCMessage *message);
} answers[] = {
	{ 'p', &cri__list_pod_sandbox_response__descriptor, check_sandboxes },
	{ 'c', &cri__list_containers_response__descriptor, check_containers },
	{ 's', &cri__container_status_response__descriptor, check_status },
	{ 'f', &cri__list_pod_sandbox_response__descriptor, check_sandboxes },
};

static void check_message(const struct answer *answer, const uint8_t *data, size_t size)
{
	ProtobufCMessage *message = protobuf_c_message_unpack(answer->descriptor, NULL, size, data);

	if (!message)
		return;
	answer->check(message);
	protobuf_c_message_free_unpacked(message, NULL);
}

static void check_frame(const struct answer *answer, const uint8_t *frame, size_t size)
{
	struct error err = ERROR_INIT;
	int64_t length = grpc_message_size(frame, size, GRPC_MESSAGE_MAX, &err);

	if (length == -EAGAIN || failed(length, &err))
		return;
	if ((size_t)length <= size - GRPC_FRAME_HEADER)
		check_message(answer, frame + GRPC_FRAME_HEADER, length);
}

/* Checks the trailer with which a server describes an error. */
static void check_trailer(struct input input)
{
	_cleanup_free_ char *text = take_text(&input, '\0');
	struct error err = ERROR_INIT;
	int r = grpc_message_status("5", text, &err);

	assert(r == -ENOENT);
	failed(r, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	char mark = take_byte(&input);
	size_t i;

	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		if (answers[i].mark != mark)
			continue;
		if (mark == 'f')
			check_frame(&answers[i], input.at, input.left);
		else
			check_message(&answers[i], input.at, input.left);
	}
	if (mark == 't')
		check_trailer(input);
	return 0;
}
