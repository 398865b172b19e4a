/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_POD_SELECTOR_H
#define AGENT_POD_SELECTOR_H

/* The label selector of an object, written as selection/selector.h reads it. */
struct cursor;
struct error;

/*
 * Writes a LabelSelector of the API as a text such as "app=web,tier in (back,front),!canary", which
 * selects the same pods; "" for an empty one, which selects all. -EINVAL for what the API server
 * would refuse, and for more conditions and values than the custom resource allows. The caller frees
 * ret_text.
 */
int pod_selector_text(const struct cursor *selector, char **ret_text, struct error *err);

#endif
