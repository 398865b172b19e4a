// SPDX-License-Identifier: Apache-2.0
#include "container/container_record.h"

#include <stdlib.h>
#include <string.h>

#include "container/docker.h"
#include "cgroup/owner.h"
#include "container/storage_record.h"
#include "util/array.h"
#include "util/error.h"
#include "util/str.h"

void container_record_finish(struct container_record *record)
{
	free(record->id);
	free(record->name);
	free(record->image);
	free(record->image_digest);
	free(record->runtime);
	*record = (struct container_record){};
}

void container_records_finish(struct container_records *records)
{
	size_t i;

	for (i = 0; i < records->length; i++)
		container_record_finish(&records->items[i]);
	free(records->items);
	*records = (struct container_records){};
}

void container_record_set(char **to, const char *text)
{
	if (!*to && text && *text)
		*to = strdup(text);
}

bool container_record_matches(const struct container_record *record, const char *reference)
{
	return str_has_prefix(record->id, reference) ||
	       (record->name && strcmp(record->name, reference) == 0);
}

static const struct container_record *find(const struct container_records *records, const char *id,
					   uid_t owner)
{
	size_t i;

	for (i = 0; i < records->length; i++)
		if (records->items[i].owner == owner && strcmp(records->items[i].id, id) == 0)
			return &records->items[i];
	return NULL;
}

const struct container_record *container_records_choose(const struct container_records *records,
							const char *id, uid_t owner)
{
	const struct container_record *record = find(records, id, OWNER_ROOT);

	return record || owner == OWNER_ROOT ? record : find(records, id, owner);
}

int container_records_add(struct container_records *records, struct container_record *record,
			  struct error *err)
{
	struct container_record *grown;

	/* Places overlap, so the same list may be found twice. */
	if (find(records, record->id, record->owner))
		return 0;
	grown = array_grow(records->items, records->length, sizeof(*grown));
	if (!grown)
		return error_nomem(err);
	records->items = grown;
	grown[records->length++] = *record;
	*record = (struct container_record){};
	return 0;
}

int container_records_find(const char *root, const char *reference,
			   struct container_records *ret_records, struct error *err)
{
	_cleanup_container_records_ struct container_records records = {};
	int r = docker_add_records(root, reference, &records, err);

	if (r == 0)
		r = storage_add_records(root, reference, &records, err);
	if (r < 0)
		return r;
	*ret_records = records;
	records = (struct container_records){};
	return 0;
}
