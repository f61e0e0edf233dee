// See dense.def for what each kernel does.
#pragma once
#include "activation.h"

// Runs BODY for i = 0, 16, … with `width` lanes in use; the last pass may be a part.
#define FOR_LANES(n) \
  for (size_t i = 0, width; i < (n) && (width = (n)-i < 16 ? (n)-i : 16); i += 16)

static void CK(add)(const float *x, float *y, size_t n) {
  FOR_LANES(n) store_lanes(y + i, load_lanes(y + i, width) + load_lanes(x + i, width), width);
}

static void CK(axpy)(float a, const float *x, float *y, size_t n) {
  FOR_LANES(n) store_lanes(y + i, load_lanes(y + i, width) + a * load_lanes(x + i, width), width);
}

static void CK(add_column_sums)(const float *x, float *sums, size_t rows, size_t columns) {
  FOR_LANES(columns) {
    v16 sum = v_set(0);
    for (size_t r = 0; r < rows; r++) sum += load_lanes(x + r * columns + i, width);
    store_lanes(sums + i, load_lanes(sums + i, width) + sum, width);
  }
}

static double CK(sum_of_squares)(const float *x, size_t n) {
  // Sums of at most 4096 squares in single precision, those in double.
  double total = 0;
  for (size_t start = 0; start < n; start += 4096) {
    size_t count = n - start < 4096 ? n - start : 4096;
    v16 sum = v_set(0);
    FOR_LANES(count) {
      v16 v = load_lanes(x + start + i, width);
      sum += v * v;
    }
    total += v_sum(sum);
  }
  return total;
}

// ---- norm and activation

// y = (x - mean) · inverse, which norm and its pullback share.
INLINE void norm_statistics(const float *x, size_t columns, int norm, float epsilon, float *mean,
                            float *inverse) {
  *mean = 0;
  *inverse = 1;
  if (norm == 0) return;
  v16 sum = v_set(0), squares = v_set(0);
  FOR_LANES(columns) {
    v16 v = load_lanes(x + i, width);
    sum += v;
    squares += v * v;
  }
  float square = v_sum(squares) / (float)columns;
  if (norm == 2) {
    *mean = v_sum(sum) / (float)columns;
    square = fmaxf(0, square - *mean * *mean);
  }
  *inverse = 1.0f / sqrtf(square + epsilon);
}

INLINE v16 normed_lanes(v16 x, float mean, float inverse, const float *scale, const float *shift,
                        size_t i, size_t width, int norm) {
  if (norm == 0) return x;
  v16 y = (x - mean) * (inverse * load_lanes(scale + i, width));
  return norm == 2 ? y + load_lanes(shift + i, width) : y;
}

INLINE void norm_activate_rows(const float *x, const float *scale, const float *shift, float *y,
                               size_t rows, size_t columns, int norm, float epsilon,
                               int activation) {
  for (size_t r = 0; r < rows; r++, x += columns, y += columns) {
    float mean, inverse;
    norm_statistics(x, columns, norm, epsilon, &mean, &inverse);
    FOR_LANES(columns) {
      v16 n = normed_lanes(load_lanes(x + i, width), mean, inverse, scale, shift, i, width, norm);
      store_lanes(y + i, v_activate(activation, n), width);
    }
  }
}

static void CK(norm_activate)(const float *x, const float *scale, const float *shift, float *y,
                              size_t rows, size_t columns, int norm, float epsilon,
                              int activation) {
  // The usual pair is compiled without branches on the kinds.
  if (norm == 1 && activation == 1)
    norm_activate_rows(x, scale, shift, y, rows, columns, 1, epsilon, 1);
  else norm_activate_rows(x, scale, shift, y, rows, columns, norm, epsilon, activation);
}

