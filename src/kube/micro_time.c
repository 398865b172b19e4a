// SPDX-License-Identifier: Apache-2.0
#include "kube/micro_time.h"

#include <string.h>

void kube_micro_time(char out[KUBE_MICRO_TIME_SIZE], int64_t epoch_ns)
{
	str_format_time(out, epoch_ns);
	memmove(out + strlen(out) - 4, "Z", 2);
}
