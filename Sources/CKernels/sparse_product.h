// The product of a matrix of mostly zeros; see product.def.
//
// A row of A is searched for numbers that are not zero, 64 at a time; each adds its row of B to a
// panel of sums in registers.
#pragma once
#include "vector.h"

typedef _Bool CK(lane_bits) __attribute__((ext_vector_type(16)));

// Which of 64 floats, or of the n < 64 that are left, are not zero, as bits.
INLINE uint64_t CK(nonzero_bits)(const float *x, size_t n) {
  uint64_t all = 0;
  for (size_t i = 0; i < 64 && i < n; i += 16) {
    CK(lane_bits) lanes =
        __builtin_convertvector(load_lanes(x + i, n - i < 16 ? n - i : 16) != 0.0f, CK(lane_bits));
    uint16_t bits;
    memcpy(&bits, &lanes, sizeof bits);
    all |= (uint64_t)bits << i;
  }
  return all;
}

// One row of `V` vectors; the last has `width` columns.
INLINE void CK(sparse_row)(int V, size_t width, const float *a, const float *b, size_t b_row,
                           size_t steps, const float *start, float *c) {
  v16 sum[CK_PRODUCT_VECTORS];
  UNROLL for (int v = 0; v < V; v++)
    sum[v] = start ? load_lanes(start + v * 16, v == V - 1 ? width : 16) : v_set(0);
  for (size_t step = 0; step < steps; step += 64)
    for (uint64_t left = CK(nonzero_bits)(a + step, steps - step); left != 0; left &= left - 1) {
      size_t k = step + (size_t)__builtin_ctzll(left);
      v16 factor = v_set(a[k]);
      UNROLL for (int v = 0; v < V; v++)
        sum[v] += factor * load_lanes(b + k * b_row + v * 16, v == V - 1 ? width : 16);
    }
  UNROLL for (int v = 0; v < V; v++) store_lanes(c + v * 16, sum[v], v == V - 1 ? width : 16);
}

static void CK(sparse_product)(const float *a, size_t a_row, const float *b, size_t b_row,
                               float *c, size_t c_row, size_t rows, size_t steps, size_t columns,
                               const float *start, int accumulate) {
  size_t panel = CK_PRODUCT_VECTORS * 16, column = 0;
  for (; column + panel <= columns; column += panel)
    for (size_t r = 0; r < rows; r++) {
      float *to = c + r * c_row + column;
      const float *from = accumulate ? to : start ? start + column : NULL;
      CK(sparse_row)(CK_PRODUCT_VECTORS, 16, a + r * a_row, b + column, b_row, steps, from, to);
    }
  for (size_t width; column < columns; column += width) {
    width = columns - column < 16 ? columns - column : 16;
    for (size_t r = 0; r < rows; r++) {
      float *to = c + r * c_row + column;
      const float *from = accumulate ? to : start ? start + column : NULL;
      CK(sparse_row)(1, width, a + r * a_row, b + column, b_row, steps, from, to);
    }
  }
}