// temporary: [columns], the gradient at the normed value times scale.
INLINE void norm_activate_gradient_rows(const float *x, const float *scale, const float *shift,
                                        const float *dy, float *dx, float *dscale, float *dshift,
                                        float *temporary, size_t rows, size_t columns, int norm,
                                        float epsilon, int activation) {
  for (size_t r = 0; r < rows; r++, x += columns, dy += columns) {
    float mean, inverse;
    norm_statistics(x, columns, norm, epsilon, &mean, &inverse);
    v16 sum = v_set(0), product = v_set(0);
    FOR_LANES(columns) {
      v16 v = load_lanes(x + i, width);
      v16 n = normed_lanes(v, mean, inverse, scale, shift, i, width, norm);
      v16 g = load_lanes(dy + i, width) * v_activate_gradient(activation, n);
      if (norm != 0) {
        v16 hat = (v - mean) * inverse;
        if (dscale) store_lanes(dscale + i, load_lanes(dscale + i, width) + g * hat, width);
        if (norm == 2 && dshift) store_lanes(dshift + i, load_lanes(dshift + i, width) + g, width);
        g *= load_lanes(scale + i, width);
        sum += g;
        product += g * hat;
      }
      store_lanes(temporary + i, g, width);
    }
    if (!dx) continue;
    float projection = norm == 0 ? 0 : v_sum(product) / (float)columns;
    float average = norm == 2 ? v_sum(sum) / (float)columns : 0;
    FOR_LANES(columns) {
      v16 hat = (load_lanes(x + i, width) - mean) * inverse;
      v16 g = inverse * (load_lanes(temporary + i, width) - average - hat * projection);
      store_lanes(dx + i, load_lanes(dx + i, width) + g, width);
    }
    dx += columns;
  }
}

static void CK(norm_activate_gradient)(const float *x, const float *scale, const float *shift,
                                       const float *dy, float *dx, float *dscale, float *dshift,
                                       float *temporary, size_t rows, size_t columns, int norm,
                                       float epsilon, int activation) {
  if (norm == 1 && activation == 1)
    norm_activate_gradient_rows(x, scale, shift, dy, dx, dscale, dshift, temporary, rows, columns,
                                1, epsilon, 1);
  else
    norm_activate_gradient_rows(x, scale, shift, dy, dx, dscale, dshift, temporary, rows, columns,
                                norm, epsilon, activation);
}

// ---- recurrent unit

static void CK(gru)(const float *gates, const float *state, float *out, size_t rows, size_t groups,
                    size_t n) {
  for (size_t r = 0; r < rows * groups; r++, gates += 3 * n, state += n, out += n)
    FOR_LANES(n) {
      v16 reset = v_sigmoid(load_lanes(gates + i, width));
      v16 candidate = v_tanh(reset * load_lanes(gates + n + i, width));
      v16 update = v_sigmoid(load_lanes(gates + 2 * n + i, width) - 1.0f);
      v16 h = load_lanes(state + i, width);
      store_lanes(out + i, update * candidate + (1.0f - update) * h, width);
    }
}

static void CK(gru_gradient)(const float *gates, const float *state, const float *dout,
                             float *dgates, float *dstate, size_t rows, size_t groups, size_t n) {
  for (size_t r = 0; r < rows * groups; r++) {
    FOR_LANES(n) {
      v16 cand = load_lanes(gates + n + i, width);
      v16 reset = v_sigmoid(load_lanes(gates + i, width));
      v16 c = v_tanh(reset * cand);
      v16 u = v_sigmoid(load_lanes(gates + 2 * n + i, width) - 1.0f);
      v16 h = load_lanes(state + i, width);
      v16 g = load_lanes(dout + i, width);
      v16 dpre = g * u * (1.0f - c * c);
      store_lanes(dgates + i, dpre * cand * reset * (1.0f - reset), width);
      store_lanes(dgates + n + i, dpre * reset, width);
      store_lanes(dgates + 2 * n + i, g * (c - h) * u * (1.0f - u), width);
      if (dstate)
        store_lanes(dstate + i, load_lanes(dstate + i, width) + g * (1.0f - u), width);
    }
    gates += 3 * n, state += n, dout += n, dgates += 3 * n;
    if (dstate) dstate += n;
  }
}

// ---- softmax

