# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034 # read by the test
workload_needs=(/usr/sbin/nginx)
workload_command=(/usr/sbin/nginx -e "$TRUTH_TMP/error.log" -c "$TRUTH_TMP/nginx.conf")
workload_prepare() {
	chmod 755 "$TRUTH_TMP"
	mkdir "$TRUTH_TMP/html"
	echo hello >"$TRUTH_TMP/html/index.html"
	head -c 1000000 /dev/zero >"$TRUTH_TMP/html/large"
	cat >"$TRUTH_TMP/nginx.conf" <<-CONF
		daemon off;
		worker_processes 2;
		pid $TRUTH_TMP/pid;
		error_log $TRUTH_TMP/error.log;
		thread_pool pool threads=2;
		events { }
		http {
			access_log $TRUTH_TMP/access.log;
			client_body_temp_path $TRUTH_TMP/body;
			proxy_temp_path $TRUTH_TMP/proxy;
			fastcgi_temp_path $TRUTH_TMP/fastcgi;
			uwsgi_temp_path $TRUTH_TMP/uwsgi;
			scgi_temp_path $TRUTH_TMP/scgi;
			server {
				listen 127.0.0.1:$TRUTH_PORT;
				root $TRUTH_TMP/html;
				sendfile on;
				location /aio/ { alias $TRUTH_TMP/html/; sendfile off; aio threads=pool; }
				location /self/ { proxy_pass http://127.0.0.1:$TRUTH_PORT/; }
			}
		}
	CONF
}
workload_load() {
	wait_for_port
	"$TRUTH/load_http.py" "$TRUTH_PORT" / /large /aio/large /self/ /missing +/
	kill -HUP "$(<"$TRUTH_TMP/pid")" # reads its configuration again
	sleep 0.5
	"$TRUTH/load_http.py" "$TRUTH_PORT" /
	kill -QUIT "$(<"$TRUTH_TMP/pid")"
}
