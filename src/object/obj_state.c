/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "object/state.h"

enum err
obj_state_get(struct txn *t, const char *name, struct span *value)
{
	return table_get(t, T_STATE, span_str(name), value);
}

enum err
obj_state_put(struct txn *t, const char *name, struct span value)
{
	return table_put(t, T_STATE, span_str(name), value);
}
