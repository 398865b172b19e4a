// SPDX-License-Identifier: Apache-2.0

// An HTTP server with goroutines, files, timers and a child process.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"
)

func compute(response http.ResponseWriter, request *http.Request) {
	var group sync.WaitGroup
	for i := 0; i < 8; i++ {
		group.Add(1)
		go func() {
			time.Sleep(time.Millisecond)
			group.Done()
		}()
	}
	group.Wait()
	fmt.Fprintln(response, "hello")
}

func main() {
	file := filepath.Join(os.Args[2], "data")
	if err := os.WriteFile(file, make([]byte, 100000), 0o600); err != nil {
		panic(err)
	}
	if _, err := exec.Command("/bin/echo", "child").Output(); err != nil {
		panic(err)
	}
	http.HandleFunc("/", compute)
	http.HandleFunc("/file", func(response http.ResponseWriter, request *http.Request) {
		http.ServeFile(response, request, file)
	})
	http.HandleFunc("/echo", func(response http.ResponseWriter, request *http.Request) {
		io.Copy(response, request.Body)
	})
	http.HandleFunc("/quit", func(http.ResponseWriter, *http.Request) { os.Exit(0) })
	panic(http.ListenAndServe("127.0.0.1:"+os.Args[1], nil))
}
