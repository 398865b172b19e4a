// SPDX-License-Identifier: Apache-2.0
#include "seccomp/prove.h"

#include <seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "profile/model/model.h"
#include "seccomp/boundary.h"
#include "seccomp/scmp_arch.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"

#define ERRNO_MAX 4095 /* the kernel's MAX_ERRNO, by which it replaces larger values of a filter */

/*
 * The count of numbers, from an architecture's base on, that are all tried. The tables end at
 * 600.
 */
#define NUMBERS 1024

/* Numbers around the sign bit and x32's bit. */
static const uint32_t far_numbers[] = {
	NUMBERS,    0xffff,	0xe0000,    0x3fffffff, 0x40000000, 0x40000400,
	0x7fffffff, 0x80000000, 0xbfffffff, 0xc0000000, 0xfffffffe, 0xffffffff,
};

struct prover {
	const struct filter *filter;
	const struct scmp_arch_set *architectures;
	const struct scmp_arch *architecture;
	const struct semantics *semantics;
	struct proof *proof;
};

struct effect effect_of_verdict(uint32_t verdict)
{
	uint32_t data = verdict & SECCOMP_RET_DATA;

	switch (verdict & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
		return (struct effect){ ACTION_ALLOW, 0 };
	case SECCOMP_RET_LOG:
		return (struct effect){ ACTION_LOG, 0 };
	case SECCOMP_RET_TRACE:
		return (struct effect){ ACTION_TRACE, data };
	case SECCOMP_RET_USER_NOTIF:
		return (struct effect){ ACTION_NOTIFY, 0 };
	case SECCOMP_RET_ERRNO:
		return (struct effect){ ACTION_ERRNO, data > ERRNO_MAX ? ERRNO_MAX : data };
	case SECCOMP_RET_TRAP:
		return (struct effect){ ACTION_TRAP, 0 };
	case SECCOMP_RET_KILL_THREAD:
		return (struct effect){ ACTION_KILL_THREAD, 0 };
	default: /* also values that no kernel knows */
		return (struct effect){ ACTION_KILL_PROCESS, 0 };
	}
}

/*
 * Runs the filter once. Returns true if it read the arguments. Notes only the first unexpected
 * run of each call.
 */
static bool try(struct prover *prover, const struct seccomp_data *data, struct effect expected,
		bool *agreed)
{
	struct proof *proof = prover->proof;
	struct filter_trace trace;
	struct effect actual;

	actual = effect_of_verdict(filter_run(prover->filter, data, &trace));
	proof->runs++;
	if (trace.steps > proof->longest)
		proof->longest = trace.steps;
	if (effect_equal(actual, expected))
		return trace.reads_arguments;
	proof->disagreed++;
	if (*agreed && proof->disagreement_count < DISAGREEMENTS_MAX)
		proof->disagreements[proof->disagreement_count++] = (struct disagreement){
			.architecture = prover->architecture,
			.data = *data,
			.expected = expected,
			.actual = actual,
		};
	*agreed = false;
	return trace.reads_arguments;
}

/*
 * Tries a number whose answer does not depend on the arguments. If the filter does not read
 * them, one run is a proof.
 */
static void try_number(struct prover *prover, uint32_t nr, struct effect expected)
{
	struct seccomp_data data = { .nr = nr, .arch = prover->architecture->audit };
	bool agreed = true;

	prover->proof->calls++;
	if (!try(prover, &data, expected, &agreed))
		return;
	memset(data.args, 0xff, sizeof(data.args));
	try(prover, &data, expected, &agreed);
}

/* Tries a call whose arguments matter. */
static int try_arguments(struct prover *prover, size_t position, uint32_t nr,
			 const struct verdict *verdict, struct error *err)
{
	struct seccomp_data data = { .nr = nr, .arch = prover->architecture->audit };
	_cleanup_boundary_ struct boundary boundary = {};
	uint64_t arguments[ARGUMENT_COUNT];
	bool agreed = true;
	size_t point, i;
	int r = boundary_init(&boundary, verdict, !prover->architecture->wide, err);

	if (r < 0)
		return r;
	prover->proof->calls++;
	for (point = 0; point < boundary.points; point++) {
		struct effect expected;

		boundary_point(&boundary, point, arguments);
		for (i = 0; i < ARGUMENT_COUNT; i++)
			data.args[i] = arguments[i];
		expected = semantics_evaluate(prover->semantics, position, arguments);
		try(prover, &data, expected, &agreed);
	}
	return 0;
}

/* Returns the number that the kernel gives filters for a call; negative if there is none. */
static int64_t number_of(const struct prover *prover, size_t position, int resolved)
{
	int number = semantics_call_number(prover->semantics, position);

	if (number >= 0 && prover->architecture->base == X32_SYSCALL_BIT)
		return number | X32_SYSCALL_BIT;
	return number >= 0 ? number : resolved;
}

/*
 * True if libseccomp has a call on an architecture. From -100 to -299 are the calls that are
 * made through socketcall(2) and ipc(2). Lower numbers are calls that the architecture does not
 * have (seccomp-syscalls.h).
 */
static bool is_enforced(int resolved)
{
	return resolved != __NR_SCMP_ERROR && resolved > -10000;
}

