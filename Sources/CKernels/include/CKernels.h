#pragma once
#include <stddef.h>
#include <stdint.h>

#include "run.h"
#include "tap_plan.h"
#include "unfold_plan.h"

/// Sets this thread's flush-to-zero and denormals-are-zero flags.
void ck_flush_denormals(void);

/// Asks for pages so large that the processor finds them without a search. `memory` begins at a
/// page of the ordinary size.
void ck_prefer_huge_pages(void *_Nonnull memory, size_t bytes);

/// Processors of this thread's affinity; 0 where the system does not tell.
int ck_allowed_processors(void);

/// XXH64 of `count` bytes with seed 0 (github.com/Cyan4973/xxHash, doc/xxhash_spec.md).
uint64_t ck_checksum(const void *_Nonnull bytes, size_t count);

/// The kernels of one instruction set. Each `.def` file lists a family with its arguments.
typedef struct {
#define KERNEL(result, name, arguments) result (*_Nonnull name) arguments;
#include "dense.def"
#include "losses.def"
#include "lanes.def"
#include "planar.def"
#include "product.def"
#undef KERNEL
} ck_kernels;

/// The kernels of `avx512`, `avx2` or `plain`; null where this machine cannot run them.
const ck_kernels *_Nullable ck_find(const char *_Nonnull name);
