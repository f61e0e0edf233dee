// The kernels for AVX-512.
#if __x86_64__
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma"))), apply_to = function)
#define CK(name) name##_avx512
#define CK_TILE_PIXELS 4
#define CK_TILE_CHANNELS 6
#include "kernels.h"
#pragma clang attribute pop
#endif
