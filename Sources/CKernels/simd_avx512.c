// The kernels for AVX-512.
#if __x86_64__
#include <immintrin.h>
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma"))), apply_to = function)
// Right to 14 bits.
#define CK_GUESS_RECIPROCAL(x) ((v16)_mm512_rcp14_ps((__m512)(x)))
#define CK(name) name##_avx512
#define CK_TILE_PIXELS 4
#define CK_TILE_CHANNELS 6
#define CK_PRODUCT_ROWS 6
#define CK_PRODUCT_VECTORS 4
#include "kernels.h"
#pragma clang attribute pop
#endif
