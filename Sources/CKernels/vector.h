// Sixteen floats side by side, and the elementary functions on them.
//
// Included once for each instruction set (see simd_avx512.c); the compiler splits the sixteen into
// as many registers as the set needs. Nothing here branches on a lane, so that every lane of every
// instruction set runs the same operations; results differ between sets only by fused
// multiply-adds.
#pragma once
// All functions here are inlined, so how a call would pass sixteen floats does not matter.
#pragma clang diagnostic ignored "-Wpsabi"
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef float v16 __attribute__((vector_size(64)));
typedef int32_t i16 __attribute__((vector_size(64)));
// The same vectors at any address of a float.
typedef float v16u __attribute__((vector_size(64), aligned(4), may_alias));

#define INLINE static inline __attribute__((always_inline, unused))

INLINE v16 v_load(const float *p) { return *(const v16u *)p; }
INLINE void v_store(float *p, v16 x) { *(v16u *)p = x; }
INLINE v16 v_set(float x) { return (v16){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x}; }
INLINE v16 v_select(i16 mask, v16 yes, v16 no) {
  return (v16)((mask & (i16)yes) | (~mask & (i16)no));
}
INLINE v16 v_max(v16 a, v16 b) { return v_select(a > b, a, b); }
INLINE v16 v_min(v16 a, v16 b) { return v_select(a < b, a, b); }
INLINE v16 v_abs(v16 x) { return (v16)((i16)x & 0x7fffffff); }

// Lanes [0, n) of memory, zero in the others.
INLINE v16 v_load_part(const float *p, size_t n) {
  float t[16] = {0};
  memcpy(t, p, n * sizeof(float));
  return v_load(t);
}
INLINE void v_store_part(float *p, v16 x, size_t n) {
  float t[16];
  v_store(t, x);
  memcpy(p, t, n * sizeof(float));
}

// The sum of the lanes, always in the same order.
INLINE float v_sum(v16 x) {
  float t[16];
  v_store(t, x);
  for (int step = 8; step > 0; step /= 2)
    for (int i = 0; i < step; i++) t[i] += t[i + step];
  return t[0];
}

// e^x; relative error below 2 ulp on [-87, 88], clamped outside. After Cephes' expf: x = n ln 2 + r
// with ln 2 in two parts, and a polynomial of degree 5 in r.
INLINE v16 v_exp(v16 x) {
  x = v_min(v_max(x, v_set(-87.33654f)), v_set(88.37626f));
  v16 n = x * 1.44269504088896341f + 12582912.0f;
  n = n - 12582912.0f;
  v16 r = x - n * 0.693359375f;
  r = r - n * -2.12194440e-4f;
  v16 p = v_set(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  i16 exponent = (__builtin_convertvector(n, i16) + 127) << 23;
  return p * (v16)exponent;
}

// ln x for positive normal x; relative error below 2 ulp. After Cephes' logf.
INLINE v16 v_log(v16 x) {
  i16 bits = (i16)x;
  i16 exponent = (bits >> 23) - 126;
  v16 m = (v16)((bits & 0x007fffff) | 0x3f000000);  // [0.5, 1)
  i16 small = m < 0.707106781186547524f;
  exponent = exponent + small;  // small is -1 where true
  m = m + v_select(small, m, v_set(0)) - 1.0f;
  v16 e = __builtin_convertvector(exponent, v16);
  v16 z = m * m;
  v16 p = v_set(7.0376836292e-2f);
  p = p * m - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  p = p * m * z;
  p = p + e * -2.12194440e-4f - 0.5f * z;
  return m + p + e * 0.693359375f;
}

// 1 / (1 + e^-x); absolute error below 1.5e-7.
INLINE v16 v_sigmoid(v16 x) { return 1.0f / (1.0f + v_exp(-x)); }

// tanh x; relative error below 3 ulp. After Cephes' tanhf: a polynomial below 0.625, exponentials
// above.
INLINE v16 v_tanh(v16 x) {
  v16 a = v_abs(x);
  v16 z = x * x;
  v16 p = v_set(-5.70498872745e-3f);
  p = p * z + 2.06390887954e-2f;
  p = p * z - 5.37397155531e-2f;
  p = p * z + 1.33314422036e-1f;
  p = p * z - 3.33332819422e-1f;
  p = p * z * x + x;
  v16 large = 1.0f - 2.0f / (v_exp(a + a) + 1.0f);
  large = v_select(x < 0.0f, -large, large);
  return v_select(a < 0.625f, p, large);
}
