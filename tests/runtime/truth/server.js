// SPDX-License-Identifier: Apache-2.0
// An HTTP server that uses the event loop, the thread pool, files and child processes.
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const http = require('http');
const path = require('path');
const { execFile } = require('child_process');
const { Worker } = require('worker_threads');

const [port, directory] = process.argv.slice(2);
const file = path.join(directory, 'data');
let children = 0;

const answers = {
	'/': (request, response) =>
		crypto.pbkdf2('password', 'salt', 100, 32, 'sha256', () => response.end('hello\n')),
	'/file': (request, response) =>
		fs.writeFile(file, 'x'.repeat(10000), () => fs.createReadStream(file).pipe(response)),
	// A process for each request would take minutes under a tracer.
	'/child': (request, response) =>
		children++ < 5 ? execFile('/bin/echo', ['hi'], (_, out) => response.end(out)) :
				 response.end('enough\n'),
	'/echo': (request, response) => request.pipe(response),
	'/quit': (request, response) => response.end('bye\n', () => process.exit(0)),
};

new Worker('require("worker_threads").parentPort.postMessage(1)', { eval: true })
	.on('message', () => http.createServer((request, response) =>
		answers[request.url](request, response)).listen(Number(port), '127.0.0.1'));
