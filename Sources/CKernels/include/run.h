#pragma once
#include <stddef.h>

/// A part of the index that a product sums over: `count` steps from the operands' first ones, with
/// the rows of A `a_row` floats apart.
typedef struct {
  const float *_Nonnull a;
  const float *_Nonnull b;
  size_t count;
  size_t a_row;
} ck_run;
