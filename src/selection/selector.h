/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SELECTION_SELECTOR_H
#define SELECTION_SELECTOR_H

/*
 * Kubernetes label selectors, the whole grammar of labels.Parse in k8s.io/apimachinery:
 *
 *	app=web  app==web  tier!=db  env in (a,b)  env notin (a)  key  !key  cores>4  cores<9
 *
 * joined by commas, with optional spaces. All requirements must hold.
 */
#include <stdbool.h>
#include <stddef.h>

#include "util/cleanup.h"

struct error;
struct label;
struct selector;

/*
 * Parses text; ret_selector is owned by the caller. An empty text selects everything. -EINVAL,
 * with the text that was found, its column, and what was expected.
 */
int selector_parse(const char *text, struct selector **ret_selector, struct error *err);

/*
 * True if the labels meet all requirements. As in Kubernetes, "!=" and "notin" hold for an
 * object that lacks the key, and ">" and "<" do not hold if the value is no number.
 */
bool selector_matches(const struct selector *selector, const struct label *labels,
		      size_t label_count);

void selector_destroy(struct selector *selector);
DEFINE_CLEANUP(struct selector *, selector_destroy);
#define _cleanup_selector_ _cleanup_(cleanup_selector_destroy)

#endif
