#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
busybox=$1 port=$2 directory=$3
cd "$directory" || exit 1
echo hello >index.html
for _ in 1 2 3 4 5; do
	"$busybox" seq 100 | "$busybox" sort -r | "$busybox" gzip | "$busybox" zcat | "$busybox" md5sum
done
"$busybox" find . -type f -exec "$busybox" ls -l {} \;
"$busybox" tar cf archive.tar index.html
"$busybox" dd if=/dev/zero of=zeros bs=64k count=4 conv=fsync
"$busybox" httpd -f -p "127.0.0.1:$port" -h . &
while [ ! -e quit ]; do
	"$busybox" usleep 50000
done
kill $!
wait
