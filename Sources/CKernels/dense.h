#pragma once

static void CK(silu)(const float *x, float *y, size_t n) {
  size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    v16 v = v_load(x + i);
    v_store(y + i, v * v_sigmoid(v));
  }
  if (i < n) {
    v16 v = v_load_part(x + i, n - i);
    v_store_part(y + i, v * v_sigmoid(v), n - i);
  }
}
