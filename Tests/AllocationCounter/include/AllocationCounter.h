#pragma once
#include <stdbool.h>
#include <stddef.h>

/// Whether this process counts at all: not where a sanitizer has the allocator.
bool ac_is_available(void);

/// Begins to count what this thread takes from the allocator.
void ac_begin(void);

/// Ends counting; returns how often this thread took memory since `ac_begin`.
size_t ac_end(void);