static int note_unenforced(struct prover *prover, const char *name, struct error *err)
{
	struct proof *proof = prover->proof;
	struct unenforced *grown =
		array_grow(proof->unenforced, proof->unenforced_count, sizeof(*grown));

	if (!grown)
		return error_nomem(err);
	proof->unenforced = grown;
	grown[proof->unenforced_count++] = (struct unenforced){ prover->architecture, name };
	return 0;
}

static int try_position(struct prover *prover, size_t position, uint32_t nr, bool enforced,
			struct error *err)
{
	const char *name = semantics_call_name(prover->semantics, position);
	struct verdict verdict = semantics_verdict(prover->semantics, position);
	struct effect effect = semantics_default(prover->semantics);
	int r = 0;

	if (!enforced && (verdict.rule_count || !effect_equal(verdict.effect, effect)))
		r = note_unenforced(prover, name, err);
	if (!enforced)
		try_number(prover, nr, effect);
	else if (verdict.rule_count == 0)
		try_number(prover, nr, verdict.effect);
	else
		r = try_arguments(prover, position, nr, &verdict, err);
	return r < 0 ? error_prefix(err, "%s on %s", name, prover->architecture->name) : 0;
}

/* Tries the numbers that are no calls of the architecture. They get the default action. */
static void try_others(struct prover *prover, const bool known[NUMBERS])
{
	const struct scmp_arch *architecture = prover->architecture;
	struct effect effect = semantics_default(prover->semantics);
	size_t i;

	for (i = 0; i < NUMBERS; i++)
		if (!known[i])
			try_number(prover, architecture->base + i, effect);
	for (i = 0; i < array_size(far_numbers); i++)
		if (scmp_arch_of_call(architecture->audit, far_numbers[i]) == architecture &&
		    far_numbers[i] - architecture->base >= NUMBERS)
			try_number(prover, far_numbers[i], effect);
}

/*
 * Tries calls by number on an architecture whose calls are known by name only. There,
 * libseccomp resolves a name to the call through socketcall(2) or ipc(2), even if the call also
 * has a number of its own. So this resolves each number to a name.
 */
static int try_direct_calls(struct prover *prover, bool known[NUMBERS], struct error *err)
{
	const struct scmp_arch *architecture = prover->architecture;
	int position, r = 0;
	size_t i;

	for (i = 0; i < NUMBERS && r == 0; i++) {
		_cleanup_free_ char *name = NULL;

		if (known[i])
			continue;
		name = seccomp_syscall_resolve_num_arch(architecture->token,
							(int)(architecture->base + i));
		position = name ? semantics_find(prover->semantics, name) : -1;
		if (position < 0)
			continue;
		known[i] = true;
		r = try_position(prover, position, architecture->base + i, true, err);
	}
	return r;
}

static int try_architecture(struct prover *prover, struct error *err)
{
	bool known[NUMBERS] = {}, by_name = false;
	size_t position;
	int r;

	for (position = 0; position < semantics_call_count(prover->semantics); position++) {
		int resolved = seccomp_syscall_resolve_name_arch(
			prover->architecture->token,
			semantics_call_name(prover->semantics, position));
		int64_t nr = number_of(prover, position, resolved);

		by_name |= semantics_call_number(prover->semantics, position) < 0;
		if (nr < 0)
			continue;
		if (nr >= prover->architecture->base && nr - prover->architecture->base < NUMBERS)
			known[nr - prover->architecture->base] = true;
		r = try_position(prover, position, nr, is_enforced(resolved), err);
		if (r < 0)
			return r;
	}
	if (by_name && (r = try_direct_calls(prover, known, err)) < 0)
		return r;
	try_others(prover, known);
	return 0;
}

/* Tries architectures that are not listed. All of their calls are killed. */
static void try_foreign(struct prover *prover)
{
	static const struct effect killed = { .action = ACTION_KILL_THREAD };
	static const uint32_t offsets[] = { 0, 1, 59, 334, NUMBERS };
	const struct scmp_arch *architecture;
	unsigned int i;
	size_t j;

	for (i = 0; (architecture = scmp_arch_at(i)); i++) {
		if (scmp_arch_set_has(prover->architectures, architecture))
			continue;
		prover->architecture = architecture;
		for (j = 0; j < array_size(offsets); j++)
			try_number(prover, architecture->base + offsets[j], killed);
	}
}

void proof_finish(struct proof *proof)
{
	free(proof->unenforced);
	*proof = (struct proof){};
}

int filter_prove(const struct filter *filter, const struct profile *profile,
		 const struct scmp_arch_set *architectures, struct proof *ret_proof,
		 struct error *err)
{
	_cleanup_proof_ struct proof proof = {};
	struct prover prover = { filter, architectures, .proof = &proof };
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < architectures->length; i++) {
		_cleanup_semantics_ struct semantics *semantics = NULL;

		prover.architecture = architectures->items[i];
		r = semantics_create(profile, prover.architecture->name, &semantics, err);
		prover.semantics = semantics;
		if (r == 0)
			r = try_architecture(&prover, err);
	}
	if (r < 0)
		return r;
	try_foreign(&prover);
	*ret_proof = proof;
	proof = (struct proof){};
	return 0;
}
