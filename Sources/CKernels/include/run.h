#pragma once
#include <stddef.h>

/// A part of the index that a product sums over: `count` steps from the operands' first ones.
typedef struct {
  const float *_Nonnull a;
  const float *_Nonnull b;
  size_t count;
} ck_run;
