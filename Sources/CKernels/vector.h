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
#define UNROLL _Pragma("clang loop unroll(full)")

// The lanes of two vectors in turn, those of the first or of the second halves.
#define ZIP_LOW(a, b) \
  __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define ZIP_HIGH(a, b) \
  __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)

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
#if defined(CK_LOAD_PART)
  return CK_LOAD_PART(p, n);
#else
  float t[16] = {0};
  memcpy(t, p, n * sizeof(float));
  return v_load(t);
#endif
}
INLINE void v_store_part(float *p, v16 x, size_t n) {
#if defined(CK_STORE_PART)
  CK_STORE_PART(p, x, n);
#else
  float t[16];
  v_store(t, x);
  memcpy(p, t, n * sizeof(float));
#endif
}

INLINE v16 v_reverse(v16 x) {
  return __builtin_shufflevector(x, x, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
}

// Loads and stores where the number of lanes is often sixteen.
INLINE v16 load_lanes(const float *p, size_t width) {
  return width == 16 ? v_load(p) : v_load_part(p, width);
}
INLINE void store_lanes(float *p, v16 x, size_t width) {
  if (width == 16) v_store(p, x);
  else v_store_part(p, x, width);
}

// The sum of the lanes, always in the same order.
INLINE float v_sum(v16 x) {
  float t[16];
  v_store(t, x);
  for (int step = 8; step > 0; step /= 2)
    for (int i = 0; i < step; i++) t[i] += t[i + step];
  return t[0];
}

// out[i] = the sum of the lanes of the i-th of sixteen vectors: each level halves the lanes of two
// vectors and puts them side by side.
INLINE v16 v_sums(const v16 *x) {
  v16 a[8], b[4], c[2];
  UNROLL for (int i = 0; i < 8; i++)
    a[i] = __builtin_shufflevector(x[2 * i], x[2 * i + 1], 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19,
                                   20, 21, 22, 23) +
           __builtin_shufflevector(x[2 * i], x[2 * i + 1], 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26,
                                   27, 28, 29, 30, 31);
  UNROLL for (int i = 0; i < 4; i++)
    b[i] = __builtin_shufflevector(a[2 * i], a[2 * i + 1], 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19,
                                   24, 25, 26, 27) +
           __builtin_shufflevector(a[2 * i], a[2 * i + 1], 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22,
                                   23, 28, 29, 30, 31);
  UNROLL for (int i = 0; i < 2; i++)
    c[i] = __builtin_shufflevector(b[2 * i], b[2 * i + 1], 0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21,
                                   24, 25, 28, 29) +
           __builtin_shufflevector(b[2 * i], b[2 * i + 1], 2, 3, 6, 7, 10, 11, 14, 15, 18, 19, 22,
                                   23, 26, 27, 30, 31);
  return __builtin_shufflevector(c[0], c[1], 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28,
                                 30) +
         __builtin_shufflevector(c[0], c[1], 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29,
                                 31);
}

// The largest of n > 0 numbers.
INLINE float v_largest(const float *x, size_t n) {
  if (n < 16) {
    float largest = x[0];
    for (size_t i = 1; i < n; i++) largest = x[i] > largest ? x[i] : largest;
    return largest;
  }
  // The last sixteen may have been seen before.
  v16 m = v_load(x + n - 16);
  for (size_t i = 0; i + 16 < n; i += 16) m = v_max(m, v_load(x + i));
  float t[16];
  v_store(t, m);
  for (int step = 8; step > 0; step /= 2)
    for (int i = 0; i < step; i++) t[i] = t[i] > t[i + step] ? t[i] : t[i + step];
  return t[0];
}

// The nearest integer to |x| < 2^22.
INLINE v16 v_round(v16 x) {
#if defined(CK_ROUND)
  return CK_ROUND(x);
#else
  return x + 12582912.0f - 12582912.0f;
#endif
}

// x · 2^n for integers n of which neither that power nor the result leaves the normal numbers.
INLINE v16 v_scale(v16 x, v16 n) {
#if defined(CK_SCALE)
  return CK_SCALE(x, n);
#else
  return x * (v16)((__builtin_convertvector(n, i16) + 127) << 23);
#endif
}

// e^x; relative error below 2 ulp on [-87, 88], clamped outside. After Cephes' expf: x = n ln 2 + r
// with ln 2 in two parts, and a polynomial of degree 5 in r.
INLINE v16 v_exp(v16 x) {
  x = v_min(v_max(x, v_set(-87.33654f)), v_set(88.37626f));
  v16 n = v_round(x * 1.44269504088896341f);
  v16 r = x - n * 0.693359375f;
  r = r - n * -2.12194440e-4f;
  v16 p = v_set(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  return v_scale(p, n);
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

// 1 / x for normal x whose inverse is normal; relative error below 2 ulp. Where the set can
// guess, a step of Newton's on the guess costs less than a division.
INLINE v16 v_reciprocal(v16 x) {
#if defined(CK_GUESS_RECIPROCAL)
  v16 y = CK_GUESS_RECIPROCAL(x);
  return y + y * (1.0f - x * y);
#else
  return 1.0f / x;
#endif
}

// 2^x, clamped outside [-126, 126]; the relative error grows from 2 ulp at 0 to what x / 2 ulp are.
INLINE v16 v_exp2(v16 x) {
  x = v_min(v_max(x, v_set(-126.0f)), v_set(126.0f));
  v16 n = v_round(x), r = x - n;
  v16 p = v_set(1.535336188e-4f);
  p = p * r + 1.339887440e-3f;
  p = p * r + 9.618437358e-3f;
  p = p * r + 5.550332471e-2f;
  p = p * r + 2.402264791e-1f;
  p = p * r + 6.931472029e-1f;
  p = p * r + 1.0f;
  return v_scale(p, n);
}

// 1 / (1 + e^-x); absolute error below 1.5e-7. Where e^-x is large and inexact, it counts little.
INLINE v16 v_sigmoid(v16 x) { return v_reciprocal(1.0f + v_exp2(x * -1.44269504088896341f)); }

// tanh x by a sigmoid; absolute error below 3e-7, which is enough where it is added to something.
INLINE v16 v_tanh_sigmoid(v16 x) { return 2.0f * v_sigmoid(x + x) - 1.0f; }

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
  v16 large = 1.0f - 2.0f * v_reciprocal(v_exp(a + a) + 1.0f);
  large = v_select(x < 0.0f, -large, large);
  return v_select(a < 0.625f, p, large);
}
