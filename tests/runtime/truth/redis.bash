# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034 # read by the test
workload_needs=(/usr/bin/redis-server /usr/bin/redis-benchmark)
workload_command=(/usr/bin/redis-server --port "$TRUTH_PORT" --bind 127.0.0.1 --dir "$TRUTH_TMP"
	--appendonly yes --save 1 1 --io-threads 2 --logfile "$TRUTH_TMP/redis.log")
workload_load() {
	wait_for_port
	redis-benchmark -q -p "$TRUTH_PORT" -n 300 -c 10 -t ping,set,get,lpush,zadd
	redis-cli -p "$TRUTH_PORT" eval 'return redis.call("set", "a", "b")' 0
	redis-cli -p "$TRUTH_PORT" bgsave
	sleep 1
	redis-cli -p "$TRUTH_PORT" bgrewriteaof
	sleep 1
	redis-cli -p "$TRUTH_PORT" shutdown
}
