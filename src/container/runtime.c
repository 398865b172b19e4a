// SPDX-License-Identifier: Apache-2.0
#include "container/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "util/array.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/loop.h"
#include "util/str.h"

#define VERSION_TIMEOUT_MS 2000
#define OUTPUT_MAX 4096

static const struct {
	const char *word; /* in a handler, shim type or path, between '/', '.', '-' and '_' */
	const char *name;
	bool visible;
} runtimes[] = {
	{ "runc", "runc", true },    { "crun", "crun", true },	   { "youki", "youki", true },
	{ "runsc", "runsc", false }, { "gvisor", "runsc", false }, { "kata", "kata", false },
	{ "krun", "krun", false },
};

static const char *const usual_directories[] = {
	"/usr/bin",
	"/usr/sbin",
	"/usr/local/bin",
	"/usr/local/sbin",
	"/usr/lib/cri-o",
	"/opt/bin",
	"/var/lib/rancher/k3s/data/current/bin",
};

const char *runtime_name_of(const char *text)
{
	static const char separators[] = "/.-_";
	size_t i, length;

	for (text += strspn(text, separators); *text; text += strspn(text, separators)) {
		length = strcspn(text, separators);
		for (i = 0; i < array_size(runtimes); i++)
			if (strlen(runtimes[i].word) == length &&
			    memcmp(text, runtimes[i].word, length) == 0)
				return runtimes[i].name;
		text += length;
	}
	return NULL;
}

bool runtime_is_visible(const char *name)
{
	size_t i;

	for (i = 0; i < array_size(runtimes); i++)
		if (strcmp(runtimes[i].name, name) == 0)
			return runtimes[i].visible;
	return true;
}

/* containerd prints "containerd", the location of its source, and the version. */
static const char *third_word(const char *text)
{
	text += strcspn(text, " \n");
	text += strspn(text, " ");
	text += strcspn(text, " \n");
	return text + strspn(text, " ");
}

int runtime_version_parse(const char *name, const char *output, char **ret_version,
			  struct error *err)
{
	static const char mark[] = " version ";
	const char *line_end = output + strcspn(output, "\n");
	const char *at = strstr(output, mark);
	char *version;

	if (at && at < line_end)
		at += strlen(mark);
	else if (str_has_prefix(output, "containerd "))
		at = third_word(output);
	else
		return error_set(err, EPROTO, "'%s --version' prints no version", name);
	at += *at == 'v';
	/*
	 * Leaves out what a distribution adds ("1.1.5+ds1"), because the version is looked up
	 * in a table.
	 */
	version = strndup(at, strspn(at, "0123456789."));
	if (!version)
		return error_nomem(err);
	if (!*version) {
		free(version);
		return error_set(err, EPROTO, "'%s --version' prints no number", name);
	}
	*ret_version = version;
	return 0;
}

/* True if only root and the caller can change the program. Others are not run. */
static bool is_trusted_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && !(st.st_mode & 022) &&
	       (st.st_uid == 0 || st.st_uid == geteuid()) && access(path, X_OK) == 0;
}

static char *find_program(const char *name)
{
	size_t i;

	for (i = 0; i < array_size(usual_directories); i++) {
		char *path;

		if (asprintf(&path, "%s/%s", usual_directories[i], name) < 0)
			return NULL;
		if (is_trusted_program(path))
			return path;
		free(path);
	}
	return NULL;
}

/*
 * Visits the programs of visible runtimes in the usual directories, until the visitor returns
 * false.
 */
static void visit_programs(bool (*visit)(void *data, const char *name, uint64_t size), void *data)
{
	size_t i, k;

	for (i = 0; i < array_size(runtimes); i++)
		for (k = 0; k < array_size(usual_directories) && runtimes[i].visible; k++) {
			_cleanup_free_ char *path = NULL;
			struct stat st;

			if (asprintf(&path, "%s/%s", usual_directories[k], runtimes[i].name) < 0) {
				path = NULL;
				return;
			}
			if (is_trusted_program(path) && stat(path, &st) == 0 &&
			    !visit(data, runtimes[i].name, st.st_size))
				return;
		}
}

struct program_sizes {
	uint64_t *items;
	size_t length, max;
};

static bool add_size(void *data, const char *name, uint64_t size)
{
	struct program_sizes *sizes = data;
	size_t i;

	for (i = 0; i < sizes->length; i++)
		if (sizes->items[i] == size)
			return true;
	if (sizes->length < sizes->max)
		sizes->items[sizes->length++] = size;
	return sizes->length < sizes->max;
}

size_t runtime_program_sizes(uint64_t *ret_sizes, size_t max)
{
	struct program_sizes sizes = { .items = ret_sizes, .max = max };

	visit_programs(add_size, &sizes);
	return sizes.length;
}

struct size_search {
	uint64_t size;
	const char *name;
};

static bool is_of_size(void *data, const char *name, uint64_t size)
{
	struct size_search *search = data;

	if (size == search->size)
		search->name = name;
	return !search->name;
}

const char *runtime_name_of_size(uint64_t size)
{
	struct size_search search = { .size = size };

	if (size)
		visit_programs(is_of_size, &search);
	return search.name;
}

