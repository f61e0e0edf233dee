// What we use of OpenBLAS, found with dlopen.
//
// OpenBLAS chooses its kernels while it is being loaded, by a list of processor models that it knew
// when it was released. On a newer model it falls back to SSE3, a fifth of the speed. Whoever loads it
// can name the kernels in the environment first; a library that is linked is loaded too early for that.
#pragma once

/// Loads the library once, with the kernels of `core` (an OpenBLAS core type) unless the user has
/// named others in OPENBLAS_CORETYPE. Returns null, or why it cannot be loaded.
const char *_Nullable cob_load(const char *_Nullable core);

/// cblas_sgemm on row-major matrices; 0 or 1 for each `transpose`.
void cob_sgemm(int transpose_a, int transpose_b, int m, int n, int k, float alpha,
               const float *_Nonnull a, int lda, const float *_Nonnull b, int ldb, float beta,
               float *_Nonnull c, int ldc);

void cob_set_threads(int count);

/// The library's version, and the kernels that it runs.
const char *_Nonnull cob_configuration(void);
const char *_Nonnull cob_core(void);
