// The kernels for AVX-512.
#if __x86_64__
#include <immintrin.h>
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma"))), apply_to = function)
#define CK_ROUND(x) ((v16)_mm512_roundscale_ps((__m512)(x), 8))
#define CK_SCALE(x, n) ((v16)_mm512_scalef_ps((__m512)(x), (__m512)(n)))
#define CK_LANES(n) ((__mmask16)((1u << (n)) - 1))
#define CK_LOAD_PART(p, n) ((v16)_mm512_maskz_loadu_ps(CK_LANES(n), p))
#define CK_STORE_PART(p, x, n) _mm512_mask_storeu_ps(p, CK_LANES(n), (__m512)(x))
// Right to 14 bits.
#define CK_GUESS_RECIPROCAL(x) ((v16)_mm512_rcp14_ps((__m512)(x)))
#define CK(name) name##_avx512
#define CK_TILE_PIXELS 4
#define CK_TILE_CHANNELS 6
#define CK_TILE_TAPS 4
#define CK_TILE_GRADIENTS 6
#define CK_PRODUCT_ROWS 6
#define CK_PRODUCT_VECTORS 4
#include "kernels.h"
#pragma clang attribute pop
#endif
