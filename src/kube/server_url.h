/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KUBE_SERVER_URL_H
#define KUBE_SERVER_URL_H

struct error;
struct kube_config;

/*
 * Takes endpoint, authority, server_name and prefix from a URL such as "https://10.0.0.1:6443/x".
 * -EINVAL with a message about the URL.
 */
int server_url_parse(const char *url, struct kube_config *config, struct error *err);

#endif
