// Max-pooling 2×2 with sixteen images in the lanes.
#pragma once
#include "vector.h"

typedef uint8_t u8x16 __attribute__((vector_size(16)));

INLINE void CK(store_bytes)(uint8_t *p, u8x16 x) { memcpy(p, &x, 16); }
INLINE u8x16 CK(load_bytes)(const uint8_t *p) {
  u8x16 x;
  memcpy(&x, p, 16);
  return x;
}

static void CK(max_pool)(const float *x, size_t planes, size_t height, size_t width, float *y,
                         uint8_t *mask) {
  size_t row = width * 16;
  for (size_t r = 0; r < planes * height / 2; r++, x += 2 * row) {
    for (size_t i = 0; i < row; i += 32, y += 16, mask += 16) {
      v16 a = v_load(x + i), b = v_load(x + i + 16);
      v16 c = v_load(x + row + i), d = v_load(x + row + i + 16);
      v16 m = v_max(v_max(a, b), v_max(c, d));
      v_store(y, m);
      i16 bits = ((a == m) & 1) | ((b == m) & 2) | ((c == m) & 4) | ((d == m) & 8);
      CK(store_bytes)(mask, __builtin_convertvector(bits, u8x16));
    }
  }
}

static void CK(max_pool_gradient)(const float *dy, const uint8_t *mask, size_t planes,
                                  size_t height, size_t width, float *dx) {
  size_t row = width * 16;
  for (size_t r = 0; r < planes * height / 2; r++, dx += 2 * row) {
    for (size_t i = 0; i < row; i += 32, dy += 16, mask += 16) {
      i16 bits = __builtin_convertvector(CK(load_bytes)(mask), i16);
      i16 a = bits & 1, b = (bits >> 1) & 1, c = (bits >> 2) & 1, d = (bits >> 3) & 1;
      v16 part = v_load(dy) * v_reciprocal(__builtin_convertvector(a + b + c + d, v16));
      v16 zero = v_set(0);
      v_store(dx + i, v_select(-a, part, zero));
      v_store(dx + i + 16, v_select(-b, part, zero));
      v_store(dx + row + i, v_select(-c, part, zero));
      v_store(dx + row + i + 16, v_select(-d, part, zero));
    }
  }
}