static void CK(softmax)(const float *logits, float *p, size_t rows, size_t classes, float mix) {
  for (size_t r = 0; r < rows; r++) {
    const float *l = logits + r * classes;
    float largest = v_largest(l, classes);
    for (size_t c = 0; c < classes; c++) p[r * classes + c] = l[c] - largest;
  }
  FOR_LANES(rows * classes) store_lanes(p + i, v_exp(load_lanes(p + i, width)), width);
  float uniform = mix / (float)classes;
  for (size_t r = 0; r < rows; r++) {
    float *q = p + r * classes, sum = 0;
    for (size_t c = 0; c < classes; c++) sum += q[c];
    float factor = (1.0f - mix) / sum;
    for (size_t c = 0; c < classes; c++) {
      // Far below rounding, yet neither its inverse nor its logarithm overflows a gradient.
      float value = q[c] * factor + uniform;
      q[c] = value > 1e-30f ? value : 1e-30f;
    }
  }
}

static void CK(softmax_gradient)(const float *p, const float *dp, float *dlogits, size_t rows,
                                 size_t classes, float mix) {
  float uniform = mix / (float)classes;
  for (size_t r = 0; r < rows; r++, p += classes, dp += classes, dlogits += classes) {
    // With s the softmax, (1 - mix) s = p - uniform.
    float sum = 0;
    for (size_t c = 0; c < classes; c++) sum += (p[c] - uniform) * dp[c];
    sum /= 1.0f - mix;
    for (size_t c = 0; c < classes; c++) dlogits[c] += (p[c] - uniform) * (dp[c] - sum);
  }
}

static void CK(logarithm)(const float *x, float *y, size_t n) {
  FOR_LANES(n) store_lanes(y + i, v_log(load_lanes(x + i, width)), width);
}

// ---- optimisers

// Returns the squares of what was subtracted from w.
INLINE v16 apply_update(float *w, v16 update, size_t i, size_t width, float rate, float decay) {
  v16 old = load_lanes(w + i, width);
  v16 step = rate * (update + decay * old);
  store_lanes(w + i, old - step, width);
  return step * step;
}

static double CK(laprop)(float *w, const float *g, float *nu, float *mu, size_t n, float clip,
                         float beta1, float beta2, float correction1, float correction2,
                         float epsilon, float rate, float decay, int momentum, int nesterov) {
  v16 total = v_set(0);
  FOR_LANES(n) {
    v16 gradient = load_lanes(g + i, width) * clip;
    v16 variance = beta2 * load_lanes(nu + i, width) + (1.0f - beta2) * (gradient * gradient);
    store_lanes(nu + i, variance, width);
    v16 corrected = variance / correction2;
    v16 root;
    for (int k = 0; k < 16; k++) root[k] = sqrtf(corrected[k]);
    // Where the average has been flushed to zero there is no scale to divide by, and no step.
    v16 update = v_select(variance > 0.0f, gradient / (root + epsilon), v_set(0));
    if (momentum) {
      v16 mean = beta1 * load_lanes(mu + i, width) + (1.0f - beta1) * update;
      store_lanes(mu + i, mean, width);
      if (nesterov) mean = beta1 * mean + (1.0f - beta1) * update;
      update = mean / correction1;
    }
    total += apply_update(w, update, i, width, rate, decay);
  }
  return v_sum(total);
}

static double CK(adam)(float *w, const float *g, float *nu, float *mu, size_t n, float clip,
                       float beta1, float beta2, float correction1, float correction2,
                       float epsilon, float rate, float decay) {
  v16 total = v_set(0);
  FOR_LANES(n) {
    v16 gradient = load_lanes(g + i, width) * clip;
    v16 mean = beta1 * load_lanes(mu + i, width) + (1.0f - beta1) * gradient;
    v16 variance = beta2 * load_lanes(nu + i, width) + (1.0f - beta2) * (gradient * gradient);
    store_lanes(mu + i, mean, width);
    store_lanes(nu + i, variance, width);
    v16 corrected = variance / correction2;
    v16 root;
    for (int k = 0; k < 16; k++) root[k] = sqrtf(corrected[k]);
    total += apply_update(w, (mean / correction1) / (root + epsilon), i, width, rate, decay);
  }
  return v_sum(total);
}
