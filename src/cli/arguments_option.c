// SPDX-License-Identifier: Apache-2.0
#include "cli/arguments_option.h"

#include "util/error.h"

int arguments_request_init(struct arguments_request *ret_request,
			   const struct arguments_options *options,
			   const struct context_options *given, const struct input_context *context,
			   struct error *err)
{
	struct baseline_choice *baseline = &ret_request->baseline;
	int r = 0;

	*ret_request = (struct arguments_request){
		.derive = {
			.mode = options->mode,
			.defaults = {
				.context = &context->context,
				.context_overrides_capabilities = given && given->capabilities.length,
				.context_overrides_kernel = given && given->kernel,
			},
		},
	};
	if (options->baseline)
		r = baseline_choice_init(baseline, options->baseline, &context->context, err);
	if (r < 0 || !options->baseline)
		return r;
	ret_request->choice = (struct default_choice){
		.title = baseline->title,
		.conditional = baseline->conditional,
		.profile = baseline->conditional ? NULL : baseline->documents.items[0].profile,
	};
	ret_request->derive.defaults.choice = &ret_request->choice;
	return 0;
}

void arguments_request_finish(struct arguments_request *request)
{
	baseline_choice_finish(&request->baseline);
}
