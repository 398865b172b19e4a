// SPDX-License-Identifier: Apache-2.0
#include "kube/server_url.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kube/config.h"
#include "util/error.h"
#include "util/str.h"

#define SCHEME "https://"
#define DEFAULT_PORT "443"

static int no_server(const char *url, struct error *err)
{
	_cleanup_free_ char *readable = str_escape(url);

	return error_set(err, EINVAL, "'%.200s' is no server: write https://ADDRESS:PORT",
			 readable ? readable : "?");
}

static bool is_address(int family, const char *host)
{
	struct in6_addr address;

	return inet_pton(family, host, &address) == 1;
}

/* The part of an endpoint for a host: its address, with brackets around one of IPv6. */
static int resolve(const char *host, char **ret_address, struct error *err)
{
	_cleanup_free_ char *readable = NULL;
	int r;

	if (is_address(AF_INET6, host))
		r = asprintf(ret_address, "[%s]", host);
	else if (is_address(AF_INET, host))
		r = asprintf(ret_address, "%s", host);
	else if (!strcmp(host, "localhost"))
		r = asprintf(ret_address, "127.0.0.1");
	else
		r = 0;
	if (r > 0)
		return 0;
	*ret_address = NULL;
	if (r < 0)
		return error_nomem(err);
	readable = str_escape(host);
	return error_set(
		err, EINVAL,
		"the server's name %.200s is not looked up: write its address in 'server', "
		"and the name in 'tls-server-name'",
		readable ? readable : "?");
}

/* Splits "HOST", "HOST:PORT" or "[HOST]:PORT". The texts are cut out of place. */
static int split_place(char *place, const char **ret_host, const char **ret_port)
{
	char *port = place;

	if (*place == '[') {
		place++;
		port = strchr(place, ']');
		if (!port)
			return -EINVAL;
		*port++ = '\0';
		if (*port && *port != ':')
			return -EINVAL;
	}
	port = strchr(port, ':');
	if (port)
		*port++ = '\0';
	*ret_host = place;
	*ret_port = port ? port : DEFAULT_PORT;
	return *place ? 0 : -EINVAL;
}

int server_url_parse(const char *url, struct kube_config *config, struct error *err)
{
	_cleanup_free_ char *place = NULL, *address = NULL;
	const char *rest, *host, *port;
	size_t length;
	long number;
	int r;

	if (!str_has_prefix(url, SCHEME))
		return no_server(url, err);
	rest = url + strlen(SCHEME);
	length = strcspn(rest, "/?#");
	config->authority = strndup(rest, length);
	place = strndup(rest, length);
	rest += length;
	length = strlen(rest);
	while (length && rest[length - 1] == '/')
		length--;
	config->prefix = strndup(rest, length);
	if (!config->authority || !place || !config->prefix)
		return error_nomem(err);
	if (strpbrk(config->prefix, "?#%\\ ") || split_place(place, &host, &port) < 0 ||
	    str_parse_long(port, 1, 65535, &number, NULL) < 0)
		return no_server(url, err);
	r = resolve(host, &address, err);
	if (r < 0)
		return r;
	config->server_name = strdup(host);
	if (asprintf(&config->endpoint, "%s:%ld", address, number) < 0)
		config->endpoint = NULL;
	return config->endpoint && config->server_name ? 0 : error_nomem(err);
}
