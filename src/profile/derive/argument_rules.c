// SPDX-License-Identifier: Apache-2.0
#include "profile/derive/argument_rules.h"

#include <limits.h>
#include <linux/netlink.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "profile/derive/part.h"
#include "profile/derive/seen.h"
#include "profile/model/condition.h"
#include "profile/semantics/semantics.h"
#include "profile/semantics/rule_set.h"
#include "syscalls/arguments.h"
#include "util/array.h"
#include "util/error.h"

/* The flags of clone that make a namespace (linux/sched.h). */
#define NAMESPACE_FLAGS                                                                \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | \
	 CLONE_NEWPID | CLONE_NEWNET)

/*
 * The families of sockets that programs use without a thought: a C library asks for a unix socket
 * to look a user up, and for a netlink socket to list the addresses of a host. They are allowed
 * even if a recording has not seen them.
 */
static const uint32_t usual_families[] = { AF_UNIX, AF_INET, AF_INET6, AF_NETLINK };

/* Where socket(2) has its protocol, and how many bits a netlink protocol has. */
#define SOCKET_PROTOCOL 2
#define NETLINK_PROTOCOL_BITS 5
_Static_assert(MAX_LINKS == 1 << NETLINK_PROTOCOL_BITS, "the kernel has more netlink protocols");

void argument_rules_finish(struct argument_rules *rules)
{
	free(rules->items);
	*rules = (struct argument_rules){};
}

static int add(struct argument_rules *rules, const struct condition *conditions, size_t count,
	       struct error *err)
{
	struct argument_rule_conditions *items =
		array_grow(rules->items, rules->length, sizeof(*items));

	if (!items)
		return error_nomem(err);
	rules->items = items;
	items += rules->length++;
	*items = (struct argument_rule_conditions){ .count = count };
	memcpy(items->items, conditions, count * sizeof(*conditions));
	return 0;
}

/*
 * The condition that the kernel sees a value. An equality compares 64 bits, which only a caller
 * that sets the upper half can fail: musl sign-extends values from 2^31 on and glibc does not. So
 * those are compared in 32 bits, and so are all values of an argument whose upper half was seen
 * set, or of which some bits do not count.
 */
static struct condition value_condition(const struct seen_call *call, uint32_t value)
{
	const struct syscall_argument *row = call->row;

	if (value <= INT_MAX && !row->ignored && !call->argument.wide)
		return (struct condition){ .index = row->index,
					   .comparison = COMPARE_EQ,
					   .value = value };
	return (struct condition){ .index = row->index,
				   .comparison = COMPARE_MASKED_EQ,
				   .value = UINT32_MAX & ~row->ignored,
				   .value_two = value & ~row->ignored };
}

/* Refuses all of the flags of a mask. */
static int add_refused_flags(struct argument_rules *rules, const struct seen_call *call,
			     uint32_t mask, struct error *err)
{
	const struct condition condition = { .index = call->row->index,
					     .comparison = COMPARE_MASKED_EQ,
					     .value = mask };

	if (mask)
		return add(rules, &condition, 1, err);
	rules->always = true;
	return 0;
}

int argument_rules_of_seen(const struct seen_call *call, struct argument_rules *rules,
			   struct error *err)
{
	size_t i;
	int r = 0;

	if (call->argument.flags)
		return add_refused_flags(
			rules, call, ~argument_flags(&call->argument) & ~call->row->ignored, err);
	for (i = 0; i < call->argument.count && r == 0; i++) {
		struct condition condition = value_condition(call, call->argument.values[i].value);

		r = add(rules, &condition, 1, err);
	}
	return r;
}

static bool is_granted(struct effect effect)
{
	return effect_permission(effect) == PERMISSION_GRANTED;
}

/* The least that the default profile allows of such calls, of all architectures. */
static int part_of(const struct defaults *defaults, const char *name,
		   const struct condition *conditions, size_t count, enum part *ret_part,
		   struct error *err)
{
	enum part least = PART_ALL, part;
	size_t i;
	int r = 0;

	for (i = 0; i < defaults->length && r == 0; i++) {
		r = call_part(defaults->items[i], name, conditions, count, &part, err);
		if (r == 0 && part < least)
			least = part;
	}
	*ret_part = least;
	return r;
}

/*
 * Allows netlink but for one protocol. An inequality could be evaded by the upper half of the
 * protocol, which the kernel ignores. So there is one rule for each bit in which another protocol
 * can differ.
 */
static int add_netlink_without(struct argument_rules *rules, const struct condition *netlink,
			       uint32_t protocol, struct error *err)
{
	uint32_t bit;
	int r = 0;

	for (bit = 1; bit < 1u << NETLINK_PROTOCOL_BITS && r == 0; bit <<= 1) {
		const struct condition conditions[] = {
			*netlink,
			{ .index = SOCKET_PROTOCOL,
			  .comparison = COMPARE_MASKED_EQ,
			  .value = bit,
			  .value_two = ~protocol & bit },
		};

		r = add(rules, conditions, 2, err);
	}
	return r;
}

/* Finds a netlink protocol without which the default profile allows netlink; or -1. */
static int find_refused_protocol(const struct defaults *defaults, const char *name,
				 const struct condition *netlink, int *ret_protocol,
				 struct error *err)
{
	struct condition conditions[2] = { *netlink };
	enum part part;
	int protocol, r = 0;

