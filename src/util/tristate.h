/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_TRISTATE_H
#define UTIL_TRISTATE_H

enum tristate {
	TRISTATE_UNKNOWN = -1,
	TRISTATE_NO = 0,
	TRISTATE_YES = 1,
};

#endif
