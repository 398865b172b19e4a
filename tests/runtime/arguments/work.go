// SPDX-License-Identifier: Apache-2.0

// Makes threads, processes and sockets as Go programs do.
package main

import (
	"net"
	"os"
	"os/exec"
	"runtime"
	"sync"
)

func check(err error) {
	if err != nil {
		println(err.Error())
		os.Exit(1)
	}
}

func main() {
	var wait sync.WaitGroup
	for i := 0; i < 8; i++ {
		wait.Add(1)
		go func() {
			defer wait.Done()
			runtime.LockOSThread()
			check(exec.Command("/bin/true").Run())
		}()
	}
	wait.Wait()
	runtime.GC()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	check(listener.Close())
}
