#pragma once
#include <stddef.h>
#include <stdint.h>

/// Sets this thread's flush-to-zero and denormals-are-zero flags.
void ck_flush_denormals(void);
