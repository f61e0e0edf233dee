#include "CKernels.h"

#if __x86_64__
#include <xmmintrin.h>
void ck_flush_denormals(void) {
  // Bit 15 is flush-to-zero, bit 6 denormals-are-zero.
  _mm_setcsr(_mm_getcsr() | 0x8040);
}
#elif __aarch64__
void ck_flush_denormals(void) {
  uint64_t fpcr;
  __asm__ volatile("mrs %0, fpcr" : "=r"(fpcr));
  __asm__ volatile("msr fpcr, %0" ::"r"(fpcr | (1ull << 24)));
}
#else
void ck_flush_denormals(void) {}
#endif
