// SPDX-License-Identifier: Apache-2.0
// Makes processes in each way that Node has.
"use strict";
const { execFile, execSync, spawnSync } = require("child_process");

if (spawnSync("/bin/true").status !== 0)
	process.exit(1);
execSync("/bin/true");
execFile("/bin/true", (error) => process.exit(error ? 1 : 0));