static int spawn_version(const char *path, const char *name, int output, pid_t *ret_pid)
{
	char *const argv[] = { (char *)name, (char *)"--version", NULL };
	char *const envp[] = { (char *)"PATH=/usr/sbin:/usr/bin:/sbin:/bin", (char *)"LC_ALL=C",
			       NULL };
	posix_spawn_file_actions_t actions;
	int r = posix_spawn_file_actions_init(&actions);

	if (r)
		return -r;
	r = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (!r)
		r = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	if (!r)
		r = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY,
						     0);
	if (!r)
		r = posix_spawn(ret_pid, path, &actions, NULL, argv, envp);
	posix_spawn_file_actions_destroy(&actions);
	return -r;
}

/* The output of a program so far. */
struct answer {
	struct loop *loop;
	char *text;
	size_t size, length;
	bool late;
};

/* Reads what is available. The answer ends with the output, or at the size limit. */
static void read_part(int fd, unsigned int events, void *data)
{
	struct answer *answer = data;
	ssize_t got = read(fd, answer->text + answer->length, answer->size - 1 - answer->length);

	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (got > 0)
		answer->length += got;
	if (got <= 0 || answer->length == answer->size - 1)
		loop_stop(answer->loop);
}

static void give_up(void *data)
{
	struct answer *answer = data;

	answer->late = true;
	loop_stop(answer->loop);
}

/*
 * Reads until the end of the output, the size limit or the timeout. Terminates the text with a
 * NUL byte.
 */
static int read_output(int fd, char *output, size_t size, struct error *err)
{
	_cleanup_loop_ struct loop *loop = NULL;
	struct answer answer = { .text = output, .size = size };
	struct loop_timer *timer;
	struct loop_fd *watch;
	int r = loop_create(&loop, err);

	if (r < 0)
		return r;
	answer.loop = loop;
	r = loop_add_fd(loop, fd, LOOP_READ, read_part, &answer, &watch, err);
	if (r == 0)
		r = loop_add_timer(loop, give_up, &answer, &timer, err);
	if (r < 0)
		return r;
	loop_start_timer(timer, VERSION_TIMEOUT_MS);
	r = loop_run(loop, err);
	if (r == 0 && answer.late)
		r = error_set_errno(err, ETIMEDOUT, "wait for an answer");
	output[answer.length] = '\0';
	return r;
}

static int ask_version(const char *path, const char *name, char *output, size_t size,
		       struct error *err)
{
	_cleanup_close_ int in = -1;
	_cleanup_close_ int out = -1;
	int fds[2], r;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_set_errno(err, errno, "make a pipe");
	in = fds[0];
	out = fds[1];
	r = spawn_version(path, name, out, &pid);
	if (r < 0)
		return error_set_errno(err, -r, "run %s", path);
	close(steal_fd(&out));
	r = read_output(in, output, size, err);
	/* The program has answered by now, or it is too late. */
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (r < 0)
		error_prefix(err, "ask '%s --version'", path);
	return r;
}

/*
 * Cached versions. A node starts containers by the hundred, and asking runc takes as long as
 * starting one. A program that was replaced is another file, so it is asked again.
 */
static struct known_version {
	dev_t device;
	ino_t inode;
	struct timespec changed;
	char version[32];
} known_versions[8];

static struct known_version *find_known(const struct stat *st)
{
	size_t i;

	for (i = 0; i < array_size(known_versions); i++) {
		struct known_version *known = &known_versions[i];

		if (known->device == st->st_dev && known->inode == st->st_ino &&
		    known->changed.tv_sec == st->st_ctim.tv_sec &&
		    known->changed.tv_nsec == st->st_ctim.tv_nsec)
			return known;
	}
	return NULL;
}

static void remember(const struct stat *st, const char *version)
{
	static size_t next;
	struct known_version *known = &known_versions[next++ % array_size(known_versions)];

	if (strlen(version) >= sizeof(known->version))
		return;
	known->device = st->st_dev;
	known->inode = st->st_ino;
	known->changed = st->st_ctim;
	strcpy(known->version, version);
}

int program_version(const char *path, const char *name, char **ret_version, struct error *err)
{
	const struct known_version *known;
	char output[OUTPUT_MAX], *version;
	struct stat st;
	int r;

	if (!is_trusted_program(path) || stat(path, &st) < 0)
		return error_set(err, EPERM,
				 "%s may not be run: a user other than root could "
				 "have changed it",
				 path);
	known = find_known(&st);
	if (known) {
		version = strdup(known->version);
		if (!version)
			return error_nomem(err);
		*ret_version = version;
		return 0;
	}
	r = ask_version(path, name, output, sizeof(output), err);
	if (r == 0)
		r = runtime_version_parse(path, output, &version, err);
	if (r < 0)
		return r;
	remember(&st, version);
	*ret_version = version;
	return 0;
}

int runtime_version(const char *name, const char *binary, char **ret_version, struct error *err)
{
	_cleanup_free_ char *path = NULL;

	if (binary && binary[0] == '/' && is_trusted_program(binary))
		path = strdup(binary);
	else
		path = find_program(name);
	if (!path)
		return error_set(err, ENOENT, "there is no program %s in the usual directories",
				 name);
	return program_version(path, path, ret_version, err);
}