	*ret_protocol = -1;
	for (protocol = 0; protocol < MAX_LINKS && r == 0; protocol++) {
		conditions[1] = (struct condition){ .index = SOCKET_PROTOCOL,
						    .comparison = COMPARE_EQ,
						    .value = protocol };
		r = part_of(defaults, name, conditions, 2, &part, err);
		if (part == PART_ALL)
			continue;
		if (*ret_protocol >= 0) {
			*ret_protocol = -1;
			return r;
		}
		*ret_protocol = protocol;
	}
	return r;
}

/*
 * Adds netlink, of which the default profile allows a part: that part, if it is all but one
 * protocol that was not seen; else all of it if it was seen.
 */
static int add_partial_netlink(struct argument_rules *rules, const struct seen_call *call,
			       const struct seen *seen, const struct defaults *defaults,
			       const struct condition *netlink, bool was_seen, struct error *err)
{
	int protocol;
	int r = find_refused_protocol(defaults, call->name, netlink, &protocol, err);

	if (r < 0)
		return r;
	if (protocol >= 0 &&
	    !(was_seen && seen_value_is_possible(seen, call->name, SOCKET_PROTOCOL, protocol)))
		return add_netlink_without(rules, netlink, protocol, err);
	return was_seen ? add(rules, netlink, 1, err) : 0;
}

static int add_family(struct argument_rules *rules, const struct seen_call *call,
		      const struct seen *seen, const struct defaults *defaults, uint32_t family,
		      struct error *err)
{
	struct condition condition = value_condition(call, family);
	bool was_seen = argument_find_value(&call->argument, family);
	enum part part;
	int r = part_of(defaults, call->name, &condition, 1, &part, err);

	if (r < 0)
		return r;
	if (part == PART_SOME && family == AF_NETLINK)
		return add_partial_netlink(rules, call, seen, defaults, &condition, was_seen, err);
	return was_seen || part == PART_ALL ? add(rules, &condition, 1, err) : 0;
}

static bool is_usual(uint32_t family)
{
	size_t i;

	for (i = 0; i < array_size(usual_families); i++)
		if (usual_families[i] == family)
			return true;
	return false;
}

static int add_families(struct argument_rules *rules, const struct seen_call *call,
			const struct seen *seen, const struct defaults *defaults, struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; i < array_size(usual_families) && r == 0; i++)
		r = add_family(rules, call, seen, defaults, usual_families[i], err);
	for (i = 0; i < call->argument.count && r == 0; i++)
		if (!is_usual(call->argument.values[i].value))
			r = add_family(rules, call, seen, defaults, call->argument.values[i].value,
				       err);
	return r;
}

/* Copies the rules of the default profile that allow the call, on one architecture. */
static int copy_defaults(struct argument_rules *rules, const struct semantics *semantics,
			 const char *name, struct error *err)
{
	struct verdict verdict = semantics_verdict_of(semantics, name);
	size_t i;
	int r = 0;

	for (i = 0; i < verdict.rule_count && r == 0; i++) {
		const struct argument_rule *rule = &verdict.rules[i];

		if (is_granted(rule->effect) && rule->condition_count <= 2)
			r = add(rules, rule->conditions, rule->condition_count, err);
	}
	return r;
}

/* True if the rule has one condition, which a masked condition or the same one includes. */
static bool is_included(const struct argument_rule_conditions *rule,
			const struct condition *condition)
{
	const struct condition *own = &rule->items[0];

	if (rule->count != 1 || own->index != condition->index)
		return false;
	return condition_equal(own, condition) ||
	       (own->comparison == COMPARE_EQ && condition->comparison == COMPARE_MASKED_EQ &&
		(own->value & condition->value) == condition->value_two);
}

/*
 * Adds what was seen, in place of what that includes: libseccomp refuses two rules that are the
 * same where arguments have 32 bits.
 */
static int add_seen(struct argument_rules *rules, const struct seen_call *call, struct error *err)
{
	struct argument_rules seen = {};
	size_t i, k, kept;
	int r = argument_rules_of_seen(call, &seen, err);

	rules->always |= seen.always;
	for (i = 0; i < seen.length && r == 0; i++) {
		for (k = kept = 0; k < rules->length; k++)
			if (!is_included(&rules->items[k], &seen.items[i].items[0]))
				rules->items[kept++] = rules->items[k];
		rules->length = kept;
		r = add(rules, seen.items[i].items, seen.items[i].count, err);
	}
	argument_rules_finish(&seen);
	return r;
}

static int compare_rules(const void *a, const void *b)
{
	const struct argument_rule_conditions *left = a, *right = b;

	return conditions_compare(left->items, left->count, right->items, right->count);
}

bool argument_rules_are_cut(const char *name)
{
	return strcmp(name, "clone") == 0 || strcmp(name, "socket") == 0;
}

int argument_rules_of_default(const struct seen_call *call, const struct seen *seen,
			      const struct defaults *defaults, struct argument_rules *rules,
			      struct error *err)
{
	int r;

	if (strcmp(call->name, "clone") == 0)
		return add_refused_flags(rules, call,
					 NAMESPACE_FLAGS & ~argument_flags(&call->argument), err);
	if (strcmp(call->name, "socket") == 0)
		return add_families(rules, call, seen, defaults, err);
	r = copy_defaults(rules, defaults->items[0], call->name, err);
	if (r == 0)
		r = add_seen(rules, call, err);
	if (r == 0 && rules->length)
		qsort(rules->items, rules->length, sizeof(*rules->items), compare_rules);
	return r;
}
