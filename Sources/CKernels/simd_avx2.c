// The kernels for AVX2 with fused multiply-add.
#if __x86_64__
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define CK(name) name##_avx2
#define CK_TILE_PIXELS 2
#define CK_TILE_CHANNELS 3
#define CK_PRODUCT_ROWS 6
#define CK_PRODUCT_VECTORS 1
#include "kernels.h"
#pragma clang attribute pop
#endif
