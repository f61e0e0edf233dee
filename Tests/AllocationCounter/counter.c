// Stands in the place of the C library's allocator in the test process and counts what one thread
// takes while it wants to know. The C library's own functions do the work.
#include "AllocationCounter.h"

#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define IS_SANITIZED 1
#endif
#endif

#if __linux__ && !defined(IS_SANITIZED)
#include <errno.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static _Thread_local bool is_counting;
static _Thread_local size_t taken;

static inline void count(void) {
  if (is_counting) taken++;
}

void *malloc(size_t size) { count(); return __libc_malloc(size); }
void *calloc(size_t n, size_t size) { count(); return __libc_calloc(n, size); }
void *realloc(void *memory, size_t size) { count(); return __libc_realloc(memory, size); }
void *memalign(size_t alignment, size_t size) { count(); return __libc_memalign(alignment, size); }
void *aligned_alloc(size_t alignment, size_t size) {
  count();
  return __libc_memalign(alignment, size);
}
int posix_memalign(void **memory, size_t alignment, size_t size) {
  count();
  *memory = __libc_memalign(alignment, size);
  return *memory ? 0 : ENOMEM;
}

bool ac_is_available(void) { return true; }
void ac_begin(void) { taken = 0; is_counting = true; }
size_t ac_end(void) { is_counting = false; return taken; }
#else
bool ac_is_available(void) { return false; }
void ac_begin(void) {}
size_t ac_end(void) { return 0; }
#endif
